"""A real bundle, installed and used where there is no network, no pip cache and no setting."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bonescint.resources import ROOT
from tests.bundle.test_make_bundle import commit, unpacked_in

ALONE = ["unshare", "--map-root-user", "--net"]  # no network but one's own
PYTHON = Path(sys.base_prefix) / "bin" / f"python3.{sys.version_info[1]}"


def tracked_files() -> list[str]:
    """Return the files of this checkout, or skip where it is none."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z"]
    if not shutil.which("git") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("a bundle is made in a checkout of git")
    return subprocess.run(command, capture_output=True, text=True).stdout.strip("\0").split("\0")


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    """Return the bundle of the working tree as it is."""
    checkout = tmp_path / "checkout"
    for name in tracked_files():
        if (ROOT / name).exists():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, checkout / name)
    commit(checkout)
    made = subprocess.run(
        [sys.executable, "tools/make_bundle.py"],
        cwd=checkout,
        env=os.environ | {"PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
    )
    if "could not be collected" in made.stderr:
        pytest.skip("the packages are not to be had here")
    assert made.returncode == 0, made.stderr
    (file,) = (checkout / "dist").iterdir()
    assert file.name in made.stdout
    return file


def alone(folder: Path, home: Path, *command: str) -> str:
    """Run a command as a new user would on a computer without a network; return what it says."""
    done = subprocess.run(
        [*ALONE, *command],
        cwd=folder,
        env={"HOME": str(home), "PATH": "/usr/bin:/bin", "PYTHON": str(PYTHON)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    return done.stdout


@pytest.mark.slow
def test_a_bundle_is_installed_and_used_without_a_network(request, tmp_path: Path) -> None:
    if not shutil.which("unshare") or subprocess.run([*ALONE, "true"]).returncode:
        pytest.skip("this machine does not let the test take its network away")
    bundle = request.getfixturevalue("bundle")
    home, there = tmp_path / "home", tmp_path / "病院"
    home.mkdir()
    program = unpacked_in(there, bundle)
    said = alone(there, home, "sh", f"{program.name}/install")
    activate = program / ".venv" / "bin" / "activate"
    assert f"{activate}'\n" in said
    assert not (home / ".cache" / "pip").exists()

    def typed(folder: Path, line: str) -> str:
        return alone(folder, home, "bash", "-c", f". '{activate}' && {line}")

    name = bundle.name.removesuffix(".tar.gz")
    assert f"({name})" in typed(home, "bonescint --version")
    assert name in typed(
        home, "python -c 'from bonescint.provenance import versions; print(versions())'"
    )
    typed(home, "bonescint new study --no-questions")
    assert (home / "study" / "config.yaml").exists()
    assert "anonymize_batch" in typed(program, "snakemake -n")
    # where it lies now, by the bundle's own Python and with its tests
    typed(program, "python -m pytest -q tests/unit/test_environment.py tests/unit/test_files.py")
    started = activate.stat().st_mtime_ns
    assert name in alone(there, home, "sh", f"{program.name}/install")
    assert activate.stat().st_mtime_ns == started
    shutil.rmtree(tmp_path)  # a gigabyte and a half; of a failed test it stays
