"""What goes into the archive of a study, and under which names (R30, R32)."""

import os
import re
import stat
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.config import inputs
from bonescint.errors import InputError
from bonescint.files import TEMPORARY
from bonescint.identity.key import KEY_SIZE
from bonescint.resources import PACKAGE, PROGRAM, ROOT, Texts
from bonescint.text.width import without_controls

STUDY = ("private", "results", "recalls", "forms", "logs")
EXTERNAL = "external"  # what lies outside of the study's folder
README, MANIFEST = "README.txt", "MANIFEST.sha256"
_BUILT = {"__pycache__", "bonescint.egg-info"}
_SECRET = re.compile(rb"AGE-SECRET-KEY-1[A-Z0-9]{50}")
_WRAPPED = b"age-encryption.org/v1\n-> scrypt "


class Member(NamedTuple):
    """One file, folder or symbolic link of the archive, as it was when the tree was walked."""

    name: str
    source: str
    kind: str  # file | folder | link
    size: int
    modified: int  # ns
    changed: int  # ns, of the inode: also notices a replaced file that kept the former date
    target: str
    mode: int | None = None  # None: readable by its owner alone

    @property
    def state(self) -> tuple[object, ...]:
        """What must be unchanged for a copy to be valid; the dates of a folder do not count."""
        return self[:1] + self[2:3] if self.kind == "folder" else self[:1] + self[2:]


@dataclass(frozen=True)
class Contents:
    """The places an archive is made of; `contents` finds them."""

    # name in the archive -> where it lies. Of two places with one name the first is taken
    roots: Mapping[str, Path]
    raw: str  # name of the raw DICOM folder in the archive. Names below it may identify patients
    with_raw: bool  # whether the raw DICOM is archived
    # device and inode of the key and of the passphrases' files, which are never archived
    secrets: frozenset[tuple[int, int]]
    absent: tuple[str, ...]  # keys of the configuration whose file or folder is not there

    def members(self, text: Texts) -> list[Member]:
        """Walk the tree and return every member, sorted by name.

        Raises
        ------
        InputError
            If a folder or a key-sized file cannot be read, or there is a socket, pipe or device.
        """
        found: dict[str, Member] = {}
        problems: list[str] = []
        for name, path in self.roots.items():
            for member in self._walk(name, path, problems, text):
                found.setdefault(member.name, member)
        if problems:
            raise InputError(problems)
        for member in list(found.values()):
            # a folder without its own entry would be readable by others after unpacking
            for parent in Path(member.name).parents[:-1]:
                found.setdefault(
                    str(parent), Member(str(parent), "", "folder", 0, member.modified, 0, "")
                )
        return sorted(found.values())

    def _walk(
        self, name: str, path: Path | os.DirEntry[str], problems: list[str], text: Texts
    ) -> Iterator[Member]:
        if name == self.raw and not self.with_raw:
            return
        try:
            # a root may be a link to another medium; links below it are not followed
            status = path.stat() if isinstance(path, Path) else path.stat(follow_symlinks=False)
            source = os.fspath(path)
            if stat.S_ISDIR(status.st_mode):
                yield Member(name, source, "folder", 0, status.st_mtime_ns, 0, "")
                with os.scandir(path) as entries:
                    for entry in sorted(entries, key=lambda e: e.name):
                        if entry.name not in _BUILT:
                            yield from self._walk(f"{name}/{entry.name}", entry, problems, text)
            elif stat.S_ISLNK(status.st_mode):
                target = os.readlink(source)  # noqa: PTH115 (pathlib rewrites it)
                yield Member(name, source, "link", 0, status.st_mtime_ns, 0, target)
            elif not stat.S_ISREG(status.st_mode):
                problems.append(text("special", file=shown(name, self.raw, text)))
            elif not self._left_out(name, source, status):
                times = status.st_mtime_ns, status.st_ctime_ns
                yield Member(name, source, "file", status.st_size, *times, "")
        except FileNotFoundError:
            return  # removed since the folder was listed
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            problems.append(text("unreadable", file=shown(name, self.raw, text), reason=reason))

    def _left_out(self, name: str, source: str, status: os.stat_result) -> bool:
        if (status.st_dev, status.st_ino) in self.secrets:
            return True
        base = Path(name).name
        if TEMPORARY.fullmatch(base) or (name.startswith("private/") and base.endswith(".lock")):
            return True
        if status.st_size > KEY_SIZE or name.startswith(f"{self.raw}/"):
            return False
        # a copy of the key under another name is left out too, because every copy of it must be
        # destroyed some day
        data = Path(source).read_bytes()
        return data.startswith(_WRAPPED) or _SECRET.search(data) is not None


def shown(name: str, raw: str | None, text: Texts) -> str:
    """Return a member's name fit for the terminal; names of raw DICOM, which identify, are hidden.

    `raw` is the name of the raw DICOM folder in the archive. If it is unknown (None), no name is
    shown.
    """
    if raw is None or name.startswith(f"{raw}/"):
        return text("hidden_file")
    return without_controls(name)  # so it cannot fail to be encoded either


def contents(config: Mapping[str, Any], files: Sequence[Path], with_raw: bool) -> Contents:
    """Return what the archive of the study in the current folder is made of.

    `config` was read from `files`; `with_raw` tells whether the raw DICOM goes in too.
    """
    ledger = config["ledger"]
    places = {
        **{f"config.{n}": str(file) for n, file in enumerate(files, 1)},
        **{name: name for name in STUDY},
        "ledger.path": ledger["path"],
        "deidentification.tag_table": config["deidentification"]["tag_table"],
        **inputs(config),
    }
    roots: dict[str, Path] = {}
    absent = []
    for key, place in places.items():
        path = Path(place)
        if path.exists():
            roots.setdefault(_name(key, place, path.is_dir()), path)
        elif key not in (*STUDY[2:], "deidentification.tag_table"):  # its default is in PROGRAM
            absent.append(key)
    for name in PROGRAM:
        if (ROOT / name).exists():
            roots.setdefault(name, ROOT / name)
    if ROOT not in PACKAGE.parents:  # installed from a wheel
        roots.setdefault("scripts/bonescint", PACKAGE)
    secrets = set()
    disc = config["delivery"].get("disc") or {}
    for place in (ledger.get("key"), ledger.get("passphrase_file"), disc.get("passphrase_file")):
        if place and Path(place).exists():
            status = Path(place).stat()
            secrets.add((status.st_dev, status.st_ino))
    if not with_raw and "inputs.dicom" in absent:
        absent.remove("inputs.dicom")
    return Contents(roots, raw_name(config), with_raw, frozenset(secrets), tuple(absent))


def raw_name(config: Mapping[str, Any]) -> str:
    """Return the name of the raw DICOM folder in an archive of this study."""
    return _name("inputs.dicom", config["inputs"]["dicom"], folder=True)


def _name(key: str, place: str, folder: bool) -> str:
    # the name relative to the study's folder, or below EXTERNAL if it lies elsewhere
    relative = os.path.relpath(place)
    if relative == ".." or relative.startswith("../"):
        return f"{EXTERNAL}/{key}" if folder else f"{EXTERNAL}/{key}/{Path(place).name}"
    return relative
