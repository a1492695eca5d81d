"""What the scripts of the cohort read: the ledger and the table of the chosen scans."""

from pathlib import Path

import pytest

from bonescint.declared import columns
from bonescint.files import write_rows
from bonescint.identity.ledger import create_ledger


@pytest.fixture
def ledger_files(tmp_path: Path) -> dict[str, str]:
    """Return the arguments of `open_ledger`; the ledger is there and empty."""
    files = {name: str(tmp_path / f"ledger.{name}") for name in ("path", "key", "head")}
    create_ledger(**files)
    return files


def write_cohort(folder: Path, *patients: tuple[str, int]) -> Path:
    """Write cohort.csv; of each patient, normalised ID and number of scans are given."""
    rows = [
        {
            "path": f"{subject}/{n}.dcm",
            "size": "100",
            "patient_id": f"00{subject}",
            "study_date": "20190603",
            "views": "anterior",
            "tracer": "MDP",
            "subject": subject,
        }
        for subject, scans in patients
        for n in range(scans)
    ]
    write_rows(folder / "cohort.csv", columns("cohort"), rows)
    return folder / "cohort.csv"
