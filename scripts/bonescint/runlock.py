"""One run at a time in a folder, even after a run was killed.

Snakemake's own locks are plain files. After a kill -9 or a power cut they stay, and the next run is
refused. They also say nothing about jobs that outlive their killed parent. Here the kernel holds
two locks in the `.snakemake` folder, which end with their process however it ends. The run holds
``bonescint.run``; its jobs share ``bonescint.jobs``. A job's worker processes end with the job.
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

RUN = "bonescint.run"  # held while a run lasts
WAIT = 60.0  # seconds for the jobs of a killed run to end
_SET_PARENT_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of linux/prctl.h
# closed when the process ends, or in a forked child
_held: list[IO[str]] = []
_by_main_thread = True


def take(folder: Path, text: Texts) -> None:
    """Make this process the folder's only run, and clear away what a killed run left.

    It is called once, after a real run has read its configuration. The lock lasts as long as the
    process.

    Parameters
    ----------
    folder
        `.snakemake` of the study.
    text
        The words of resources/text/incidents.csv. The caller passes them, because jobs import this
        module too, and their results must not depend on words.

    Raises
    ------
    InputError
        If another run is under way, or jobs of a killed one do not end within `WAIT` seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Snakemake makes the folder and its log folder before the workflow can set the umask
    try:
        folder.chmod(0o700)
    except PermissionError:
        # FAT, and on WSL a drive of Windows, refuse the mode; a study's folder belongs to the user
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
        # a share without kernel locks: only Snakemake's own locks remain
        run.close()
        return
    finally:
        jobs.close()
    _held.append(run)
    # no other process works here, so these locks are from a killed run
    for stale in (folder / "locks").glob("*.lock"):
        stale.unlink(missing_ok=True)


@contextmanager
def alone(folder: Path, text: Texts) -> Iterator[None]:
    """Keep runs away (`take`) while the block lasts, for commands that change what a run reads.

    Raises
    ------
    InputError
        As `take` does.
    """
    before = list(_held)
    take(folder, text)
    # this applies where the kernel holds no locks
    if before == _held and any((folder / "locks").glob("*.lock")):
        raise InputError(text("running"))
    try:
        yield
    finally:
        for lock in [one for one in _held if one not in before]:
            _held.remove(lock)
            lock.close()


def hold(folder: Path) -> IO[str] | None:
    """Mark this process as a working job until the handle is closed or the process ends.

    Parameters
    ----------
    folder
        `.snakemake` of the study. Where there is none (a test, a command), nothing is marked.
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


def join(folder: Path, text: Texts) -> None:
    """Mark this process as a working job of a run; on a cluster, see that it is seen from here.

    A filesystem may grant each computer its own locks without saying so. The run holds its lock as
    long as it lasts, so a job that could take it must not work.

    Parameters
    ----------
    folder, text
        As for `take`.

    Raises
    ------
    InputError
        If the job's node does not see the lock of a run.
    """
    hold(folder)
    if "SLURM_JOB_ID" not in os.environ:
        return
    try:
        with _open(folder / RUN) as run:
            fcntl.flock(run, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return  # held by the run, or no locks at all there, which the ledger tells of
    raise InputError(text("unseen"))


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Mark this process as a working job while the block lasts."""
    jobs = hold(folder)
    try:
        yield
    finally:
        if jobs in _held:  # not in a forked child, which has left it
            _held.remove(jobs)
            jobs.close()


def _open(path: Path) -> IO[str]:
    # open for both, because NFS grants shared locks on reading and exclusive ones on writing
    return path.open("a+")


def _locked(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _before_fork() -> None:
    global _by_main_thread  # after the fork, every thread is the main one
    _by_main_thread = threading.current_thread() is threading.main_thread()


def _leave() -> None:
    # A lock lasts until the last copy of its handle is closed. A worker process whose parent was
    # killed would hold it forever.
    if not _held:
        return
    while _held:
        _held.pop().close()
    # The worker would also wait for work forever, with patients in its memory. The kernel signals
    # the end of the thread that forked. Only the main thread's end is the end of the job.
    if sys.platform == "linux" and _by_main_thread:
        ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)


os.register_at_fork(before=_before_fork, after_in_child=_leave)
