"""A patient stays in the first coding's batch; who leaves changes one, who comes changes none."""

from pathlib import Path

import pytest
from scripts.cohort.split_cohort import split_cohort

from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.identity.batches import assign_batches, recorded_batches
from bonescint.identity.ledger import open_ledger
from tests.scripts.cohort.conftest import write_cohort

PATIENTS = [(f"{n}", 1 + n % 2) for n in range(4711, 4731)]


def split(folder: Path, ledger: dict[str, str], *patients: tuple[str, int]) -> dict[str, bytes]:
    batches = folder / "batches"
    split_cohort(
        cohort=write_cohort(folder, *patients),
        ledger=ledger,
        batches=batches,
        rectangles=folder / "rectangles",
    )
    names = recorded_batches(batches)
    assert names == recorded_batches(folder / "rectangles")
    return {name: (batches / f"{name}.csv").read_bytes() for name in names}


def give_codes(ledger: dict[str, str], *subjects: str, former: tuple[str, ...] = ()) -> None:
    book = open_ledger(**ledger)
    assign_batches(book, book.assign(subjects).values(), 8, former)


@pytest.fixture
def coded(ledger_files: dict[str, str]) -> dict[str, str]:
    """Return the ledger's files; every patient has a code and a batch."""
    give_codes(ledger_files, *(subject for subject, _ in PATIENTS))
    return ledger_files


def test_every_scan_stands_in_one_batch_beside_the_patients_others(
    tmp_path: Path, coded: dict[str, str]
) -> None:
    split(tmp_path, coded, *PATIENTS)
    batches = [list(read_rows(path)) for path in sorted(tmp_path.glob("batches/*.csv"))]
    assert len(batches) == 3
    assert sum(map(len, batches)) == sum(scans for _, scans in PATIENTS)
    subjects = [{row["subject"] for row in batch} for batch in batches]
    assert sum(map(len, subjects)) == len(PATIENTS)
    cohort = {row["path"]: row for row in read_rows(tmp_path / "cohort.csv")}
    for row in (row for batch in batches for row in batch):
        assert row == {key: cohort[row["path"]][key] for key in columns("batch")}
    written = b"".join(path.read_bytes() for path in tmp_path.glob("batches/*.csv")).decode()
    assert not any(code in written for code in open_ledger(**coded).codes().values())


def test_who_leaves_changes_one_batch(tmp_path: Path, coded: dict[str, str]) -> None:
    before = split(tmp_path, coded, *PATIENTS)
    after = split(tmp_path, coded, *PATIENTS[1:])
    assert before.keys() == after.keys()
    assert sum(before[name] != after[name] for name in before) == 1
    # the order of the others is no matter of the one who left
    assert split(tmp_path, coded, *PATIENTS) == before


def test_nobody_is_left(tmp_path: Path, coded: dict[str, str]) -> None:
    header = (",".join(columns("batch")) + "\n").encode("utf-8-sig")
    assert split(tmp_path, coded) == dict.fromkeys(("00", "01", "02"), header)


def test_who_comes_goes_to_a_new_batch(tmp_path: Path, coded: dict[str, str]) -> None:
    before = split(tmp_path, coded, *PATIENTS)
    give_codes(coded, *(subject for subject, _ in PATIENTS), "990011", "990012")
    after = split(tmp_path, coded, *PATIENTS, ("990011", 2), ("990012", 1))
    assert after.keys() == {*before, "03"} and before.items() <= after.items()
    give_codes(coded, "990013")
    last = split(tmp_path, coded, *PATIENTS, ("990011", 2), ("990013", 1))
    assert last.keys() == {*after, "04"} and before.items() <= last.items()


def test_a_ledger_from_before_batches_were_recorded(
    tmp_path: Path, ledger_files: dict[str, str]
) -> None:
    open_ledger(**ledger_files).assign([subject for subject, _ in PATIENTS])
    with pytest.raises(InputError):
        split(tmp_path, ledger_files, *PATIENTS)
    give_codes(ledger_files, *(subject for subject, _ in PATIENTS))
    assert len(split(tmp_path, ledger_files, *PATIENTS)) == 3


def test_more_batches_of_a_version_that_recorded_none_stay_without_patients(
    tmp_path: Path, ledger_files: dict[str, str]
) -> None:
    before = ("00", "01", "02", "03", "04")
    give_codes(ledger_files, *(subject for subject, _ in PATIENTS), former=before)
    found = split(tmp_path, ledger_files, *PATIENTS)
    rows = {name: text.count(b"\n") > 1 for name, text in found.items()}
    assert rows == {"00": True, "01": True, "02": True, "03": False, "04": False}
    give_codes(ledger_files, "990011", former=before)
    assert split(tmp_path, ledger_files, *PATIENTS).keys() == {*before, "05"}


def test_a_patient_without_a_code_is_told_in_both_languages(
    tmp_path: Path, coded: dict[str, str]
) -> None:
    with pytest.raises(InputError, match="対象者 1 名に.*1 patients of the cohort") as caught:
        split(tmp_path, coded, *PATIENTS, ("990011", 2))
    assert "990011" not in str(caught.value)
    assert not (tmp_path / "batches").exists()
