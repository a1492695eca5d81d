"""The batch in which a patient is coded: recorded at the first coding, and kept (R16)."""

import secrets
from collections.abc import Iterable
from pathlib import Path

from bonescint.identity.chain import Entry
from bonescint.identity.ledger import Ledger

BATCHES = Path("private/batches")
AUTO = "auto"
# a batch is a job. If it is smaller, its start takes longer than its work. If it is larger, an
# opt-out makes too many images anew
_FEWEST, _MOST, _PARTS = 25, 250, 16


def recorded_batches(folder: Path = BATCHES) -> list[str]:
    """Return the names of the batches that split_cohort has written, in their order."""
    names = (path.stem for path in folder.glob("*.csv"))
    return sorted(names, key=lambda name: (len(name), name))


def batch_of(ledger: Ledger) -> dict[str, str]:
    """Return code -> name of the batch, for every patient who has been put into one."""
    return {code: entry["batch"] for entry in ledger.entries("batch") for code in entry["codes"]}


def assign_batches(
    ledger: Ledger, codes: Iterable[str], size: int | str = AUTO, former: Iterable[str] = ()
) -> None:
    """Put patients who are in no batch yet into new batches.

    No batch is filled up later, because its images would have to be coded again for a new patient.

    Parameters
    ----------
    ledger
        Keeps the record.
    codes
        Of the cohort.
    size
        The most patients in a new batch. ``auto`` is 25, more if there are more than 400 new
        patients, and 250 at most. They are shuffled first, so that a batch reveals no ID or date.
    former
        The batches of a version that recorded none. They stay, without patients where there are
        fewer now, because what was made of them must go.
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
        if not first:
            named = {entry["batch"] for entry in entries}
            entries += [
                {"kind": "batch", "batch": name, "codes": []}
                for name in former
                if name not in named
            ]
        ledger.append(entries)
