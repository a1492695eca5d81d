"""Read the cells of an Excel workbook as the text that Excel shows."""

import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import datetime, time
from itertools import islice
from pathlib import Path
from typing import IO, Any, NamedTuple

from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.tables.headers import SEARCHED, Cells, HeaderWords
from bonescint.tables.numberformats import shown_number
from bonescint.tables.packages import (
    DamagedError,
    cell_number,
    in_transitional,
    is_read,
    measure,
    open_archive,
)
from bonescint.tables.styles import read_styles
from bonescint.tables.values import NOT_CALCULATED
from bonescint.text.limits import TableLimits, TooMuchError


class Book(NamedTuple):
    """The chosen sheet of a workbook."""

    grid: list[Cells]  # its cells as text; a row ends with its last cell that holds anything
    sheet: str  # its name
    # names of the other sheets that hold anything, and of the visible ones among them
    others: tuple[str, ...]
    visible_others: tuple[str, ...]
    # numbers of the rows that are struck out completely; they keep their text
    struck: frozenset[int]
    rivals: tuple[str, ...]  # the names of the other visible sheets that have the table's headers
    searched: bool  # whether the sheet was chosen by its headers and is not the first visible one


_TABLES = (".csv", ".tsv", ".xls", ".xlsx", ".xlsm")
# digits above or below the line -> Unicode characters that look like them
_RAISED = {
    "superscript": str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"),
    "subscript": str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉"),
}


def read_workbook(
    path: Path,
    wanted: str | None,
    text: Texts,
    limits: TableLimits,
    words: HeaderWords | None,
) -> Book:
    """Return the cells of one sheet, its name, and the other sheets that hold anything.

    Parameters
    ----------
    path
        The workbook (.xlsx, .xlsm), under any file name.
    wanted
        The sheet's name. None takes the visible one with the headers, otherwise the first one.
    words
        The headers. None does not look for them.

    Raises
    ------
    InputError
        If it is no workbook, is damaged, or has no such sheet.
    TooMuchError
        If a limit is exceeded.
    """
    with path.open("rb") as stream:
        try:
            return _read(_Workbook(stream, limits), path.name, wanted, text, words)
        except (InputError, TooMuchError):
            raise
        # openpyxl raises many kinds of exceptions for a damaged part
        except Exception:
            raise InputError(text(_foreign(stream), file=path.name)) from None


def _read(
    book: "_Workbook",
    name: str,
    wanted: str | None,
    text: Texts,
    words: HeaderWords | None,
) -> Book:
    sheets = {ws.title: ws for ws in book.sheets}
    if wanted is not None and wanted not in sheets:
        # sheets may be named after patients, so they are counted and not named
        raise InputError(text("no_sheet", file=name, sheet=wanted, n=len(sheets)))
    visible = [ws for ws in book.sheets if ws.visible] or book.sheets[:1]
    chosen, rivals = sheets[wanted] if wanted is not None else visible[0], []
    if wanted is None and words and len(visible) > 1:
        found = {ws: words.find(book.grid(ws, SEARCHED)[0]) for ws in visible}
        # of equally good sheets, the first one is taken
        chosen = max(visible, key=lambda ws: found[ws][:2])
        if found[chosen].fits:
            rivals = [ws.title for ws in visible if found[ws].fits and ws is not chosen]
    others = [ws for ws in book.sheets if ws is not chosen and book.holds_anything(ws)]
    grid, struck = book.grid(chosen)
    return Book(
        grid,
        chosen.title,
        tuple(ws.title for ws in others),
        tuple(ws.title for ws in others if ws in visible),
        struck,
        tuple(rivals),
        wanted is None and chosen is not visible[0],
    )


class _Sheet(NamedTuple):
    title: str
    visible: bool
    part: str


class _Runs(NamedTuple):
    """A text of several runs. Raised digits must not join the number before them."""

    source: list[Any]  # kept, so that no other list gets the same id
    text: str
    kept: str
    kept_in_struck: str


class _Workbook:
    """An opened workbook. It is measured first, because openpyxl would inflate everything in it."""

    def __init__(self, stream: IO[bytes], limits: TableLimits) -> None:
        # imported here, because it is slow and not needed for text files
        from openpyxl.reader.excel import ExcelReader

        archive = open_archive(stream)
        self._package = measure(archive, limits)
        source = in_transitional(archive) if self._package.strict else stream
        reader: Any = ExcelReader(  # type: ignore[no-untyped-call]
            source, read_only=True, data_only=True, keep_links=False, rich_text=True
        )
        for name in {*reader.archive.namelist()} - {*filter(is_read, reader.archive.namelist())}:
            # parts that were not measured must not be reachable
            del reader.archive.NameToInfo[name]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns about styles that it does not keep
            reader.read_manifest()
            reader.read_strings()
            reader.read_workbook()
            # without sheets of charts and macros
            self.sheets = [
                _Sheet(sheet.name, sheet.state == "visible", relation.target)
                for sheet, relation in reader.parser.find_sheets()
                if relation.target in self._package.rows
            ]
        if len({sheet.part for sheet in self.sheets}) < len(self.sheets):
            raise DamagedError  # a part would be read once for each of its many sheets
        self._epoch: datetime = reader.wb.epoch
        self._archive: zipfile.ZipFile = reader.archive
        self._limits = limits
        self._strings = reader.shared_strings
        self._styles = read_styles(reader.archive, self._package.styles)
        self._unescaped: dict[str, str] = {}
        self._joined: dict[int, _Runs] = {}

    def _rows(self, sheet: _Sheet) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Yield number and cells of each row from openpyxl's parser."""
        from openpyxl.worksheet import _reader

        with self._archive.open(sheet.part) as source:
            # numbers are not converted here, because the value also decides which are dates
            parser: Any = _reader.WorkSheetParser(  # type: ignore[no-untyped-call]
                source, self._strings, data_only=True, epoch=self._epoch, rich_text=True
            )
            # rows behind the last one with a value have only formats
            for row in islice(parser.parse(), self._package.rows[sheet.part]):
                parser.row_dimensions.clear()  # the formats of a million rows would fill the memory
                yield row

    def holds_anything(self, sheet: _Sheet) -> bool:
        """Tell whether any cell of a sheet has a value."""
        return any(cell["value"] is not None for _, row in self._rows(sheet) for cell in row)

    def grid(self, sheet: _Sheet, top: int | None = None) -> tuple[list[Cells], frozenset[int]]:
        """Return a sheet's cells as text, and the rows that are struck out completely.

        A number that was corrected by hand stands beside the old one. The old one is struck out,
        and
        is left out here. A row that is struck out completely keeps its text, because a person must
        say what it means.
        """
        grid: list[Cells] = []
        struck: set[int] = set()
        size = area = 0
        formulas = set(self._package.formulas[sheet.part])
        for number, row in self._rows(sheet):
            if top is not None and number > top:
                break
            texts: list[str] = []
            kept: list[str] = []
            for cell in row:
                shown = self._text(cell, cell_number(number, cell["column"]) in formulas)
                size += len(shown)
                self._limits.check("megabytes", size)
                if shown:
                    # the file may lack cells without a value
                    for cells in (texts, kept):
                        cells += [""] * (cell["column"] - len(cells))
                    texts[cell["column"] - 1] = shown
                    kept[cell["column"] - 1] = self._kept(cell, shown)
            if kept != texts and any(map(str.strip, kept)):
                texts = kept
            elif kept != texts:
                struck.add(number)
            area += len(texts)
            self._limits.check("cells", area)
            grid += [()] * (number - len(grid))
            if grid[number - 1]:
                raise DamagedError  # two rows have the same number, and none may be lost
            grid[number - 1] = tuple(texts)
        return grid, frozenset(struck)

    def _text(self, cell: dict[str, Any], formula: bool) -> str:
        value = cell["value"]
        if formula:
            # programs that cannot calculate write no result, or 0 and a request to calculate
            empty = value is None and cell["data_type"] != "str"
            if empty or (self._package.uncalculated and value == 0):
                return NOT_CALCULATED
        match value:
            case None:
                return ""
            case list():
                return self._runs(value).text
            case str() if "_x" in value:
                if value not in self._unescaped:
                    self._unescaped[value] = _unescaped(value)
                return self._unescaped[value]
            case str():
                return value
            case bool():
                return str(value).upper()
            case datetime():
                return (value.date() if value.time() == time() else value).isoformat()
            case int() | float():
                return shown_number(value, self._styles[cell["style_id"]][0], self._epoch)
            case _:
                return str(value)

    def _kept(self, cell: dict[str, Any], text: str) -> str:
        """Return the part of a cell's text that is not struck out."""
        struck = self._styles[cell["style_id"]][1]
        if isinstance(cell["value"], list):
            runs = self._runs(cell["value"])
            return runs.kept_in_struck if struck else runs.kept
        return "" if struck else text

    def _runs(self, value: list[Any]) -> "_Runs":
        """Return a text of several runs. Cells may share it, so it is joined only once."""
        if id(value) not in self._joined:
            shown = [(run, _run_text(run)) for run in value]
            kept = [
                (run, text) for run, text in shown if isinstance(run, str) or not run.font.strike
            ]
            self._joined[id(value)] = _Runs(
                value,
                "".join(text for _, text in shown),
                "".join(text for _, text in kept),
                # a run without a font has the font of its cell, which is struck out
                "".join(text for run, text in kept if not isinstance(run, str)),
            )
        return self._joined[id(value)]


def _foreign(stream: IO[bytes]) -> str:
    """Return the key of the message for a ZIP archive that is no readable workbook."""
    try:
        with open_archive(stream) as archive:
            names = set(archive.namelist())
            if any(member.flag_bits & 1 for member in archive.infolist()):
                return "locked_archive"
            mimetype = archive.open("mimetype").read(100) if "mimetype" in names else b""
    # a damaged archive raises many kinds of exceptions
    except Exception:
        return "no_table"
    if mimetype.startswith(b"application/vnd.oasis.opendocument.spreadsheet"):
        return "foreign_ods"
    if "xl/workbook.bin" in names:
        return "foreign_xlsb"
    if any(name.endswith(".iwa") for name in names):
        return "foreign_numbers"
    if any(name.startswith(("word/", "ppt/")) for name in names):
        return "foreign_document"
    if any(name.lower().endswith(_TABLES) for name in names):
        return "foreign_archive"
    return "no_table"


def _unescaped(text: str) -> str:
    # an escaped character, such as a carriage return; Excel shows the character itself
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


def _run_text(run: Any) -> str:
    text = _unescaped(str(run))
    position = "" if isinstance(run, str) else run.font.vertAlign or ""
    return text.translate(_RAISED.get(position, {}))
