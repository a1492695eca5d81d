"""What stands in the way of the next run."""

import fcntl
import os
from collections import namedtuple
from pathlib import Path

import pytest

from bonescint.doctor import study as checks
from bonescint.doctor.finding import GOOD, LOOK, MEND, looked_at


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_room_for_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    Path("images").mkdir()
    (Path("images") / "scan").write_bytes(bytes(10**6))
    study = looked_at({"inputs": {"dicom": "images"}})
    least = checks._LEAST
    for free, state in ((least + 4 * 10**6, GOOD), (least + 3 * 10**6, MEND)):
        monkeypatch.setattr(checks.shutil, "disk_usage", lambda _, n=free: usage(0, 0, n))
        assert checks.room(study).state == state
    # what is there already needs no room
    Path("results").mkdir()
    (Path("results") / "made").write_bytes(bytes(10**6))
    assert checks.room(study).state == GOOD
    assert checks.room(None)[1:3] == (GOOD, "found")
    assert checks.room(looked_at({"inputs": {"dicom": "none"}})).key == "found"


def test_the_newest_file() -> None:
    study = looked_at({})
    assert checks.newest(study) == 0
    Path("private").mkdir()
    Path("private/ledger.head").touch()
    os.utime("private/ledger.head", (1000, 1000))
    assert checks.newest(study) == 1000
    Path("results").mkdir()
    Path("results/study.xlsx").touch()
    os.utime("results/study.xlsx", (2000, 2000))
    assert checks.newest(study) == 2000


def test_a_run_at_work_and_one_that_was_cut_off() -> None:
    assert checks.runs()[1:3] == (GOOD, "none")
    Path(".snakemake/locks").mkdir(parents=True)
    locks = [Path(".snakemake/bonescint.run"), Path(".snakemake/bonescint.jobs")]
    for lock in locks:
        lock.touch()
    assert checks.runs().key == "none"
    Path(".snakemake/locks/0.input.lock").touch()
    assert checks.runs()[1:3] == (LOOK, "cut_off")
    # the run's own, and that of a job whose run was killed
    for lock, kind in zip(locks, (fcntl.LOCK_EX, fcntl.LOCK_SH), strict=True):
        with lock.open("a+") as held:
            fcntl.flock(held, kind)
            assert checks.runs()[1:3] == (LOOK, "at_work")
    Path(".snakemake/locks/0.input.lock").unlink()
    assert checks.runs().key == "none"


def test_tables_that_are_open() -> None:
    for name in ("inputs", "results/figures"):
        Path(name).mkdir(parents=True)
    study = looked_at({"inputs": {"opt_out": "inputs/opt_out.xlsx"}})
    assert [one.key for one in checks.open_tables(study)] == ["none"]
    Path("inputs/~$opt_out.xlsx").touch()
    Path("results/~$study.xlsx").touch()
    Path("results/figures/.~lock.cases.csv#").touch()
    inputs, results = checks.open_tables(study)
    # the list's name could tell something; its key in the configuration does not
    assert inputs.values == {"names": "inputs.opt_out"}
    assert results.values == {"names": "results/figures/cases.csv, results/study.xlsx"}
