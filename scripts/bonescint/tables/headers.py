"""Find the header row of a table by its words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import NamedTuple

from bonescint.tables.columns import KEYS, Column
from bonescint.text.folding import fold_header

Cells = tuple[str, ...]
# above a table there are titles, dates of printing and names of the ward, but not whole pages
SEARCHED = 30
# a title may contain one of the words
_ENOUGH = 2


class HeaderRow(NamedTuple):
    """The row that looks most like the header."""

    fits: bool  # whether it has every column that the table needs
    known: int  # how many columns of the schema it has
    row: int  # its number; 0 means that no row of the sheet has two of them


@dataclass(frozen=True, slots=True)
class HeaderWords:
    """The headers that a table may have, folded.

    `columns` has the headers of each column, and whether the table needs it.
    """

    columns: tuple[tuple[frozenset[str], bool], ...]

    def find(self, grid: Sequence[Cells]) -> HeaderRow:
        """Return the first row with all needed headers, otherwise the one with most known ones."""
        best = HeaderRow(False, 0, 0)
        for n, own in enumerate(grid[:SEARCHED], 1):
            if not any(map(str.strip, own)):
                continue
            header = {fold_header(cell) for cell in merged_header(grid[:n])}
            here = [needed for names, needed in self.columns if names & header]
            # blanks of a row below the headers are filled with these, so its own cells must match
            typed = {fold_header(cell) for cell in own}
            if not any(names & typed for names, _ in self.columns):
                continue
            fits = sum(here) == sum(needed for _, needed in self.columns)
            if fits or len(here) > max(best.known, _ENOUGH - 1):
                best = HeaderRow(fits, len(here), n)
            if fits:
                break
        return best


def header_words(
    columns: Mapping[str, Column],
    skip: Iterable[str] = (),
    configured: Mapping[str, str | None] | None = None,
) -> HeaderWords:
    """Return the headers that a table may have: the schema's and the configured ones."""
    named = configured or {}

    def spelt(name: str, column: Column) -> frozenset[str]:
        return frozenset(map(fold_header, (*column.headers, named.get(name) or ""))) - {""}

    return HeaderWords(
        tuple(
            (spelt(name, column), column.required or name in KEYS)
            for name, column in columns.items()
            # null means that the table has no such column
            if name not in set(skip) and named.get(name, "") is not None
        )
    )


def merged_header(grid: Sequence[Cells]) -> Cells:
    """Return the header that ends with the last of these rows."""
    *above, last = grid
    cells = list(last)
    groups: list[str] = []
    if above:
        # the title of a group of columns is in the first of them
        for title in (*above[-1], *[""] * (len(cells) - len(above[-1]))):
            groups.append(title if title.strip() or not groups else groups[-1])
    for upper in reversed(above):
        # a merged cell has its text in its first row
        pairs = zip_longest(cells, upper, fillvalue="")
        cells = [lower if lower.strip() else title for lower, title in pairs]
    while cells and not cells[-1].strip():
        cells.pop()
    header = [" ".join(cell.split()) for cell in cells]
    twice = {cell for cell, n in Counter(header).items() if n > 1 and cell}
    return tuple(
        " ".join(f"{group} {cell}".split()) if cell in twice and lower.strip() else cell
        for cell, group, lower in zip_longest(
            header, groups[: len(header)], last[: len(header)], fillvalue=""
        )
    )
