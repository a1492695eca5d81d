"""What hinders the next run: too little room, a run that was cut off, open tables."""

import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

from bonescint.doctor.finding import GOOD, LOOK, MEND, Finding, LookedAt
from bonescint.doctor.machine import size
from bonescint.folders import files_below
from bonescint.made import opened_in_excel
from bonescint.text.given_paths import open_elsewhere

# Measured in the demonstration: with 140 MB of images, a quarter of them excluded, a run with a
# disc needed 230 MB at its peak: 105 for coded images and 115 for the disc. That is a factor of 2.2
# if no image is excluded. A later disc is complete before its predecessor is removed.
_FACTOR = 3.3
_LEAST = 500 << 20  # bytes: tables, figures, report, logs


def room(study: LookedAt | None) -> Finding:
    """Tell whether the disk has room for a run and a disc; outside a study `study` is None."""
    free = shutil.disk_usage(Path()).free
    raw = _bytes_below(study.dicom) if study and study.dicom else 0
    need = max(_FACTOR * raw - _bytes_below(Path("results")), 0) + _LEAST
    said = {"free": size(free), "raw": size(raw), "need": size(need)}
    if free < need:
        return Finding("room", MEND, "short", said)
    return Finding("room", GOOD, "images" if raw else "found", said)


def _bytes_below(folder: Path) -> int:
    try:
        return sum(file.size for file in files_below(folder))
    except OSError:
        return 0


def newest(study: LookedAt) -> float:
    """Return when a run or a command last wrote a file, 0 if there is none."""
    heads = [study.ledger, Path("private/ledger.head")]
    there = [*Path("results").glob("*"), *(path for path in heads if path.exists())]
    return max((path.stat().st_mtime for path in there), default=0)


def runs() -> Finding:
    """Tell whether a run is at work, or was cut off."""
    folder = Path(".snakemake")
    # locks of the run, and of jobs that outlive a killed run (bonescint.runlock)
    if any(map(_is_held, folder.glob("bonescint.*"))):
        return Finding("runs", LOOK, "at_work")
    left = [*folder.glob("locks/*.lock"), *folder.glob("incomplete/*")]
    if left:
        return Finding("runs", LOOK, "cut_off")
    return Finding("runs", GOOD, "none")


def _is_held(lock: Path) -> bool:
    try:
        with lock.open("r+") as stream:
            # held for a moment; a run that begins in this moment says that another one is at work
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return False  # a share without such locks
    return False


def open_tables(study: LookedAt) -> Iterator[Finding]:
    """Tell which tables are open in Excel or LibreOffice: a run reads what is saved."""
    given = [key for key, table in study.tables.items() if open_elsewhere(table)]
    if given:
        yield Finding("tables", LOOK, "inputs", {"names": ", ".join(given)})
    locks = Path("results").rglob(".~lock.*#") if Path("results").is_dir() else []
    others = [lock.with_name(lock.name[7:-1]) for lock in locks]
    made = sorted({*opened_in_excel(), *others})
    if made:
        yield Finding("tables", LOOK, "results", {"names": ", ".join(map(str, made))})
    if not given and not made:
        yield Finding("tables", GOOD, "none")
