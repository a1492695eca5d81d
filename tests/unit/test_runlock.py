"""The run's lock: one run at a time, waiting for a killed run's jobs, stale locks cleared."""

import errno
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bonescint import runlock
from bonescint.errors import InputError
from bonescint.joblog import job_log
from bonescint.resources import Texts

# a job that says when it has begun and then stays, with a worker process as pools have them
JOB = """
import os, sys, time
from concurrent.futures import ProcessPoolExecutor
from bonescint.joblog import job_log
with job_log("job.log"), ProcessPoolExecutor(1) as pool:
    worker = pool.submit(os.getpid).result()
    print(worker, flush=True)
    time.sleep(60)
"""
RUN = """
import sys, time
from pathlib import Path
from bonescint import runlock
from bonescint.resources import Texts
runlock.take(Path(".snakemake"), Texts("incidents", "en"))
print("taken", flush=True)
time.sleep(60)
"""


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".snakemake" / "locks").mkdir(parents=True)
    return tmp_path


@contextmanager
def process(code: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Start a Python process and yield it with the first line it prints."""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    try:
        yield child, child.stdout.readline().strip()
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


@pytest.fixture(autouse=True)
def released() -> Iterator[None]:
    yield
    while runlock._held:
        runlock._held.pop().close()


def stale(study: Path) -> Path:
    lock = study / ".snakemake" / "locks" / "0.output.lock"
    lock.write_text("results/study.xlsx\n")
    return lock


def test_locks_of_a_killed_run_are_cleared(study: Path) -> None:
    lock = stale(study)
    runlock.take(study / ".snakemake", Texts("incidents", "en"))
    assert not lock.exists()
    assert (study / ".snakemake").stat().st_mode & 0o077 == 0


def test_a_second_run_is_refused_and_touches_nothing(study: Path) -> None:
    lock = stale(study)
    with process(RUN) as (first, printed):
        assert printed == "taken"
        assert not lock.exists()
        stale(study)
        with pytest.raises(InputError, match="Another run is under way"):
            runlock.take(study / ".snakemake", Texts("incidents", "en"))
        assert lock.exists()
        first.kill()
        first.wait()
        runlock.take(study / ".snakemake", Texts("incidents", "en"))
        assert not lock.exists()


def test_the_jobs_of_a_killed_run_are_waited_for(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = stale(study)
    monkeypatch.setattr(runlock, "WAIT", 0.3)
    with process(JOB):
        with pytest.raises(InputError, match="強制終了した実行の処理が"):
            runlock.take(study / ".snakemake", Texts("incidents", "ja"))
        assert "待ちます" in capsys.readouterr().err
        assert lock.exists()
    # the job is gone: so is its lock, however it ended
    runlock.take(study / ".snakemake", Texts("incidents", "ja"))
    assert not lock.exists()


def test_a_job_on_a_cluster_works_only_where_it_sees_the_lock_of_its_run(
    study: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, text = study / ".snakemake", Texts("incidents", "en")
    with process(RUN) as (_, printed):
        assert printed == "taken"
        monkeypatch.setenv("SLURM_JOB_ID", "7")
        runlock.join(folder, text)
        # as where each computer has its own locks
        (folder / runlock.RUN).unlink()
        with pytest.raises(InputError, match="does not see the lock"):
            runlock.join(folder, text)
        # one computer has one kernel
        monkeypatch.delenv("SLURM_JOB_ID")
        runlock.join(folder, text)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel's signal on a parent's death")
def test_a_killed_job_leaves_no_worker(study: Path) -> None:
    with process(JOB) as (job, worker):
        job.send_signal(signal.SIGKILL)
        job.wait()
        until = time.monotonic() + 5
        while Path(f"/proc/{worker}").exists() and "Z" not in state(worker):
            assert time.monotonic() < until, "the worker lives on"
            time.sleep(0.05)
        runlock.take(study / ".snakemake", Texts("incidents", "en"))


def state(process: str) -> str:
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return "Z"


def test_a_worker_does_not_keep_the_lock_of_its_job(study: Path) -> None:
    with runlock.held(study / ".snakemake"):
        child = os.fork()
        if not child:
            time.sleep(30)
            os._exit(0)
    try:
        runlock.take(study / ".snakemake", Texts("incidents", "en"))
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def test_jobs_do_not_wait_for_each_other(study: Path) -> None:
    with job_log("a.log"), runlock.held(study / ".snakemake"):
        pass
    assert not runlock._held


def test_without_snakemake_nothing_is_locked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with job_log("a.log"):
        assert not runlock._held
    assert [p.name for p in tmp_path.iterdir()] == ["a.log"]


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (28, ["No space left on device", "ディスクの空き容量", "The disk is full"]),
        (5, ["Input/output"]),
    ],
)
def test_an_error_of_the_system_is_told_without_the_file(
    tmp_path: Path, number: int, words: list[str]
) -> None:
    with pytest.raises(SystemExit), job_log(tmp_path / "a.log"):
        raise OSError(number, os.strerror(number), "private/山田花子.csv")
    logged = (tmp_path / "a.log").read_text(encoding="utf-8")
    assert all(word in logged for word in words)
    assert "山田" not in logged


def test_who_changes_what_a_run_reads_keeps_runs_away_for_a_while(study: Path) -> None:
    text = Texts("incidents", "en")
    first = runlock.alone(study / ".snakemake", text)
    with first, pytest.raises(InputError), runlock.alone(study / ".snakemake", text):
        pass
    with process(RUN) as (_, said):
        assert said == "taken"
        with pytest.raises(InputError), runlock.alone(study / ".snakemake", text):
            pass
    with pytest.raises(KeyError), runlock.alone(study / ".snakemake", text):
        raise KeyError
    with runlock.alone(study / ".snakemake", text):
        pass


def test_on_a_share_without_locks_the_one_of_snakemake_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_: object) -> bool:
        raise OSError(errno.ENOLCK, "")

    monkeypatch.setattr(runlock, "_locked", refused)
    words = Texts("incidents", "en")
    with runlock.alone(tmp_path, words):
        pass
    (tmp_path / "locks").mkdir()
    (tmp_path / "locks" / "0.input.lock").touch()
    with pytest.raises(InputError, match="under way"), runlock.alone(tmp_path, words):
        pass
