"""What jobs made. If a person edits a table of results/, it is reported and not used.

Each job keeps sizes, dates and hashes of its outputs in private/made, in a file with the name of
its log. Folders of images are not included: their files have hashes in results/anonymization, and a
delivery is checked against these.
"""

import shutil
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from hashlib import file_digest
from pathlib import Path

from bonescint.files import Row, read_rows, write_rows

_COLUMNS = ("path", "size", "modified", "sha256")
MADE = Path("private/made")
EDITED = Path("private/edited")  # keeps the edited files
# files that are filled in by hand or handed over
_HANDED_OVER = "results/delivery/"


def as_made(file: Path, path: str) -> Row:
    """Return the values, with `path` as name, by which a later change of a file is noticed."""
    state = file.stat()
    size, modified = str(state.st_size), str(state.st_mtime_ns)
    return {"path": path, "size": size, "modified": modified, "sha256": sha256_of(file)}


def is_as_made(file: Path, rows: Iterable[Row]) -> bool:
    """Tell whether a file is as one of the rows of `as_made`. A copy's new date is no change."""
    rows = list(rows)
    state = file.stat()
    now = str(state.st_size), str(state.st_mtime_ns)
    if now in {(row["size"], row["modified"]) for row in rows}:
        return True
    return bool(rows) and sha256_of(file) in {row["sha256"] for row in rows}


def forget_made(log: Path) -> None:
    """Forget what a job made, when it starts again and may be interrupted."""
    _list_of(log).unlink(missing_ok=True)


def remember_made(log: Path, outputs: Iterable[str]) -> None:
    """Keep what a job has made below results/."""
    watched = [path for path in outputs if path.startswith("results/")]
    rows = [
        as_made(Path(path), path)
        for path in watched
        if Path(path).is_file() and not path.startswith(_HANDED_OVER)
    ]
    if rows:
        write_rows(_list_of(log), _COLUMNS, rows)


def edited_results() -> list[Path]:
    """Return the files of results/ that differ from what a job made."""
    made: dict[str, list[Row]] = defaultdict(list)
    for file in sorted(MADE.rglob("*.csv")):
        for row in read_rows(file):
            made[row["path"]].append(row)
    there = ((Path(path), rows) for path, rows in made.items() if Path(path).is_file())
    return [path for path, rows in there if not is_as_made(path, rows)]


def put_aside(files: Iterable[Path]) -> Path:
    """Move edited files below private/edited, because they may hold anything. Return the folder."""
    folder = EDITED / datetime.now().strftime("%Y%m%d-%H%M%S")
    for file in files:
        kept = folder / file
        kept.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.move(file, kept)
    return folder


def opened_in_excel() -> list[Path]:
    """Return the results that are open in Excel, which puts a file beside each."""
    locks = Path("results").rglob("~$*") if Path("results").is_dir() else []
    return sorted(lock.with_name(lock.name[2:]) for lock in locks)


def _list_of(log: Path) -> Path:
    return MADE / log.with_suffix(".csv")


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's content."""
    with file.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()
