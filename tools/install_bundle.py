"""Install an unpacked bundle in its folder, without a network. The script `install` calls this.

`install` has already compared the checksums and found a complete Python of the right version. Only
.venv is written. An unfinished .venv is made anew; a finished one is left as it is.
"""

import os
import platform
import shlex
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from bonescint.bundled import bundle_name  # noqa: E402
from bonescint.resources import both  # noqa: E402
from bonescint.surroundings import shortcomings  # noqa: E402

WHEELS = ROOT / "wheels"
VENV = ROOT / ".venv"
READY = VENV / "ready"  # `make` looks for it too
_BIN = VENV / "bin"
_ROOM = 1_200_000_000  # bytes


def missing() -> list[str]:
    """Return what prevents an installation and how to mend it, in both languages."""
    found = []
    if wheels := misfits([wheel.name for wheel in WHEELS.iterdir()]):
        here = f"{platform.system()} {platform.machine()} {' '.join(platform.libc_ver())}"
        found.append(
            both("bundle", "other_platform", bundle=bundle_name(), here=here, wheel=wheels[0])
        )
    if (free := shutil.disk_usage(ROOT).free) < _ROOM:
        found.append(both("bundle", "no_room", free=free // 10**6, needed=_ROOM // 10**6))
    return found + shortcomings(str(_BIN / "python"))


def misfits(wheels: list[str]) -> list[str]:
    """Return the wheels that this Python on this machine cannot use.

    Parameters
    ----------
    wheels
        Names of files.
    """
    sys.path.insert(0, str(_pip()))
    # with pip's own rules about processor, operating system and version of glibc
    from pip._vendor.packaging.tags import sys_tags
    from pip._vendor.packaging.utils import parse_wheel_filename

    known = frozenset(sys_tags())
    return [name for name in sorted(wheels) if not parse_wheel_filename(name)[3] & known]


def _pip() -> Path:
    return next(WHEELS.glob("pip-*.whl"))


def install() -> bool:
    """Make .venv from the bundle's wheels and return whether it works."""
    if VENV.exists():
        print(both("bundle", "again"))
        shutil.rmtree(VENV)
    count = sum(1 for _ in WHEELS.iterdir())
    print(both("bundle", "installing", count=count), flush=True)
    # without pip, which comes from the bundle: a bare Debian or Ubuntu has no ensurepip
    venv.EnvBuilder(symlinks=True).create(VENV)
    pip = [str(_BIN / "python"), str(_pip() / "pip"), "install", "--quiet", "--no-index"]
    pip += ["--no-cache-dir", "--disable-pip-version-check", "--no-warn-script-location"]
    locked = ["--find-links", str(WHEELS), "--require-hashes"]
    locked += ["--requirement", str(ROOT / "requirements.bundle.lock")]
    program = ["--no-deps", "--no-build-isolation", "--editable", str(ROOT)]
    done = all(_succeeds([*pip, *what]) for what in (locked, program)) and works()
    if done:
        READY.write_text(str(ROOT), encoding="utf-8")
    return done


def _succeeds(command: list[str]) -> bool:
    # settings of the user's Python or pip must have no effect
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PIP_", "PYTHON"))}
    environment = kept | {"PIP_CONFIG_FILE": os.devnull}
    try:
        done = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL)  # noqa: S603
    except OSError:  # the Python that a script names no longer exists
        return False
    return done.returncode == 0


def works() -> bool:
    """Tell whether the installed program starts."""
    return all(_succeeds([str(_BIN / name), "--version"]) for name in ("bonescint", "snakemake"))


def is_finished() -> bool:
    """Tell whether an installation was finished in this folder; a moved one names its old place."""
    return READY.exists() and READY.read_text(encoding="utf-8") == str(ROOT) and works()


def main() -> int:
    """Install and say what comes next; return 0 once the program works."""
    try:
        done = is_finished()
        if not done and (problems := missing()):
            print(*problems, both("bundle", "untouched"), sep="\n", file=sys.stderr)
            return 1
        done = done or install()
    except (OSError, KeyboardInterrupt) as error:  # a folder without write permission, Ctrl-C
        print(error, file=sys.stderr)
        done = False
    if not done:
        print(both("bundle", "failed"), file=sys.stderr)
        return 1
    print(both("bundle", "installed", bundle=bundle_name()))
    print(f"    . {shlex.quote(str(_BIN / 'activate'))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
