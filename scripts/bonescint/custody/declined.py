"""Two lists sealed to the ledger's key (R12): who declined, and who may be one of them.

No trace of those who declined may be left anywhere.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Set
from pathlib import Path
from typing import Any

from bonescint.custody.traces.terms import Person, without_shared
from bonescint.files import replacing
from bonescint.identity.doubts import HeldBack
from bonescint.identity.ledger import Ledger
from bonescint.identity.people import People, column_of, spelled_in_headers
from bonescint.names.doubts import PersonalData

# who is held back and who declined, by the digest that a human decision refers to
OPT_OUT_DOUBTS = Path("private/opt_out_doubts.age")


def who_declined(
    people: People, gone: set[str], ledger: Ledger, held: Set[str] = frozenset()
) -> dict[str, Person]:
    """Return normalised ID -> what is to be searched for, for everybody who declines.

    Parameters
    ----------
    people
        Everybody of the index.
    gone
        Normalised IDs of those who decline; some may have no image.
    ledger
        The opened ledger: it knows their codes.
    held
        Normalised IDs of the patients who are held back. They do not stay in the study, so a name
        that somebody who declined shares only with them is still searched for.
    """
    left = gone | held
    own = without_shared(
        (h.patient_name for h, subject in people.headers.items() if subject in gone),
        (h.patient_name for h, subject in people.headers.items() if subject not in left),
    )
    found = {
        subject: Person(
            ledger.code_of(subject), frozenset(ids), frozenset(own[name] for name in names) - {""}
        )
        for subject, (ids, names) in sorted(spelled_in_headers(people, gone).items())
    }
    # files of former runs may still hold a retired code
    retired = ledger.retired() if gone else {}
    return found | {
        f"{former} {code}": Person(code, frozenset(), frozenset())
        for code, former in retired.items()
        if ledger.subject_of(code) in gone
    }


def seal_declined(path: Path, persons: Mapping[str, Person], ledger: Ledger) -> None:
    """Write who declined, readable only with the ledger's key.

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
    _seal(path, records, ledger)


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


def seal_doubts(
    path: Path,
    held: HeldBack,
    people: People,
    index: Path,
    declined: Collection[PersonalData],
    ledger: Ledger,
) -> None:
    """Write who is held back and why, readable only with the ledger's key.

    Parameters
    ----------
    path
        private/opt_out_doubts.age.
    held
        What `bonescint.identity.doubts.held_back` returned.
    people, index
        Everybody of the index, and the index.
    declined
        Name and birth date of who declined.
    ledger
        The opened ledger.
    """
    files: list[str] = []
    if held.subjects:
        both = zip(people.subjects, column_of(index, "path"), strict=True)
        files = [path for subject, path in both if subject in held.subjects]
    records = [
        {
            "digest": digest,
            "birth": doubt.birth,
            "held_back": _shown(doubt.subject, people, ()),
            "declined": _shown(doubt.declined, people, declined),
        }
        for digest, doubt in held.doubts.items()
    ]
    _seal(path, {"doubts": records, "files": files}, ledger)


def unseal_doubts(path: Path, ledger: Ledger) -> dict[str, Any]:
    """Return what `seal_doubts` wrote: ``doubts`` and ``files``.

    Each doubt has ``digest``, ``birth`` (as `bonescint.names.doubts.OptOutDoubt` has it), and of
    ``held_back`` and ``declined`` the ``ids``, ``names`` and ``births`` as headers spell them.

    Parameters
    ----------
    path, ledger
        As for `seal_doubts`.

    Raises
    ------
    InputError
        If it was sealed to another key or is damaged.
    """
    found: dict[str, Any] = json.loads(ledger.unseal(path.read_bytes()))
    return found


def _shown(subject: str, people: People, known: Iterable[PersonalData]) -> dict[str, list[str]]:
    theirs = [header for header, of in people.headers.items() if of == subject]
    data = [(h.patient_name, h.patient_birth_date) for h in theirs]
    data += [(one.name, one.birth) for one in known if one.subject == subject]
    return {
        "ids": sorted({header.patient_id for header in theirs} or {subject}),
        "names": sorted({name for name, _ in data} - {""}),
        "births": sorted({birth for _, birth in data} - {""}),
    }


def _seal(path: Path, records: object, ledger: Ledger) -> None:
    with replacing(path, "wb", private=True) as stream:
        stream.write(ledger.seal(json.dumps(records, ensure_ascii=False).encode()))
