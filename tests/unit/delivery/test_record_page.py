"""The page about a delivery: old records and new ones, nothing but text in it."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bonescint.custody.deliveries import DETAILS, DeliveryContents, put_on_record, recorded
from bonescint.delivery.audit import audit_message
from bonescint.delivery.conditions import conditions_of
from bonescint.delivery.record_page import delivery_entry, record_page
from bonescint.identity.ledger import Ledger, create_ledger

TODAY = date(2026, 1, 31)
STUDY = {"id": "S-1", "title": "Bones & <scans>", "synthetic": False}
CONFIG: dict[str, Any] = {
    "language": "en",
    "study": {"approval": None, "privacy_manager": None, "period_end": "2030-12-31"} | STUDY,
    "delivery": {"partner": "P", "staff_names": None},
}
VOLUME = {
    "volume": 1, "of": 2, "file_set_id": "S1D001V1", "file": "S1D001V1.ISO", "form": "encrypted",
    "bytes": 1234567, "sha256": "d" * 64, "manifest_sha256": "e" * 64,
}  # fmt: skip


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    monkeypatch.chdir(tmp_path)
    return create_ledger("ledger.age", "ledger.key")


def put(ledger: Ledger, **more: Any) -> str:
    code = ledger.assign(["40000001"])["40000001"]
    found = DeliveryContents([["dicom/a.dcm", "a" * 64]], {code})
    details = dict.fromkeys(DETAILS, "x") | {"date": "2026-01-30", "partner": "<b>P</b> & Co"}
    cases = {code: "f" * 64} if "volumes" in more else {}
    put_on_record(ledger, found, details, "en", TODAY, None, cases=cases, **more)
    return code


def page(ledger: Ledger, language: str = "en", *folders: Path) -> str:
    return record_page(ledger, recorded(ledger)[0], STUDY, language, folders)


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_record_of_an_earlier_version(ledger: Ledger, language: str) -> None:
    code = put(ledger)
    said = page(ledger, language)
    assert code in said and "a" * 64 in said
    assert "SYNTHETIC" not in said
    assert ("an earlier version" in said) == (language == "en")
    assert "&lt;b&gt;P&lt;/b&gt;" in said and "<b>" not in said
    assert "Bones &amp; &lt;scans&gt;" in said


def test_discs_cases_conditions_and_forms(ledger: Ledger, tmp_path: Path) -> None:
    held = conditions_of(CONFIG, TODAY)
    code = put(ledger, volumes=[VOLUME], conditions=held)
    forms = tmp_path / "forms"
    forms.mkdir()
    (forms / "receipt_D-001.pdf").write_bytes(b"x")
    (forms / "receipt_D-002.pdf").write_bytes(b"y")
    said = page(ledger, "en", forms, tmp_path / "nowhere")
    for word in (VOLUME["file"], "d" * 64, "e" * 64, "f" * 64, "1/2 encrypted", "1,234,567"):
        assert str(word) in said
    assert "receipt_D-001.pdf" in said and "receipt_D-002.pdf" not in said
    # a gate that was not met on that day stays on record
    assert "study.approval.committee" in said and "none (all were met)" not in said
    delivery = recorded(ledger)[0]
    message = audit_message(delivery, delivery_entry(ledger, delivery), STUDY, "1")["AuditMessage"]
    *_, patient = message["ParticipantObjectIdentification"]
    assert patient["ParticipantObjectID"] == code
    assert patient["ParticipantObjectDetail"] == [{"type": "case sha256", "value": "f" * 64}]
    said = str(message["ParticipantObjectIdentification"])
    assert "sha256 S1D001V1.ISO" in said and "sha256 dicom/a.dcm" in said
    assert message["EventIdentification"]["EventOutcomeDescription"] == "Success"


def test_a_table_of_decisions_that_cannot_be_read_stops_no_record(tmp_path: Path) -> None:
    table = tmp_path / "decisions.tsv"
    table.write_text("item\tsha256\tdecision\treviewer\tdate\ncoded\tx\trelease\tA\t\n")
    decided = conditions_of(CONFIG, TODAY, table)["decisions"]
    assert decided["counts"] == {} and len(decided["sha256"]) == 64
