"""The terms of a person that are looked for: code, ID and full name, in every usual spelling (R12).

A text is searched in two steps. First the tokens of the whole text are compared with sets, which
takes as long for one person as for a thousand. Then exact patterns are searched for the persons
whose tokens are all there.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from bonescint.custody.traces.names import folded
from bonescint.custody.traces.tokens import (
    CODE,
    LEAST_DIGITS,
    PADDED_DIGITS,
    WITHIN,
    SoughtTokens,
    Tokens,
    all_texts,
    is_told,
    joined_numbers,
    padded_numbers,
    with_ends,
    without_separators,
)
from bonescint.names.automaton import ManyTexts
from bonescint.names.full import FullNames, full_names
from bonescint.names.ids import normalise
from bonescint.text.dates import reads_as_date
from bonescint.text.folding import fold_name

# a token at a line's end and the one at the next line's start
_BROKEN = re.compile(r"(?<![0-9a-z-])([0-9a-z-]{1,40}+)(=?)[ \t\r]*\n(?=[ \t>]*([0-9a-z-]{1,40}+))")
_WRAPPED = 20  # a line with more characters was wrapped by a word processor
# 2019-06
_MONTH = re.compile(r"(?:19|20)[0-9]{2}\D(?:0[1-9]|1[0-2])")
# 2019-06-03 or 03.06.2019
_DAY = re.compile(
    r"(?<![0-9])(?:(?:19|20)[0-9]{2}([-/._ ])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12][0-9]|3[01])"
    r"|(?:0?[1-9]|[12][0-9]|3[01])([-/._ ])(?:0?[1-9]|1[0-2])\2(?:19|20)[0-9]{2})(?![0-9])"
)
# a code of a terminology follows its name (dcm 12345678); scan.dcm 12345678 is something else
_SCHEME = re.compile(r"(?<![.a-z])(?:sct|srt|snm3|dcm)[ :,]\Z")
_SIZE = re.compile("\\s?(?:bytes?|バイト)(?![a-z])")
# labels that may touch an ID: ID12345678 is the ID 12345678, X12345678 is another one
_LABEL = re.compile(r"(?<![a-z])(?:id|pid|mrn|no|patient|patient_?id)\Z")
# An ID that is too short or reads as a date counts only in a column of IDs, because the same number
# often stands elsewhere. A fifth of all numbers of four digits occurs in every run's figures and
# tables, but only one in a thousand of those of five digits (measured on the demonstration). Those
# of five digits that are days of 2000 to 2049 in Excel do not count elsewhere either.
_TELLING = 4
_EXCEL_DAYS = range(36526, 54789)
_LONG = 7  # least digits of an ID that letters may touch (NM12345678.txt) or a line end may break


@dataclass(frozen=True, slots=True)
class Person:
    """Whose traces are looked for.

    Parameters
    ----------
    code
        The code, None if there is none.
    ids, names
        Patient IDs in any spelling, and names as in headers (``family^given=...``).
    """

    code: str | None
    ids: frozenset[str]
    names: frozenset[str]


class Hit(NamedTuple):
    """A term in a folded text: ``code``, ``id`` or ``name``, and where."""

    kind: str
    start: int
    end: int


class Terms:
    """All that is looked for.

    Parameters
    ----------
    persons
        Whose traces.
    """

    def __init__(self, persons: Iterable[Person]) -> None:
        persons = list(persons)
        self._codes = {fold_name(p.code)[3:] for p in persons if p.code}
        subjects = {s for p in persons for i in p.ids if (s := fold_name(normalise(i)))}
        self.weak = frozenset(filter(_is_weak, subjects))
        strong = subjects - self.weak
        self._numbers = {s for s in strong if s.isdecimal()}
        self._padded = {s for s in self.weak if s.isdecimal() and len(s) <= LEAST_DIGITS}
        least = min(map(len, self._numbers), default=1)
        self._runs = re.compile(f"[1-9][0-9]{{{least - 1},}}")
        lettered = strong - self._numbers
        told = set(filter(is_told, lettered))
        self._lettered, self._untold = ManyTexts(lettered), ManyTexts(lettered - told)
        self._names = FullNames(name for person in persons for name in person.names)
        self._tokens = SoughtTokens(
            self._codes, self._numbers | told, self._padded, self._names.forms
        )

    def __bool__(self) -> bool:
        return bool(self._codes or self._numbers or self.weak or self._lettered or self._names)

    def may_be_in(self, runs: Collection[bytes], tokens: Tokens) -> bool:
        """Tell whether a header may hold a term, except a weak ID. Most headers hold none.

        Parameters
        ----------
        runs, tokens
            The strings of the header, and their tokens.
        """
        if self._tokens.may_be_among(tokens):
            return True
        said = all_texts(b"\n".join(map(with_ends, runs))) if self._untold else ()
        return any(self._untold.are_in(without_separators(text)) for text in said)

    def surely_not_among(self, tokens: Tokens) -> bool:
        """Tell whether a header surely holds no term. Of some terms tokens do not tell it.

        Parameters
        ----------
        tokens
            Of the header.
        """
        return not (self.weak or self._untold or self._tokens.may_be_among(tokens))

    def _ids_in(self, text: str) -> set[str]:
        found = self._numbers_in(text)
        if self._lettered:
            found |= self._lettered.found_in(without_separators(text))
        return found

    def _numbers_in(self, text: str) -> set[str]:
        found: set[str] = set()
        if self._numbers:
            found = self._numbers.intersection(self._runs.findall(text))
        if self._numbers or self._padded:
            found |= self._numbers.intersection(joined_numbers(text))
        if self._padded:
            found |= self._padded & padded_numbers(text)
        return found

    def find(self, text: str, in_path: bool = False) -> list[Hit]:
        """Return the terms in a folded text.

        Parameters
        ----------
        text
            As `folded` returns it.
        in_path
            Whether it is a path. Dots in a path separate words and not decimals, and letters may
            touch IDs.
        """
        hits = self._coded(text, in_path)
        hits |= {Hit("name", start, end) for start, end in self._names.find(text)}
        return sorted(hits, key=lambda hit: (hit.start, hit.kind))

    def _coded(self, text: str, in_path: bool = False) -> set[Hit]:
        """Return the codes and IDs that a folded text holds."""
        hits: set[Hit] = set()
        if "bs" in text:
            hits |= {Hit("code", *m.span()) for m in CODE.finditer(text) if m[1] in self._codes}
        for wanted in self._ids_in(text):
            for match in re.finditer(_id_pattern(wanted, in_path), text):
                start, end = match.span()
                if self._counts(text, start, end, in_path):
                    hits.add(Hit("id", start, end))
        return hits

    def _counts(self, text: str, start: int, end: int, in_path: bool) -> bool:
        written = re.sub(WITHIN, "", text[start:end])
        if normalise(written) in self._padded and len(written) < PADDED_DIGITS:
            return False
        label = text[max(start - 12, 0) : start]
        touched = label[-1:].isascii() and label[-1:].isalnum() and not _LABEL.search(label)
        if touched and not (in_path and len(normalise(written)) >= _LONG):
            return False
        if _SCHEME.search(label) or _SIZE.match(text, end) or _is_date(text, start, end):
            return False
        return not _is_dotted(text, start, end, in_path)

    def find_broken(self, text: str) -> list[Hit]:
        """Return the codes and IDs that are broken by a line end, with or without a hyphen.

        Parameters
        ----------
        text
            As `folded` returns it. It must not be a table, in which the next line begins another
            value.
        """
        joined: list[str] = []
        places: list[int] = []
        for found in _BROKEN.finditer(text):
            first, quoted, second = found.groups()
            # two numbers one below the other are not one number, unless the line was wrapped. Then
            # it is long, or ends with a hyphen or "="
            is_wrapped = found.start() - text.rfind("\n", 0, found.start()) > _WRAPPED
            hyphen = first.endswith("-") or second.startswith("-")
            if hyphen or quoted or is_wrapped or "b" in first:
                first, second = first.rstrip("-"), second.lstrip("-")
                joined += [first + second, f"{first}-{second}"]
                places += [found.start()] * 2
        lines = "\n".join(joined)
        hits = []
        for hit in sorted(self._coded(lines), key=lambda hit: (hit.start, hit.kind)):
            is_long = len(normalise(lines[hit.start : hit.end])) >= _LONG
            if hit.kind == "code" or is_long:
                place = places[lines.count("\n", 0, hit.start)]
                hits.append(Hit(hit.kind, place, place))
        return hits

    def is_weak_id(self, value: str) -> bool:
        """Tell whether a value is one of the IDs that count only as a whole value.

        Parameters
        ----------
        value
            A cell of a column of IDs, a value of Patient ID, or a component of a path.
        """
        return bool(self.weak) and any(
            fold_name(normalise(part)) in self.weak
            for part in (value, *re.split(r"[,;\\\s]+", value))
        )


def _is_weak(subject: str) -> bool:
    if not subject.isdecimal():
        return len(subject) < _TELLING
    if len(subject) == LEAST_DIGITS:
        return int(subject) in _EXCEL_DAYS
    return len(subject) < LEAST_DIGITS or (len(subject) == 8 and reads_as_date(subject))


def _id_pattern(subject: str, in_path: bool = False) -> str:
    inside = f"{WITHIN}{{0,3}}".join(map(re.escape, subject))
    is_long = in_path and subject.isdecimal() and len(subject) >= _LONG
    return f"(?<![0-9])0*{inside}(?![0-9{'' if is_long else 'a-z'}])"


def _is_date(text: str, start: int, end: int) -> bool:
    """Tell whether a number is a folder named by date, or if separated, part of a date and time."""
    written = text[start:end]
    if written.isdecimal():
        beside = text[max(start - 1, 0) : start] + text[end : end + 1]
        return reads_as_date(written) and "/" in beside
    if _MONTH.fullmatch(written):
        return True
    # a time before or after the number: 15:53:02 2026, 23 15:53
    before = re.search(r"[0-9]:\Z", text[max(start - 2, 0) : start])
    after = re.match(r":[0-9]{2}(?![0-9])", text[end : end + 4])
    if (before and re.match("[0-9]{2}(?![0-9])", written)) or (
        after and re.search("(?<![0-9])[0-9]{1,2}\\Z", written)
    ):
        return True
    around = max(start - 11, 0)
    return any(
        around + found.start() < end and around + found.end() > start
        for found in _DAY.finditer(text[around : end + 11])
    )


def _is_dotted(text: str, start: int, end: int, in_path: bool) -> bool:
    """Tell whether a number is part of a decimal number or of a UID."""
    left = re.search(r"[0-9.]*\Z", text[max(start - 70, 0) : start])
    right = re.match(r"[0-9.]*", text[end : end + 70])
    assert left and right  # noqa: S101  both may be empty
    before = [part for part in left[0].split(".") if part]
    after = [part for part in right[0].split(".") if part]
    if not before and not after:
        return False
    if len(before) + len(after) == 1:
        # an ID in a column of numbers may be written as 12345678.0
        return not (in_path or (after and not after[0].strip("0")))
    return not in_path or (before or [text[start:end]])[0] in ("0", "1", "2")


def without_shared(names: Iterable[str], others: Iterable[str]) -> dict[str, str]:
    """Return each name without the groups (romaji, kanji, kana) that others share.

    The name of a namesake who takes part stays in the tables, so it would be found at every search.

    Parameters
    ----------
    names
        As in headers, of those who declined.
    others
        As in headers, of those who take part.
    """
    names = set(names)
    groups = {group for name in names for group in name.split("=") if group}
    text = folded("\n".join(set(others)))
    borne = FullNames(groups).named_in(text)
    shared = {group for group in groups if any(n.pattern in borne for n in full_names(group))}
    return {name: "=".join(g for g in name.split("=") if g and g not in shared) for name in names}
