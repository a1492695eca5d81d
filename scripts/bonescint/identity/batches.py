"""In which batch a patient is coded: recorded in the ledger at the first coding, and kept (R16)."""

import secrets
from collections.abc import Iterable
from pathlib import Path

from bonescint.identity.chain import Entry
from bonescint.identity.ledger import Ledger

BATCHES = Path("private/batches")
AUTO = "auto"
# a batch is a job: below that its start is dearer than its work, above an opt-out is
_FEWEST, _MOST, _PARTS = 25, 250, 16


def recorded_batches(folder: Path = BATCHES) -> list[str]:
    """Return the names of the batches that split_cohort has written, in their order.

    Parameters
    ----------
    folder
        Its output.
    """
    names = (path.stem for path in folder.glob("*.csv"))
    return sorted(names, key=lambda name: (len(name), name))


def batch_of(ledger: Ledger) -> dict[str, str]:
    """Return code -> name of the batch, of every patient who has been put into one."""
    return {code: entry["batch"] for entry in ledger.entries("batch") for code in entry["codes"]}


def assign_batches(ledger: Ledger, codes: Iterable[str], size: int | str = AUTO) -> None:
    """Put patients who are in no batch yet into new batches.

    No batch is filled up later: what was coded once is not coded again for somebody else's sake.

    Parameters
    ----------
    ledger
        Keeps the record.
    codes
        Of the cohort.
    size
        The most patients a new batch takes; ``auto``: 25, more where there are more than 400 new
        ones, 250 at most. They are shuffled first, so that a batch says nothing of ID or date.
    """
    with ledger.exclusive():
        known = batch_of(ledger)
        new = sorted({*codes} - known.keys())
        secrets.SystemRandom().shuffle(new)
        first = len(ledger.entries("batch"))
        most = min(max(-(-len(new) // _PARTS), _FEWEST), _MOST) if size == AUTO else int(size)
        entries: list[Entry] = [
            {"kind": "batch", "batch": f"{first + n:02d}", "codes": new[at : at + most]}
            for n, at in enumerate(range(0, len(new), most))
        ]
        ledger.append(entries)
