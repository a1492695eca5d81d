"""Any table a hospital hands over, as text with the place of every cell."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path

from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.tables.workbooks import read_workbook
from bonescint.text.csvfile import read_textfile

Cells = tuple[str, ...]
# how files begin that are no table; OLE is an Excel 97 workbook or one with a password
_FOREIGN = {
    b"\xd0\xcf\x11\xe0": "old_workbook",
    b"%PDF": "foreign_document",
    b"\x89PNG": "foreign_document",
    b"\xff\xd8\xff": "foreign_document",
}


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text; rows and columns are numbered as Excel shows them.

    Parameters
    ----------
    file, sheet
        Where it comes from; no sheet for a text file.
    header_row, header
        The header's row number and its cells; a cell that is empty because it was merged with the
        one above holds that one's text, and headers that occur twice have the title of their group
        before them (``VSBONE 3.0 BSI``).
    rows
        (row number, cells) of every row below the header that is not blank. A row has at least as
        many cells as the header.
    other_sheets, visible_others
        Further sheets of the workbook that hold anything, and those of them that can be seen.
    own_header
        What of the header stands in the header row itself; blank where it comes from above.
    widths
        Of a text file: row number -> cells as written, the header's too; empty for a workbook.
    struck
        Numbers of the rows below the header of which all is struck out.
    """

    file: str
    sheet: str | None
    header_row: int
    header: Cells
    rows: list[tuple[int, Cells]]
    other_sheets: tuple[str, ...] = ()
    visible_others: tuple[str, ...] = ()
    own_header: Cells = ()
    widths: Mapping[int, int] = field(default_factory=dict)
    struck: tuple[int, ...] = ()


def read_table(
    path: str | Path,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    language: str = "ja",
) -> Table:
    """Read an Excel workbook (.xlsx, .xlsm) or a CSV/TSV file; the content decides, not the name.

    Dates (also of the 1904 calendar) become ISO text, percent cells read as shown (``1.23%``),
    whole numbers lose their ``.0``; text stays as typed. A formula whose result was not saved
    reads as `bonescint.tables.values.NOT_CALCULATED`. Hidden rows are read like any other. What is
    struck out is no content, unless it is all of its row (`Table.struck`).

    Parameters
    ----------
    path
        The file.
    sheet
        The sheet's name; None = the first visible one.
    header_row
        The header's row as Excel numbers it; None = the first that is not blank.
    encoding
        Of a text file; None = by its BOM, else UTF-8, cp932 (Japanese Windows) or UTF-16.
    language
        Of the error messages.

    Raises
    ------
    InputError
        If the file is missing, is no table, cannot be decoded, or has no such sheet or header.
    """
    path = Path(path)
    text = Texts("tables", language)
    is_text = _is_text(path, text)
    if not is_text:
        grid, sheet, others, visible, struck = read_workbook(path, sheet, text)
    else:
        grid = [tuple(cells) for cells in read_textfile(path, header_row, encoding, text)]
        sheet, others, visible, struck = None, (), (), frozenset()
    if header_row is None:
        header_row = next((n for n, cells in enumerate(grid, 1) if any(map(str.strip, cells))), 0)
    if not 0 < header_row <= len(grid):
        raise InputError(text("no_header", file=path.name))
    header = _header(grid[:header_row])
    width = len(header)
    rows = [
        (n, cells + ("",) * (width - len(cells)))
        for n, cells in enumerate(islice(grid, header_row, None), header_row + 1)
        if any(map(str.strip, cells))
    ]
    own = (grid[header_row - 1] + ("",) * width)[:width]
    widths = _widths(grid, header_row, width) if is_text else {}
    out = tuple(n for n, _ in rows if n in struck)
    return Table(path.name, sheet, header_row, header, rows, others, visible, own, widths, out)


def _widths(grid: Sequence[Cells], header_row: int, width: int) -> dict[int, int]:
    """Return how many cells the header and each row below it were written with."""
    # an upper line of the header may be the longer one
    header = {header_row: max(width, len(grid[header_row - 1]))}
    below = enumerate(islice(grid, header_row, None), header_row + 1)
    return header | {n: len(cells) for n, cells in below if any(map(str.strip, cells))}


def _is_text(path: Path, text: Texts) -> bool:
    """Tell whether it is a text file or a workbook; what begins like neither is refused."""
    if not path.is_file():
        raise InputError(text("no_file", file=path.name))
    with path.open("rb") as stream:
        start = stream.read(4)
    for magic, key in _FOREIGN.items():
        if start.startswith(magic):
            raise InputError(text(key, file=path.name))
    return not start.startswith(b"PK")


def _header(grid: Sequence[Cells]) -> Cells:
    *above, last = grid
    cells = list(last)
    groups: list[str] = []
    if above:
        # the title of a group of columns stands in the first of them
        for title in (*above[-1], *[""] * (len(cells) - len(above[-1]))):
            groups.append(title if title.strip() or not groups else groups[-1])
    for upper in reversed(above):
        # a merged cell keeps its text in its first row
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
