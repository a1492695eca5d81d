"""Digests change with what matters and with nothing else."""

import os
import stat
from pathlib import Path

import pytest

from bonescint import provenance
from bonescint.provenance import code_digest, content_stamp, settings_stamp, tree


def test_stamp_sees_content_not_date(tmp_path: Path) -> None:
    private, table = tmp_path / "private", tmp_path / "opt_out.csv"
    table.write_text("患者ID\n1\n")
    before = content_stamp(table, private)
    os.utime(table, (1, 1))
    assert content_stamp(table, private) == before
    table.write_text("患者ID\n2\n")
    os.utime(table, (1, 1))  # an older list restored
    assert content_stamp(table, private) != before
    assert stat.S_IMODE((private / "salt").stat().st_mode) == 0o600
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_stamp_is_keyed(tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    table.write_text("1")
    assert content_stamp(table, tmp_path / "a") != content_stamp(table, tmp_path / "b")


def test_stamp_of_a_folder_sees_every_level(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "a" / "b").mkdir(parents=True)
    (raw / "a" / "b" / "x").write_text("1")
    before = content_stamp(raw, tmp_path / "p")
    assert content_stamp(raw, tmp_path / "p") == before
    (raw / "a" / "b" / "y").write_text("")
    assert content_stamp(raw, tmp_path / "p") != before
    assert [name for name, _ in tree(raw)] == ["a/b/x", "a/b/y"]


def test_settings_stamp_ignores_the_order_of_keys() -> None:
    assert settings_stamp({"a": 1, "b": 2}) == settings_stamp({"b": 2, "a": 1})
    assert settings_stamp({"a": 1}) != settings_stamp({"a": 2})


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in {
        "__init__.py": "",
        "top.py": "from bonescint.part import leaf\n",
        "part/__init__.py": "",
        "part/leaf.py": "X = 1\n",
        "part/other.py": "Y = 1\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(provenance, "_PACKAGE", tmp_path)
    monkeypatch.setattr(provenance, "ROOT", tmp_path)
    return tmp_path


def digest(*parts: str) -> str:
    provenance._source.cache_clear()
    return code_digest(*parts)


def test_code_digest_follows_imports(package: Path) -> None:
    before = digest("bonescint.top")
    (package / "part" / "leaf.py").write_text("X = 1  # a comment\n\n")
    assert digest("bonescint.top") == before
    (package / "part" / "other.py").write_text("Y = 2\n")
    assert digest("bonescint.top") == before  # not imported
    (package / "part" / "leaf.py").write_text("X = 2\n")
    assert digest("bonescint.top") != before


def test_code_digest_of_a_package_counts_all_its_modules(package: Path) -> None:
    before = digest("bonescint.part")
    (package / "part" / "other.py").write_text("Y = 2\n")
    assert digest("bonescint.part") != before


def test_code_digest_counts_resource_files(package: Path) -> None:
    (package / "part" / "data.csv").write_text("a\n")
    before = digest("bonescint.top", "part/data.csv")
    (package / "part" / "data.csv").write_text("b\n")
    assert digest("bonescint.top", "part/data.csv") != before
