"""One run at a time in a folder, also after a run was killed.

Snakemake's own locks are plain files: after a kill -9 or a power cut they stay and the next run is
refused, and they say nothing of jobs that outlive their killed parent. Here the kernel holds two
locks in the `.snakemake` folder that end with their process, however it ends: ``bonescint.run``
by the run, ``bonescint.jobs`` shared by its jobs. A job's worker processes end with it.
"""

import ctypes
import errno
import fcntl
import os
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from bonescint.errors import InputError
from bonescint.resources import Texts

RUN = "bonescint.run"  # held for the length of a run
WAIT = 60.0  # seconds for the jobs of a killed run to end
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h
# closed when the process ends, or in a child that is forked off
_held: list[IO[str]] = []
_by_main_thread = True


def take(folder: Path, text: Texts) -> None:
    """Make this process the folder's one run, and clear away what a killed run left.

    Called once, when a real run has read its configuration; the lock lasts as long as the process.

    Parameters
    ----------
    folder
        `.snakemake` of the study.
    text
        The words of resources/text/incidents.csv. The caller names them: jobs read this module
        too, and their results do not depend on words.

    Raises
    ------
    InputError
        If another run is under way, or jobs of a killed one do not end within `WAIT` seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Snakemake makes it and its log folder before the workflow can set the umask
    try:
        folder.chmod(0o700)
    except PermissionError:
        # a drive of Windows, on WSL, or a FAT declines it; nobody else's folder is a study
        if folder.stat().st_uid != os.geteuid():
            raise
    run = _open(folder / RUN)
    jobs = _open(folder / "bonescint.jobs")
    try:
        if not _locked(run):
            raise InputError(text("running"))
        until = time.monotonic() + WAIT
        told = False
        while not _locked(jobs):
            if time.monotonic() > until:
                raise InputError(text("orphans", seconds=int(WAIT)))
            if not told:
                print(text("waiting", seconds=int(WAIT)), file=sys.stderr, flush=True)
                told = True
            time.sleep(0.2)
    except InputError:
        run.close()
        raise
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
            raise
        # a share without locks of the kernel: Snakemake's own are all there is
        run.close()
        return
    finally:
        jobs.close()
    _held.append(run)
    # nobody else is at work here, so Snakemake's locks are a killed run's
    for stale in (folder / "locks").glob("*.lock"):
        stale.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path, text: Texts) -> Iterator[None]:
    """Keep runs away for the length of the block: for who changes what a run reads.

    Parameters
    ----------
    folder, text
        As for `take`.

    Raises
    ------
    InputError
        As `take` does.
    """
    before = list(_held)
    take(folder, text)
    # where the kernel holds no locks
    if before == _held and any((folder / "locks").glob("*.lock")):
        raise InputError(text("running"))
    try:
        yield
    finally:
        for lock in [one for one in _held if one not in before]:
            _held.remove(lock)
            lock.close()


def hold(folder: Path) -> IO[str] | None:
    """Mark this process as a job at work until the handle is closed or the process ends.

    Parameters
    ----------
    folder
        `.snakemake` of the study; where there is none (a test, a command), nothing is marked.
    """
    if not folder.is_dir():
        return None
    jobs = _open(folder / "bonescint.jobs")
    try:
        fcntl.flock(jobs, fcntl.LOCK_SH)
    except OSError:
        jobs.close()
        return None
    _held.append(jobs)
    return jobs


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Mark this process as a job at work for the length of the block."""
    jobs = hold(folder)
    try:
        yield
    finally:
        if jobs in _held:  # a forked child has left already
            _held.remove(jobs)
            jobs.close()


def _open(path: Path) -> IO[str]:
    # to read and to write: NFS grants shared locks on the former and exclusive ones on the latter
    return path.open("a+")


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _before_fork() -> None:
    global _by_main_thread  # after the fork every thread calls itself the main one
    _by_main_thread = threading.current_thread() is threading.main_thread()


def _leave() -> None:
    # a lock lasts until the last copy of its handle is closed: a worker process that its killed
    # parent left behind would hold it for ever
    if not _held:
        return
    while _held:
        _held.pop().close()
    # and the worker itself would wait for work for ever, patients in its memory. The kernel goes
    # by the thread that forked: of another one than the main thread the end is no end of the job
    if sys.platform == "linux" and _by_main_thread:
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


os.register_at_fork(before=_before_fork, after_in_child=_leave)
