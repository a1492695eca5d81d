"""The study at rest: backups of ledger and key, and whether the study is sealed."""

from collections.abc import Iterator
from pathlib import Path

from bonescint.config import LEDGER_HEAD
from bonescint.custody.backups import last_told
from bonescint.custody.seal import SEALED_FILES, sealed_file, sealed_on, stays
from bonescint.doctor.finding import GOOD, LOOK, Finding, LookedAt
from bonescint.filesystems import reached_by
from bonescint.identity.chain import read_head
from bonescint.identity.lock import lock_of

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


def seal(study: LookedAt | None = None) -> Finding:
    """Tell whether the study is sealed, and whether files of it are plain beside what is sealed.

    Parameters
    ----------
    study
        What is looked at: where its ledger and key lie, which stay.
    """
    file = sealed_file()
    if not file:
        return Finding("sealed", GOOD, "open" if PRIVATE.is_dir() else "nothing")
    said = {"file": file, "date": sealed_on(file)}
    kept: set[Path] = reached_by(LEDGER_HEAD)
    for one in (study.ledger, lock_of(study.ledger), study.key, *study.secrets) if study else ():
        kept |= reached_by(one)
    # marks of the ledger's commands may be added while it is sealed, tables may not
    left = any(
        not (path.is_dir() or stays(str(path)) or reached_by(path) <= kept)
        for folder, sealed in SEALED_FILES.items()
        if Path(sealed).exists()
        for path in Path(folder).rglob("*")
    )
    return Finding("sealed", LOOK if left else GOOD, "unfinished" if left else "found", said)
