"""Write the wheel, with which pip installs bonescint without a checkout.

    make wheel

dist/bonescint-<version>-py3-none-any.whl holds the package and the workflow (setup.py) as they are
committed. What is not committed, such as a hospital's config.yaml, cannot get in. The same commit
and the same setuptools give the same bytes.
"""

import argparse
import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.make_bundle import committed_files

from bonescint.errors import InputError
from bonescint.resources import ROOT, both


def make_wheel(root: Path, folder: Path) -> Path:
    """Write the wheel of a checkout's commit and return its file.

    Parameters
    ----------
    root
        The checkout.
    folder
        Where the wheel goes.

    Raises
    ------
    InputError
        If there is no checkout, something is not committed, or it cannot be built.
    """
    with tempfile.TemporaryDirectory() as temporary:
        source, built = Path(temporary, "source"), Path(temporary, "built")
        for name, content in committed_files(root):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(content)
        command = [sys.executable, "-m", "pip", "wheel", "-qq", "--disable-pip-version-check"]
        # built with the environment's own setuptools, which is in the lock too
        command += ["--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(built)]
        if subprocess.run([*command, str(source)]).returncode:  # noqa: S603
            raise InputError(both("bundle", "no_wheel"))
        (wheel,) = built.iterdir()
        folder.mkdir(parents=True, exist_ok=True)
        return Path(shutil.copy(wheel, folder))


def main() -> int:
    """Make the wheel of this checkout and say how it is used."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER")
    try:
        wheel = make_wheel(ROOT, parser.parse_args().output)
    except InputError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return 1
    data = wheel.read_bytes()
    print(both("bundle", "wheel", size=round(len(data) / 10**6, 1)))
    print(f"{hashlib.sha256(data).hexdigest()}  {wheel}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
