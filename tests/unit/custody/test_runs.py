"""What a run begins and ends with."""

import errno
import os
import time
from pathlib import Path

import pytest

from bonescint import made
from bonescint.custody.runs import (
    begin,
    bring_back,
    edited,
    ending,
    failure,
    round_of,
    withdrawn_at_end,
)
from bonescint.errors import InputError
from bonescint.files import write_rows

MARK = Path("private/software.mark")
STUDY = {"publication_date": None, "retention_years": 10}
DAY = 24 * 3600


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_an_output_that_is_missing_begins_a_new_round() -> None:
    tables = ["a.csv", "b.csv"]
    assert round_of(tables, MARK, is_run=False) != round_of(tables, MARK, is_run=False)
    assert not MARK.exists()  # a dry-run leaves nothing
    first = round_of(tables, MARK, is_run=True)
    assert round_of(tables, MARK, is_run=None) == first  # the jobs of this run
    for table in tables:
        Path(table).touch()
    assert round_of(tables, MARK, is_run=True) == round_of(tables, MARK, is_run=False) == first
    Path("a.csv").unlink()
    second = round_of(tables, MARK, is_run=True)
    assert second != first
    Path("a.csv").touch()
    assert round_of(tables, MARK, is_run=True) == second


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_list_that_is_held_is_said_with_numbers(language: str) -> None:
    row = {"entries_unmatched": 0, "entries_held": 17, "patients_held": 15}
    write_rows(Path("opt_out.csv"), list(row), [row])
    (line,) = ending(Path("opt_out.csv"), STUDY, language)
    assert "17" in line and "15" in line and "opt-out confirm" in line


@pytest.mark.parametrize("language", ["ja", "en"])
def test_removed_files_are_told(language: str) -> None:
    receipt = Path("purge.json")
    assert list(withdrawn_at_end(receipt, language)) == []
    receipt.write_text('{"declined": 1, "left": 0}')
    assert list(withdrawn_at_end(receipt, language)) == []
    receipt.write_text('{"declined": 1, "left": 0, "withdrawn": 3, "unlisted": 4}')
    first, second = withdrawn_at_end(receipt, language)
    assert "3" in first and "4" in second and "snakemake deliver" in second


def test_a_changed_result_that_cannot_be_put_aside_stops_the_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(_: object) -> str:
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(made, "edited_results", lambda: ["results/study.xlsx"])
    monkeypatch.setattr(made, "put_aside", full)
    # a dry-run only tells
    assert "  results/study.xlsx" in list(edited(False, "en"))
    with pytest.raises(InputError, match="No space left"):
        list(edited(True, "en"))


@pytest.mark.parametrize(("word", "goes"), [("--unlock", False), ("--cores", True)])
def test_a_run_takes_the_receipt_of_the_last_one(word: str, goes: bool) -> None:
    receipt = Path("purge.json")
    receipt.touch()
    begin(receipt, [word])
    assert receipt.exists() != goes


def test_a_table_of_the_version_before_is_read() -> None:
    write_rows(Path("opt_out.csv"), ["entries_unmatched"], [{"entries_unmatched": 0}])
    assert list(ending(Path("opt_out.csv"), STUDY, "en")) == []


def test_outputs_from_the_future_keep_their_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    now = time.time()
    ages = {
        "results/later.csv": 400 * DAY,
        "results/soon.csv": DAY,
        "results/past.csv": -DAY,
        "private/own/list.csv": 400 * DAY,
        "private/list.csv": 400 * DAY,
        "private/codes.json": 300 * DAY,
        "results/dicom/00/.snakemake_timestamp": 2 * DAY,
        "results/dicom/00/BS-AAAAA/1.dcm": DAY,
    }
    for name, age in ages.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).touch()
        os.utime(name, (now + age, now + age))
    bring_back(["results", "private", "none"], ["private/own", "private/list.csv", "demo/x.csv"])
    dates = {name: Path(name).stat().st_mtime - now for name in ages}
    late = [
        "results/soon.csv",
        "results/dicom/00/.snakemake_timestamp",
        "private/codes.json",
        "results/later.csv",
    ]
    assert sorted(late, key=dates.__getitem__) == late
    assert len({dates[name] for name in late}) == 4
    assert all(0 <= dates[name] < DAY / 2 for name in late)
    # the hospital's own files, past ones, and ones that Snakemake does not look at
    for name in ages.keys() - set(late):
        assert dates[name] == pytest.approx(ages[name], abs=0.01)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_study_that_is_over_is_said_by_every_run(language: str) -> None:
    said = list(ending(Path("none.csv"), STUDY | {"period_end": "2020-12-31"}, language))
    assert len(said) == 1 and "2020-12-31" in said[0] and "R14" in said[0]
    assert list(ending(Path("none.csv"), STUDY | {"period_end": "2999-12-31"}, language)) == []


def test_data_of_patients_who_declined_are_named_only_where_some_may_be_left() -> None:
    receipt = Path("purge.json")
    assert "may still be" in failure(receipt, "en")
    receipt.touch()
    assert "may still be" not in failure(receipt, "en")
