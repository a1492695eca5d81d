"""The cells of an Excel workbook as text, as Excel shows them."""

import io
import re
import warnings
import zipfile
from collections.abc import Sequence
from datetime import datetime, time
from pathlib import Path
from typing import IO, Any, NamedTuple

from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.tables.values import NOT_CALCULATED


class Book(NamedTuple):
    """The chosen sheet of a workbook.

    Parameters
    ----------
    grid
        Its cells as text.
    sheet
        Its name.
    others, visible_others
        The names of the other sheets that hold anything, and of those of them that can be seen.
    struck
        Numbers of the rows of which all is struck out; they keep their text.
    """

    grid: list[tuple[str, ...]]
    sheet: str
    others: tuple[str, ...]
    visible_others: tuple[str, ...]
    struck: frozenset[int]


# a double holds 15 digits: what is longer is no longer the number that was typed
_DIGITS = 10**15
# digits of a run above or below the line, as the characters that look like it
_RAISED = {
    "superscript": str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "subscript": str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"),
}


def read_workbook(path: Path, wanted: str | None, text: Texts) -> Book:
    """Return the cells of one sheet, its name and the other sheets that hold anything.

    Parameters
    ----------
    path
        The workbook (.xlsx, .xlsm), whatever its name.
    wanted
        The sheet's name; None = the first visible one.
    text
        The words of the messages.

    Raises
    ------
    InputError
        If it is no workbook, is damaged, or has no such sheet.
    """
    with path.open("rb") as stream:
        try:
            return _read(stream, path.name, wanted, text)
        except InputError:
            raise
        # openpyxl raises whatever its parsers raise over a damaged part
        except Exception:
            raise InputError(text(_foreign(path), file=path.name)) from None


def _read(stream: IO[bytes], name: str, wanted: str | None, text: Texts) -> Book:
    book = _open(stream, data_only=True)
    for ws in book.worksheets:
        ws.reset_dimensions()  # other programs write a wrong size, rows would be lost
    visible = [ws for ws in book.worksheets if ws.sheet_state == "visible"]
    names = [ws.title for ws in book.worksheets]
    if wanted is not None and wanted not in names:
        # a sheet may be named after a patient: the found ones are counted
        raise InputError(text("no_sheet", file=name, sheet=wanted, n=len(names)))
    chosen = book[wanted] if wanted is not None else (visible or book.worksheets)[0]
    cells = list(chosen.iter_rows())
    _set_inline_runs(chosen, cells)
    grid = [[_cell_text(cell) for cell in row] for row in cells]
    others = [
        ws
        for ws in book.worksheets
        if ws is not chosen and any(any(v is not None for v in r) for r in ws.values)
    ]
    formulas, stale = _has_formulas(stream)
    if formulas:
        for typed, found, shown in zip(_formulas(stream, chosen.title), cells, grid, strict=True):
            for i, formula in enumerate(typed):
                # programs that cannot calculate leave no result, or 0 and the wish to calculate
                empty = found[i].value is None and found[i].data_type != "str"
                if formula and (empty or (stale and found[i].value == 0)):
                    shown[i] = NOT_CALCULATED
    struck = _strike_out(cells, grid)
    return Book(
        [tuple(row) for row in grid],
        str(chosen.title),
        tuple(ws.title for ws in others),
        tuple(ws.title for ws in others if ws in visible),
        struck,
    )


def _set_inline_runs(sheet: Any, cells: Sequence[Sequence[Any]]) -> None:
    """Give texts that stand in the sheet itself their runs: openpyxl joins these of a sheet."""
    with sheet._get_source() as source:
        data = source.read()
    if b"rPr" not in data:
        return
    from openpyxl.cell.rich_text import CellRichText
    from openpyxl.utils.cell import column_index_from_string
    from openpyxl.xml.constants import SHEET_MAIN_NS
    from openpyxl.xml.functions import iterparse  # type: ignore[attr-defined]

    number = 0
    for _, row in iterparse(io.BytesIO(data)):
        if row.tag != f"{{{SHEET_MAIN_NS}}}row":
            continue
        number, column = int(row.get("r") or number + 1), 0
        for cell in row:
            place = cell.get("r")
            # the place is optional
            column = column_index_from_string(place.rstrip("0123456789")) if place else column + 1
            inline = cell.find(f"{{{SHEET_MAIN_NS}}}is")
            if inline is not None and inline.find(f"{{{SHEET_MAIN_NS}}}r") is not None:
                runs = CellRichText.from_tree(inline)  # type: ignore[no-untyped-call]
                cells[number - 1][column - 1]._value = runs
        row.clear()


def _strike_out(cells: Sequence[Sequence[Any]], grid: list[list[str]]) -> frozenset[int]:
    """Take what is struck out from the texts; return the rows that would be blank without it.

    A number that was corrected by hand shows both, the old one struck out. A row struck out as a
    whole keeps its text: what that means is for a person to say.
    """
    rows: set[int] = set()
    for n, (found, shown) in enumerate(zip(cells, grid, strict=True), 1):
        pairs = zip(found, shown, strict=True)
        kept = [_kept(cell, text) if text else "" for cell, text in pairs]
        if kept == shown:
            continue
        if any(map(str.strip, kept)):
            grid[n - 1] = kept
        else:
            rows.add(n)
    return frozenset(rows)


def _kept(cell: Any, text: str) -> str:
    """Return what of a cell's text is not struck out."""
    struck = bool(cell.font and cell.font.strike)
    if isinstance(cell.value, list):
        # a run without a font of its own has the cell's
        return "".join(
            _run_text(run)
            for run in cell.value
            if not (struck if isinstance(run, str) else run.font.strike)
        )
    return "" if struck else text


def _open(stream: IO[bytes], data_only: bool) -> Any:
    # slow to import and not needed for text files
    from openpyxl.reader.excel import load_workbook

    stream.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl on styles and validations it does not keep
        return load_workbook(  # type: ignore[no-untyped-call]
            stream, read_only=True, data_only=data_only, rich_text=True
        )


def _has_formulas(stream: IO[bytes]) -> tuple[bool, bool]:
    """Tell whether any sheet has a formula, and whether Excel is asked to calculate them first."""
    with zipfile.ZipFile(stream) as archive:
        names = archive.namelist()
        formulas = any(
            re.search(rb"<(?:\w+:)?f[ >/]", archive.read(name))
            for name in names
            if name.startswith("xl/worksheets/") and name.endswith(".xml")
        )
        book = archive.read("xl/workbook.xml") if "xl/workbook.xml" in names else b""
    return formulas, re.search(rb'fullCalcOnLoad="(?:1|true)"', book) is not None


def _formulas(stream: IO[bytes], sheet: str) -> list[list[bool]]:
    chosen = _open(stream, data_only=False)[sheet]
    chosen.reset_dimensions()
    return [[cell.data_type == "f" for cell in row] for row in chosen.iter_rows()]


def _foreign(path: Path) -> str:
    """Return the sentence for a file that is a ZIP archive and no readable workbook."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mimetype = archive.read("mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, KeyError):
        return "no_table"
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "foreign_ods"
    if "xl/workbook.bin" in names:
        return "foreign_xlsb"
    if any(name.endswith(".iwa") for name in names):
        return "foreign_numbers"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        return "foreign_document"
    return "no_table"


def _cell_text(cell: Any) -> str:
    value = cell.value
    match value:
        case None:
            return ""
        case list():
            # runs of one text: raised digits must not become digits of the number before them
            return "".join(map(_run_text, value))
        case str():
            return _unescaped(value)
        case bool():
            return str(value).upper()
        case datetime():
            return (value.date() if value.time() == time() else value).isoformat()
        case int() | float():
            # a percent cell shows 100 times what it holds; a % in quotes is only written behind it
            # or is the width of a blank (_%)
            if "%" in re.sub(r'"[^"]*"|\\.|_.|\*.', "", cell.number_format or ""):
                return f"{value * 100:.15g}%"
            exact = isinstance(value, int) and abs(value) < _DIGITS
            return str(value) if exact else f"{float(value):.15g}"
        case _:
            return str(value)


def _unescaped(text: str) -> str:
    # a carriage return and the like; Excel shows the character
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


def _run_text(run: Any) -> str:
    text = _unescaped(str(run))
    position = "" if isinstance(run, str) else run.font.vertAlign or ""
    return text.translate(_RAISED.get(position, {}))
