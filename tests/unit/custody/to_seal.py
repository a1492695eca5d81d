"""A study that can be sealed: its key lies elsewhere."""

from pathlib import Path

import pytest

from bonescint.identity.ledger import create_ledger
from bonescint.identity.study import StudyMark
from tests.unit.study_config import configure

PATIENT = "90071234"


def begin(folder: Path, key: Path, monkeypatch: pytest.MonkeyPatch) -> StudyMark:
    """Make a study in English the current folder, with a ledger of one patient."""
    (folder / "private").mkdir(parents=True)
    monkeypatch.chdir(folder)
    monkeypatch.delenv("BONESCINT_PASSPHRASE", raising=False)
    config = configure(language="en", ledger={"key": str(key)})
    mark: StudyMark = {"id": config["study"]["id"], "synthetic": True}
    ledger = create_ledger("private/ledger.age", key, head="private/ledger.head", study=mark)
    ledger.claim()
    ledger.assign([PATIENT])
    return mark
