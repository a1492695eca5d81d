"""The people of an index: which IDs and names belong to whom, and who has declined (R12)."""

import csv
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import repeat
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from bonescint.declared import columns
from bonescint.files import BOM, as_written, in_cell, replacing
from bonescint.names.doubts import PersonalData
from bonescint.names.ids import normalise

_LEAST_DIGITS = 2
_MOST_OWNERS = 5  # patients who may share one other ID


class PersonHeader(NamedTuple):
    """What the index says of a person. Many files say the same."""

    patient_id: str
    other_patient_ids: str
    patient_name: str
    patient_birth_date: str


class People(NamedTuple):
    """Everybody of an index.

    Parameters
    ----------
    subjects
        Normalised patient ID of each row of the index, in its order.
    headers
        Each different header of a person -> the normalised patient ID.
    pairs
        (ID, other ID), normalised, that a header gives to one person.
    """

    subjects: list[str]
    headers: dict[PersonHeader, str]
    pairs: set[tuple[str, str]]


def read_lines(table: Path) -> Iterator[str]:
    """Yield header and rows of a table of `write_rows` as they stand in it, without line end.

    A row whose quoted cell holds a line break is one row. The rows are not parsed, because parsing
    takes most of the time and many rows are only copied.
    """
    with table.open(encoding="utf-8-sig", newline="\n") as stream:
        for line in stream:
            while line.count('"') % 2:
                line += next(stream)
            yield line[:-1]


def read_people(index: Path) -> People:
    """Read who is in private/index.csv, once for each person and not for each file."""
    lines = read_lines(index)
    titles = next(lines).split(",")
    where = [titles.index(name) for name in PersonHeader._fields]
    pick, upto = itemgetter(*where), max(where) + 1
    subjects: list[str] = []
    headers: dict[PersonHeader, str] = {}
    seen: dict[tuple[str, ...], str] = {}
    for line in lines:
        cells = line.split(",", upto)
        # quotes after the last wanted column do not matter; with others the row must be parsed
        if '"' in line and line.find('"') < len(line) - len(cells[-1]):
            cells = next(csv.reader([line]))
        found = pick(cells)
        subject = seen.get(found)
        if subject is None:
            header = PersonHeader(*map(as_written, found))
            subject = seen[found] = headers[header] = normalise(header.patient_id)
        subjects.append(subject)
    pairs = {
        pair
        for header, subject in headers.items()
        for pair in id_pairs(subject, header.other_patient_ids)
    }
    return People(subjects, headers, without_common(pairs))


def write_others(
    table: Path,
    index: Path,
    people: People,
    gone: Collection[str],
    hidden: Collection[str] = (),
) -> int:
    """Write the rows of an index without some persons, and return how many rows were left out.

    Parameters
    ----------
    table
        The table to write: the columns of the index, ``subject``, and ``contested``. This is 1 if a
        file of a person who is left out has the same SOP Instance UID, because then nobody can say
        whose image it is.
    index
        The index that was read.
    people
        What `read_people` read of it.
    gone
        Normalised IDs of those who are left out.
    hidden
        Texts that are removed from rows: names of staff who share them with a patient who declined.
    """
    # an ID may hold characters that separate cells
    cells = {
        subject: '"' + cell.replace('"', '""') + '"' if set(cell) & set(',"\n\r') else cell
        for subject, cell in {one: in_cell(one) for one in people.headers.values()}.items()
    }
    uids_of_all = zip(people.subjects, column_of(index, "sop_instance_uid"), strict=True)
    theirs = [uid for subject, uid in uids_of_all if subject in gone]
    contested = {*theirs} - {""}
    uids = column_of(index, "sop_instance_uid") if contested else repeat("")
    with replacing(table) as stream:
        lines = read_lines(index)
        stream.write(BOM + ",".join([next(lines), *columns("consented")]) + "\n")
        for line, subject, uid in zip(lines, people.subjects, uids, strict=False):
            if subject not in gone:
                for name in hidden:
                    line = line.replace(name, "")
                stream.write(f"{line},{cells[subject]},{1 if uid in contested else ''}\n")
    return len(theirs)


def column_of(index: Path, name: str) -> Iterator[str]:
    """Yield one column of private/index.csv, row by row."""
    with index.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream)
        yield from map(as_written, map(itemgetter(next(rows).index(name)), rows))


def personal_data(people: People) -> Iterator[PersonalData]:
    """Yield name and birth date of everybody who has an ID, once for each different header."""
    for header, subject in people.headers.items():
        if subject:
            yield PersonalData(subject, header.patient_name, header.patient_birth_date)


def data_of(consented: Path, subjects: Collection[str]) -> list[PersonalData]:
    """Return name and birth date of some persons of consented.csv, once for each header."""
    lines = read_lines(consented)
    titles = next(lines).split(",")
    # `subject` is one of the last columns, so only wanted rows and rows with quotes are parsed
    back = len(titles) - titles.index("subject")
    wanted = {*map(in_cell, subjects)}
    theirs = (line for line in lines if '"' in line or line.rsplit(",", back)[1] in wanted)
    rows = (dict(zip(titles, map(as_written, row), strict=True)) for row in csv.reader(theirs))
    return sorted(
        {
            PersonalData(
                row["subject"], row.get("patient_name", ""), row.get("patient_birth_date", "")
            )
            for row in rows
            if row["subject"] in subjects
        }
    )


def without_common(pairs: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the pairs (`People`) without other IDs that many patients share: these mean "none"."""
    owners = Counter(other for _, other in pairs)
    return {(subject, other) for subject, other in pairs if owners[other] <= _MOST_OWNERS}


def id_pairs(subject: str, other_patient_ids: str) -> Iterator[tuple[str, str]]:
    """Yield (ID, other ID), both normalised, of a header; a backslash joins several other IDs."""
    for part in other_patient_ids.split("\\") if subject and other_patient_ids else ():
        # UNKNOWN, NONE and 0 are not IDs, so some digits are required
        other = normalise(part)
        if other != subject and sum(c.isdecimal() for c in other) >= _LEAST_DIGITS:
            yield subject, other


def connected(subjects: Iterable[str], pairs: Iterable[tuple[str, str]]) -> set[str]:
    """Return normalised IDs with all other IDs of the same persons.

    A hospital may have given two IDs to one person. A header that names both connects them. For an
    opt-out a wrong connection is the safer mistake.
    """
    neighbours: dict[str, set[str]] = defaultdict(set)
    for one, other in pairs:
        neighbours[one].add(other)
        neighbours[other].add(one)
    reached: set[str] = set()
    pending = list(subjects)
    while pending:
        subject = pending.pop()
        if subject not in reached:
            reached.add(subject)
            pending += neighbours.get(subject, ())
    return reached


def spelled_in_headers(people: People, gone: set[str]) -> dict[str, tuple[set[str], set[str]]]:
    """Return ID -> (IDs, names) as in headers, of everybody who is gone, with an image or not."""
    found: dict[str, tuple[set[str], set[str]]] = {subject: ({subject}, set()) for subject in gone}
    for header, subject in people.headers.items():
        if subject in gone:
            found[subject][0].add(header.patient_id)
            found[subject][1].add(header.patient_name)
    return found
