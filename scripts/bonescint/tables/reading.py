"""Read any table of a hospital as text, with the place of every cell."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.tables.headers import Cells as Cells
from bonescint.tables.headers import HeaderWords, merged_header
from bonescint.tables.workbooks import read_workbook
from bonescint.text.csvfile import read_textfile
from bonescint.text.limits import TableLimits, TooMuchError

_OLE = b"\xd0\xcf\x11\xe0"
# streams of an OLE file
_STREAMS = {
    "EncryptedPackage": "locked_workbook",
    "WordDocument": "foreign_document",
    "PowerPoint Document": "foreign_document",
    "Workbook": "foreign_xls",
    "Book": "foreign_xls",
}
# first bytes of files that are no table
_FOREIGN = {
    b"\x09\x00\x04\x00": "foreign_xls",
    b"\x09\x02\x06\x00": "foreign_xls",
    b"\x09\x04\x06\x00": "foreign_xls",
    b"\x09\x08": "foreign_xls",
    b"{\\rt": "foreign_document",
    b"%PDF": "foreign_document",
    b"\x89PNG": "foreign_document",
    b"\xff\xd8\xff": "foreign_document",
    b"\x1f\x8b": "foreign_archive",
    b"BZh9": "foreign_archive",
    b"7z\xbc\xaf": "foreign_archive",
    b"Rar!": "foreign_archive",
    b"\xfd7zX": "foreign_archive",
}
_LHA = slice(2, 5), b"-lh"


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text. Rows and columns have Excel's numbers.

    Parameters
    ----------
    file, sheet
        Its file and sheet. A text file has no sheet.
    header_row, header
        The header's row number and its cells. A cell merged with the one above has the text of that
        one. A header that occurs twice has the title of its group before it (``VSBONE 3.0 BSI``).
    rows
        (row number, cells) of every row below the header that is not blank. A row has no fewer
        cells than the header.
    other_sheets, visible_others
        Further sheets of the workbook that hold anything, and the visible ones among them.
    own_header
        The header's cells from the header row itself. They are blank if the text comes from above.
    widths
        For a text file: row number -> number of cells in the file, also of the header. Empty for a
        workbook.
    struck
        Numbers of the rows below the header that are struck out completely.
    searched
        Whether the header was found by its words, not in the first row of the first sheet.
    rivals
        Names of the other visible sheets that also hold such a table.
    above
        For a searched header: (row number, cells) of the rows above it.
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
    searched: bool = False
    rivals: tuple[str, ...] = ()
    above: list[tuple[int, Cells]] = field(default_factory=list)


def read_table(
    path: str | Path,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    language: str = "ja",
    *,
    words: HeaderWords | None = None,
    limits: Mapping[str, int] | None = None,
) -> Table:
    """Read an Excel workbook (.xlsx, .xlsm) or a CSV/TSV file, recognised by its content.

    Dates (also of the 1904 calendar) become ISO text. Percent cells are read as shown (``1.23%``).
    Whole numbers lose their ``.0``. Text stays as typed. A formula whose result was not saved
    becomes `bonescint.tables.values.NOT_CALCULATED`. Hidden rows are read like any other. Text that
    is struck out is left out, unless its whole row is struck out (`Table.struck`).

    Parameters
    ----------
    sheet
        The sheet's name. None takes the visible one with such a table, otherwise the first one.
    header_row
        The header's row by Excel's number. None takes the row with its words, otherwise the first
        one that is not blank.
    encoding
        Encoding of a text file. None uses its BOM, otherwise UTF-8, cp932 (Japanese Windows) or
        UTF-16.
    words
        The possible headers of the table (`bonescint.tables.headers.header_words`), by which header
        and sheet are found. None does not look for them.
    limits
        Values that replace those of `bonescint.text.limits.TableLimits`.

    Raises
    ------
    InputError
        If the file is missing, is no table, cannot be decoded, has no such sheet or header, or
        holds more than the limits allow.
    """
    path = Path(path)
    text = Texts("table_faults", language)
    words = words if header_row is None else None
    try:
        return _read(path, sheet, header_row, encoding, text, words, TableLimits(**(limits or {})))
    except TooMuchError as error:
        told = text(f"limit.{error.limit}", file=path.name, **error.values)
        raise InputError(told + text("limit", limit=error.limit)) from None


def _read(
    path: Path,
    sheet: str | None,
    header_row: int | None,
    encoding: str | None,
    text: Texts,
    words: HeaderWords | None,
    limits: TableLimits,
) -> Table:
    others: tuple[str, ...] = ()
    visible: tuple[str, ...] = ()
    rivals: tuple[str, ...] = ()
    struck: frozenset[int] = frozenset()
    searched = False
    if is_text := _is_text(path, text):
        fits = (lambda rows: words.find(rows).fits) if words else None
        grid = read_textfile(path, header_row, encoding, text, limits, fits)
    else:
        book = read_workbook(path, sheet, text, limits, words)
        grid, sheet, others, visible, struck, rivals, searched = book
    if header_row is None:
        header_row = next((n for n, cells in enumerate(grid, 1) if any(map(str.strip, cells))), 0)
        found = words.find(grid).row if words else 0
        searched |= found not in (0, header_row)
        header_row = found or header_row
    if not 0 < header_row <= len(grid):
        blank = not any(map(str.strip, chain.from_iterable(grid)))
        raise InputError(text("empty_table" if blank else "no_header", file=path.name))
    first = 0
    if searched and words:
        own = grid[header_row - 1 : header_row]
        # a title above blank cells is no header, and may name a person
        first = header_row - 1 if words.find(own)[:2] == words.find(grid)[:2] else 0
    header = merged_header(grid[first:header_row])
    width = len(header)
    below = [
        (n, cells)
        for n, cells in enumerate(islice(grid, header_row, None), header_row + 1)
        if any(map(str.strip, cells))
    ]
    limits.check("cells", width * len(below))
    rows = [(n, cells + ("",) * (width - len(cells))) for n, cells in below]
    return Table(
        path.name,
        sheet,
        header_row,
        header,
        rows,
        others,
        visible,
        (grid[header_row - 1] + ("",) * width)[:width],
        _widths(below, grid[header_row - 1], header_row, width) if is_text else {},
        tuple(n for n, _ in rows if n in struck),
        searched,
        rivals,
        list(enumerate(grid[: header_row - 1], 1)) if searched else [],
    )


def _widths(
    below: Iterable[tuple[int, Cells]], last: Cells, header_row: int, width: int
) -> dict[int, int]:
    """Return the number of cells in the file, of the header and of each row below it."""
    # an upper line of the header may be longer than the last one
    return {header_row: max(width, len(last))} | {n: len(cells) for n, cells in below}


def _is_text(path: Path, text: Texts) -> bool:
    """Tell a text file from a workbook, and refuse a file that begins like neither."""
    if not path.is_file():
        raise InputError(text("no_file", file=path.name))
    with path.open("rb") as stream:
        start = stream.read(5)
    key = next((key for magic, key in _FOREIGN.items() if start.startswith(magic)), None)
    if start.startswith(_OLE):
        key = _in_ole(path)
    elif start[_LHA[0]] == _LHA[1]:
        key = "foreign_archive"
    if key:
        raise InputError(text(key, file=path.name))
    return not start.startswith(b"PK")


def _in_ole(path: Path) -> str:
    """Return the kind of an OLE file: Excel 97 workbook, workbook with a password, document."""
    found = set()
    with path.open("rb") as stream:
        while sector := stream.read(1 << 20):
            found |= {name for name in _STREAMS if name.encode("utf-16-le") in sector}
    return next((key for name, key in _STREAMS.items() if name in found), "old_workbook")
