"""Find IDs that may belong to one person or two, or to one who declined; the hospital decides."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from bonescint.names.full import FullNames
from bonescint.names.ids import normalise
from bonescint.names.parts import NOBODY, orders, parts
from bonescint.resources import Texts
from bonescint.text.dates import header_date, loose_dates
from bonescint.text.folding import fold_name, romanised, sound

_MOST_WORDS = 3  # of names with more words, not every order is tried
_NO_BIRTH = date(1900, 1, 1)  # systems enter this date if the true one is unknown
_FIRST_YEAR, _LAST_YEAR = 1880, 2100  # of a birth; 1111-11-11 and 9999-12-31 mean unknown


class PersonalData(NamedTuple):
    """A person in one header: normalised ID, and name and birth date unchanged."""

    subject: str
    name: str
    birth: str


class OptOutDoubt(NamedTuple):
    """A patient who stays and may be the same person as one who declined.

    Parameters
    ----------
    subject, declined
        Normalised IDs of the patient who stays and of the patient who declined.
    birth
        ``same``; ``unknown`` if one of them has no birth date; ``id`` if only the patient ID raises
        the doubt (`bonescint.identity.doubts.id_doubts`).
    """

    subject: str
    declined: str
    birth: str

    @property
    def payload(self) -> bytes:
        """The text whose digest a decision about the two names. The digest identifies nobody."""
        return "\0".join(("opt-out-doubt", self.subject, self.declined)).encode()


def opt_out_doubts(
    declined: Collection[PersonalData], others: Collection[PersonalData]
) -> list[OptOutDoubt]:
    """Return the others who may be a patient who declined, under another patient ID (R12).

    Their birth dates and their names must be the same. Names are the same if they share a group as
    in `identity_doubts`, or if one holds the other's full name (with a title, in one word). A birth
    date that is missing or unreadable is no different date, so equal names are then a doubt. All
    headers of a patient count together.
    """
    gone, stay = _births(declined), _births(others)
    by_key: dict[str, set[str]] = defaultdict(set)
    by_birth: dict[date, set[tuple[str, str]]] = defaultdict(set)
    for subject, name, _ in declined:
        for key in _keys(name):
            by_key[key].add(subject)
        for born in gone[subject]:
            by_birth[born].add((subject, name))
    some_unknown = not all(gone.values())
    found = set()
    for subject, name, _ in others:
        born_on = stay[subject]
        # most patients share no birth date with one who declined, and need no more work
        if born_on and not some_unknown and born_on.isdisjoint(by_birth):
            continue
        for other in set().union(*(by_key.get(key, ()) for key in _keys(name))):
            if not born_on or not gone[other]:
                found.add(OptOutDoubt(subject, other, "unknown"))
            elif born_on & gone[other]:
                found.add(OptOutDoubt(subject, other, "same"))
        for born in born_on & by_birth.keys():
            for other, known in by_birth[born]:
                if _holds(name, known) or _holds(known, name):
                    found.add(OptOutDoubt(subject, other, "same"))
    return sorted(found)


def _births(headers: Iterable[PersonalData]) -> dict[str, set[date]]:
    births: dict[str, set[date]] = defaultdict(set)
    for subject, _, birth in headers:
        births[subject] |= _born(birth)
    return births


@lru_cache(maxsize=4096)
def _born(text: str) -> frozenset[date]:
    born = header_date(text)
    days = {born} if born else loose_dates(text)
    return frozenset(
        day for day in days if day != _NO_BIRTH and _FIRST_YEAR <= day.year <= _LAST_YEAR
    )


def _holds(text: str, name: str) -> bool:
    """Tell whether a name holds another full name."""
    full = FullNames((name,))
    groups = [fold_name(group) for group in text.split("=")]
    return any(re.search(found, group) for group in groups for found in full.suspects(group))


def identity_doubts(rows: Iterable[Mapping[str, str]], language: str) -> list[dict[str, str]]:
    """Return warnings about patient IDs and names that do not match (R12).

    Names are the same if they share a group (romaji, kanji or kana). Case, width, separators, kana
    script and the order of romaji words do not count. Namesakes with different birth dates are no
    doubt. Memory grows with the patients, not with the files.

    Parameters
    ----------
    rows
        Rows of the index, in any order: subject (or patient_id), patient_name,
        patient_birth_date.

    Returns
    -------
    list
        Rows of resources/tables/identity_doubts.csv. They stay on the identified side, because
        ``where`` names subjects.
    """
    text = Texts("doubts", language)
    spellings: dict[str, set[str]] = defaultdict(set)
    births: dict[str, set[date]] = defaultdict(set)
    for row in rows:
        subject = row["subject"] if "subject" in row else normalise(row["patient_id"])
        if subject:
            spellings[subject].add(row.get("patient_name", ""))
            born = header_date(row.get("patient_birth_date", ""))
            births[subject] |= {born} if born and born != _NO_BIRTH else set()

    def warning(key: str, where: Iterable[str], **values: object) -> dict[str, str]:
        return {
            "source": text("source"),
            "rule": "R12",
            "where": ", ".join(where),
            "message": text(key, **values),
        }

    found = []
    first: dict[str, str] = {}
    # most names belong to one patient, and a set for each would take three times the memory
    shared: dict[str, set[str]] = defaultdict(set)
    for subject in sorted(spellings):
        names = _distinct(map(_keys, spellings[subject]))
        if len(names) > 1:
            found.append(warning("names", [subject], n=len(names)))
        for key in set().union(*names):
            if (owner := first.setdefault(key, subject)) != subject:
                shared[key] |= {owner, subject}
    same, unknown = _pairs(shared.values(), births)
    found += [warning("same_birth", subjects) for subjects in same]
    found += [warning("no_birth", subjects) for subjects in unknown]
    return found


def _pairs(
    namesakes: Iterable[set[str]], births: Mapping[str, set[date]]
) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Return groups of subjects with one name: of the same birth date, and of a missing one."""
    same: set[frozenset[str]] = set()
    unknown: set[frozenset[str]] = set()
    for subjects in namesakes:
        by_birth: dict[date, set[str]] = defaultdict(set)
        for subject in subjects:
            for born in births[subject]:
                by_birth[born].add(subject)
        same |= {frozenset(group) for group in by_birth.values() if len(group) > 1}
        if not all(births[subject] for subject in subjects):
            unknown.add(frozenset(subjects))
    return _largest(same), _largest(unknown)


def _largest(groups: set[frozenset[str]]) -> list[tuple[str, ...]]:
    """Return the groups that no other contains. Romaji may unite more patients than kanji."""
    kept: list[frozenset[str]] = []
    of: dict[str, list[frozenset[str]]] = defaultdict(list)
    for group in sorted(groups, key=lambda group: (-len(group), sorted(group))):
        if not any(group <= larger for larger in of[min(group)]):
            kept.append(group)
            for subject in group:
                of[subject].append(group)
    return sorted(tuple(sorted(group)) for group in kept)


def _distinct(names: Iterable[frozenset[str]]) -> list[frozenset[str]]:
    """Unite names that share a key, also through a third one. A text without key is no name."""
    united: list[frozenset[str]] = []
    for name in names:
        if name:
            touched = [other for other in united if other & name]
            united = [other for other in united if not other & name]
            united.append(name.union(*touched))
    return united


@lru_cache(maxsize=4096)
def _keys(name: str) -> frozenset[str]:
    """Return keys of a name. Two spellings of one name share a key."""
    return frozenset(key for group in name.split("=") for key in _group_keys(group))


def _group_keys(group: str) -> Iterator[str]:
    words = [word for part in parts(fold_name(group)) for word in part]
    if not words or "".join(words) in NOBODY:
        return
    # compared by sound: Ohno and Ono, タカハシ and Takahashi are spellings of one name
    words = [sound(romanised(word)) for word in words]
    joined = "".join(words)
    yield joined
    if joined.isascii() and len(words) <= _MOST_WORDS:
        # in every order, with or without spaces
        yield from ("".join(order) for order in orders(words))
    elif joined.isascii():
        yield "".join(sorted(words))
