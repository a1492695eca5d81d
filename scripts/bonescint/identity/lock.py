"""A lock, so that only one process at a time works on the ledger."""

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bonescint.errors import InputError
from bonescint.resources import both

LOCK_WAIT = 30.0  # s to wait for another process that holds the ledger
_FULL = {errno.ENOSPC, errno.EDQUOT}


def lock_of(path: Path) -> Path:
    """Return the lock of a file. It is another file, because the file itself is replaced."""
    return path.with_name(f"{path.name}.lock")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a file's lock for the length of the block. The system frees it even after a crash.

    Raises
    ------
    InputError
        If another process holds it longer than `LOCK_WAIT` seconds.
    """
    try:
        lock = lock_of(path).open("a")
    except OSError as error:
        raise not_written(path, error) from None
    with lock as stream:
        until = time.monotonic() + LOCK_WAIT
        while True:
            try:
                fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > until:
                    raise InputError(both("identity", "held", file=path)) from None
                time.sleep(0.05)
            except OSError as error:  # a network share that has no locks
                raise not_written(path, error) from None
        yield


def state_of(path: Path) -> tuple[int, ...]:
    """Return the state of a file that changes with its content: inode number, size and date.

    Parameters
    ----------
    path
        The file. It is opened, because without that NFS may return an old state for a minute.
    """
    with path.open("rb") as stream:
        status = os.fstat(stream.fileno())
    return status.st_ino, status.st_size, status.st_mtime_ns


def not_written(path: Path, error: OSError) -> InputError:
    """Return the message for a ledger that could not be written."""
    reason = os.strerror(error.errno or 0)
    key = "full" if error.errno in _FULL else "not_written"
    return InputError(both("identity", key, file=path, reason=reason))
