"""Files in which nobody was found, sealed to the ledger: they are not looked into again (R12).

A file is unchanged if its size, dates and inode number are the same. The kernel sets the date of
the last change (ctime), and no program can set it back. Where a filesystem does not keep it, and in
a copy of a study, the SHA-256 decides. An image is then read again, because reading its header is
faster than hashing it. Persons who are new in the search are looked for in all files, and only
they are. The tokens of an image's header tell that most images hold none of them.
"""

import hashlib
import json
import os
import time
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bonescint.custody.traces.terms import Person, Terms
from bonescint.custody.traces.tokens import Tokens
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.filesystems import keeps_changes
from bonescint.identity.ledger import Ledger
from bonescint.made import sha256_of

SEARCHED = Path("private/searched.age")
# a file may change twice within a tick of the kernel's clock (10 ms) without getting a new date
_SETTLED = 100_000_000  # nanoseconds


class _Entry(NamedTuple):
    stamp: list[int]  # as `_stamp` returns it
    sha: str
    tokens: Tokens | None  # of an image's header


_NO_TOKENS = Tokens("", "")


class Searched:
    """Which files were looked into, and which of them can be skipped now.

    Parameters
    ----------
    persons
        Whose traces are looked for.
    made_by
        Digest of the code that searches. The record is valid only for the same code.
    ledger
        The opened ledger, to which the record is sealed. If the record is missing, damaged, sealed
        to another key or made by other code, everybody is looked for in every file.
    path
        Where the record is kept.
    """

    def __init__(
        self, persons: Iterable[Person], made_by: str, ledger: Ledger, path: Path = SEARCHED
    ) -> None:
        by_digest = {_digest(person): person for person in persons}
        self._persons = sorted(by_digest)
        self._made_by, self._ledger, self._path = made_by, ledger, path
        # the dates of files are trusted only on the disk that was tested
        self._device = path.parent.stat().st_dev if keeps_changes(path.parent) else None
        self._before: dict[str, _Entry] = {}
        self._now: dict[str, _Entry] = {}
        known: set[str] = set()
        with suppress(InputError, OSError, ValueError, LookupError, TypeError):
            kept = json.loads(ledger.unseal(self._path.read_bytes()))
            if kept["made_by"] == self._made_by:
                known = {*kept["persons"]}
                words = kept["words"]
                self._before = {
                    str(name): _Entry(stamp, sha, Tokens(words[at], numbers) if numbers else None)
                    for name, stamp, sha, at, numbers in kept["files"]
                }
        self.additional = Terms(by_digest[one] for one in self._persons if one not in known)

    def seal(self) -> None:
        """Write which files hold nobody, readable only with the ledger's key."""
        files: list[list[object]] = []
        words: dict[str, int] = {}  # many images share them
        for name, (stamp, sha, tokens) in self._now.items():
            shared, numbers = tokens or _NO_TOKENS
            files.append([name, stamp, sha, words.setdefault(shared, len(words)), numbers])
        who = {"made_by": self._made_by, "persons": self._persons}
        record = {**who, "words": [*words], "files": files}
        with replacing(self._path, "wb", private=True) as stream:
            stream.write(self._ledger.seal(json.dumps(record).encode()))

    def holds(self, path: Path, state: os.stat_result) -> bool:
        """Tell whether nobody is in a file that has not changed since it was looked into.

        Parameters
        ----------
        path
            The file, as it is reached.
        state
            Of the file, or of the target of a link.
        """
        entry = self._same(self._now, path, state)
        if not entry and self._is_clear(self._before.get(path.as_posix())):
            entry = self._same(self._before, path, state)
        if entry:
            self._now[path.as_posix()] = entry
        return bool(entry)

    def _is_clear(self, entry: _Entry | None) -> bool:
        """Tell whether none of the additional persons can be in a file, if it is the same."""
        if not entry or not self.additional:
            return bool(entry)
        return entry.tokens is not None and self.additional.surely_not_among(entry.tokens)

    def held(self, path: Path, state: os.stat_result) -> bool:
        """Tell whether a file is unchanged and only the additional persons are to be looked for.

        Parameters
        ----------
        path, state
            As for `holds`.
        """
        return bool(self._same(self._before, path, state))

    def _same(
        self, known: Mapping[str, _Entry], path: Path, state: os.stat_result
    ) -> _Entry | None:
        entry = known.get(path.as_posix())
        if not entry or (entry.stamp and entry.stamp == self._stamp(state)):
            return entry
        same = entry.sha and entry.sha == sha256_of(path)
        return entry._replace(stamp=self._stamp(state)) if same else None

    def add(self, path: Path, state: os.stat_result, tokens: Tokens | None = None) -> None:
        """Remember that a file holds nobody, unless it is changing at this moment.

        Parameters
        ----------
        path
            The file, as it is reached.
        state
            From before the file was read.
        tokens
            Of an image's header.
        """
        with suppress(OSError):
            sha = "" if _is_image(path) else sha256_of(path)
            if _is_settled(state) and _state(path.stat()) == _state(state):
                self._now[path.as_posix()] = _Entry(self._stamp(state), sha, tokens)

    def _stamp(self, state: os.stat_result) -> list[int]:
        """Return values that identify an unchanged file; nothing if its dates are not reliable."""
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
