"""The raw folder, file by file, in order, on several processes, with memory that does not grow."""

import logging
import os
import warnings
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from bonescint.dicom.headers import Header, Unreadable, read_header
from bonescint.dicom.index import index_row

_CHUNK = 64  # files per task: a task's cost is far above that of handing it over
_AHEAD = 4  # tasks per worker in flight: bounds the memory, keeps the workers busy


class FileFound(NamedTuple):
    """An entry below the raw folder that is no folder; `refusal` if it must not be opened."""

    path: str
    size: int
    modified: int  # nanoseconds: tells a file from one of the same size put in its place
    refusal: str


FileRow = tuple[bool, dict[str, str]]  # True: a row of the index; False: of the unreadable files


def _printable(path: str) -> str:
    """Return the path as UTF-8 can hold it, undecodable bytes of a file name escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def files_below(folder: Path, below: str = "") -> Iterator[FileFound]:
    """Yield every file below a folder, sorted by its path relative to it; links are not followed.

    Parameters
    ----------
    folder
        The raw folder.
    below
        Where to begin, relative to it; ends with ``/`` unless empty.
    """
    try:
        with os.scandir(folder / below) as entries:
            # a folder sorts with its "/": so this order is the order of the paths
            found = [
                (e.name + "/" * e.is_dir(follow_symlinks=False), e.is_symlink(), e) for e in entries
            ]
    except OSError as error:
        yield FileFound(below, 0, 0, type(error).__name__)
        return
    for name, is_link, entry in sorted(found, key=lambda item: item[0]):
        path = below + name
        if path == ".snakemake_timestamp":
            continue  # Snakemake's own mark on a folder that a rule made
        if name.endswith("/"):
            yield from files_below(folder, path)
            continue
        try:
            status = entry.stat(follow_symlinks=False)
            regular = entry.is_file(follow_symlinks=False)
        except OSError as error:
            yield FileFound(path, 0, 0, type(error).__name__)
            continue
        refusal = "symbolic link" if is_link else "" if regular else "not a regular file"
        if not refusal and path != _printable(path):
            refusal = "file name is not UTF-8"
        yield FileFound(path, status.st_size, status.st_mtime_ns, refusal)


def _index_chunk(folder: Path, files: tuple[FileFound, ...]) -> list[FileRow]:
    """Return the rows of some files; runs in a worker."""
    rows: list[FileRow] = []
    for path, size, modified, refusal in files:
        outcome: Header | Unreadable | dict[str, str]
        outcome = Unreadable("unreadable", refusal) if refusal else read_header(folder / path)
        if isinstance(outcome, Header):
            try:
                row = index_row(outcome, path, size) | {"modified": str(modified)}
                rows.append((True, row))
                continue
            except Exception as error:  # a header that pydicom could read and not decode
                outcome = Unreadable("unreadable", type(error).__name__)
        reason, detail = outcome
        rows.append(
            (
                False,
                {"path": _printable(path), "size": str(size), "reason": reason, "detail": detail},
            )
        )
    return rows


def _quiet() -> None:
    """Silence pydicom: its warnings quote header values and paths, and logs hold no identifier."""
    warnings.simplefilter("ignore")
    # its decoders have loggers of their own, which take over the level but not `disabled`
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)


def index_tree(folder: Path, workers: int) -> Iterator[FileRow]:
    """Yield a row for every file below a folder, sorted by path.

    Parameters
    ----------
    folder
        The raw folder.
    workers
        Processes; 1 works in this one.

    Yields
    ------
    tuple
        Whether the row belongs to the index or to the unreadable files, and the row.
    """
    files = files_below(folder)
    chunks = iter(lambda: tuple(islice(files, _CHUNK)), ())
    if workers <= 1:
        logger = logging.getLogger("pydicom")
        level = logger.level
        with warnings.catch_warnings():
            _quiet()
            try:
                for chunk in chunks:
                    yield from _index_chunk(folder, chunk)
            finally:
                logger.setLevel(level)
        return
    with ProcessPoolExecutor(workers, initializer=_quiet) as pool:
        running: deque[Future[list[FileRow]]] = deque()
        for chunk in chunks:
            running.append(pool.submit(_index_chunk, folder, chunk))
            if len(running) >= _AHEAD * workers:
                yield from running.popleft().result()
        while running:
            yield from running.popleft().result()
