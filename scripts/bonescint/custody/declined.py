"""The sealed list of who declined: codes, IDs and names that must not be left anywhere (R12)."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from bonescint.custody.traces.terms import Person, without_shared
from bonescint.files import replacing
from bonescint.identity.ledger import Ledger
from bonescint.identity.people import People, spelled_in_headers


def who_declined(people: People, gone: set[str], ledger: Ledger) -> dict[str, Person]:
    """Return normalised ID -> what is to be searched for, of everybody who declines.

    Parameters
    ----------
    people
        Everybody of the index.
    gone
        Normalised IDs of those who decline; some may have no image.
    ledger
        The opened ledger: it knows their codes.
    """
    own = without_shared(
        (h.patient_name for h, subject in people.headers.items() if subject in gone),
        (h.patient_name for h, subject in people.headers.items() if subject not in gone),
    )
    return {
        subject: Person(
            ledger.code_of(subject), frozenset(ids), frozenset(own[name] for name in names) - {""}
        )
        for subject, (ids, names) in sorted(spelled_in_headers(people, gone).items())
    }


def seal_declined(path: Path, persons: Mapping[str, Person], ledger: Ledger) -> None:
    """Write who declined, readable with the ledger's key alone.

    Parameters
    ----------
    path
        private/declined.age.
    persons
        What `who_declined` returned.
    ledger
        The opened ledger.
    """
    records = [
        {"subject": subject, "code": p.code, "ids": sorted(p.ids), "names": sorted(p.names)}
        for subject, p in persons.items()
    ]
    with replacing(path, "wb") as stream:
        os.fchmod(stream.fileno(), 0o600)
        stream.write(ledger.seal(json.dumps(records, ensure_ascii=False).encode()))


def unseal_declined(path: Path, ledger: Ledger) -> dict[str, Person]:
    """Return what `seal_declined` wrote.

    Parameters
    ----------
    path
        private/declined.age.
    ledger
        The opened ledger.

    Raises
    ------
    InputError
        If it was sealed to another key or is damaged.
    """
    return {
        record["subject"]: Person(
            record["code"], frozenset(record["ids"]), frozenset(record["names"])
        )
        for record in json.loads(ledger.unseal(path.read_bytes()))
    }
