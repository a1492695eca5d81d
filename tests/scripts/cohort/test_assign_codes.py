"""Every patient of the cohort gets one code for good; the receipt tells how many, not who."""

import json
from collections import Counter
from pathlib import Path

import pytest
from scripts.cohort.assign_codes import assign_codes

from bonescint.identity.batches import batch_of
from bonescint.identity.codes import typed_code
from bonescint.identity.ledger import open_ledger
from tests.scripts.cohort.conftest import write_cohort


def receipt(folder: Path, ledger: dict[str, str], *patients: tuple[str, int]) -> dict[str, object]:
    assign_codes(
        cohort=write_cohort(folder, *patients), ledger=ledger, receipt=folder / "codes.json"
    )
    return json.loads((folder / "codes.json").read_text())


def test_one_code_for_all_scans_of_a_patient(tmp_path: Path, ledger_files: dict[str, str]) -> None:
    assert receipt(tmp_path, ledger_files, ("4711", 2), ("4712", 1))["codes"] == 2
    book = open_ledger(**ledger_files)
    codes = book.codes()
    assert codes.keys() == {"4711", "4712"}
    assert all(typed_code(code) == code for code in codes.values())
    assert book.patient_id("4711") == "004711"  # as the images have it
    told = (tmp_path / "codes.json").read_text()
    assert not any(word in told for word in ("4711", "4712", *codes.values()))


def test_a_code_stays_and_only_new_patients_get_one(
    tmp_path: Path, ledger_files: dict[str, str]
) -> None:
    first = receipt(tmp_path, ledger_files, ("4711", 1))
    before = open_ledger(**ledger_files).codes()
    assert receipt(tmp_path, ledger_files, ("4711", 1)) == first
    second = receipt(tmp_path, ledger_files, ("4712", 1), ("4711", 1))
    after = open_ledger(**ledger_files).codes()
    assert after.items() > before.items()
    assert second["digest"] != first["digest"]
    # a patient who left the cohort keeps the code, and the receipt does not change
    assert receipt(tmp_path, ledger_files, ("4711", 1)) == first
    assert open_ledger(**ledger_files).codes() == after


def test_batches_take_as_many_as_configured_and_are_never_filled_up(
    tmp_path: Path, ledger_files: dict[str, str]
) -> None:
    def sizes(*subjects: int) -> list[int]:
        table = write_cohort(tmp_path, *((str(subject), 1) for subject in subjects))
        assign_codes(table, ledger_files, tmp_path / "codes.json", batch_size=4)
        return list(Counter(batch_of(open_ledger(**ledger_files)).values()).values())

    assert sizes(*range(4711, 4721)) == [4, 4, 2]
    assert sizes(*range(4711, 4721)) == [4, 4, 2]
    assert sizes(*range(4719, 4722)) == [4, 4, 2, 1]
    assert sizes() == [4, 4, 2, 1]


@pytest.mark.parametrize(
    ("new", "sizes"), [(100, [25] * 4), (26, [25, 1]), (801, [51] * 15 + [36]), (5000, [250] * 20)]
)
def test_batches_grow_with_the_cohort(
    new: int, sizes: list[int], tmp_path: Path, ledger_files: dict[str, str]
) -> None:
    receipt(tmp_path, ledger_files, *((str(subject), 1) for subject in range(10_000, 10_000 + new)))
    assert list(Counter(batch_of(open_ledger(**ledger_files)).values()).values()) == sizes


def test_nobody_is_left(tmp_path: Path, ledger_files: dict[str, str]) -> None:
    assert receipt(tmp_path, ledger_files)["codes"] == 0
    assert open_ledger(**ledger_files).codes() == {}
