"""Files in which nobody was found, sealed to the ledger: they are not looked into again (R12).

A file is the same if size, dates and number are: the kernel sets the date of the last change
(ctime), which no program can set back. Where a filesystem does not keep it, and in a copy of a
study, the SHA-256 decides; of an image, whose header is sooner read than the image hashed, nothing
does. Whoever is looked for additionally is looked for in all files.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from bonescint.custody.traces.terms import Person
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.filesystems import keeps_changes
from bonescint.identity.ledger import Ledger
from bonescint.made import sha256_of

SEARCHED = Path("private/searched.age")
# a file may change twice within a tick of the kernel's clock (10 ms) and bear the same date
_SETTLED = 100_000_000  # nanoseconds
_Entry = tuple[list[int], str]  # what `_stamp` returns, and the SHA-256


class Searched:
    """What was looked into, and what need not be again.

    Parameters
    ----------
    persons
        Whose traces are looked for.
    made_by
        What decides beside the files: the digest of the code.
    ledger
        The opened ledger, to which the record is sealed. If there is none, or it is damaged, sealed
        to another key, made by other code or for fewer persons, everything is looked into.
    path
        Where the record is kept.
    """

    def __init__(
        self, persons: Iterable[Person], made_by: str, ledger: Ledger, path: Path = SEARCHED
    ) -> None:
        self._persons = sorted({_digest(person) for person in persons})
        self._made_by, self._ledger, self._path = made_by, ledger, path
        # dates of another disk than that which was tried say nothing
        self._device = path.parent.stat().st_dev if keeps_changes(path.parent) else None
        self._before: dict[str, _Entry] = {}
        self._now: dict[str, _Entry] = {}
        with suppress(InputError, OSError, ValueError, KeyError, TypeError):
            kept = json.loads(ledger.unseal(self._path.read_bytes()))
            if kept["made_by"] == self._made_by and {*self._persons} <= {*kept["persons"]}:
                self._before = {str(name): (stamp, sha) for name, stamp, sha in kept["files"]}

    def seal(self) -> None:
        """Keep which files hold nobody, readable with the ledger's key alone."""
        files = [[name, stamp, sha] for name, (stamp, sha) in self._now.items()]
        record = {"made_by": self._made_by, "persons": self._persons, "files": files}
        with replacing(self._path, "wb", private=True) as stream:
            stream.write(self._ledger.seal(json.dumps(record).encode()))

    def holds(self, path: Path, state: os.stat_result) -> bool:
        """Tell whether a file was looked into and is the same.

        Parameters
        ----------
        path
            The file, as it is reached.
        state
            Of what it leads to.
        """
        name = path.as_posix()
        for known in (self._now, self._before):
            stamp, sha = known.get(name, ([], ""))
            if stamp and stamp == self._stamp(state):
                self._now[name] = stamp, sha
                return True
            if sha and sha == sha256_of(path):
                self._now[name] = self._stamp(state), sha
                return True
        return False

    def add(self, path: Path, state: os.stat_result) -> None:
        """Remember that a file holds nobody, unless it changes just now.

        Parameters
        ----------
        path
            The file, as it is reached.
        state
            From before it was read.
        """
        with suppress(OSError):
            sha = "" if _is_image(path) else sha256_of(path)
            if _is_settled(state) and _state(path.stat()) == _state(state):
                self._now[path.as_posix()] = self._stamp(state), sha

    def _stamp(self, state: os.stat_result) -> list[int]:
        """Return what only the same file has; nothing where dates say too little."""
        return _state(state) if state.st_dev == self._device and _is_settled(state) else []


def _is_settled(state: os.stat_result) -> bool:
    return time.time_ns() - state.st_ctime_ns > _SETTLED


def _state(state: os.stat_result) -> list[int]:
    return [state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns]


def _is_image(path: Path) -> bool:
    with path.open("rb") as stream:
        return stream.read(132)[128:] == b"DICM"


def _digest(person: Person) -> str:
    data = json.dumps([person.code, sorted(person.ids), sorted(person.names)])
    return hashlib.sha256(data.encode()).hexdigest()
