"""Paths as persons type them: what is meant if nothing is there."""

import unicodedata
from pathlib import Path

import pytest

from bonescint.text.given_paths import open_elsewhere, path_hint, wrong_kinds


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("一覧").mkdir()
    Path("一覧/データ 1.xlsx").touch()
    return tmp_path


@pytest.mark.parametrize(
    "typed",
    [
        "一覧/データ 1.xlsx ",
        " 一覧/データ 1.xlsx",
        "一覧/データ\u30001.xlsx",
        "一覧/データ1.XLSX",
        "一覧/データ １.xlsx",
        unicodedata.normalize("NFD", "一覧/データ 1.xlsx"),
        "一覧 /データ 1.xlsx",
    ],
)
def test_another_spelling_of_what_is_there(folder: Path, typed: str) -> None:
    assert not Path(typed).exists()
    for language, word in (("ja", "ならあります"), ("en", "There is")):
        assert word in path_hint(typed, language)
        assert "一覧/データ 1.xlsx" in path_hint(typed, language)
        assert "一覧/データ 1.xlsx" in path_hint(str(folder / typed.strip(" ")) + " ", language)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("C:\temp\new.csv", "single quotes"),
        (r"\\server\share\a.csv", "Mount it"),
        ("//server/share/a.csv", "Mount it"),
        ("~/a.csv", "path in full"),
        (r"tables\a.csv", "'tables/a.csv'"),
        ("nowhere.csv ", "ends with a blank"),
    ],
)
def test_what_is_no_path_here(typed: str, said: str) -> None:
    assert said in path_hint(typed, "en")
    assert path_hint(typed, "ja") not in ("", path_hint(typed, "en"))


@pytest.mark.parametrize("typed", ["nowhere.csv", "一覧/c.xlsx", "一覧/データ 1.xlsx", "/none/a"])
def test_nothing_to_say(typed: str) -> None:
    assert path_hint(typed, "en") == ""


def test_no_file_of_another_user_is_named() -> None:
    Path("一覧/山田花子.xlsx").touch()
    assert path_hint("一覧/山田.xlsx", "ja") == ""


def test_folder_and_file() -> None:
    Path("a.csv").touch()
    good = {"inputs.dicom": "一覧", "inputs.opt_out": "a.csv", "ledger.key": None}
    assert list(wrong_kinds(good | {"ledger.path": "nowhere"}, "en")) == []
    wrong = {"inputs.dicom": "a.csv", "ledger.key": "一覧", "inputs.opt_out": "."}
    for language in ("ja", "en"):
        said = list(wrong_kinds(wrong, language))
        assert [one.split(":")[0] for one in said] == list(wrong)
    assert list(wrong_kinds({"inputs.opt_out": "a\0b"}, "en")) == []


def test_locks_of_office_programs() -> None:
    table = Path("一覧/データ 1.xlsx")
    assert not open_elsewhere(table)
    for lock in ("~$データ 1.xlsx", ".~lock.データ 1.xlsx#"):
        (table.parent / lock).touch()
        assert open_elsewhere(table)
        (table.parent / lock).unlink()
