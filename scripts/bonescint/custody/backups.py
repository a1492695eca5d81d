"""Backups of the ledger and of its key: never on one medium, read back, remembered (R16, R32).

The ledger remembers each by an entry of kind ``backup``: the destruction asks for every copy of the
key. What may be known without the key (days and numbers) also stands in `TOLD`.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.config import LEDGER_HEAD
from bonescint.custody.media import Medium, medium_of
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.identity.chain import Entry, read_head
from bonescint.identity.key import identity_in
from bonescint.identity.ledger import Ledger
from bonescint.resources import Texts

TOLD = Path("private/backups.json")
KINDS = ("key", "ledger")  # in the order in which they are made: the ledger's then knows the key's


class Backup(NamedTuple):
    """A backup that the ledger remembers.

    Parameters
    ----------
    kind
        ``ledger`` or ``key``.
    at
        The day, ISO.
    where
        The path as typed.
    sha256
        Of the copy.
    patients
        How many the ledger held.
    n
        The number of the entry that remembers it.
    names
        By which the medium is known again (`Medium`).
    place
        The path on the medium.
    """

    kind: str
    at: str
    where: str
    sha256: str
    patients: int
    n: int
    names: frozenset[str]
    place: str


def backups(ledger: Ledger) -> list[Backup]:
    """Return every backup that was made, in order.

    Parameters
    ----------
    ledger
        The opened ledger.
    """
    return [_backup(entry) for entry in ledger.entries("backup")]


def last_backup(ledger: Ledger, kind: str) -> Backup | None:
    """Return the last backup of a kind, None if there is none.

    Parameters
    ----------
    ledger
        The opened ledger.
    kind
        ``ledger`` or ``key``.
    """
    return next((one for one in reversed(backups(ledger)) if one.kind == kind), None)


def behind(ledger: Ledger) -> int:
    """Return how many patients were added since the last backup of the ledger.

    Parameters
    ----------
    ledger
        The opened ledger.
    """
    last = last_backup(ledger, "ledger")
    return sum(entry["n"] > (last.n if last else 0) for entry in ledger.entries("patient"))


def key_copies(ledger: Ledger) -> list[Backup]:
    """Return the last copy of the key at each place, also one whose making may have been cut off.

    Parameters
    ----------
    ledger
        The opened ledger.
    """
    made: dict[str, Backup] = {}
    begun: dict[str, Backup] = {}
    for entry in ledger.entries("backup_begun", "backup_failed", "backup"):
        one = _backup(entry)
        begun.pop(one.where, None)
        if one.kind == "key" and entry["kind"] != "backup_failed":
            (made if entry["kind"] == "backup" else begun)[one.where] = one
    return list((made | begun).values())


def last_told(folder: Path = Path()) -> dict[str, Any]:
    """Return what is known of the last backups without the ledger; nothing if nothing is.

    Parameters
    ----------
    folder
        The study's.

    Returns
    -------
    dict
        ``ledger``: at (ISO date), patients, entries; ``key``: at.
    """
    try:
        return dict(json.loads((folder / TOLD).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def tell(ledger: Ledger) -> None:
    """Write what may be known of the last backups without the key.

    Parameters
    ----------
    ledger
        The opened ledger.
    """
    told: dict[str, dict[str, object]] = {}
    if last := last_backup(ledger, "ledger"):
        told["ledger"] = {"at": last.at, "patients": last.patients, "entries": last.n + 1}
    if last := last_backup(ledger, "key"):
        told["key"] = {"at": last.at}
    TOLD.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing(TOLD) as stream:
        json.dump(told, stream)
        stream.write("\n")


def reminder(study: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield what a run's summary says of backups; nothing where the data are simulated.

    Every entry counts: a patient's code, but an opt-out and a delivery as well.

    Parameters
    ----------
    study
        ``study`` of the configuration.
    language
        Of the sentences.
    """
    head = read_head(Path(LEDGER_HEAD))
    if not head or study["synthetic"]:
        return
    told, text = last_told(), Texts("backup", language)
    if not (last := told.get("ledger")):
        yield text("remind.none")
    elif head[0] > last["entries"]:
        yield text("remind.behind", date=last["at"], n=head[0] - last["entries"])
    if "key" not in told:
        yield text("remind.no_key")


def check_media(
    files: Mapping[str, Path], ledger: Ledger, text: Texts, *, same_disk: bool = False
) -> dict[str, Medium]:
    """Return the media of new backups, which protect against the loss of what is there.

    Parameters
    ----------
    files
        Kind -> file.
    ledger
        The opened ledger.
    text
        Words of the area ``backup``.
    same_disk
        Whether a backup may lie on the disk of its original.

    Raises
    ------
    InputError
        If ledger and key, or copies of them, would lie on one medium; if a backup would lie in the
        study's folder, or beside its original and nobody agreed.
    """
    media = {kind: medium_of(file.parent) for kind, file in files.items()}
    originals = {"ledger": ledger.path, "key": ledger.key}
    problems = []
    for kind, file in files.items():
        other = "key" if kind == "ledger" else "ledger"
        if file.parent.resolve().is_relative_to(Path().resolve()):
            problems.append(text("in_study", file=file))
            continue
        there = _with_other(media[kind], file.parent, other, ledger, originals[other])
        if other in media and media[kind].is_also(media[other]):
            there = files[other]
        own = (medium_of(originals[kind]), medium_of(Path()))
        if there:
            problems.append(text(f"beside.{other}", file=file, there=there))
        elif not same_disk and any(media[kind].is_also(one) for one in own):
            problems.append(text("same_disk", file=file))
    if problems:
        raise InputError(problems)
    return media


def _with_other(
    medium: Medium, folder: Path, other: str, ledger: Ledger, original: Path
) -> Path | None:
    """Return where the other of ledger and key lies on a medium, None if it does not."""
    if medium.is_also(medium_of(original)):
        return original
    copies = key_copies(ledger) if other == "key" else backups(ledger)
    for copy in (one for one in copies if one.kind == other):
        there = Path(copy.where)
        is_there = there.is_file() and medium.is_also(medium_of(there))
        # a medium that the machine does not know again is known by what lies on it
        file = folder / there.name
        if is_there or medium.names & copy.names or _sha256_of(file) == copy.sha256:
            return there
    return None


def back_up_ledger(ledger: Ledger, file: Path, medium: Medium, text: Texts) -> Backup:
    """Copy the ledger, read the copy back, verify its chain, and remember it.

    Parameters
    ----------
    ledger
        The opened ledger.
    file
        Where the copy goes; an older state of the same ledger there is replaced.
    medium
        Of its folder.
    text
        Words of the area ``backup``.

    Raises
    ------
    InputError
        If another file is there, or the copy cannot be written or does not read back: what was
        there stays.
    """
    with ledger.exclusive():
        known = ledger.entries()
        if os.path.lexists(file) and not is_older_state(_entries_in(file, ledger, text), known):
            raise InputError(text("newer", file=file))
        data = ledger.path.read_bytes()
        _copy(data, file, text, lambda copy: _entries_in(copy, ledger, text) == known)
        return _remember(ledger, "ledger", data, file, medium)


def back_up_key(
    ledger: Ledger, file: Path, medium: Medium, text: Texts, passphrase: str | None
) -> Backup:
    """Copy the key, read the copy back, open it, and remember it.

    Parameters
    ----------
    ledger, medium, text
        As for `back_up_ledger`.
    file
        Where the copy goes; a copy of the same key there is replaced.
    passphrase
        Opens the key where it is wrapped.

    Raises
    ------
    InputError
        As `back_up_ledger`.
    """

    def fits(copy: Path) -> bool:
        # raises where the passphrase is wrong
        identity = identity_in(copy.read_bytes(), passphrase, file)
        return str(identity.to_public()) == ledger.recipient

    with ledger.exclusive():
        data = ledger.key.read_bytes()
        # one with a former passphrase is known by its hash
        known = {one.sha256 for one in key_copies(ledger)}
        if os.path.lexists(file) and _sha256_of(file) not in known:
            is_same = False
            with suppress(InputError, OSError):
                is_same = fits(file)
            if not is_same:
                raise InputError(text("foreign", file=file))
        # on record before it is there: nobody forgets a copy whose making is cut off
        _remember(ledger, "key", data, file, medium, "backup_begun")
        try:
            _copy(data, file, text, fits)
        except InputError:
            _remember(ledger, "key", data, file, medium, "backup_failed")
            raise
        return _remember(ledger, "key", data, file, medium)


def is_older_state(entries: list[Entry], of: list[Entry]) -> bool:
    """Tell whether entries, whose chain was verified, are an earlier state of others, or the same.

    Parameters
    ----------
    entries, of
        Both as read from a ledger; neither is empty.
    """
    n = len(entries)
    return n <= len(of) and entries[-1]["hash"] == of[n - 1]["hash"]


def _entries_in(file: Path, ledger: Ledger, text: Texts) -> list[Entry]:
    """Return the entries of another file of the same ledger, its chain verified."""
    found = Ledger(file, ledger.key, ledger.identity, None)
    try:
        found.read()
    except (InputError, OSError):
        raise InputError(text("foreign", file=file)) from None
    return found.entries()


def _copy(data: bytes, file: Path, text: Texts, is_good: Callable[[Path], bool]) -> None:
    try:
        with replacing(file, "wb") as stream:
            with suppress(OSError):  # not every medium has modes
                os.fchmod(stream.fileno(), 0o600)
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
            # what is read back comes from the medium, not from memory
            if hasattr(os, "posix_fadvise"):
                os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            copy = Path(stream.name)
            if copy.read_bytes() != data or not is_good(copy):
                raise InputError(text("differs", file=file))
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise InputError(text("not_written", file=file, reason=reason)) from None


def _remember(
    ledger: Ledger, kind: str, data: bytes, file: Path, medium: Medium, word: str = "backup"
) -> Backup:
    entry = {
        "kind": word,
        "of": kind,
        "where": str(file),
        "place": str(Path(medium.place, file.name)),
        "names": sorted(medium.names),
        "sha256": hashlib.sha256(data).hexdigest(),
        "patients": len(ledger),
    }
    ledger.append([entry])
    if word == "backup":
        tell(ledger)
    return _backup(ledger.entries(word)[-1])


def _backup(entry: Entry) -> Backup:
    return Backup(
        kind=entry["of"],
        at=entry["recorded"],
        where=entry["where"],
        sha256=entry["sha256"],
        patients=entry["patients"],
        n=entry["n"],
        names=frozenset(entry["names"]),
        place=entry["place"],
    )


def _sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file, empty if there is none."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
    except OSError:
        return ""
