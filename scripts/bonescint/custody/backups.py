"""Backups of the ledger and of its key, as the ledger remembers them (R16, R32).

Each backup is an entry of kind ``backup``, because the destruction asks for every copy of the key.
Days and numbers may be known without the key, so they are also written to `TOLD`.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.config import LEDGER_HEAD
from bonescint.files import replacing
from bonescint.identity.chain import Entry, read_head
from bonescint.identity.ledger import Ledger
from bonescint.resources import Texts

TOLD = Path("private/backups.json")
_FIELDS = {"ledger": {"at", "patients", "entries"}, "key": {"at"}}


class Backup(NamedTuple):
    """A backup that the ledger remembers."""

    kind: str  # ledger or key
    at: str  # the day, ISO
    where: str  # the path as typed
    sha256: str  # of the copy
    patients: int  # how many the ledger held
    n: int  # the number of the entry that remembers it
    names: frozenset[str]  # UUIDs by which the medium is recognised (`Medium`)
    place: str  # the path on the medium


def backups(ledger: Ledger) -> list[Backup]:
    """Return every backup that was made, in order."""
    return [backup_in(entry) for entry in ledger.entries("backup")]


def last_backup(ledger: Ledger, kind: str) -> Backup | None:
    """Return the last backup of a kind (``ledger`` or ``key``), None if there is none."""
    return next((one for one in reversed(backups(ledger)) if one.kind == kind), None)


def behind(ledger: Ledger) -> int:
    """Return how many patients were added since the last backup of the ledger."""
    last = last_backup(ledger, "ledger")
    return sum(entry["n"] > (last.n if last else 0) for entry in ledger.entries("patient"))


def key_copies(ledger: Ledger) -> list[Backup]:
    """Return the last copy of the key at each place, even if its making may have been cut off."""
    made: dict[str, Backup] = {}
    begun: dict[str, Backup] = {}
    for entry in ledger.entries("backup_begun", "backup_failed", "backup"):
        one = backup_in(entry)
        begun.pop(one.where, None)
        if one.kind == "key" and entry["kind"] != "backup_failed":
            (made if entry["kind"] == "backup" else begun)[one.where] = one
    return list((made | begun).values())


def key_digests(ledger: Ledger) -> set[str]:
    """Return the SHA-256 of every copy of the key that was made, also under a former passphrase."""
    made = ledger.entries("backup_begun", "backup")
    return {entry["sha256"] for entry in made if entry["of"] == "key"}


def last_told() -> dict[str, Any]:
    """Return what is known of the last backups without the ledger; empty if nothing is known.

    Returns
    -------
    dict
        ``ledger``: at (ISO date), patients, entries; ``key``: at.
    """
    try:
        told = dict(json.loads(TOLD.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}
    # a file that somebody edited by hand must stop neither a run nor a check
    return {
        kind: one
        for kind, one in told.items()
        if isinstance(one, dict) and _FIELDS.get(kind, {kind}) <= one.keys()
    }


def tell(ledger: Ledger) -> None:
    """Write to `TOLD` what may be known of the last backups without the key."""
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

    Every entry since the last backup counts, not only new patients: opt-outs and deliveries too.
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


def backup_in(entry: Entry) -> Backup:
    """Return the backup that an entry remembers, which may have been begun or have failed."""
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
