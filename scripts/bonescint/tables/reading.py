"""Any table a hospital hands over, as text with the place of every cell."""

import codecs
import csv
import io
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from bonescint.errors import InputError
from bonescint.resources import Texts

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", "\t", ";")
_OLE = b"\xd0\xcf\x11\xe0"  # an Excel 97 workbook, or an encrypted one
Cells = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table as text; rows and columns are numbered as Excel shows them.

    Parameters
    ----------
    file, sheet
        Where it comes from; no sheet for a text file.
    header_row, header
        The header's row number and its cells; a cell that is empty because it was merged with the
        one above holds that one's text.
    rows
        (row number, cells) of every row below the header that is not blank. A row has at least as
        many cells as the header.
    other_sheets
        Further sheets of the workbook that hold anything.
    """

    file: str
    sheet: str | None
    header_row: int
    header: Cells
    rows: list[tuple[int, Cells]]
    other_sheets: tuple[str, ...] = ()


def read_table(
    path: str | Path,
    sheet: str | None = None,
    header_row: int | None = None,
    encoding: str | None = None,
    language: str = "ja",
) -> Table:
    """Read an Excel workbook (.xlsx) or a CSV/TSV file; the content decides which, not the name.

    Dates (also of the 1904 calendar) become ISO text, percent cells read as shown (``1.23%``),
    whole numbers lose their ``.0``; text stays as typed.

    Parameters
    ----------
    path
        The file.
    sheet
        The sheet's name; None = the first visible one.
    header_row
        The header's row as Excel numbers it; None = the first that is not blank.
    encoding
        Of a text file; None = by its BOM, else UTF-8, else cp932 (Japanese Windows).
    language
        Of the error messages.

    Raises
    ------
    InputError
        If the file is missing, is no table, cannot be decoded, or has no such sheet or header.
    """
    path = Path(path)
    text = Texts("tables", language)
    if not path.is_file():
        raise InputError(text("no_file", file=path.name))
    with path.open("rb") as stream:
        start = stream.read(4)
    others: tuple[str, ...] = ()
    if start.startswith(b"PK"):
        grid, sheet, others = _read_workbook(path, sheet, text)
    elif start == _OLE:
        raise InputError(text("old_workbook", file=path.name))
    else:
        sheet = None
        grid = [tuple(cells) for cells in _read_text(path, header_row, encoding, text)]
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
    return Table(path.name, sheet, header_row, header, rows, others)


def _header(grid: Sequence[Cells]) -> Cells:
    *above, last = grid
    cells = list(last)
    for upper in reversed(above):
        # a merged cell keeps its text in its first row
        pairs = zip_longest(cells, upper, fillvalue="")
        cells = [lower if lower.strip() else title for lower, title in pairs]
    while cells and not cells[-1].strip():
        cells.pop()
    return tuple(" ".join(cell.split()) for cell in cells)


def _read_text(
    path: Path, header_row: int | None, encoding: str | None, text: Texts
) -> list[list[str]]:
    data = path.read_bytes()
    found = next((name for bom, name in _BOMS if data.startswith(bom)), None)
    for candidate in [found or encoding] if found or encoding else ["utf-8", "cp932"]:
        try:
            content = data.decode(candidate or "")
            break
        except (UnicodeDecodeError, LookupError):
            continue
    else:
        raise InputError(text("no_encoding", file=path.name))
    if "\0" in content:
        raise InputError(text("no_table", file=path.name))

    def records(delimiter: str) -> Iterator[list[str]]:
        # strict: an unclosed quote would swallow the rest of the file into one cell
        return csv.reader(io.StringIO(content, newline=""), delimiter=delimiter, strict=True)

    def width(delimiter: str) -> int:
        # of the header: a comma in a title above it or in a finding must not decide
        last: list[str] = []
        with suppress(csv.Error):
            for last in islice(records(delimiter), header_row):
                if not header_row and any(map(str.strip, last)):
                    break
        return len(last)

    rows: list[list[str]] = []
    try:
        rows.extend(records(max(_DELIMITERS, key=width)))
    except csv.Error:
        raise InputError(text("bad_quote", file=path.name, row=len(rows) + 1)) from None
    return rows


def _read_workbook(
    path: Path, wanted: str | None, text: Texts
) -> tuple[list[Cells], str, tuple[str, ...]]:
    # slow to import and not needed for text files
    from openpyxl.reader.excel import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl on styles and validations it does not keep
        try:
            book = load_workbook(path, read_only=True, data_only=True)  # type: ignore[no-untyped-call]
        except (InvalidFileException, zipfile.BadZipFile, KeyError):
            raise InputError(text("no_table", file=path.name)) from None
    try:
        for ws in book.worksheets:
            ws.reset_dimensions()  # other programs write a wrong size, rows would be lost
        visible = [ws for ws in book.worksheets if ws.sheet_state == "visible"]
        names = [ws.title for ws in book.worksheets]
        if wanted is not None and wanted not in names:
            raise InputError(text("no_sheet", file=path.name, sheet=wanted, found=", ".join(names)))
        chosen = book[wanted] if wanted is not None else (visible or book.worksheets)[0]
        grid = [tuple(_cell_text(cell) for cell in row) for row in chosen.iter_rows()]
        others = tuple(
            ws.title
            for ws in book.worksheets
            if ws is not chosen and any(any(v is not None for v in r) for r in ws.values)
        )
        return grid, str(chosen.title), others
    finally:
        book.close()


def _cell_text(cell: Any) -> str:
    value = cell.value
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return str(value).upper()
        case datetime():
            return (value.date() if value.time() == time() else value).isoformat()
        case int() | float():
            # a percent cell shows 100 times what it holds; a % in quotes is only written behind it
            if "%" in re.sub(r'"[^"]*"|\\.', "", cell.number_format or ""):
                return f"{value * 100:.15g}%"
            return str(value) if isinstance(value, int) else f"{value:.15g}"
        case _:
            return str(value)
