"""A new study: whole or not at all, without the demonstration's values, asked for at a terminal."""

import io
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from bonescint.cli import main
from bonescint.commands import new_study
from bonescint.config import check_config
from bonescint.errors import InputError
from bonescint.resources import ROOT
from tests.unit.study_config import shipped

Capture = pytest.CaptureFixture[str]
OPTIONS = {
    "language": "en",
    "id": "S-01",
    "title": "A study",
    "preceding-study": "P-9",
    "period-end": "2031-03-31",
    "exam-from": "2020-01-01",
    "exam-to": "2020-06-30",
    "sex": "F",
    "targets": "10,20,30,40",
    "software": "bonenavi,vsbone3",
    "readers": "2",
    "partner": "Partner",
}
TABLES = ["bonenavi", "opt_out", "participants", "reader1", "reader2", "vsbone3"]


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def make(folder: str = "study", **changed: str | None) -> int:
    options = OPTIONS | {key.replace("_", "-"): value for key, value in changed.items()}
    words = [word for key, value in options.items() if value for word in (f"--{key}", value)]
    return main(["new", folder, "--no-questions", *words])


def written(folder: str = "study") -> dict[str, Any]:
    return dict(yaml.safe_load(Path(folder, "config.yaml").read_text(encoding="utf-8")))


def test_the_folder_is_whole_and_for_its_user_alone() -> None:
    before = os.umask(0o022)
    try:
        assert make() == 0
    finally:
        os.umask(before)
    files = {path.relative_to("study").as_posix() for path in Path("study").rglob("*")}
    assert files == {
        "config.yaml", "Snakefile", "README.md", ".gitignore", "profiles", "profiles/default",
        "profiles/default/profile.yaml", "inputs", "inputs/dicom",
        *(f"inputs/{name}.xlsx" for name in TABLES),
    }  # fmt: skip
    modes = {
        (p.is_dir(), p.stat().st_mode & 0o777) for p in [Path("study"), *Path("study").rglob("*")]
    }
    assert modes == {(True, 0o700), (False, 0o600)}
    assert [path.name for path in Path.cwd().iterdir()] == ["study"]


@pytest.mark.parametrize("typed", ["none", "なし", "ＮＯＮＥ"])
def test_a_study_that_follows_no_other(typed: str) -> None:
    assert make(preceding_study=typed) == 0
    config = written()
    assert config["study"]["preceding_study"] == "none"
    assert "participants" not in config["inputs"]
    assert not Path("study/inputs/participants.xlsx").exists()


def test_the_answers_stand_in_the_configuration() -> None:
    make(
        period_end="2031/3/31",
        exam_to="２０２０年６月３０日",
        sex="f",
        software="vsbone3、bonenavi",
    )
    config = written()
    assert config["language"] == "en"
    assert config["study"]["id"] == "S-01" and config["study"]["period_end"] == "2031-03-31"
    assert config["study"]["synthetic"] is False
    assert config["cohort"]["sex"] == "F" and config["cohort"]["exam_to"] == "2020-06-30"
    assert list(config["cohort"]["targets"].values()) == [10, 20, 30, 40]
    assert list(config["software"]) == ["vsbone3", "bonenavi"]
    assert list(config["readers"]) == ["reader1", "reader2"]
    assert config["delivery"]["partner"] == "Partner"


@pytest.mark.parametrize(
    "title",
    [
        "\"quoted\": 'and' # no comment",
        "{a}: [b]",
        "- x",
        "全角　の　題",
        "{{ id }}",
        "\\n",
        "yes",
        "007",
    ],
)
def test_any_title_is_kept_as_typed(title: str) -> None:
    assert make(title=title) == 0
    assert written()["study"]["title"] == title


def test_nothing_of_the_demonstration_is_in_it() -> None:
    assert main(["new", "study", "--no-questions"]) == 0
    text = Path("study/config.yaml").read_text(encoding="utf-8")
    assert not re.search(
        r"simulated\)|BONE-DEMO|HS2022|demo/|合成データによる実演|2025-12-31", text
    )
    config, demo = written(), shipped()
    assert config["metrics"]["cutoffs"] == [] and config["metrics"]["primary"] is None
    assert config["metrics"]["families"] == {}
    assert set(config["metrics"]["margins"].values()) == {None}
    assert config["software"] == {} and config["study"]["privacy_manager"] is None
    assert config["metrics"]["optimism"]["seed"] != demo["metrics"]["optimism"]["seed"]


def keys(config: dict[str, Any], own: tuple[str, ...]) -> list[str]:
    found = []
    for key, value in config.items():
        found.append(key)
        if isinstance(value, dict) and key not in own:
            found += [f"{key}.{below}" for below in keys(value, own)]
    return found


def test_its_keys_are_those_of_the_programs_configuration_in_their_order() -> None:
    make()
    demo = shipped()
    del demo["demo"]
    own = ("software", "readers", "primary", "families", "plan")
    assert keys(written(), own) == keys(demo, own)


def test_it_explains_every_key_that_the_programs_configuration_only_explains() -> None:
    make()
    explained = re.compile(r"(?m)^ *# (\w+): ")
    written_text = Path("study/config.yaml").read_text(encoding="utf-8")
    ours = {*explained.findall((ROOT / "config.yaml").read_text(encoding="utf-8"))}
    assert {"selection", "repeat_export"} <= ours <= {*explained.findall(written_text)}


def test_a_complete_configuration_is_good_once_the_releases_are_known() -> None:
    make()
    config = written()
    with pytest.raises(InputError) as mistake:
        check_config(config)
    assert sorted(said.partition(":")[0] for said in mistake.value.problems) == [
        "software.bonenavi.released",
        "software.bonenavi.version",
        "software.vsbone3.released",
    ]
    for entry in config["software"].values():
        entry |= {"released": "2019-01-01", "version": entry["version"] or "2.1"}
    os.chdir("study")
    check_config(config)


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "まだ決まっていません"), ("en", "not decided")]
)
def test_what_is_not_known_is_asked_for_by_name(language: str, said: str, capsys: Capture) -> None:
    assert main(["new", "study", "--no-questions", "--language", language]) == 0
    told = capsys.readouterr().out
    os.chdir("study")
    assert main(["check"]) == 1
    problems = capsys.readouterr().err.splitlines()
    named = [problem.partition(":")[0] for problem in problems if said in problem]
    assert len(named) == len(problems)
    assert {"study.id", "cohort.exam_from", "cohort.sex", "software"} < set(named)
    assert all(key in told for key in named)


def test_the_tables_are_read_by_the_import_and_told_to_be_empty(capsys: Capture) -> None:
    make()
    file = Path("study/config.yaml")
    text = file.read_text(encoding="utf-8").replace("released: null", 'released: "2019-01-01"')
    file.write_text(text.replace("version: null", 'version: "2.1"'), encoding="utf-8")
    os.chdir("study")
    for name in ("bonenavi", "vsbone3", "reader1", "reader2"):
        assert main(["table", "check", name]) == 0, name
        assert "nothing is filled in yet" in capsys.readouterr().out
    assert main(["table", "check", "opt_out"]) == 0  # nobody has declined
    capsys.readouterr()
    assert main(["check"]) == 1
    said = capsys.readouterr().err
    assert "participants.xlsx" in said and "Traceback" not in said


def test_no_path_of_this_machine_is_written() -> None:
    make()
    for path in Path("study").rglob("*"):
        if path.suffix in (".yaml", ".md", "") and path.is_file():
            text = path.read_text(encoding="utf-8")
            assert str(ROOT) not in text and str(Path.cwd()) not in text, path


def test_its_profile_does_what_the_programs_does() -> None:
    make()
    ours, theirs = (
        yaml.safe_load((at / "profiles/default/profile.yaml").read_text(encoding="utf-8"))
        for at in (Path("study"), ROOT)
    )
    assert ours.pop("cores") == "all" and ours == theirs


def test_what_identifies_patients_is_not_for_git() -> None:
    make()
    ignored = Path("study/.gitignore").read_text(encoding="utf-8").splitlines()
    assert {"/private/", "/inputs/", "/results/", "/logs/", "/.snakemake/"} < set(ignored)


@pytest.mark.parametrize(
    ("language", "first"), [("ja", "## 次の 3 つ"), ("en", "## The next three")]
)
def test_the_readme_begins_in_the_studys_language(language: str, first: str) -> None:
    make(language=language)
    heads = [
        line
        for line in Path("study/README.md").read_text(encoding="utf-8").splitlines()
        if line[:3] == "## "
    ]
    assert len(heads) == 2 and heads[0].startswith(first)


def a_study() -> None:
    Path("config.yaml").touch()
    Path("Snakefile").touch()


def full() -> None:
    Path("study").mkdir()
    Path("study/file").touch()


@pytest.mark.parametrize(
    ("folder", "prepare", "said"),
    [
        ("study", full, "not empty"),
        ("study", lambda: Path("study").touch(), "a file of that name"),
        ("study", a_study, "the folder of another one"),
        (".", lambda: None, "the folder you are in"),
        ("no/study", lambda: None, "there is no folder"),
        (str(ROOT / "study"), lambda: None, "the program's folder"),
        (str(ROOT), lambda: None, "the program's folder"),
        (r"C:\研究\a", lambda: None, "name /mnt/c/研究/a"),
        ("x" * 300, lambda: None, "too long"),
        ("/proc/study", lambda: None, "cannot be written"),  # no right, whoever asks
    ],
)
def test_a_place_that_cannot_be_is_told_and_nothing_made(
    folder: str, prepare: Callable[[], None], said: str, capsys: Capture
) -> None:
    prepare()
    before = sorted(Path.cwd().rglob("*"))
    assert make(folder) == 1
    told = capsys.readouterr().err
    assert said in told and "何も" in told  # no language is chosen yet
    assert sorted(Path.cwd().rglob("*")) == before


def test_an_empty_folder_is_taken() -> None:
    Path("study").mkdir(mode=0o755)
    assert make() == 0
    assert Path("study").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("error", [OSError(28, ""), OSError(30, ""), KeyboardInterrupt()])
def test_a_failure_on_the_way_leaves_nothing(
    error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = new_study.write_template

    def fails(path: Path, *arguments: Any) -> int:
        if path.stem == "reader1":
            raise error
        return real(path, *arguments)

    monkeypatch.setattr(new_study, "write_template", fails)
    assert make() in (1, 130)
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("language", "fr", "ja | en"),
        ("period_end", "令和元年", "2019-06-01"),
        ("exam_to", "2019-12-31", "exam_from is later"),
        ("sex", "女", "F | M | any"),
        ("targets", "50,50", "four whole numbers"),
        ("targets", "50,50,-1,x", "four whole numbers"),
        ("software", "vsbone", "bonenavi, vsbone2, vsbone3"),
        ("readers", "0", "from 1 to 20"),
        ("readers", "three", "from 1 to 20"),
        ("title", "a\x07b", "cannot be seen"),
    ],
)
def test_an_invalid_answer_is_told_with_its_option(
    option: str, value: str, said: str, capsys: Capture
) -> None:
    assert make(**{option: value}) == 1
    told = capsys.readouterr().err
    assert f"--{option.replace('_', '-')}: " in told and said in told
    assert list(Path.cwd().iterdir()) == []


def test_a_person_is_asked_for_what_is_missing_and_again_after_a_slip(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    stdin = io.StringIO("en\n\n2031-13-31\n2031-03-31\n2020-07-01\n2020-06-30\n2020-07-31\n")
    monkeypatch.setattr(stdin, "isatty", lambda: True)
    monkeypatch.setattr("sys.stdin", stdin)
    # the language, the preceding study (none yet), three dates, two of them typed wrong first;
    # then the input ends
    assert main(["new", "study", "--id", "S-1", "--title", "T"]) == 0
    said = capsys.readouterr().out
    assert "last day of the study" in said and "2031-13-31" in said and "is later" in said
    assert "study ID" not in said
    config = written()
    assert config["study"]["preceding_study"] is None and config["cohort"]["sex"] is None
    dates = (config["study"]["period_end"], *list(config["cohort"].values())[1:3])
    assert dates == ("2031-03-31", "2020-07-01", "2020-07-31")


def test_without_a_terminal_a_new_study_asks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("en\n"))
    assert main(["new", "study"]) == 0
    assert written()["language"] == "ja"
