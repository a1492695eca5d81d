"""What the partner returns is recorded, and a correction stands beside the corrected entry."""

from collections.abc import Collection
from datetime import date, timedelta
from pathlib import Path

import pytest

from bonescint.custody.deliveries import (
    DETAILS,
    Delivery,
    DeliveryContents,
    put_on_record,
    recorded,
)
from bonescint.custody.recalls import recall
from bonescint.custody.receipts import (
    DUE_AFTER,
    confirm_recalls,
    confirmed_recalls,
    open_ends,
    receipts_of,
    record_receipt,
    reminders,
)
from bonescint.custody.runs import ending
from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import write_rows
from bonescint.identity.ledger import Ledger, create_ledger, open_ledger

TODAY = date(2026, 1, 31)
STUDY = {"id": "S", "title": "T", "synthetic": True}
IDS = ["40000001", "40000002", "40000003"]


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.chdir(tmp_path)
    ledger = create_ledger("ledger.age", "ledger.key")
    found = DeliveryContents([["a", "0" * 64]], set(ledger.assign(IDS).values()))
    details = dict.fromkeys(DETAILS, "x") | {"date": "2026-01-10", "responsible": "head"}
    put_on_record(ledger, found, details, "en", TODAY, None)
    return ledger


def delivery(ledger: Ledger) -> Delivery:
    return recorded(ledger)[0]


def received(ledger: Ledger, day: date, by: str = "") -> bool:
    return record_receipt(ledger, delivery(ledger), day, by, "en", TODAY)


def confirmed(ledger: Ledger, day: date, codes: Collection[str] = ()) -> list[str]:
    return confirm_recalls(ledger, delivery(ledger), codes, day, "en", TODAY)


def recalled(ledger: Ledger, subject: str, day: date = date(2026, 1, 20)) -> str:
    recall(ledger, [subject], Path("recalls"), STUDY, "en", day)
    return str(ledger.code_of(subject))


def test_a_receipt_its_repetition_and_its_correction(ledger: Ledger) -> None:
    day = date(2026, 1, 20)
    assert received(ledger, day)
    mark = Path("private/receipts.mark").read_text()
    assert not received(ledger, day) and not received(ledger, day, " head ")
    assert Path("private/receipts.mark").read_text() == mark
    assert received(ledger, day + timedelta(1), "deputy")
    again = open_ledger("ledger.age", "ledger.key")
    entries = receipts_of(again)["D-001"]
    assert [(e["date"], e["by"]) for e in entries] == [
        ("2026-01-20", "head"),
        ("2026-01-21", "deputy"),
    ]
    assert Path("private/receipts.mark").read_text() != mark


@pytest.mark.parametrize(
    ("day", "by", "says"),
    [
        (date(2026, 2, 1), "", "future"),
        (date(2026, 1, 9), "", "before D-001 was delivered"),
        (date(2026, 1, 20), "of 0040000001", "patient ID"),
    ],
)
def test_a_wrong_receipt_is_refused(ledger: Ledger, day: date, by: str, says: str) -> None:
    with pytest.raises(InputError, match=says) as refused:
        received(ledger, day, by)
    assert "Nothing was recorded" in str(refused.value)
    assert IDS[0] not in str(refused.value)
    assert receipts_of(ledger) == {}


def test_all_recalls_are_confirmed_or_those_that_are_named(ledger: Ledger) -> None:
    first, second = recalled(ledger, IDS[0]), recalled(ledger, IDS[1])
    assert confirmed(ledger, TODAY, [second]) == [second]
    assert confirmed(ledger, TODAY) == [first]
    assert confirmed(ledger, TODAY) == []  # the same again
    with pytest.raises(InputError, match="name the codes"):
        confirmed(ledger, date(2026, 1, 25))
    assert confirmed(ledger, date(2026, 1, 25), [first]) == [first]
    assert confirmed_recalls(ledger) == {"D-001": {first: "2026-01-25", second: "2026-01-31"}}
    assert len(ledger.entries("recall_confirmed")) == 3  # nothing is overwritten


def test_a_case_that_was_not_recalled_cannot_come_back(ledger: Ledger) -> None:
    with pytest.raises(InputError, match="Nothing of D-001 was recalled"):
        confirmed(ledger, TODAY)
    first = recalled(ledger, IDS[0])
    other = str(ledger.code_of(IDS[1]))
    with pytest.raises(InputError, match=f"Not recalled from D-001: {other}"):
        confirmed(ledger, TODAY, [first, other])
    with pytest.raises(InputError, match=f"before the recall of {first}"):
        confirmed(ledger, date(2026, 1, 19))
    with pytest.raises(InputError, match="future"):
        confirmed(ledger, date(2026, 2, 2))
    assert confirmed_recalls(ledger) == {}


def test_what_is_open(ledger: Ledger) -> None:
    assert open_ends(ledger) == [
        {"delivery": "D-001", "missing": "receipt", "since": "2026-01-10", "cases": 3}
    ]
    received(ledger, TODAY)
    first, _ = recalled(ledger, IDS[0]), recalled(ledger, IDS[1], date(2026, 1, 22))
    rows = [{"delivery": "D-001", "missing": "recall", "since": f"2026-01-2{n}", "cases": 1}
            for n in (0, 2)]  # fmt: skip
    assert open_ends(ledger) == rows
    confirmed(ledger, TODAY, [first])
    assert open_ends(ledger) == rows[1:]
    confirmed(ledger, TODAY)
    assert open_ends(ledger) == []


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_run_ends_with_what_has_been_open_for_days(tmp_path: Path, language: str) -> None:
    table = tmp_path / "open_ends.csv"
    assert list(reminders(table, language, TODAY)) == []  # a study of the version before
    late, young = (str(TODAY - timedelta(days=n)) for n in (DUE_AFTER, DUE_AFTER - 1))
    rows = [
        {"delivery": f"D-00{n}", "missing": missing, "since": since, "cases": n}
        for n, missing, since in (
            (1, "receipt", late), (2, "receipt", young), (3, "recall", late), (4, "recall", late),
        )
    ]  # fmt: skip
    write_rows(table, columns("open_ends"), rows)
    receipt, returned = reminders(table, language, TODAY)
    assert "D-001" in receipt and "D-002" not in receipt and late in receipt
    assert "7" in returned and "D-003" in returned and "D-004" in returned
    study = {"publication_date": None, "retention_years": 10, "period_end": "2999-12-31"}
    said = list(ending(tmp_path / "none.csv", study, language, table))
    assert sum("D-00" in line for line in said) == 2
