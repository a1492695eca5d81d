"""Files in which nobody was found, sealed to the ledger: they are not looked into again (R12).

A file is the same if size, dates and number are: the kernel sets the date of the last change
(ctime), which no program can set back. Where a filesystem does not keep it, and in a copy of a
study, the SHA-256 decides; of an image, whose header is sooner read than the image hashed, nothing
does. Whoever is looked for additionally is looked for in all files, but nobody else is.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
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
        to another key or made by other code, everything is looked into for everybody.
    path
        Where the record is kept.
    """

    def __init__(
        self, persons: Iterable[Person], made_by: str, ledger: Ledger, path: Path = SEARCHED
    ) -> None:
        by_digest = {_digest(person): person for person in persons}
        self._persons = sorted(by_digest)
        self._made_by, self._ledger, self._path = made_by, ledger, path
        # dates of another disk than that which was tried say nothing
        self._device = path.parent.stat().st_dev if keeps_changes(path.parent) else None
        self._before: dict[str, _Entry] = {}
        self._now: dict[str, _Entry] = {}
        known: set[str] = set()
        with suppress(InputError, OSError, ValueError, KeyError, TypeError):
            kept = json.loads(ledger.unseal(self._path.read_bytes()))
            if kept["made_by"] == self._made_by:
                known = {*kept["persons"]}
                self._before = {str(name): (stamp, sha) for name, stamp, sha in kept["files"]}
        self.additional = [by_digest[one] for one in self._persons if one not in known]

    def seal(self) -> None:
        """Keep which files hold nobody, readable with the ledger's key alone."""
        files = [[name, stamp, sha] for name, (stamp, sha) in self._now.items()]
        record = {"made_by": self._made_by, "persons": self._persons, "files": files}
        with replacing(self._path, "wb", private=True) as stream:
            stream.write(self._ledger.seal(json.dumps(record).encode()))

    def holds(self, path: Path, state: os.stat_result) -> bool:
        """Tell whether a file was looked into for everybody and is the same.

        Parameters
        ----------
        path
            The file, as it is reached.
        state
            Of what it leads to.
        """
        entry = self._same(self._now, path, state)
        if not entry and not self.additional:
            entry = self._same(self._before, path, state)
        if entry:
            self._now[path.as_posix()] = entry
        return bool(entry)

    def held(self, path: Path, state: os.stat_result) -> bool:
        """Tell whether a file was looked into for all but the additional persons and is the same.

        Parameters
        ----------
        path, state
            As for `holds`.
        """
        return bool(self._same(self._before, path, state))

    def _same(
        self, known: Mapping[str, _Entry], path: Path, state: os.stat_result
    ) -> _Entry | None:
        stamp, sha = known.get(path.as_posix(), ([], ""))
        if stamp and stamp == self._stamp(state):
            return stamp, sha
        return (self._stamp(state), sha) if sha and sha == sha256_of(path) else None

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
