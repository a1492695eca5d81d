"""The machine: program and libraries, clock, network, fonts, temporary files."""

import os
import re
import shutil
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from datetime import date
from importlib import metadata
from pathlib import Path

from bonescint import __version__
from bonescint.bundled import bundle_name
from bonescint.doctor.finding import GOOD, LOOK, MEND, Finding
from bonescint.resources import ROOT, japanese_font
from bonescint.surroundings import lacking

_LOCKED = re.compile(r"^([\w.-]+)==([^\s\\;]+)", re.MULTILINE)
_INSTALLERS = {"pip", "setuptools"}  # a new environment has its own, and no result needs them
_NAMED = 6  # libraries named in a line
_TEMPORARY = 200 << 20  # bytes: unpacking and planning take a few MB, Office files more
# flags of linux/route.h: the route is up; the route rejects packets
_UP, _REJECT = 0x1, 0x200
_CLOCK_STEP = 120  # s by which a file server's clock may be ahead


def program(root: Path = ROOT) -> Finding:
    """Tell which program runs in which Python, and whether that is the bundle's own."""
    python = ".".join(map(str, sys.version_info[:3]))
    said = {"version": __version__, "python": python, "folder": sys.prefix, "bundle": bundle_name()}
    if not said["bundle"]:
        return Finding("program", GOOD, "found", said)
    # the libraries of a bundle have been tried only with the Python that the bundle was made for
    own = Path(sys.prefix).resolve() == (root / ".venv").resolve()
    state, key = (GOOD, "bundle") if own else (LOOK, "elsewhere")
    return Finding("program", state, key, said)


def libraries(root: Path = ROOT) -> Finding:
    """Compare the installed libraries with the lock."""
    locked: dict[str, set[str]] = {}
    lock = (root / "requirements.lock").read_text(encoding="utf-8")
    for name, version in _LOCKED.findall(lock):
        # the lock may have one version for each Python: any of them is right
        if name not in _INSTALLERS:
            locked.setdefault(name, set()).add(version)
    installed = {name: _installed(name) for name in locked}
    wanted = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    needed = [re.split(r"[^\w.-]", one)[0] for one in wanted["project"]["dependencies"]]
    if absent := [name for name in needed if not (installed.get(name) or _installed(name))]:
        return Finding("libraries", MEND, "absent", {"names": _few(absent)})
    others = [
        f"{name} {found} ({', '.join(sorted(locked[name]))})"
        for name, found in installed.items()
        if found and found not in locked[name]
    ]
    if others:
        return Finding("libraries", LOOK, "differ", {"n": len(others), "names": _few(others)})
    return Finding("libraries", GOOD, "locked", {"n": sum(map(bool, installed.values()))})


def _installed(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _few(names: list[str]) -> str:
    return ", ".join(names[:_NAMED]) + ", ..." * (len(names) > _NAMED)


def fonts() -> Finding:
    """Tell whether figures and forms have their Japanese font."""
    try:
        file = japanese_font()
    except RuntimeError:
        return Finding("fonts", MEND, "absent", {"file": "matplotlib-fontja"})
    if not file.is_file():
        return Finding("fonts", MEND, "absent", {"file": file})
    return Finding("fonts", GOOD, "found", {"file": file.name})


def clock(newest: float, now: float, root: Path = ROOT) -> Finding:
    """Tell whether the clock can be right: deliveries and periods use its date (R14, R32).

    It is compared with the newest file of the study (0 without one) and with the day on which the
    program was released (CITATION.cff).
    """
    local = time.localtime(now)
    said = {"now": time.strftime("%Y-%m-%d %H:%M", local), "zone": time.strftime("%Z %z", local)}
    cited = (root / "CITATION.cff").read_text(encoding="utf-8")
    released = re.search(r'^date-released: "?([\d-]+)', cited, re.MULTILINE)
    today = date(*local[:3])
    # one day is allowed, because the release may have been made further east
    if released and (date.fromisoformat(released[1]) - today).days > 1:
        return Finding("clock", MEND, "before_release", said | {"released": released[1]})
    if newest > now + _CLOCK_STEP:
        written = time.strftime("%Y-%m-%d %H:%M", time.localtime(newest))
        return Finding("clock", MEND, "behind", said | {"written": written})
    if local.tm_zone == "UTC":
        return Finding("clock", LOOK, "utc", said)
    return Finding("clock", GOOD, "found", said)


def network(machine: Path = Path("/")) -> Finding:
    """Tell whether the machine has a route to other networks; no connection is opened."""
    found: set[str] = set()
    is_told = False
    for file, ways in (("route", _ways), ("ipv6_route", _ways_6)):
        try:
            lines = (machine / "proc/net" / file).read_text().splitlines()
        except OSError:
            continue
        is_told = True
        found |= set(ways([line.split() for line in lines]))
    if not is_told:
        return Finding("network", LOOK, "untold")
    if not found:
        return Finding("network", GOOD, "none")
    names = {"names": ", ".join(sorted(found))}
    return Finding("network", LOOK, "windows" if is_wsl(machine) else "present", names)


def _ways(rows: list[list[str]]) -> Iterator[str]:
    for name, destination, _, flags, _, _, _, mask, *_ in rows[1:]:
        if int(destination, 16) == int(mask, 16) == 0 and int(flags, 16) & _UP and name != "lo":
            yield name


def _ways_6(rows: list[list[str]]) -> Iterator[str]:
    for destination, length, *_, flags, name in rows:
        up = int(flags, 16) & (_UP | _REJECT) == _UP
        if int(destination, 16) == int(length, 16) == 0 and up and name != "lo":
            yield name


def is_wsl(machine: Path = Path("/")) -> bool:
    """Tell whether this is a Linux in Windows."""
    try:
        return "microsoft" in (machine / "proc/version").read_text().lower()
    except OSError:
        return False


def temporary() -> list[Finding]:
    """Tell whether the cache and the temporary folder can be used."""
    if found := lacking():
        # "path" is about the program's own path, which a shell would split
        checks = [("program" if key == "path" else "temporary", key, said) for key, said in found]
        return [Finding(check, MEND, key, said, "surroundings") for check, key, said in checks]
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    state, key = (LOOK, "tight") if free < _TEMPORARY else (GOOD, "found")
    return [Finding("temporary", state, key, {"folder": folder, "free": size(free)})]


def size(n: float) -> str:
    """Return a number of bytes as people read it."""
    return f"{n / 1e9:.1f} GB" if n >= 1e9 else f"{n / 1e6:.0f} MB"


def umask(machine: Path = Path("/")) -> str:
    """Return the umask of the shell, empty if it is not known.

    The umask of this process is another one, which lets nobody else read.
    """
    try:
        told = (machine / f"proc/{os.getppid()}/status").read_text()
    except OSError:
        return ""
    found = re.search(r"^Umask:\s*(\d+)", told, re.MULTILINE)
    return found[1] if found else ""
