"""Make backups of ledger and key: never on one medium, read back, kept on record (R16)."""

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

from bonescint.custody.backups import Backup, backup_in, backups, key_copies, key_digests, tell
from bonescint.custody.media import Medium, medium_of
from bonescint.errors import InputError
from bonescint.files import from_the_disk, replacing
from bonescint.identity.chain import Entry
from bonescint.identity.key import identity_in
from bonescint.identity.ledger import Ledger
from bonescint.resources import Texts


def check_media(
    files: Mapping[str, Path], ledger: Ledger, text: Texts, *, same_disk: bool = False
) -> dict[str, Medium]:
    """Return the media of new backups (kind -> file), after checking that they lie apart.

    With `same_disk` a backup may lie on the disk of its original.

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
    """Return where the other one (ledger or key) lies on a medium, None if it is not there."""
    if medium.is_also(medium_of(original)):
        return original
    copies = key_copies(ledger) if other == "key" else backups(ledger)
    for copy in (one for one in copies if one.kind == other):
        there = Path(copy.where)
        is_there = False
        with suppress(OSError):  # another user's medium, or a share that is no longer connected
            is_there = there.is_file() and medium.is_also(medium_of(there))
        # the machine may not recognise a medium; then a copy that lies on it shows which it is
        file = folder / there.name
        if is_there or medium.names & copy.names or _sha256_of(file) == copy.sha256:
            return there
    return None


def back_up_ledger(ledger: Ledger, file: Path, medium: Medium, text: Texts) -> Backup:
    """Copy the ledger, read the copy back, verify its chain, and remember it.

    An older state of the same ledger at this place is replaced.

    Raises
    ------
    InputError
        If another file is there, or the copy cannot be written or does not read back. What was
        there before stays.
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
    """Copy the key, read the copy back, open it (with the passphrase if wrapped), and remember it.

    A copy of the same key at this place is replaced.

    Raises
    ------
    InputError
        As `back_up_ledger`.
    """

    def fits(copy: Path) -> bool:
        # raises if the passphrase is wrong
        identity = identity_in(copy.read_bytes(), passphrase, file)
        return str(identity.to_public()) == ledger.recipient

    with ledger.exclusive():
        data = ledger.key.read_bytes()
        # fails on a wrong passphrase before anything is put on record
        identity_in(data, passphrase, ledger.key)
        if os.path.lexists(file) and _sha256_of(file) not in key_digests(ledger):
            is_same = False
            with suppress(InputError, OSError):
                is_same = fits(file)
            if not is_same:
                raise InputError(text("foreign", file=file))
        # recorded before the copy is written, so that an interrupted copy is not forgotten
        _remember(ledger, "key", data, file, medium, "backup_begun")
        try:
            _copy(data, file, text, fits)
        except InputError as error:
            if (standing := what_stands(file, ledger)) in ("nothing", "former"):
                _remember(ledger, "key", data, file, medium, "backup_failed")
            said = text(f"stands.{standing}", file=file)
            raise InputError([*error.problems, said]) from None
        return _remember(ledger, "key", data, file, medium)


def what_stands(file: Path, ledger: Ledger) -> str:
    """Return what lies where a copy of the key was to go, after making it failed or was cut off.

    Returns
    -------
    str
        ``nothing``, ``copy`` (of the key as it is now), ``former`` (another file) or ``unknown``.
    """
    try:
        if not any(one.name == file.name for one in file.parent.iterdir()):
            return "nothing"
        return "copy" if file.read_bytes() == ledger.key.read_bytes() else "former"
    except OSError:
        return "unknown"


def is_older_state(entries: list[Entry], of: list[Entry]) -> bool:
    """Tell whether entries are an earlier state of others, or the same.

    Both chains are verified, and neither is empty.
    """
    n = len(entries)
    return n <= len(of) and entries[-1]["hash"] == of[n - 1]["hash"]


def _entries_in(file: Path, ledger: Ledger, text: Texts) -> list[Entry]:
    """Return the entries of another file of the same ledger, after verifying its chain."""
    found = Ledger(file, ledger.key, ledger.identity, None)
    try:
        found.read()
    except (InputError, OSError):
        raise InputError(text("foreign", file=file)) from None
    return found.entries()


def _copy(data: bytes, file: Path, text: Texts, is_good: Callable[[Path], bool]) -> None:
    try:
        with replacing(file, "wb", private=True) as stream:
            stream.write(data)
            from_the_disk(stream)
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
    return backup_in(ledger.entries(word)[-1])


def _sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file, empty if there is none."""
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
    except OSError:
        return ""
