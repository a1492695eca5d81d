"""The hospital's own lines of the vocabulary: literal texts that a person decided to keep (R18).

No patterns: a line lets one text of one attribute stay, whatever its width and case, and never one
that could be an ID or a date. The residual scan searches it like the Station Name.
"""

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import TypeAlias

from bonescint.deid.refusal import mistake
from bonescint.deid.vocabulary import vocabulary
from bonescint.errors import InputError
from bonescint.resources import resource_rows
from bonescint.text.csvfile import typed_rows
from bonescint.text.dates import loose_dates
from bonescint.text.folding import unpadded

COLUMNS = ["keyword", "match", "term", "decided_by", "date", "reason"]
# keyword -> literal text, folded -> what is written
OwnTerms: TypeAlias = Mapping[str, Mapping[str, str]]
_LONGEST = {"SH": 16, "LO": 64}
# as many digits can be an ID or a date; alone fewer can be
_MANY_DIGITS, _MANY_ALONE = 6, 4


@cache
def open_keywords() -> dict[str, int]:
    """Return the attributes that take lines of a hospital's own, with their greatest length.

    Of coded attributes (CS) the standard has all the terms.
    """
    return {
        keyword: _LONGEST[row["vr"]]
        for row in resource_rows("nm_attributes.csv")
        if row["decision"] == "vocabulary" and row["vr"] in _LONGEST
        and (keyword := row["keyword"].rpartition("/")[2]) in vocabulary()
    }  # fmt: skip


def literal(text: str) -> str:
    """Return a value as lines are compared: in NFKC, trimmed and without regard to case.

    Parameters
    ----------
    text
        As decoded, or as typed.
    """
    return unpadded(text).casefold()


def why_not_listed(keyword: str, text: str) -> str:
    """Return why a text cannot be listed, as a key of resources/text/private.csv; empty if it can.

    Parameters
    ----------
    keyword
        One of `open_keywords`.
    text
        A value, or what is to be written for it.
    """
    text = unpadded(text)
    digits = sum(c.isdecimal() for c in text)
    if not text:
        return "unfit.empty"
    if len(text) > open_keywords()[keyword]:
        return "unfit.too_long"
    if "\\" in text or not text.isprintable():
        return "unfit.unprintable"
    if digits >= _MANY_DIGITS or loose_dates(text):
        return "unfit.digits"
    alone = not any(c.isalpha() for c in text)
    return "unfit.no_letter" if alone and digits >= _MANY_ALONE else ""


def read_terms(path: Path) -> dict[str, dict[str, str]]:
    """Read the hospital's own vocabulary (``deidentification.vocabulary``).

    Parameters
    ----------
    path
        CSV as `bonescint.text.csvfile.typed_rows` reads it, with `COLUMNS`; an empty term stands
        for the text itself.

    Raises
    ------
    InputError
        If it cannot be read or a line cannot be applied; every bad row is named, no value told.
    """
    try:
        rows = typed_rows(path, COLUMNS)
    except OSError as error:
        reason = mistake("error.unreadable", file=path.name, why=error.strerror)
        raise InputError(reason) from None
    terms: dict[str, dict[str, str]] = {}
    problems = []
    for number, row in rows:
        keyword, match = row["keyword"], literal(row["match"])
        term = unpadded(row["term"] or row["match"])
        known = keyword in open_keywords()
        if not known:
            key = "error.vocabulary_keyword"
        elif why_not_listed(keyword, match) or why_not_listed(keyword, term):
            key = "error.vocabulary_text"
        elif not (row["decided_by"] and row["reason"] and _is_day(row["date"])):
            key = "error.vocabulary_record"
        elif match in terms.get(keyword, {}):
            key = "error.vocabulary_twice"
        else:
            terms.setdefault(keyword, {})[match] = term
            continue
        names = ", ".join(sorted(open_keywords()))
        problems.append(mistake(key, file=path.name, row=number, known=names))
    if problems:
        raise InputError(problems)
    return terms


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
