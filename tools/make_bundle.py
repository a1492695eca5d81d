"""Write one file with which bonescint is installed where there is no network.

    make bundle

dist/bonescint-<version>+g<commit>-<platform>-py<version>.tar.gz holds the program as it is
committed, every wheel of requirements.lock for this platform and this Python, their hashes
(requirements.bundle.lock), the checksums of all files and `install` (docs/en/offline.md).
The same commit and the same wheels give the same bytes.
"""

import argparse
import gzip
import hashlib
import io
import os
import re
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from packaging.utils import parse_wheel_filename

from bonescint import __version__
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.resources import ROOT, both

LOCK = "requirements.bundle.lock"
# files of `tools/bundle/` for the top folder of the bundle
_ABOVE = ("INSTALL.txt", "install")
_EXECUTABLE = ("install", ".ci/run")


def make_bundle(root: Path, folder: Path) -> Path:
    """Write the bundle of a checkout's commit and return its file.

    Parameters
    ----------
    root
        The checkout.
    folder
        Where the bundle goes.

    Raises
    ------
    InputError
        If there is no checkout, something is not committed, or a package cannot be had.
    """
    made = _commit_time(root)
    name = bundle_name_of(root)
    members = dict(committed_files(root))
    with tempfile.TemporaryDirectory() as temporary:
        wheels = _wheels(root / "requirements.lock", Path(temporary), made)
        members |= {f"wheels/{wheel.name}": wheel.read_bytes() for wheel in wheels}
        members[LOCK] = bundle_lock(wheels)
    members |= {file: members[f"tools/bundle/{file}"] for file in _ABOVE}
    members["BUNDLE"] = f"{name}\n".encode()
    members["SHA256SUMS"] = checksums(members)
    bundle = folder / f"{name}.tar.gz"
    write_archive(bundle, name, members, made)
    return bundle


def bundle_name_of(root: Path) -> str:
    """Return the name of a bundle, from version, commit, platform and Python.

    Parameters
    ----------
    root
        The checkout.
    """
    commit = _git(root, "rev-parse", "--short=12", "HEAD").decode().strip()
    platform = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    python = "py{}{}".format(*sys.version_info[:2])
    return f"bonescint-{__version__}+g{commit}-{platform}-{python}"


def _git(root: Path, *arguments: str) -> bytes:
    command = ["git", "-C", str(root), *arguments]
    try:
        return subprocess.run(command, check=True, capture_output=True).stdout  # noqa: S603
    except (FileNotFoundError, subprocess.CalledProcessError) as error:
        raise InputError(both("bundle", "no_checkout", folder=root)) from error


def _commit_time(root: Path) -> int:
    return int(_git(root, "show", "--no-patch", "--format=%ct", "HEAD"))


def committed_files(root: Path) -> Iterator[tuple[str, bytes]]:
    """Yield name and content of each committed file.

    Parameters
    ----------
    root
        The checkout.

    Raises
    ------
    InputError
        If a file of it differs from what is committed.
    """
    changed = _git(root, "status", "--porcelain", "--untracked-files=no").decode()
    if changed:
        raise InputError([both("bundle", "changed"), *changed.splitlines()])
    with tarfile.open(fileobj=io.BytesIO(_git(root, "archive", "--format=tar", "HEAD"))) as tar:
        for member in tar:
            if stream := tar.extractfile(member):
                yield member.name, stream.read()


def _wheels(lock: Path, folder: Path, made: int) -> list[Path]:
    """Download the lock's wheels into a folder; build those that exist only as source."""
    print(both("bundle", "collecting"))
    command = [sys.executable, "-m", "pip", "wheel", "-qq", "--disable-pip-version-check"]
    # built with the environment's own setuptools, which is in the lock too
    command += ["--no-deps", "--no-build-isolation", "--require-hashes"]
    command += ["--requirement", str(lock), "--wheel-dir", str(folder)]
    dated = os.environ | {"SOURCE_DATE_EPOCH": str(made)}
    if subprocess.run(command, env=dated).returncode:  # noqa: S603
        raise InputError(both("bundle", "no_wheels"))
    wheels = sorted(folder.iterdir())
    locked = set(re.findall(r"--hash=sha256:(\w+)", lock.read_text(encoding="utf-8")))
    for wheel in wheels:
        if _sha256(wheel.read_bytes()) not in locked:
            if not wheel.name.endswith("-none-any.whl"):
                raise InputError(both("bundle", "compiled", wheel=wheel.name))
            print(both("bundle", "built", wheel=wheel.name))
    return wheels


def bundle_lock(wheels: Sequence[Path]) -> bytes:
    """Return a lock of these wheels and no other.

    Parameters
    ----------
    wheels
        The files.
    """
    lines = []
    for wheel in wheels:
        name, version, _, _ = parse_wheel_filename(wheel.name)
        lines.append(f"{name}=={version} --hash=sha256:{_sha256(wheel.read_bytes())}\n")
    return "".join(sorted(lines)).encode()


def checksums(members: Mapping[str, bytes]) -> bytes:
    """Return the lines that ``sha256sum -c`` reads.

    Parameters
    ----------
    members
        Path below the bundle's top folder -> content.
    """
    return "".join(f"{_sha256(members[name])}  {name}\n" for name in sorted(members)).encode()


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write_archive(file: Path, top: str, members: Mapping[str, bytes], made: int) -> None:
    """Write a compressed archive whose bytes depend on its content alone.

    Parameters
    ----------
    file
        The archive.
    top
        The folder in it.
    members
        Path below this folder -> content.
    made
        The date of all files, in seconds since 1970.
    """
    with (
        replacing(file, "wb") as stream,
        # wheels are compressed already: a higher level takes time and saves nothing
        gzip.GzipFile("", "wb", compresslevel=1, fileobj=stream, mtime=made) as packed,
        tarfile.open(fileobj=packed, mode="w", format=tarfile.GNU_FORMAT) as tar,
    ):
        for name in sorted(members):
            member = tarfile.TarInfo(f"{top}/{name}")
            member.size, member.mtime = len(members[name]), made
            member.mode = 0o755 if name in _EXECUTABLE else 0o644
            tar.addfile(member, io.BytesIO(members[name]))


def main() -> int:
    """Make the bundle of this checkout and say how it is used."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--output", type=Path, default=ROOT / "dist", metavar="FOLDER")
    try:
        bundle = make_bundle(ROOT, parser.parse_args().output)
    except InputError as error:
        print(*error.problems, sep="\n", file=sys.stderr)
        return 1
    data = bundle.read_bytes()
    print(both("bundle", "made", size=len(data) // 10**6), f"{_sha256(data)}  {bundle}", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
