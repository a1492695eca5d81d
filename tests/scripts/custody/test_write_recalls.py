"""A delivered patient who declines is recalled once, and counted as long as this holds."""

from datetime import date
from pathlib import Path

import pytest
from scripts.custody.write_recalls import write_recalls

from bonescint.custody.deliveries import DETAILS, DeliveryContents, put_on_record
from bonescint.custody.preceding import put_preceding_on_record
from bonescint.files import read_rows
from bonescint.identity.ledger import Ledger, create_ledger
from bonescint.identity.opt_out_lists import take_list
from bonescint.identity.opt_outs import record, withdraw
from bonescint.warning_words import warnings_in_words

ENTRY = {"source": "list", "received": "", "by": "", "ground": "", "relation": ""}
FILES = ("path", "key", "head")


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = create_ledger(**{name: tmp_path / f"ledger.{name}" for name in FILES})
    codes = ledger.assign(["12", "34"])
    contents = DeliveryContents([["a.dcm", "0" * 64]], set(codes.values()))
    details = dict.fromkeys(DETAILS, "x") | {"date": "2026-01-30"}
    put_on_record(ledger, contents, details, "en", date(2026, 1, 31), None)
    return ledger


def run(folder: Path) -> tuple[list[str], list[dict[str, str]]]:
    write_recalls(
        ledger={name: str(folder / f"ledger.{name}") for name in FILES},
        study={"id": "S", "title": "T", "synthetic": True},
        language="en",
        recalls=folder / "recalls",
        warnings=folder / "warnings.csv",
    )
    notices = sorted((folder / "recalls").glob("*"))
    texts = [path.read_text(encoding="utf-8-sig") for path in notices]
    return texts, warnings_in_words(read_rows(folder / "warnings.csv"), "en")


def test_nobody_declined(tmp_path: Path, ledger: Ledger) -> None:
    record(ledger, [{"subject": "99"} | ENTRY], None)  # and was never delivered
    assert run(tmp_path) == ([], [])


def test_a_notice_names_the_code_and_never_the_id(tmp_path: Path, ledger: Ledger) -> None:
    record(ledger, [{"subject": "34"} | ENTRY], None)
    (notice,), (warning,) = run(tmp_path)
    assert ledger.code_of("34") in notice
    assert ledger.code_of("12") not in notice
    assert "Images of 1 patients" in warning["message"]
    assert (warning["rule"], warning["where"]) == ("R12", "")
    # at the next run nothing is due, but the delivered data are still outside
    assert run(tmp_path) == ([notice], [warning])
    ledger.read()
    assert len(ledger.entries("recall")) == 1
    withdraw(ledger, ["34"], None)
    assert run(tmp_path) == ([notice], [])


def test_another_id_of_the_person_will_do(tmp_path: Path, ledger: Ledger) -> None:
    take_list(ledger, [{"subject": "78"} | ENTRY], "list", 1, {("12", "78")}, set())
    (notice,), _ = run(tmp_path)
    assert ledger.code_of("12") in notice


def test_a_patient_delivered_under_the_preceding_study_is_counted(
    tmp_path: Path, ledger: Ledger
) -> None:
    details = {"date": "2022-05-05", "partner": "P", "medium": ""}
    rows = {2: "12", 3: "99"}
    put_preceding_on_record(ledger, rows, details, "en", date(2026, 1, 31), mark=None)
    record(ledger, [{"subject": "99"} | ENTRY], None)
    notices, (warning,) = run(tmp_path)
    assert notices == []  # it has no code: the notice is the preceding study's
    assert "1 patients who declined" in warning["message"] and "by hand" in warning["message"]
