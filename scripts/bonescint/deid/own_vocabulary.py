"""Read the hospital's own vocabulary: literal texts that a person decided to keep (R18).

There are no patterns. A line keeps one text of one attribute, in any width and case. A text that
could be an ID or a date is never accepted. The residual scan searches it like the Station Name.
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
# keyword -> literal text, folded -> the text that is written
OwnTerms: TypeAlias = Mapping[str, Mapping[str, str]]
_LONGEST = {"SH": 16, "LO": 64}
# so many digits can be an ID or a date; without other characters, fewer can be
_MANY_DIGITS, _MANY_ALONE = 6, 4


@cache
def open_keywords() -> dict[str, int]:
    """Return the attributes that may have a hospital's own lines, with their greatest length.

    Coded attributes (CS) have none, because the standard defines all their terms.
    """
    return {
        keyword: _LONGEST[row["vr"]]
        for row in resource_rows("nm_attributes.csv")
        if row["decision"] == "vocabulary" and row["vr"] in _LONGEST
        and (keyword := row["keyword"].rpartition("/")[2]) in vocabulary()
    }  # fmt: skip


def literal(text: str) -> str:
    """Return the form in which values and lines are compared: NFKC, trimmed, without case."""
    return unpadded(text).casefold()


def why_not_listed(keyword: str, text: str) -> str:
    """Return why a text cannot be listed, as a key of text/private.csv; empty if it can."""
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
        CSV as `bonescint.text.csvfile.typed_rows` reads it, with `COLUMNS`. An empty term means
        the text itself.

    Raises
    ------
    InputError
        If it cannot be read or a line cannot be applied. Every bad row is named, but no value.
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
