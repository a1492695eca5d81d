"""Read the raw folder file by file, in order, on several processes, in constant memory."""

from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from pathlib import Path

from bonescint.dicom.headers import Header, Unreadable, read_header
from bonescint.dicom.index import index_row
from bonescint.dicom.limits import DEFAULT, HeaderFault, Limits
from bonescint.dicom.quiet import quiet_pydicom
from bonescint.dicom.vocabulary import BONE_TRACERS
from bonescint.folders import FileFound, files_below, printable

_CHUNK = 64  # files per task, so that a task takes far longer than handing it over
_AHEAD = 4  # tasks per worker in flight: bounds the memory, keeps the workers busy


FileRow = tuple[bool, dict[str, str]]  # True: row of the index; False: of the unreadable files


def index_files(
    folder: Path,
    files: tuple[FileFound, ...],
    limits: Limits = DEFAULT,
    tracers: tuple[str, ...] = BONE_TRACERS,
) -> list[FileRow]:
    """Return the rows of some files of a folder (`files_below`), as `index_tree` yields them."""
    rows: list[FileRow] = []
    with quiet_pydicom():
        for path, size, modified, _, refusal, state in files:
            outcome = Unreadable("unreadable", refusal)
            try:
                header = outcome if refusal else read_header(folder / path, limits)
                if isinstance(header, Header):
                    row = index_row(header, path, size, tracers)
                    rows.append((True, row | {"modified": str(modified), "state": state}))
                    continue
                outcome = header
            except HeaderFault as fault:
                outcome = Unreadable(fault.reason.replace("-", "_"), fault.detail)
            except Exception as error:  # pydicom could read the header but not decode it
                outcome = Unreadable("unreadable", type(error).__name__)
            row = {"path": printable(path), "size": str(size), **outcome._asdict()}
            rows.append((False, row))
    return rows


def index_tree(
    folder: Path,
    workers: int,
    limits: Limits = DEFAULT,
    tracers: tuple[str, ...] = BONE_TRACERS,
    known: Mapping[str, dict[str, str]] | None = None,
) -> Iterator[FileRow]:
    """Yield a row for every file below a folder, sorted by path.

    Parameters
    ----------
    folder
        The raw folder.
    workers
        Number of processes. 1 works in this one.
    known
        Path -> the row of an earlier reading. It is used if the file has not changed since.

    Yields
    ------
    tuple
        Whether the row belongs to the index or to the unreadable files, and the row.
    """
    files = files_below(folder)
    chunks = iter(lambda: tuple(islice(files, _CHUNK)), ())
    known = known or {}
    if workers <= 1:
        for chunk in chunks:
            new = _changed(chunk, known)
            yield from _together(chunk, index_files(folder, new, limits, tracers), known)
        return
    with ProcessPoolExecutor(workers) as pool:
        running: deque[tuple[tuple[FileFound, ...], Future[list[FileRow]] | None]] = deque()
        for chunk in chunks:
            new = _changed(chunk, known)
            read = pool.submit(index_files, folder, new, limits, tracers) if new else None
            running.append((chunk, read))
            if len(running) >= _AHEAD * workers:
                chunk, read = running.popleft()
                yield from _together(chunk, read.result() if read else [], known)
        for chunk, read in running:
            yield from _together(chunk, read.result() if read else [], known)


def _changed(
    files: tuple[FileFound, ...], known: Mapping[str, dict[str, str]]
) -> tuple[FileFound, ...]:
    """Return the files whose row is unknown, or was read before the file changed."""
    return tuple(file for file in files if not _is_known(file, known))


def _is_known(file: FileFound, known: Mapping[str, dict[str, str]]) -> bool:
    row = known.get(file.path)
    now = (str(file.size), str(file.modified), file.state, "")
    return row is not None and now == (row["size"], row["modified"], row["state"], file.refusal)


def _together(
    files: tuple[FileFound, ...], read: list[FileRow], known: Mapping[str, dict[str, str]]
) -> Iterator[FileRow]:
    """Yield the rows of some files in their order, both the known and the new ones."""
    rows = iter(read)
    for file in files:
        yield (True, known[file.path]) if _is_known(file, known) else next(rows)
