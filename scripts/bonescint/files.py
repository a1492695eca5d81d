"""Reading and writing the workflow's own tables, whole or not at all."""

import csv
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

Row = dict[str, str]  # of one of the workflow's own tables: column -> text
# what `replacing` names its temporary files; the process that writes
TEMPORARY = re.compile(r"\..+\.(\d+)\.tmp", re.DOTALL)


@contextmanager
def replacing(path: str | Path, mode: str = "w", sync: bool = True) -> Iterator[IO]:  # type: ignore[type-arg]
    """Open a temporary neighbour of `path` and rename it into place if the block succeeds.

    Parameters
    ----------
    path
        The file to be written; its folder is made if needed.
    mode
        ``w`` (UTF-8, line ends as written) or ``wb``.
    sync
        Whether content and name must have reached the disk; without, one `os.sync` serves many
        files.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    text = {} if "b" in mode else {"encoding": "utf-8", "newline": ""}
    try:
        with temporary.open(mode, **text) as stream:  # type: ignore[call-overload]
            yield stream
            if sync:
                stream.flush()
                os.fsync(stream.fileno())
        temporary.replace(path)
        if sync:
            # the new name, too, must outlive a power cut
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def write_rows(
    path: str | Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> int:
    """Write one of the workflow's tables (UTF-8, LF, missing = empty) and return its row count.

    Parameters
    ----------
    path
        The table's file, replaced only when the last row is written.
    columns
        The header; a row with another key is an error.
    rows
        The rows; an absent key or None is written empty.
    """
    count = 0
    with replacing(path) as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def read_rows(path: str | Path) -> Iterator[dict[str, str]]:
    """Yield the rows of one of the workflow's own tables, every value as text.

    Parameters
    ----------
    path
        A table that `write_rows` wrote.
    """
    with Path(path).open(encoding="utf-8", newline="") as stream:
        yield from csv.DictReader(stream)


def number(text: str | None) -> float | None:
    """Return a cell as a number, None where it is empty, no number or not finite."""
    try:
        value = float(text) if text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None
