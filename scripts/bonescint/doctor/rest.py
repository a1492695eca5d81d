"""The study at rest: backups of ledger and key, and whether the study is sealed."""

from collections.abc import Iterator
from pathlib import Path

from bonescint.config import LEDGER_HEAD
from bonescint.custody.backups import last_told
from bonescint.custody.seal import sealed_file, sealed_on
from bonescint.doctor.finding import GOOD, LOOK, Finding, LookedAt
from bonescint.identity.chain import read_head

PRIVATE = Path("private")


def backup(study: LookedAt) -> Iterator[Finding]:
    """Tell when ledger and key were copied last, and what the ledger has learned since (R16).

    Parameters
    ----------
    study
        What is looked at.
    """
    head = read_head(Path(LEDGER_HEAD))
    if not head:
        yield Finding("backup", GOOD, "nothing")
        return
    told = last_told()
    ledger, key = told.get("ledger"), told.get("key")
    if not ledger:
        yield Finding("backup", study.grave, "no_ledger")
    elif n := head[0] - int(ledger["entries"]):
        # codes, opt-outs, deliveries: whatever was added is lost with the disk
        yield Finding("backup", LOOK, "behind", {"date": ledger["at"], "n": n})
    if not key:
        yield Finding("backup", study.grave, "no_key")
    elif ledger and not n:
        yield Finding("backup", GOOD, "found", {"ledger": ledger["at"], "key": key["at"]})


def seal() -> Finding:
    """Tell whether the study is sealed: one encrypted file in the place of private/."""
    file = sealed_file()
    if not file:
        return Finding("sealed", GOOD, "open" if PRIVATE.is_dir() else "nothing")
    said = {"file": file, "date": sealed_on(file)}
    # marks of the ledger's commands may be added while it is sealed, tables may not
    left = next(PRIVATE.glob("*.csv"), None)
    return Finding("sealed", LOOK if left else GOOD, "unfinished" if left else "found", said)
