"""The list of generated files below demo/. Other files belong to users and are not touched.

Snakemake deletes a rule's outputs before the job. So before it plans a run, the folder is compared
with the list that the generator keeps in it, which is no output of a rule. The list has no dates,
so that the same settings give the same bytes of every file.
"""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from bonescint.files import Row, read_rows, write_rows
from bonescint.folders import FOLDER_MARK, printable
from bonescint.made import sha256_of

_LIST = ".made.csv"
_COLUMNS = ("path", "size", "sha256")
_FOLDER = "dicom"  # the only output that is a folder
_MOMENT = 2_000_000_000  # nanoseconds within which Snakemake marks it as made


def begin_demo(folder: Path) -> None:
    """Record that the generator is at work, before any list names its files."""
    write_rows(folder / _LIST, _COLUMNS, [])


def list_demo(folder: Path, outputs: Iterable[Path]) -> None:
    """Write a list of all files that the generator wrote.

    Parameters
    ----------
    folder
        demo/.
    outputs
        The files and the folder that the generator writes.
    """
    written = set(outputs)
    rows = [
        {"path": path, "size": file.stat().st_size, "sha256": sha256_of(file)}
        for path, file in _files(folder)
        if not written.isdisjoint((file, *file.parents))
    ]
    write_rows(folder / _LIST, _COLUMNS, rows)


def not_of_the_generator(folder: Path, outputs: Collection[str]) -> list[Path]:
    """Return the files below a folder that are not, or no longer, as the generator wrote them.

    Parameters
    ----------
    folder
        demo/.
    outputs
        The paths that the generator writes, below the folder.
    """
    files = list(_files(folder))
    made = folder / _LIST
    if not made.exists():
        return [file for path, file in files if not _is_of_before(folder, path, file, outputs)]
    rows = {row["path"]: row for row in read_rows(made)}
    if not rows:  # the generator was interrupted
        return [file for path, file in files if not _is_output(path, outputs)]
    listed = made.stat().st_mtime_ns
    return [file for path, file in files if not _is_listed(file, rows.get(path), listed)]


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    for file in sorted(folder.rglob("*")):
        # a link, even to a folder, belongs to a user
        if file.name not in (_LIST, FOLDER_MARK) and (file.is_symlink() or not file.is_dir()):
            yield printable(file.relative_to(folder).as_posix()), file


def _is_listed(file: Path, row: Row | None, listed: int) -> bool:
    if row is None or file.is_symlink():
        return False
    state = file.stat()
    # whatever a file's date says, ctime shows when it was last written or put there
    is_since = state.st_ctime_ns > listed
    same = row["size"] == str(state.st_size)
    return same and (not is_since or row["sha256"] == sha256_of(file))


def _is_output(path: str, outputs: Collection[str]) -> bool:
    return path in outputs or path.startswith(f"{_FOLDER}/")


def _is_of_before(folder: Path, path: str, file: Path, outputs: Collection[str]) -> bool:
    """Tell whether a version without a list wrote a file, and nothing was added since."""
    mark = folder / _FOLDER / FOLDER_MARK
    if not mark.is_file() or not _is_output(path, outputs):
        return False
    return file.lstat().st_ctime_ns <= mark.stat().st_mtime_ns + _MOMENT
