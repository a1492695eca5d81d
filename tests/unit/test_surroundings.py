"""A read-only home and a full temporary folder are told first, with the remedy."""

import errno
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from bonescint.cli import main
from bonescint.resources import ROOT
from bonescint.surroundings import shortcomings

Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def healthy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for key in ("XDG_CACHE_HOME", "TMPDIR", "TMP", "TEMP"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture
def broken_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a home below which not even root can write."""
    home = tmp_path / "a file"
    home.touch()
    monkeypatch.setenv("HOME", str(home))
    return home


@pytest.fixture
def full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a temporary folder in which a file can be made, but not written."""
    folder = tmp_path / "full"
    folder.mkdir()
    make = tempfile.TemporaryFile

    def file(dir: Path) -> Any:
        if Path(dir) == folder:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return make(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", file)
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_nothing_to_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert shortcomings() == []
    # tempfile and Snakemake pass over a place that is not there
    monkeypatch.setenv("TMPDIR", str(tmp_path / "none"))
    assert shortcomings() == []


def test_a_cache_elsewhere_is_the_cure(
    broken_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (said,) = shortcomings()
    assert str(broken_home) in said
    assert "XDG_CACHE_HOME" in said
    assert "書き込めません" in said
    assert "cannot be written" in said
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert shortcomings() == []


def test_a_temporary_folder_that_is_full(full: Path) -> None:
    (said,) = shortcomings()
    assert str(full) in said
    assert "--scheduler greedy" in said
    assert "空きがありません" in said


@pytest.mark.parametrize("folder", ["山田 太郎", "study (1)", "it's", "R&D", "a\\b", "a$b"])
def test_a_path_that_a_shell_takes_apart(folder: str) -> None:
    (said,) = shortcomings(f"/home/{folder}/.venv/bin/python")
    assert folder in said
    assert "空白" in said
    assert shortcomings("/home/山田/骨シンチ-0.2.0+g1/.venv/bin/python") == []


def test_a_disk_that_is_full_indeed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(tmp_path)]
    if not shutil.which("mount") or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine does not let the test mount a small disk")
    try:
        monkeypatch.setenv("TMP", str(tmp_path))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
        (said,) = shortcomings()
        assert str(tmp_path) in said
        assert list((tmp_path / "cache" / "snakemake").iterdir()) == []
    finally:
        subprocess.run(["umount", "--lazy", str(tmp_path)], check=True)


def test_a_command_says_it_and_goes_on(
    broken_home: Path,
    full: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(ROOT / "config.yaml", tmp_path)
    assert main(["ledger", "status"]) == 1  # the folder is missing: its own message follows
    lines = capsys.readouterr().err.splitlines()
    assert "XDG_CACHE_HOME" in lines[0]
    assert "TMPDIR" in lines[1]
    assert len(lines) > 2


@pytest.mark.parametrize("target", ["run", "progress", "audit", "deliver", ".venv/ready"])
def test_make_says_it_before_anything_else(broken_home: Path, tmp_path: Path, target: str) -> None:
    """The Makefile as it is, with a `snakemake` and a `pip` that would leave a mark."""
    if not shutil.which("make"):
        pytest.skip("no make")
    folder = tmp_path / "clone"
    (folder / ".venv" / "bin").mkdir(parents=True)
    shutil.copy(ROOT / "Makefile", folder)
    for name in ("scripts", "resources"):
        (folder / name).symlink_to(ROOT / name)
    for name in ("requirements.lock", "pyproject.toml"):
        (folder / name).touch()
    if target != ".venv/ready":
        (folder / ".venv" / "ready").touch()
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    fake = folder / ".venv" / "bin" / "snakemake"
    fake.write_text("#!/bin/sh\ntouch started\n")
    fake.chmod(0o755)
    make = ["make", target, f"PYTHON={sys.executable}"]
    done = subprocess.run(make, cwd=folder, capture_output=True, text=True)
    assert done.returncode != 0
    assert "XDG_CACHE_HOME" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (folder / "started").exists()
    if target != ".venv/ready":
        cured = dict(os.environ, XDG_CACHE_HOME=str(tmp_path / "cache"))
        subprocess.run(make, cwd=folder, env=cured, check=True, capture_output=True)
        assert (folder / "started").exists()
