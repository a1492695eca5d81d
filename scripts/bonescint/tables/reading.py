"""Any table a hospital hands over, as text with the place of every cell."""

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
# how files begin that are no table
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
    searched
        Whether the header was found by its words, not in the first row of the first sheet.
    rivals
        Names of the other visible sheets that such a table stands on, too.
    above
        Of a header that was searched: (row number, cells) of the rows above it.
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
        The sheet's name; None = the visible one on which such a table stands, else the first.
    header_row
        The header's row as Excel numbers it; None = the one of its words, else the first that is
        not blank.
    encoding
        Of a text file; None = by its BOM, else UTF-8, cp932 (Japanese Windows) or UTF-16.
    language
        Of the error messages.
    words
        The headers that the table may have (`bonescint.tables.headers.header_words`), by which
        header and sheet are found; None = they are not looked for.
    limits
        What differs from `bonescint.text.limits.TableLimits`.

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
        # a title above blank cells is no header, and may name somebody
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
    """Return how many cells the header and each row below it were written with."""
    # an upper line of the header may be the longer one
    return {header_row: max(width, len(last))} | {n: len(cells) for n, cells in below}


def _is_text(path: Path, text: Texts) -> bool:
    """Tell whether it is a text file or a workbook; what begins like neither is refused."""
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
    """Return what an OLE file is: an Excel 97 workbook, a workbook with a password, a document."""
    found = set()
    with path.open("rb") as stream:
        while sector := stream.read(1 << 20):
            found |= {name for name in _STREAMS if name.encode("utf-16-le") in sector}
    return next((key for name, key in _STREAMS.items() if name in found), "old_workbook")
