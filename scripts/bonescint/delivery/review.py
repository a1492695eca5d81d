"""Findings that may name somebody, and the human decisions about them (R27)."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bonescint.deid.decisions import read_decisions, released
from bonescint.files import read_rows
from bonescint.names.matcher import PROSE, Matcher
from bonescint.names.spellings import spellings
from bonescint.names.titles import has_institution, has_title
from bonescint.resources import Texts

_ERA = "明治|大正|昭和|平成|令和"
_PATTERNS = {
    # 027-220-0000, 0272200000, (03)1234-5678; NFKC has made the digits ASCII
    "telephone": re.compile(r"(?<!\d)\(?0\d{1,4}\)?[-\s]?\d{1,4}[-\s]?\d{3,4}(?!\d)"),
    "date": re.compile(
        rf"\d{{4}}\s*[-/.年]\s*\d{{1,2}}(?:\s*[-/.月]\s*\d{{1,2}}|\s*月)|(?:{_ERA})\s*(?:\d+|元)\s*年|(?<!\d)(?:19|20)\d{{6}}(?!\d)"
    ),
}
# 前回 (2018年5月) より: a person must judge any date


def known_people(
    names: Iterable[str],
    ids: Iterable[str],
    staff: Iterable[str],
    institutions: Iterable[str] = (),
) -> dict[str, Matcher]:
    """Return kind -> matcher that finds the people of that kind in a findings text.

    Parameters
    ----------
    names, ids
        Patients' names as in headers (romaji=kanji=kana), and patient IDs in any spelling.
    staff
        Names of staff as people write them, and of physicians and operators as in headers.
    institutions
        Names, addresses and departments as in headers.
    """
    return {
        "name": Matcher(spellings(patient=set(names)), PROSE),
        "patient_id": Matcher(spellings(ids=set(ids)), PROSE),
        "staff": Matcher(spellings(staff=set(staff)), PROSE),
        "institution": Matcher(spellings(phrases=set(institutions)), PROSE),
    }


def scan_text(text: str, known: Mapping[str, Matcher]) -> tuple[str, ...]:
    """Return the kinds of possible identifiers in a findings text, in a fixed order.

    Parameters
    ----------
    known
        As `known_people` returns it. Dates and telephone numbers are found by their form. A title
        or a word such as 病院 may point to somebody who is on no list.
    """
    reading = PROSE.read(text)
    found = {kind for kind, people in known.items() if people.is_named_in(reading)}
    if has_institution(text, reading):
        found.add("institution")
    if not found & {"name", "staff"} and has_title(text, reading):
        found.add("title")
    spaced = unicodedata.normalize("NFKC", text)
    found |= {kind for kind, pattern in _PATTERNS.items() if pattern.search(spaced)}
    return tuple(sorted(found))


def digest(text: str) -> str:
    """Return the sha256 of a text, by which a decision holds only for this text."""
    return hashlib.sha256(text.encode()).hexdigest()


def undecided(
    findings: Iterable[Mapping[str, str]],
    decisions: Path | None,
    language: str,
    reviewers: int = 1,
) -> Iterator[str]:
    """Yield a sentence for every hit that no person has released (R27).

    Parameters
    ----------
    findings
        Rows of private/findings.csv: code, sha256, kinds.
    decisions
        private/review/decisions.tsv: item (``findings:CODE``), sha256, decision (release | block),
        reviewer, date; None if there is none. A decision holds only for the text of that sha256.
    reviewers
        As for `bonescint.deid.decisions.read_decisions`.

    Raises
    ------
    InputError
        If the decisions' file is not such a table.
    """
    text = Texts("delivery", language)
    free = released(read_decisions(decisions, reviewers)) if decisions else frozenset()
    for row in findings:
        item = f"findings:{row['code']}"
        if row["kinds"] and (item, row["sha256"]) not in free:
            kinds = "・".join(text(f"kind_{kind}") for kind in row["kinds"].split("+"))
            yield text("undecided", item=item, sha256=row["sha256"], kinds=kinds)


def read_findings(paths: Mapping[str, Path]) -> dict[str, dict[str, str]]:
    """Return code -> reader -> findings from reader -> private/findings/{reader}.csv."""
    findings: dict[str, dict[str, str]] = {}
    for reader, path in paths.items():
        for row in read_rows(path):
            if row["findings"].strip():
                findings.setdefault(row["code"], {})[reader] = row["findings"].strip()
    return findings


def joined(readings: Mapping[str, str], language: str) -> str:
    """Return a case's findings as one text: reader by reader, numbered if there are several."""
    if len(readings) == 1:
        return next(iter(readings.values()))
    text = Texts("delivery", language)
    return "\n".join(text("reader", n=n, text=t) for n, t in enumerate(readings.values(), 1))
