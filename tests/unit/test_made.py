"""Outputs of jobs are remembered; a change by hand is told, and nothing is lost."""

import errno
import os
import shutil
from pathlib import Path

import pytest

from bonescint.custody.runs import edited
from bonescint.errors import InputError
from bonescint.made import edited_results, forget_made, put_aside, remember_made

LOG = Path("logs/stage/job.log")
TABLE, FORM, FOLDER = "results/a/table.csv", "results/delivery/form.xlsx", "results/dicom/00"


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in (TABLE, FORM, f"{FOLDER}/1.dcm", "private/cohort.csv"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("as made\n")
    remember_made(LOG, [TABLE, FORM, FOLDER, "private/cohort.csv"])


def test_nothing_is_edited_before_somebody_edits() -> None:
    assert edited_results() == []
    # a copy of the study has other dates
    os.utime(TABLE, (1, 1))
    assert edited_results() == []
    Path(TABLE).unlink()
    assert edited_results() == []


@pytest.mark.parametrize("text", ["as madE\n", "", "as made\nmore"])
def test_an_edited_table_is_kept_aside(text: str) -> None:
    Path(TABLE).write_text(text)
    # files filled in by hand and files with hashes of their own are not watched
    for name in (FORM, f"{FOLDER}/1.dcm", "private/cohort.csv"):
        Path(name).write_text("other")
    assert edited_results() == [Path(TABLE)]
    folder = put_aside(edited_results())
    assert not Path(TABLE).exists() and (folder / TABLE).read_text() == text
    assert edited_results() == []
    Path(TABLE).write_text("made anew")
    remember_made(LOG, [TABLE])
    assert edited_results() == []


def test_a_job_that_is_cut_off_leaves_no_edited_table() -> None:
    forget_made(LOG)
    Path(TABLE).write_text("half")
    assert edited_results() == []


def test_what_a_former_job_of_another_name_made_is_no_contradiction() -> None:
    Path(TABLE).write_text("of the new job")
    remember_made(Path("logs/other.log"), [TABLE])
    assert edited_results() == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_person_is_told(language: str) -> None:
    assert list(edited(True, language)) == []
    Path(TABLE).write_text("edited")
    Path("results/a/~$table.csv").touch()
    said = list(edited(False, language))
    assert said[1] == f"  {TABLE}" and "private/edited/" in said[2] and TABLE in said[3]
    assert Path(TABLE).exists()
    said = list(edited(True, language))
    assert said[1] == f"  {TABLE}" and "private/edited/2" in said[2]
    assert not Path(TABLE).exists()


def test_an_edited_file_that_cannot_be_moved_stops_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", "some/path")

    Path(TABLE).write_text("edited")
    monkeypatch.setattr(shutil, "move", denied)
    assert len(list(edited(False, "en"))) == 3
    with pytest.raises(InputError, match="Close them if they are open in Excel"):
        list(edited(True, "en"))
    assert Path(TABLE).read_text() == "edited"
