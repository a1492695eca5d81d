"""`install` of a bundle: what is damaged or missing is named before anything is changed."""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from tools import install_bundle as installer

from bonescint.resources import ROOT

NAME = "bonescint-1+gabc-linux_x86_64-py3{}"
Capture = pytest.CaptureFixture[str]


def bundle(folder: Path, minor: int = sys.version_info[1]) -> Path:
    """Write an unpacked bundle whose installer only says that it was reached."""
    (folder / "tools").mkdir(parents=True)
    shutil.copy(ROOT / "tools" / "bundle" / "install", folder)
    (folder / "tools" / "install_bundle.py").write_text("print('reached')\n")
    (folder / "BUNDLE").write_text(NAME.format(minor) + "\n")
    (folder / "SHA256SUMS").write_text(
        "".join(
            f"{hashlib.sha256((folder / name).read_bytes()).hexdigest()}  {name}\n"
            for name in ("BUNDLE", "install", "tools/install_bundle.py")
        )
    )
    return folder


def installed(folder: Path, path: str = "/usr/bin:/bin", **environment: str) -> tuple[int, str]:
    """Run `install` from elsewhere; return its exit code and all it says."""
    done = subprocess.run(
        ["/bin/sh", str(folder / "install")],
        env={"PATH": path, **environment},
        cwd="/",
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def fake_python(folder: Path, answers: str) -> str:
    """Put a `python3` beside the tools of the shell and return the only PATH."""
    folder.mkdir()
    for tool in ("dirname", "cat", "sha256sum", "grep", "head", "tail"):
        (folder / tool).symlink_to(shutil.which(tool) or pytest.skip(f"no {tool}"))
    if answers:
        (folder / "python3").write_text(f"#!/bin/sh\n{answers}\n")
        (folder / "python3").chmod(0o755)
    return str(folder)


def test_the_right_python_is_found_and_called(tmp_path: Path) -> None:
    there = bundle(tmp_path / "a folder")
    assert installed(there, PYTHON=sys.executable) == (0, "reached\n")


@pytest.mark.parametrize("damage", ["changed", "missing", "no sums"])
def test_a_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    there = bundle(tmp_path / "b")
    file = there / "tools" / "install_bundle.py"
    if damage == "changed":
        file.write_bytes(file.read_bytes().replace(b"r", b"R"))
    else:
        (file if damage == "missing" else there / "SHA256SUMS").unlink()
    code, said = installed(there, PYTHON=sys.executable)
    assert code == 1
    assert "壊れている" in said
    assert "Nothing was changed" in said
    assert ("SHA256SUMS" if damage == "no sums" else "tools/install_bundle.py") in said
    assert "BUNDLE: OK" not in said
    assert "reached" not in said.lower()


@pytest.mark.parametrize(
    ("answers", "found"),
    [("", "none"), ("echo 3.10", "3.10"), ("exit 1", "none")],
    ids=["none", "too old", "broken"],
)
def test_the_python_that_is_needed_is_named(tmp_path: Path, answers: str, found: str) -> None:
    there = bundle(tmp_path / "b", minor=11)
    code, said = installed(there, fake_python(tmp_path / "bin", answers))
    assert code == 1
    assert f"Python 3.11 is needed (on this computer: {found})" in said
    assert "Python 3.11 が必要です" in said
    assert "sudo apt install python3.11" in said
    assert "INSTALL.txt" in said


def test_a_minimal_python_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    there = bundle(tmp_path / "b", minor=11)
    answers = (
        'if [ "$1" = -c ]; then echo 3.11; else\n'
        "echo Traceback >&2; echo \"ModuleNotFoundError: No module named 'ctypes'\" >&2; exit 1; fi"
    )
    code, said = installed(there, fake_python(tmp_path / "bin", answers))
    assert code == 1
    assert "標準の部品が足りません" in said
    assert "No module named 'ctypes'" in said
    assert "sudo apt install python3.11" in said
    assert "Traceback" not in said


@pytest.fixture
def unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let the installer work on a folder of its own, with pip as its only wheel."""
    folder = tmp_path / "bundle"
    wheels = folder / "wheels"
    wheels.mkdir(parents=True)
    (wheels / "pip-26-py3-none-any.whl").touch()
    for name, path in (("ROOT", folder), ("WHEELS", wheels), ("VENV", folder / ".venv")):
        monkeypatch.setattr(installer, name, path)
    monkeypatch.setattr(installer, "READY", folder / ".venv" / "ready")
    monkeypatch.setattr(installer, "_BIN", folder / ".venv" / "bin")
    monkeypatch.setattr(installer, "bundle_name", lambda: NAME.format(11))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(sys, "path", [*sys.path])
    pytest.importorskip("pip")
    return folder


OTHERS = {
    "another processor": "numpy-2-cp3{0}-cp3{0}-manylinux_2_28_riscv64.whl",
    "a newer glibc": "numpy-2-cp3{0}-cp3{0}-manylinux_2_999_x86_64.whl",
    "another system": "numpy-2-cp3{0}-cp3{0}-macosx_11_0_arm64.whl",
    "another Python": "numpy-2-cp36-cp36m-manylinux1_x86_64.whl",
}


@pytest.mark.parametrize("other", OTHERS)
def test_a_bundle_for_another_computer(unpacked: Path, capsys: Capture, other: str) -> None:
    if sys.platform == "darwin" and other == "another system":
        pytest.skip("it is this one")
    wheel = OTHERS[other].format(sys.version_info[1])
    (unpacked / "wheels" / wheel).touch()
    assert installer.main() == 1
    said = capsys.readouterr().err
    assert wheel in said
    assert NAME.format(11) in said
    assert "別の種類の PC" in said
    assert "Nothing was changed" in said
    assert not (unpacked / ".venv").exists()


def test_room_and_surroundings_are_asked_before(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=5_000_000))
    monkeypatch.setattr(installer, "_BIN", unpacked / "山田 太郎")
    assert installer.main() == 1
    said = capsys.readouterr().err
    assert "Only 5 MB are free" in said
    assert "山田 太郎" in said
    assert not (unpacked / ".venv").exists()


class Calls(list[list[str]]):
    """The calls of pip and of the programs, none of which is made."""

    program_fails = False


@pytest.fixture
def calls(unpacked: Path, monkeypatch: pytest.MonkeyPatch) -> Calls:
    made = Calls()

    def run(command: list[str], env: dict[str, str], **_: object) -> subprocess.CompletedProcess:
        made.append(command)
        assert env["PIP_CONFIG_FILE"] == os.devnull
        assert not {"PIP_INDEX_URL", "PYTHONPATH"} & env.keys()
        failed = "--editable" in command and made.program_fails
        return subprocess.CompletedProcess(command, int(failed))

    monkeypatch.setenv("PIP_INDEX_URL", "elsewhere")
    monkeypatch.setenv("PYTHONPATH", "elsewhere")
    monkeypatch.setattr(installer.subprocess, "run", run)
    return made


def test_only_the_wheels_of_the_bundle_are_installed(
    unpacked: Path, calls: Calls, capsys: Capture
) -> None:
    assert installer.main() == 0
    assert f"    . {unpacked}/.venv/bin/activate\n" in capsys.readouterr().out
    pip, program, *_ = calls
    assert {"--no-index", "--require-hashes", str(unpacked / "wheels")} <= set(pip)
    assert {"--no-index", "--no-deps", "--no-build-isolation"} <= set(program)
    # no venv or ensurepip of the system brought a pip
    assert not list((unpacked / ".venv").rglob("pip*"))
    calls.clear()
    assert installer.main() == 0
    assert not [command for command in calls if "install" in command]


@pytest.mark.parametrize("error", [PermissionError(13, "Permission denied"), KeyboardInterrupt()])
def test_what_stops_an_installation_is_said(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, error: BaseException
) -> None:
    def create(*_: object) -> None:
        raise error

    monkeypatch.setattr(installer.venv.EnvBuilder, "create", create)
    assert installer.main() == 1
    said = capsys.readouterr().err
    assert str(error) in said
    assert "sh install" in said


def test_to_look_at_a_finished_one_may_be_interrupted(
    unpacked: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def interrupted() -> bool:
        raise KeyboardInterrupt

    monkeypatch.setattr(installer, "is_finished", interrupted)
    assert installer.main() == 1
    assert "sh install" in capsys.readouterr().err


@pytest.mark.parametrize("left", ["interrupted", "moved"])
def test_an_unfinished_installation_is_begun_anew(
    unpacked: Path, calls: Calls, capsys: Capture, left: str
) -> None:
    calls.program_fails = True
    assert installer.main() == 1
    assert "did not finish" in capsys.readouterr().err
    assert not (unpacked / ".venv" / "ready").exists()
    stale = unpacked / ".venv" / "stale"
    stale.touch()
    if left == "moved":
        (unpacked / ".venv" / "ready").write_text("/where/it/was")
    calls.program_fails = False
    assert installer.main() == 0
    assert "made anew" in capsys.readouterr().out
    assert not stale.exists()
    assert (unpacked / ".venv" / "ready").read_text() == str(unpacked)
