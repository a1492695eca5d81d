"""Restore the ledger from a backup, and find what is lost by it (R12, R16)."""

import os
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.config import CODED_IMAGES
from bonescint.custody import deliveries, incidental, receipts, requests
from bonescint.custody.backups import last_told, tell
from bonescint.custody.copying import is_older_state
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.identity import opt_outs
from bonescint.identity.chain import Entry, read_head, write_head
from bonescint.identity.ledger import Ledger, LedgerFiles
from bonescint.identity.lock import locked, not_written
from bonescint.identity.mark import touch
from bonescint.resources import Texts

if TYPE_CHECKING:
    import pyrage

_MARKS = (opt_outs.MARK, deliveries.MARK, incidental.MARK, receipts.MARK, requests.MARK)
_RECEIPT = Path("private/codes.json")
_REPORTS = Path("results/anonymization")


@dataclass(frozen=True)
class Restorable:
    """A backup of the ledger that may take the ledger's place."""

    copy: Ledger  # the opened backup
    # entries it lacks that the ledger had when it was last used; None if unknown
    missing: int | None
    lost: frozenset[str]  # codes of coded images that the backup does not know

    @property
    def last(self) -> str:
        """The day of its last entry, ISO."""
        return str(self.copy.entries()[-1]["recorded"])


def restorable(
    file: Path, settings: LedgerFiles, identity: "pyrage.x25519.Identity", text: Texts
) -> Restorable:
    """Return a backup and what it lacks; `settings` are the arguments of `open_ledger`.

    Raises
    ------
    InputError
        If the backup does not open with the key, is altered, belongs to another study, or has
        other entries than the ledger. Also if the present ledger lacks nothing.
    """
    study, key = settings["study"], Path(settings["key"])
    copy = Ledger(file, key, identity, None, study)
    copy.read()
    entries = copy.entries()
    head = None
    with suppress(InputError):  # a damaged record counts as none
        head = read_head(Path(settings["head"]))
    n, last = head or (0, "")
    if n and len(entries) >= n and entries[n - 1]["hash"] != last:
        raise InputError(text("restore.other_line"))
    present = Ledger(Path(settings["path"]), key, identity, None, study)
    if _opens(present):
        _refuse_needless(entries, present.entries(), n, text)
    known = {*copy.codes().values(), *copy.retired()}
    missing = None if head is None else max(0, n - len(entries))
    if missing == 1 and last_told().get("ledger", {}).get("entries") == n:
        missing = 0  # only the entry that records this very backup is missing
    coded = {folder.name for folder in CODED_IMAGES.glob("*/BS-*")}
    return Restorable(copy, missing, frozenset(coded - known))


def put_back(found: Restorable, settings: LedgerFiles) -> Path | None:
    """Put a backup in the ledger's place, and return where the former file is kept.

    Raises
    ------
    InputError
        If the file cannot be written. The ledger is then as it was.
    """
    copy, path, head = found.copy, Path(settings["path"]), Path(settings["head"])
    data, aside = copy.path.read_bytes(), None
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with locked(path):
        try:
            if path.exists() and (former := path.read_bytes()) != data:
                aside = _free_name(path)
                _write(aside, former)
            _write(Path(os.path.realpath(path)), data)
            # before the head is written, because until then an interrupted restoring can be
            # repeated and reaches this step again
            _begin_anew(found)
            write_head(head, copy.entries())
        except OSError as error:
            raise not_written(path, error) from None
    ledger = Ledger(path, copy.key, copy.identity, head, settings["study"])
    ledger.read()
    ledger.append([{"kind": "restored", "missing": found.missing, "codes": len(found.lost)}])
    tell(ledger)
    return aside


def _begin_anew(found: Restorable) -> None:
    """Make the next run read the ledger again, and make anew all outputs with lost codes."""
    if found.missing != 0:
        for mark in _MARKS:
            touch(mark)
    # patients whose codes are lost get new codes, so their batches must be made anew
    if found.lost:
        _RECEIPT.unlink(missing_ok=True)
    for folder in CODED_IMAGES.glob("*/BS-*"):
        if folder.name in found.lost:
            _REPORTS.joinpath(f"{folder.parent.name}.csv").unlink(missing_ok=True)


def _opens(ledger: Ledger) -> bool:
    try:
        ledger.read()
    except (InputError, OSError):
        return False
    return True


def _refuse_needless(copy: list[Entry], present: list[Entry], n: int, text: Texts) -> None:
    """Refuse a backup if the present ledger has all its entries, or if the entries differ."""
    shorter, longer = sorted((copy, present), key=len)
    if not is_older_state(shorter, longer):
        raise InputError(text("restore.other_line"))
    if len(present) > len(copy) or len(present) == len(copy) >= n:
        raise InputError(text("restore.needless", n=len(present), m=len(copy)))


def _free_name(path: Path) -> Path:
    """Return an unused name beside the ledger, with the ending of an encrypted file."""
    stem, n = f"{path.stem}.replaced-{date.today()}", 1
    while os.path.lexists(name := path.with_name(f"{stem}-{n}.age")):
        n += 1
    return name


def _write(path: Path, data: bytes) -> None:
    with replacing(path, "wb", private=True) as stream:
        stream.write(data)
