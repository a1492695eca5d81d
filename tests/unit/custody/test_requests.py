"""Patients who asked to be in no further delivery, by the ledger's last entry about it (R38)."""

from pathlib import Path

from bonescint.custody.requests import stopped_codes
from bonescint.identity.ledger import create_ledger


def test_the_last_entry_of_a_patient_counts(tmp_path: Path) -> None:
    ledger = create_ledger(tmp_path / "ledger.age", tmp_path / "ledger.key")
    codes = ledger.assign(["40000001", "40000002", "40000003"])
    assert stopped_codes(ledger) == set()
    for kind, subject in (
        ("stop_provision", "40000001"),
        ("stop_provision", "40000002"),
        ("stop_provision_withdrawn", "40000001"),
    ):
        ledger.append([{"kind": kind, "subject": subject}])
    assert stopped_codes(ledger) == {codes["40000002"]}
