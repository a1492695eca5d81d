"""The files below a folder, by a walk that no unreadable folder or file stops."""

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
    modified: int  # nanoseconds: shows a replacement by a file of the same size
    mode: int  # shows a file that has become readable
    refusal: str  # why it must not or cannot be opened
    state: str = ""  # inode and time of the last change, which no user can set back


def printable(path: str) -> str:
    """Return a path as valid UTF-8, with undecodable bytes of a file name escaped."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def files_below(folder: Path) -> Iterator[FileFound]:
    """Yield every file below a folder, sorted by its path relative to it. Links are not followed.

    An unreadable folder below it, and a file that vanishes meanwhile, becomes an entry with a
    refusal. So the walk goes on, and no error has to print a path, which may contain a patient's
    ID.

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
    """Return the entries of a folder, in the reverse order of their paths."""
    with os.scandir(folder / below) as entries:
        # a folder is sorted with its "/", so this order is the order of the paths
        found = [(below + entry.name + "/" * _is_folder(entry), entry) for entry in entries]
    return sorted(found, key=lambda item: item[0], reverse=True)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir(follow_symlinks=False)
    except OSError:
        return False  # unknown; its status, read next, shows the reason


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
