"""Deliveries of the preceding study are recorded by patient ID, only in the ledger."""

from datetime import date
from pathlib import Path

import pytest

from bonescint.custody.preceding import (
    delivered_before,
    first_delivered,
    preceding_deliveries,
    put_preceding_on_record,
)
from bonescint.errors import InputError
from bonescint.identity.ledger import Ledger, create_ledger, open_ledger

TODAY = date(2026, 1, 31)
DETAILS = {"date": "2022-03-04", "partner": "P", "medium": ""}


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.chdir(tmp_path)
    ledger = create_ledger("ledger.age", "ledger.key")
    ledger.assign(["40000001", "40000002"])
    return ledger


def put(ledger: Ledger, *subjects: str, pattern: str = "[0-9A-Z]+", **details: str) -> str:
    rows = dict(enumerate(subjects, 2))
    return put_preceding_on_record(ledger, rows, DETAILS | details, "en", TODAY, pattern).id


def test_a_patient_who_enters_later_is_found_too(ledger: Ledger) -> None:
    assert put(ledger, "40000001", "50000001") == "P-001"
    assert put(ledger, "40000001", date="2021-01-01") == "P-002"
    again = open_ledger("ledger.age", "ledger.key")
    code = again.code_of("40000001")
    assert first_delivered(again) == {code: "2021-01-01"}
    later = again.assign(["50000001"])["50000001"]
    assert first_delivered(again) == {code: "2021-01-01", later: "2022-03-04"}
    assert delivered_before(again, ["40000001", "50000001", "40000002"]) == 2


@pytest.mark.parametrize(
    ("subjects", "details", "says"),
    [
        ((), {}, "no patient ID"),
        (("4000 0001",), {}, "rows 2"),
        (("40000001", "BS23456"), {}, "1 rows do not hold one patient ID.*rows 3"),
        (("4000000140000002",), {}, "rows 2"),
        (("40000001",), {"date": "2026-02-01"}, "future"),
        (("40000001",), {"medium": "CD of 40000002"}, "--medium"),
    ],
)
def test_what_is_no_list_of_ids_is_refused(
    ledger: Ledger, subjects: tuple[str, ...], details: dict[str, str], says: str
) -> None:
    with pytest.raises(InputError, match=says) as refused:
        put(ledger, *subjects, **details)
    assert not any(subject in str(refused.value) for subject in subjects)
    assert preceding_deliveries(ledger) == []
    assert not Path("private").exists()


def test_the_hospital_says_what_an_id_is(ledger: Ledger) -> None:
    with pytest.raises(InputError, match="rows 2"):
        put(ledger, "A1234567", pattern=r"\d{8}")
    assert put(ledger, "A1234567") == "P-001"


def test_the_same_is_recorded_once(ledger: Ledger) -> None:
    put(ledger, "40000001", "40000002")
    mark = Path("private/deliveries.mark").read_text()
    with pytest.raises(InputError, match="P-001"):
        put(ledger, "40000002", "40000001", "40000001")
    assert Path("private/deliveries.mark").read_text() == mark
    assert len(preceding_deliveries(ledger)) == 1
