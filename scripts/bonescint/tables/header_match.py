"""Match the headers of a table with columns: exact ones, known ones and similar ones."""

import re
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

from bonescint.resources import resource_rows
from bonescint.tables.bounds import PATIENT
from bonescint.tables.columns import Column
from bonescint.tables.headers import SEARCHED, Cells, merged_header
from bonescint.tables.values import parse_number
from bonescint.text.dates import table_date
from bonescint.text.folding import fold_header, half_width

# less similar headers are not spellings of one header
_CLOSE = 0.75
# the column's own word, beside the title of a group or a unit
_WORD = 0.9
# the shorter header must have this share of the longer one's characters
_PART = 0.4
_SIGNS = re.compile(r"[^\w]+")
# a title may contain one header, and so may a patient's row
_ENOUGH = 2


class Match(NamedTuple):
    """A possible header of a column: its place from 0, and whether it is a known header."""

    place: int
    known: bool


def match_headers(
    header: Sequence[str],
    columns: Mapping[str, Column],
    configured: Mapping[str, str | None],
    prefer: str = "",
) -> dict[str, Match]:
    """Return column -> header. The surest match comes first, and each header is used once.

    `configured` maps a column to its header in config.yaml. `prefer` are words in the headers of a
    group: product and version, if a table has several.
    """
    hints = {row["column"]: row["headers"].split("|") for row in resource_rows("header_hints.csv")}
    scores = []
    for order, (name, column) in enumerate(columns.items()):
        own = {fold_header(configured.get(name) or ""), *map(fold_header, column.headers)} - {""}
        others = {_bare(one) for one in (*own, name, *hints.get(name, ()))} - {""}
        for place, cell in enumerate(header):
            score = 2.0 if fold_header(cell) in own else _likeness(cell, others)
            if score >= _CLOSE:
                mine = bool(prefer) and fold_header(prefer) in fold_header(cell)
                scores.append((-score, not mine, order, place, name))
    found: dict[str, Match] = {}
    for score, _, _, place, name in sorted(scores):
        if name not in found and place not in {match.place for match in found.values()}:
            found[name] = Match(place, score == -2.0)
    return found


def find_header(
    rows: Iterable[tuple[int, Cells]],
    columns: Mapping[str, Column],
    configured: Mapping[str, str | None],
) -> int:
    """Return the number of the row with most headers, or 0 if no row can be the header.

    `rows` are row number and cells of the sheet, from its first row on.
    """
    best, row = _ENOUGH - 1, 0
    grid: list[Cells] = []
    for n, own in rows:
        if n > SEARCHED:
            break
        grid += [()] * (n - 1 - len(grid)) + [own]
        if any(map(is_value, own)) or not match_headers(own, columns, configured):
            continue
        # a cell that is merged with the one above has its text there
        known = len(match_headers(merged_header(grid), columns, configured))
        if known > best:
            best, row = known, n
    return row


def is_value(cell: str) -> bool:
    """Tell whether a cell looks like an ID, a number or a date: no header, and not shown."""
    text = half_width(cell).strip()
    return bool(
        PATIENT.fullmatch(text)
        or re.search(r"\d{5}", text, re.ASCII)
        or parse_number(text) is not None
        or table_date(text) is not None
    )


def _bare(header: str) -> str:
    """Return a header without signs: BSI (%) becomes BSI."""
    return fold_header(_SIGNS.sub(" ", fold_header(header)))


def _likeness(cell: str, others: set[str]) -> float:
    header = _bare(cell)
    if header in others:
        return 1.0
    if any(_bare(word) in others for word in cell.split()):
        return _WORD

    def like(other: str) -> float:
        short, long = sorted((header, other), key=len)
        if len(short) > 1 and short in long and len(short) >= _PART * len(long):
            return _CLOSE + 0.2 * len(short) / len(long)
        return 0.95 * SequenceMatcher(None, header, other).ratio()

    return max(map(like, others), default=0.0) if header else 0.0
