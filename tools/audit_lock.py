"""Hold requirements.lock against the vulnerabilities that are publicly known.

    make audit-lock

The newest pip-audit does it. It has its own environment (.venv-audit), because the program does not
need it. It asks the package index about each name and version of the lock, those for other systems
and other versions of Python too; nothing of a study is read. A package that could not be asked
about is a failure here, because pip-audit itself reports it as free of vulnerabilities.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bonescint.errors import InputError
from bonescint.resources import ROOT, both

# the pins are audited as they are: no package is resolved, fetched or installed
_OPTIONS = ("--no-deps", "--disable-pip", "--progress-spinner=off", "--desc=off")
_PIN = re.compile(r"^([\w.-]+)==([^\s;\\]+)", re.M)


def audit_tool(folder: Path) -> Path:
    """Return pip-audit, installed or brought up to date in an environment of its own.

    Parameters
    ----------
    folder
        The environment; it is made if needed.

    Raises
    ------
    InputError
        If the package cannot be installed.
    """
    pip = folder / "bin" / "pip"
    try:
        if not pip.exists():
            venv.create(folder, with_pip=True)
        command = [pip, "install", "--quiet", "--disable-pip-version-check", "--upgrade"]
        subprocess.run([*command, "pip-audit"], check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError) as error:
        raise InputError(both("audit", "no_tool")) from error
    return folder / "bin" / "pip-audit"


def asked(tool: Path, lock: Path) -> list[dict[str, Any]]:
    """Return what pip-audit says of each package of a lock: name, version, vulns or skip_reason.

    Parameters
    ----------
    tool
        pip-audit.
    lock
        The pinned packages with their hashes.

    Raises
    ------
    InputError
        If there is no answer.
    """
    # pip-audit passes over a pin for another system without a word, so each is given without its
    # condition. It takes a name once at a time
    rounds: list[dict[str, str]] = []
    for name, version in _PIN.findall(lock.read_text(encoding="utf-8")):
        pins = next((pins for pins in rounds if name not in pins), None)
        if pins is None:
            rounds.append(pins := {})
        pins[name] = version
    return [one for pins in rounds for one in _answers(tool, pins)]


def _answers(tool: Path, pins: Mapping[str, str]) -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as temporary:
        given, answer = Path(temporary, "pins.txt"), Path(temporary, "answer.json")
        given.write_text("".join(f"{name}=={version}\n" for name, version in pins.items()))
        command = [tool, "--requirement", given, *_OPTIONS, "--format=json", "--output", answer]
        # not checked: exit code 1 means a vulnerability, an error or a missing network
        said = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
        try:
            packages: list[dict[str, Any]] = json.loads(answer.read_text())["dependencies"]
        except (OSError, ValueError, KeyError) as error:
            why = said.stderr.strip().splitlines()[-1:]
            raise InputError([both("audit", "no_answer"), *why]) from error
    silent = pins.keys() - {one["name"] for one in packages}
    return [*packages, *({"name": name, "skip_reason": "no answer"} for name in sorted(silent))]


def told(packages: Sequence[dict[str, Any]]) -> tuple[list[str], bool]:
    """Return the lines to show, and whether all packages were asked about and none is vulnerable.

    Parameters
    ----------
    packages
        As `asked` returned them.
    """
    left_out = [one["name"] for one in packages if "skip_reason" in one]
    lines = [
        both(
            "audit", "known", name=one["name"], version=one["version"],
            id=", ".join([found["id"], *found.get("aliases", ())]),
            fixed=", ".join(found["fix_versions"]) or "-",
        )
        for one in packages
        for found in one.get("vulns", ())
    ]  # fmt: skip
    is_good = bool(packages) and not lines and not left_out
    if left_out:
        lines.append(both("audit", "left_out", n=len(left_out), names=", ".join(left_out)))
    if is_good:
        lines.append(both("audit", "good", n=len(packages)))
    return lines, is_good


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit the lock of this checkout; return 0 only if no package is vulnerable."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--lock", type=Path, default=ROOT / "requirements.lock", metavar="FILE")
    parser.add_argument("--environment", type=Path, default=ROOT / ".venv-audit", metavar="FOLDER")
    options = parser.parse_args(arguments)
    try:
        lines, is_good = told(asked(audit_tool(options.environment), options.lock))
    except InputError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return 1
    print(*lines, sep="\n")
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
