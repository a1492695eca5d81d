"""The correspondence ledger: code <-> patient, opt-outs, deliveries; encrypted, append-only (R16).

The file is age-encrypted (the age specification, v1) to the identity in the key file. So the
standard ``age -d -i KEY LEDGER`` opens it, and destroying the key destroys every copy.
Its content is JSON lines chained by SHA-256. The secret for the replacement of UIDs (R20) is in it
too and is destroyed with it.
"""

import hmac
import json
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Required, TypedDict

from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.identity.chain import Entry, read_head, sealed, verified, write_head
from bonescint.identity.codes import new_code
from bonescint.identity.key import open_identity, write_key
from bonescint.identity.lock import locked, not_written, state_of
from bonescint.identity.migration import Patients
from bonescint.identity.passphrase import given_passphrase, require_length, require_private
from bonescint.identity.study import StudyMark, mark_folder, refuse_other
from bonescint.resources import both

if TYPE_CHECKING:
    import pyrage


class Ledger:
    """An opened ledger; `open_ledger` and `create_ledger` make one.

    Parameters
    ----------
    path, key
        The encrypted file and the file of its key.
    identity
        The age identity it is encrypted to.
    head
        File with the number of entries and the last hash, by which an older copy in the ledger's
        place is noticed; None keeps no such record.
    study
        The study that the ledger must belong to; None checks nothing.
    """

    def __init__(
        self,
        path: Path,
        key: Path,
        identity: "pyrage.x25519.Identity",
        head: Path | None,
        study: StudyMark | None = None,
    ) -> None:
        self.path, self.key = path, key
        self.recipient = str(identity.to_public())
        self.identity, self._head, self._study = identity, head, study
        self._lines: list[str] = []
        self._entries: list[Entry] = []
        self._patients = Patients()
        self._state: tuple[int, ...] = ()
        self._is_held = False

    def __len__(self) -> int:
        return len(self._patients.codes)

    def __bool__(self) -> bool:
        return True  # also without patients, because it may hold opt-outs

    @property
    def uid_secret(self) -> bytes:
        """The 32 random bytes under which UIDs are replaced (R20)."""
        return bytes.fromhex(self._entries[0]["uid_secret"])

    def code_of(self, subject: str) -> str | None:
        """Return the code of a normalised patient ID, None if it has none."""
        return self._patients.code_of(subject)

    def codes_of(self, subject: str) -> list[str]:
        """Return all codes of a normalised patient ID: the one in use, then the retired ones."""
        return self._patients.codes_of(subject)

    def retired(self) -> dict[str, str]:
        """Return retired code -> the subject to whom it was given (`migration`)."""
        return dict(self._patients.retired)

    def subject_of(self, code: str) -> str | None:
        """Return the normalised patient ID behind a code, None if the code was never given."""
        return self._patients.subjects.get(code)

    def code_in_use(self, code: str) -> str:
        """Return the code now in use for the patient of a code; itself if it was never given."""
        subject = self.subject_of(code)
        return (subject and self.code_of(subject)) or code

    def patient_id(self, subject: str) -> str:
        """Return the patient ID as it stood in the images, or the normalised one if unknown."""
        return self._patients.spelled.get(subject, subject)

    def codes(self) -> dict[str, str]:
        """Return normalised patient ID -> code of every patient."""
        return dict(self._patients.codes)

    def entries(self, *kinds: str) -> list[Entry]:
        """Return the entries of these kinds in their order, of all kinds if none is named."""
        wanted = (e for e in self._entries if not kinds or e["kind"] in kinds)
        return list(map(self._patients.brought_over, wanted))

    def claim(self) -> None:
        """Mark the ledger and the folder with the study, unless they are marked already."""
        if self._study:
            if not self.entries("study"):
                self.append([{"kind": "study", **self._study}])
            mark_folder(self._study)

    def digest(self, payload: bytes) -> str:
        """Return an HMAC of `payload` under the ledger's secret; it reveals nothing of it."""
        return hmac.new(self.uid_secret, payload, "sha256").hexdigest()

    def seal(self, data: bytes) -> bytes:
        """Return `data` encrypted to the ledger's key: it is readable as long as the ledger is."""
        import pyrage

        return bytes(pyrage.encrypt(data, [self.identity.to_public()]))

    def unseal(self, data: bytes) -> bytes:
        """Return what `seal` encrypted.

        Raises
        ------
        InputError
            If it was sealed to another key or is damaged.
        """
        import pyrage

        try:
            return bytes(pyrage.decrypt(data, [self.identity]))
        except pyrage.DecryptError:
            raise InputError(both("identity", "not_sealed", key=self.key)) from None

    def assign(
        self, subjects: Iterable[str], spelled: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """Give every subject a code and return subject -> code; a code once given stays (R16).

        New patients are shuffled before they are numbered. Codes are drawn at random and never
        twice. So neither reveals the ID, the date or the order of arrival (R17). The file is
        locked, read again, extended and replaced in one step.

        Parameters
        ----------
        subjects
            Normalised patient IDs.
        spelled
            Normalised patient ID -> patient ID as in the images, for a person who looks up a code.
        """
        spelled = spelled or {}
        subjects = list(dict.fromkeys(subjects))
        if "" in subjects:
            raise ValueError("an empty patient ID cannot get a code")
        with self.exclusive():
            new = [s for s in subjects if self.code_of(s) is None]
            secrets.SystemRandom().shuffle(new)
            given: dict[str, str] = {}
            for subject in new:
                code = new_code()
                while self.subject_of(code) or code in given:
                    code = new_code()
                given[code] = subject
            self.append(
                {"kind": "patient", "subject": subject, "code": code}
                | ({"patient_id": spelled[subject]} if subject in spelled else {})
                for code, subject in given.items()
            )
            return {s: str(self.code_of(s)) for s in subjects}

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Lock the ledger for the length of the block, and read it again if others wrote to it.

        Raises
        ------
        InputError
            If another process holds it longer than `LOCK_WAIT` seconds.
        """
        if self._is_held:
            yield
            return
        with locked(self.path):
            self._is_held = True
            try:
                if self._state != state_of(self.path):
                    self.read()
                yield
            finally:
                self._is_held = False

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries, chained, and replace the file in one step.

        Parameters
        ----------
        entries
            Each has a ``kind``; ``n``, ``recorded`` (the day, ISO) and ``hash`` are added.

        Raises
        ------
        InputError
            If the file cannot be written. It is then as it was.
        """
        with self.exclusive():
            lines, added = list(self._lines), list(self._entries)
            today = date.today().isoformat()
            for entry in chain(self._patients.unrecorded(), entries):
                previous = str(added[-1]["hash"]) if added else ""
                lines.append(sealed({"n": len(added), "recorded": today} | entry, previous))
                added.append(json.loads(lines[-1]))
            if len(lines) > len(self._lines):
                self._write(lines, added)
                new = added[len(self._entries) :]
                self._lines, self._entries = lines, added
                self._patients.count(new)

    def read(self) -> None:
        """Read the file and verify its chain.

        Raises
        ------
        InputError
            If it does not open, is altered, belongs to another study, or is older than when it was
            last used.
        """
        import pyrage

        state = state_of(self.path)
        # read before the ledger: another process writes an entry to the ledger first, then here
        head = read_head(self._head) if self._head else None
        try:
            text = pyrage.decrypt(self.path.read_bytes(), [self.identity]).decode()
            lines, entries, broken = verified(text)
        except (pyrage.DecryptError, ValueError):
            raise InputError(both("identity", "damaged", file=self.path)) from None
        if broken is not None:
            raise InputError(both("identity", "chain", file=self.path, n=broken))
        if entries[0]["kind"] != "ledger":
            raise InputError(both("identity", "damaged", file=self.path))
        known = [entry for entry in entries if entry["kind"] == "study"]
        if self._study and known:
            refuse_other(known[-1], self._study, self.path)
        if head and head[0]:
            n, last = head
            if len(entries) < n or entries[n - 1]["hash"] != last:
                values = {"file": self.path, "n": n, "head": self._head, "m": len(entries)}
                raise InputError(both("identity", "older", **values))
        self._lines, self._entries, self._state = lines, entries, state
        self._patients = Patients()
        self._patients.count(entries)

    def _write(self, lines: list[str], entries: list[Entry]) -> None:
        data = self.seal("".join(f"{line}\n" for line in lines).encode())
        try:
            # if the path is a link to another medium, it stays a link
            with replacing(os.path.realpath(self.path), "wb", private=True) as stream:
                stream.write(data)
            self._state = state_of(self.path)
            if self._head:
                write_head(self._head, entries)
        except OSError as error:
            self._state = ()  # so the file is read again before the next entry
            raise not_written(self.path, error) from None


def create_ledger(
    path: str | Path,
    key: str | Path,
    passphrase_file: str | Path | None = None,
    head: str | Path | None = None,
    study: StudyMark | None = None,
    *,
    passphrase: str | None = None,
) -> Ledger:
    """Create an empty ledger and its key, both mode 0600.

    Parameters
    ----------
    path, key
        Where they go. Neither may exist, because a new ledger gives new codes.
    passphrase_file
        As configured: a passphrase in it, or in the environment, wraps the key.
    head, study
        See `Ledger`.
    passphrase
        Wraps the key; takes precedence over the file.

    Raises
    ------
    InputError
        If a ledger or key exists already, or if `head` shows that there is one elsewhere.
    """
    import pyrage

    path, key, head = Path(path), Path(key), Path(head) if head else None
    passphrase = passphrase or given_passphrase(passphrase_file)
    if not key.exists():
        require_length(passphrase)
    for folder in {path.parent, key.parent, *([head.parent] if head else [])}:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(path):
        if not is_new(path, key, head):
            there = path.exists() or key.exists()
            said = {"path": path, "key": key, "file": path}
            raise InputError(both("identity", "exists" if there else "missing", **said))
        if head:
            # an interrupted creation can be repeated as long as the record holds no entry
            write_head(head, [])
        if key.exists():
            identity = open_identity(key, passphrase_file)  # an existing key is never overwritten
        else:
            identity = pyrage.x25519.Identity.generate()
            write_key(key, identity, passphrase)
        ledger = Ledger(path, key, identity, head, study)
        ledger._is_held = True
        ledger.append([{"kind": "ledger", "format": 1, "uid_secret": secrets.token_hex(32)}])
        ledger._is_held = False
    return ledger


class LedgerFiles(TypedDict, total=False):
    """Where a study's ledger lies: the arguments of `open_ledger` from the configuration."""

    path: Required[str]
    key: Required[str]
    passphrase_file: str
    head: str
    study: StudyMark


def open_ledger(
    path: str | Path,
    key: str | Path,
    passphrase_file: str | Path | None = None,
    head: str | Path | None = None,
    study: StudyMark | None = None,
    *,
    ask: bool = False,
) -> Ledger:
    """Open the ledger and verify its chain.

    Parameters
    ----------
    path, key
        The encrypted ledger and its age identity, plain or wrapped by a passphrase.
    passphrase_file
        As configured (`bonescint.identity.passphrase`).
    head, study
        See `Ledger`.
    ask
        Whether a terminal may be asked for the passphrase.

    Raises
    ------
    InputError
        If a file is missing, readable by others, damaged, an older copy or of another study, or if
        key or passphrase do not fit. Nothing is changed.
    """
    path, key = Path(path), Path(key)
    if not path.exists():
        raise InputError(both("identity", "missing", file=path))
    require_private(path)
    identity = open_identity(key, passphrase_file, ask=ask)
    ledger = Ledger(path, key, identity, Path(head) if head else None, study)
    ledger.read()
    return ledger


def is_new(path: str | Path, key: str | Path, head: str | Path | None = None, **_: object) -> bool:
    """Return whether there was never a ledger here, or its creation was interrupted.

    Parameters
    ----------
    path, key, head
        As for `open_ledger`. A ledger on a medium that is not connected does not count as new.
    """
    if Path(path).exists():
        return False
    found = read_head(Path(head)) if head else None
    return found == (0, "") or (not found and not Path(key).exists())
