"""What lies below a folder: one walk, which no folder or file that may not be read stops."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

# Snakemake's own mark on a folder that a rule made
FOLDER_MARK = ".snakemake_timestamp"


class FileFound(NamedTuple):
    """An entry below a folder: a file, or a folder that cannot be listed (ends with ``/``)."""

    path: str
    size: int
    modified: int  # nanoseconds: tells a file from one of the same size put in its place
    mode: int  # tells a file that may be read now from one that might not
    refusal: str  # why it must not be opened, or cannot be
    state: str = ""  # inode and time of its last change, which nobody can set back


def printable(path: str) -> str:
    """Return a path as UTF-8 can hold it, undecodable bytes of a file name escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def files_below(folder: Path) -> Iterator[FileFound]:
    """Yield every file below a folder, sorted by its path relative to it; links are not followed.

    A folder below it that may not be read, and whatever vanishes meanwhile, is an entry with a
    refusal: the walk goes on, and nobody has to print a path, which may hold a patient's ID.

    Parameters
    ----------
    folder
        Such as the raw folder.

    Raises
    ------
    OSError
        If the folder itself cannot be listed.
    """
    waiting = _listed(folder, "")
    while waiting:
        path, entry = waiting.pop()
        if not path.endswith("/"):
            if path != FOLDER_MARK:
                yield _file(path, entry)
            continue
        try:
            waiting += _listed(folder, path)
        except OSError as error:
            yield FileFound(path, 0, 0, 0, f"folder: {type(error).__name__}")


def _listed(folder: Path, below: str) -> list[tuple[str, os.DirEntry[str]]]:
    """Return what stands in a folder, the first in the order of paths last."""
    with os.scandir(folder / below) as entries:
        # a folder sorts with its "/": so this order is the order of the paths
        found = [(below + entry.name + "/" * _is_folder(entry), entry) for entry in entries]
    return sorted(found, key=lambda item: item[0], reverse=True)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False  # what it is nobody can tell: its status, asked for next, says why


def _file(path: str, entry: os.DirEntry[str]) -> FileFound:
    try:
        status = entry.stat(follow_symlinks=False)
        is_link, is_regular = entry.is_symlink(), entry.is_file(follow_symlinks=False)
    except OSError as error:
        return FileFound(path, 0, 0, 0, type(error).__name__)
    refusal = "symbolic link" if is_link else "" if is_regular else "not a regular file"
    if not refusal and path != printable(path):
        refusal = "file name is not UTF-8"
    state = f"{status.st_ino}:{status.st_ctime_ns}"
    return FileFound(path, status.st_size, status.st_mtime_ns, status.st_mode, refusal, state)
