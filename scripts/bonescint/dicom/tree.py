"""The raw folder, file by file, in order, on several processes, with memory that does not grow."""

import logging
import warnings
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from pathlib import Path

from bonescint.dicom.headers import Header, Unreadable, read_header
from bonescint.dicom.index import index_row
from bonescint.dicom.limits import DEFAULT, HeaderFault, Limits
from bonescint.dicom.vocabulary import BONE_TRACERS
from bonescint.folders import FileFound, files_below, printable

_CHUNK = 64  # files per task: a task's cost is far above that of handing it over
_AHEAD = 4  # tasks per worker in flight: bounds the memory, keeps the workers busy


FileRow = tuple[bool, dict[str, str]]  # True: a row of the index; False: of the unreadable files


def _index_chunk(
    folder: Path, limits: Limits, tracers: tuple[str, ...], files: tuple[FileFound, ...]
) -> list[FileRow]:
    """Return the rows of some files; runs in a worker."""
    rows: list[FileRow] = []
    for path, size, modified, _, refusal in files:
        outcome: Header | Unreadable | dict[str, str]
        if refusal:
            outcome = Unreadable("unreadable", refusal)
        else:
            outcome = read_header(folder / path, limits)
        if isinstance(outcome, Header):
            try:
                row = index_row(outcome, path, size, tracers) | {"modified": str(modified)}
                rows.append((True, row))
                continue
            except HeaderFault as fault:
                outcome = Unreadable(fault.reason.replace("-", "_"), fault.detail)
            except Exception as error:  # a header that pydicom could read and not decode
                outcome = Unreadable("unreadable", type(error).__name__)
        reason, detail = outcome
        rows.append(
            (
                False,
                {"path": printable(path), "size": str(size), "reason": reason, "detail": detail},
            )
        )
    return rows


def _quiet() -> None:
    """Silence pydicom: its warnings quote header values and paths, and logs hold no identifier."""
    warnings.simplefilter("ignore")
    # its decoders have loggers of their own, which take over the level but not `disabled`
    logging.getLogger("pydicom").setLevel(logging.CRITICAL + 1)


def index_files(
    folder: Path,
    files: tuple[FileFound, ...],
    limits: Limits = DEFAULT,
    tracers: tuple[str, ...] = BONE_TRACERS,
) -> list[FileRow]:
    """Return the rows of some files of a folder, as `index_tree` yields them, in this process.

    Parameters
    ----------
    folder, limits, tracers
        As for `index_tree`.
    files
        Of those `bonescint.folders.files_below` found.
    """
    logger = logging.getLogger("pydicom")
    level = logger.level
    with warnings.catch_warnings():
        _quiet()
        try:
            return _index_chunk(folder, limits, tracers, files)
        finally:
            logger.setLevel(level)


def index_tree(
    folder: Path,
    workers: int,
    limits: Limits = DEFAULT,
    tracers: tuple[str, ...] = BONE_TRACERS,
) -> Iterator[FileRow]:
    """Yield a row for every file below a folder, sorted by path.

    Parameters
    ----------
    folder
        The raw folder.
    workers
        Processes; 1 works in this one.
    limits
        How much of a file is taken into memory.
    tracers
        Those of the study.

    Yields
    ------
    tuple
        Whether the row belongs to the index or to the unreadable files, and the row.
    """
    files = files_below(folder)
    chunks = iter(lambda: tuple(islice(files, _CHUNK)), ())
    if workers <= 1:
        for chunk in chunks:
            yield from index_files(folder, chunk, limits, tracers)
        return
    with ProcessPoolExecutor(workers, initializer=_quiet) as pool:
        running: deque[Future[list[FileRow]]] = deque()
        for chunk in chunks:
            running.append(pool.submit(_index_chunk, folder, limits, tracers, chunk))
            if len(running) >= _AHEAD * workers:
                yield from running.popleft().result()
        while running:
            yield from running.popleft().result()
