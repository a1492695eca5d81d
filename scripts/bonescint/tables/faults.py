"""Collect every fault of a table: place, fault, remedy, and no identifier."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from bonescint.errors import InputError
from bonescint.names.automaton import ManyTexts
from bonescint.names.ids import normalise
from bonescint.names.matcher import CELL, Matcher
from bonescint.names.spellings import spellings
from bonescint.resources import Texts
from bonescint.tables.reading import Table
from bonescint.tables.values import error_value, parse_number
from bonescint.text.dates import as_da, table_date
from bonescint.text.folding import fold_header, half_width, restyled
from bonescint.warnings import Phrase, place_in_words, warning

NOT_SHOWN = Phrase("not_shown")

# Japanese text of a cell is quoted only if it consists of these, so that a name in a shifted column
# is never quoted
_WORDS = re.compile(
    "(?:不明|陽性|陰性|要確認|要再検|疑い|あり|なし|有り|無し|"
    "[有無未不再確認検討転移数測定可能計算出解析済領域分割失敗多発])*"
)
# Latin words that are no name, in addition to the accepted ones of the table
_LATIN = ("true", "false", "null", "none", "nan", "bsi", "version", "ver", "rev", "simulated")
# a birth date in any order; 3.0.1 is none, because no part of a date is zero
_DATE_LIKE = re.compile(r"(?:(?<!\d)0*[1-9]\d*(?:[-./,\s]+(?=\d)|(?!\d))){3}", re.ASCII)
_ERA = re.compile(r"(?<![A-Za-z])[MTSHR]\.?\s*\d", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a table."""

    # the row by Excel's number and the column by its header; 0 and empty mean the whole table
    row: int
    column: str
    rule: str  # the requirement (R1..R40), empty if none
    # the place and the sentence, whose words are added when they are told
    place: Mapping[str, object]
    phrase: Phrase
    # faulty columns of the row, counted from 0; None means the named column, or the first one if
    # none is named
    cells: tuple[int, ...] | None = None

    def where(self, *texts: Texts) -> str:
        """Return the place in words. The arguments are those of `Phrase.in_words`."""
        return place_in_words(self.place, *texts)

    def message(self, *texts: Texts) -> str:
        """Return the sentence in words. The arguments are those of `Phrase.in_words`."""
        return self.phrase.in_words(*texts)


class Faults:
    """The faults of one table, which are raised or listed together.

    Parameters
    ----------
    source
        The table's name in the warnings, such as ``vsbone3``.
    identifiers
        IDs, names and birth dates of the patients whose rows are read. They must not be quoted.
    second
        Whether it is the second transcription of a table (double entry).

    Attributes
    ----------
    own
        Numbers of the rows that may be shown on the identified side: those of the cohort, and the
        header once it is known to be one (R12).
    marks
        Faults in the list of another table that are also in this one.
    """

    def __init__(
        self,
        table: Table,
        language: str,
        source: str = "",
        identifiers: Iterable[str] = (),
        second: bool = False,
    ) -> None:
        self.text = Texts("table_faults", language)
        self.errors: list[Fault] = []
        self.warnings: list[Fault] = []
        self.marks: list[Fault] = []
        self.own: set[int] = set()
        self.table = table
        self.second = second
        self.source = source
        self._identifiers = frozenset(identifiers)
        self._parts = ManyTexts(
            one for one in self._identifiers if len(one) > 1 and not one.isdecimal()
        )
        self.accept(())

    def accept(self, words: Iterable[str]) -> None:
        """Let messages quote these words in any spelling (names of products, statuses)."""
        folded = {fold_header(word) for word in (*words, *_LATIN)} - {""}
        spelt = (
            r"[\s_]*".join(map(re.escape, word)) for word in sorted(folded, key=len, reverse=True)
        )
        self._accepted = re.compile(rf"(?<![A-Za-z])(?:{'|'.join(spelt)})(?![A-Za-z])", re.I)

    def error(
        self, key: str, row: int = 0, column: str = "", rule: str = "", **values: object
    ) -> None:
        """Add an error. `values` fill the sentence `key` of resources/text/table_faults.csv."""
        self.errors.append(self._fault(key, row, column, rule, values))

    def header_error(
        self, key: str, cells: tuple[int, ...], rule: str = "", **values: object
    ) -> None:
        """Add an error of the header row in some of its columns, counted from 0."""
        fault = self._fault(key, self.table.header_row, "", rule, values)
        self.errors.append(replace(fault, cells=cells))

    def warn(
        self, key: str, row: int = 0, column: str = "", rule: str = "", **values: object
    ) -> None:
        """Add a warning. `values` fill the sentence `key` of resources/text/warnings.csv."""
        self.warnings.append(self._fault(key, row, column, rule, values))

    def warn_case(self, key: str, code: str, rule: str) -> None:
        """Add a warning about a case without a row. Its place is its code."""
        self.warnings.append(Fault(0, "", rule, {"code": code}, Phrase(key)))

    def mark(
        self, key: str, row: int = 0, column: str = "", rule: str = "", **values: object
    ) -> None:
        """Mark the place in this table of an error in the list of another table."""
        self.marks.append(self._fault(key, row, column, rule, values))

    def _fault(
        self, key: str, row: int, column: str, rule: str, values: dict[str, object]
    ) -> Fault:
        place: dict[str, object] = {"file": self.table.file}
        if self.second:
            place["second"] = True
        if self.table.sheet is not None and not self._of_cohort(half_width(self.table.sheet)):
            place["sheet"] = self.table.sheet
        if row:
            place["row"] = row
        if column:
            place["column"] = column
        return Fault(row, column, rule, place, Phrase(key, values))

    def identifies(self, value: str) -> bool:
        """Tell whether a cell's text may identify a person: an ID, a name, a long number."""
        value = half_width(value)
        return bool(
            self._of_cohort(value)
            # a telephone or accession number
            or (table_date(value) is None and re.search(r"\d{7}", normalise(value)))
            or not _WORDS.fullmatch("".join(c for c in value if c.isalpha() and not c.isascii()))
        )

    def shown(self, value: str) -> str | Phrase:
        """Return a cell's text in the form that a message may quote, or `NOT_SHOWN`.

        A text that may be a person's name or birth date is also withheld: any Latin word that is
        not
        accepted, eras, dates that do not begin with the year, six digits.
        """
        typed, value = value.strip(), half_width(value)
        hidden = self.identifies(value)
        if not hidden and table_date(value) is None and not error_value(value):
            hidden = _looks_personal(value) or bool(
                _ERA.search(value) or re.search("[A-Za-z]{3}", self._accepted.sub(" ", value))
            )
        # ① is quoted unchanged, because the message would otherwise say that 1 is no number
        return NOT_SHOWN if hidden else (typed if restyled(typed) else value)[:20]

    def shown_headers(self, headers: Iterable[str]) -> str:
        """Return the headers of a known header row, with `…` for values and identifiers."""
        return ", ".join(
            "…"
            if self._of_cohort(half_width(header))
            or _looks_personal(half_width(header))
            or table_date(header) is not None
            or parse_number(header) is not None
            else header
            for header in headers
            if header
        )

    def _of_cohort(self, value: str) -> bool:
        bare, day = normalise(value), table_date(value)
        return (
            bare in self._identifiers
            or (day is not None and as_da(day) in self._identifiers)
            # anywhere, because the matcher ignores a name of two letters beside another word
            or self._parts.are_in(bare)
            or self._people.is_named_in(CELL.read(value))
        )

    @cached_property
    def _people(self) -> Matcher:
        """Return the matcher for names and for IDs with letters. Most tables never need it."""
        names, ids = set(), set()
        for one in self._identifiers:
            if re.search(r"\d", one):
                ids |= set() if one.isdecimal() else {one}
            elif len(one) > 1 or not one.isascii():
                names.add(one)
        return Matcher(spellings(patient=names, ids=ids), CELL)

    def raise_errors(self) -> None:
        """Raise all errors as one `TableErrors`, in the order of the rows, if there are any."""
        raise_together([self])

    def warning_rows(self) -> list[dict[str, str]]:
        """Return the warnings as rows of a ``*.warnings.csv``, in the order of the rows."""
        return [
            warning(self.source, fault.rule, fault.phrase, fault.place)
            # cases without a row come first, by code
            for fault in sorted(
                self.warnings,
                key=lambda fault: (
                    fault.row,
                    "code" not in fault.place,
                    str(fault.place.get("code")),
                    fault.column,
                ),
            )
        ]


def _looks_personal(value: str) -> bool:
    """Tell whether a text holds three numbers like a date, or six digits."""
    digits = re.sub(r"[\s-]", "", value)
    return bool(_DATE_LIKE.search(value) or re.search(r"\d{6}", digits, re.ASCII))


class TableErrors(InputError):
    """The errors of a table, or of the two transcriptions of one."""

    def __init__(self, tables: Sequence[Faults]) -> None:
        self.tables = tables
        super().__init__(
            f"{fault.where(faults.text)}: {fault.message(faults.text)}"
            + (f" [{fault.rule}]" if fault.rule else "")
            for faults in tables
            for fault in sorted(faults.errors, key=lambda fault: fault.row)
        )


def raise_together(tables: Sequence[Faults]) -> None:
    """Raise the errors of all tables at once, if there are any.

    Raises
    ------
    TableErrors
        If a table has an error.
    """
    if any(faults.errors for faults in tables):
        raise TableErrors(tables)
