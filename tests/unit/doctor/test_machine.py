"""Libraries, fonts, clock, network and temporary files, each with its faults."""

import os
import time
from collections import namedtuple
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from bonescint.doctor import machine as checks
from bonescint.doctor.finding import GOOD, LOOK, MEND
from tests.unit.doctor.machines import ROUTE, FakeMachine

DEFAULT = "eth0\t00000000\t0101A8C0\t{flags}\t0\t0\t100\t{mask}\t0\t0\t0\n"
DEFAULT_6 = "0" * 32 + " 00 " + "0" * 32 + " 00 fe80{:028x} 00000400 1 0 {flags} {name}\n"


@pytest.fixture
def tokyo(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Let the machine be in Japan."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


def project(folder: Path, lock: str, needed: str = '"numpy>=2"') -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "requirements.lock").write_text(lock)
    (folder / "pyproject.toml").write_text(f"[project]\ndependencies = [{needed}]\n")
    (folder / "CITATION.cff").write_text('version: 1\ndate-released: "2026-11-29"\n')
    return folder


def test_the_program_of_a_bundle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "bundle_name", lambda: None)
    assert checks.program(tmp_path)[1:3] == (GOOD, "found")
    monkeypatch.setattr(checks, "bundle_name", lambda: "bonescint-0.2.0-linux-py311")
    assert checks.program(tmp_path)[1:3] == (LOOK, "elsewhere")
    monkeypatch.setattr(checks.sys, "prefix", str(tmp_path / ".venv"))
    found = checks.program(tmp_path)
    assert found[1:3] == (GOOD, "bundle")
    assert found.values["bundle"] == "bonescint-0.2.0-linux-py311"


def test_the_libraries_of_these_tests_are_the_locks() -> None:
    assert checks.libraries().state == GOOD


def test_a_library_of_another_version_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    versions = {"numpy": "2.5.5", "pandas": "3.0.1"}
    monkeypatch.setattr(checks, "_installed", versions.get)
    # each Python has its own version, and each is one of the lock's; colorama is for Windows
    lock = (
        "numpy==2.4.6 ; python_full_version < '3.12' \\\n    --hash=sha256:0\n"
        "numpy==2.5.5 ; python_full_version >= '3.12' \\\n    --hash=sha256:0\n"
        "colorama==0.4.6 ; sys_platform == 'win32' \\\n    --hash=sha256:0\npandas==3.0.1 \\\n"
    )
    root = project(tmp_path, lock)
    assert checks.libraries(root)[1:3] == (GOOD, "locked")
    versions["pandas"] = "2.9.9"
    found = checks.libraries(root)
    assert found[1:3] == (LOOK, "differ")
    assert found.values == {"n": 1, "names": "pandas 2.9.9 (3.0.1)"}
    del versions["numpy"]
    found = checks.libraries(root)
    assert found[1:3] == (MEND, "absent")
    assert found.values["names"] == "numpy"


def test_fonts(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert checks.fonts().state == GOOD
    monkeypatch.setattr(checks, "japanese_font", lambda: tmp_path / "ipaexg.ttf")
    assert checks.fonts().state == MEND

    def none() -> Path:
        raise RuntimeError("not installed")

    monkeypatch.setattr(checks, "japanese_font", none)
    assert checks.fonts().state == MEND


def test_the_clock(tokyo: None, tmp_path: Path) -> None:
    root = project(tmp_path, "")
    now = datetime(2026, 12, 24, 10).timestamp()
    found = checks.clock(now - 60, now, root)
    assert found.state == GOOD
    assert found.values == {"now": "2026-12-24 10:00", "zone": "JST +0900"}
    assert checks.clock(now + 86400, now, root)[1:3] == (MEND, "behind")
    # a file server may be a little ahead
    assert checks.clock(now + 60, now, root).state == GOOD
    early = datetime(2026, 11, 27, 23).timestamp()
    assert checks.clock(0, early, root)[1:3] == (MEND, "before_release")
    # the release may bear a day that has not begun here
    assert checks.clock(0, early + 7200, root).state == GOOD


def test_a_clock_without_a_time_zone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with monkeypatch.context() as there:
        there.setenv("TZ", "UTC")
        time.tzset()
        found = checks.clock(0, datetime(2026, 12, 24).timestamp(), project(tmp_path, ""))
    time.tzset()
    assert found[1:3] == (LOOK, "utc")


def test_the_network(machine: FakeMachine) -> None:
    assert checks.network(machine.root)[1:3] == (GOOD, "none")
    # a way to the neighbours alone, and one that is down
    machine.write(
        "proc/net/route",
        ROUTE
        + DEFAULT.format(flags="0001", mask="00FFFFFF")
        + DEFAULT.format(flags="0002", mask="00000000"),
    )
    reject = DEFAULT_6.format(1, flags="00200200", name="lo")
    machine.write("proc/net/ipv6_route", reject)
    assert checks.network(machine.root)[1:3] == (GOOD, "none")
    machine.write("proc/net/route", ROUTE + DEFAULT.format(flags="0003", mask="00000000"))
    machine.write("proc/net/ipv6_route", DEFAULT_6.format(1, flags="00000003", name="wlan0"))
    found = checks.network(machine.root)
    assert found[1:3] == (LOOK, "present")
    assert found.values == {"names": "eth0, wlan0"}
    machine.become_wsl()
    assert checks.network(machine.root)[1:3] == (LOOK, "windows")


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    assert checks.network(tmp_path)[1:3] == (LOOK, "untold")
    assert not checks.is_wsl(tmp_path)
    assert checks.umask(tmp_path) == ""


def test_the_umask_is_that_of_the_shell(machine: FakeMachine) -> None:
    machine.write(f"proc/{os.getppid()}/status", "Name:\tbash\nUmask:\t0022\nState:\tS\n")
    assert checks.umask(machine.root) == "0022"


def test_the_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(checks, "lacking", lambda: [])
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _: usage(0, 0, 10**9))
    assert [one.state for one in checks.temporary()] == [GOOD]
    monkeypatch.setattr(checks.shutil, "disk_usage", lambda _: usage(0, 0, 10**7))
    assert [one.state for one in checks.temporary()] == [LOOK]
    # what make says before it begins
    monkeypatch.setattr(checks, "lacking", lambda: [("room", {"folder": "x", "why": "full"})])
    assert [(one.state, one.area) for one in checks.temporary()] == [(MEND, "surroundings")]
    monkeypatch.setattr(checks, "lacking", lambda: [("path", {"python": "a b"})])
    assert [one.check for one in checks.temporary()] == ["program"]
