"""The cells of an Excel workbook as text, as Excel shows them."""

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
    """The chosen sheet of a workbook.

    Parameters
    ----------
    grid
        Its cells as text; a row ends with its last cell that holds anything.
    sheet
        Its name.
    others, visible_others
        The names of the other sheets that hold anything, and of those of them that can be seen.
    struck
        Numbers of the rows of which all is struck out; they keep their text.
    rivals
        The names of the other visible sheets in which the table's headers stand.
    searched
        Whether it is not the first visible sheet, but one in which the headers stand.
    """

    grid: list[Cells]
    sheet: str
    others: tuple[str, ...]
    visible_others: tuple[str, ...]
    struck: frozenset[int]
    rivals: tuple[str, ...]
    searched: bool


_TABLES = (".csv", ".tsv", ".xls", ".xlsx", ".xlsm")
# digits of a run above or below the line, as the characters that look like it
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
    """Return the cells of one sheet, its name and the other sheets that hold anything.

    Parameters
    ----------
    path
        The workbook (.xlsx, .xlsm), whatever its name.
    wanted
        The sheet's name; None = the visible one in which the headers stand, else the first.
    text
        The words of the messages.
    limits
        How much is read.
    words
        The headers; None = they are not looked for.

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
        # openpyxl raises whatever its parsers raise over a damaged part
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
        # a sheet may be named after a patient: the found ones are counted
        raise InputError(text("no_sheet", file=name, sheet=wanted, n=len(sheets)))
    visible = [ws for ws in book.sheets if ws.visible] or book.sheets[:1]
    chosen, rivals = sheets[wanted] if wanted is not None else visible[0], []
    if wanted is None and words and len(visible) > 1:
        found = {ws: words.find(book.grid(ws, SEARCHED)[0]) for ws in visible}
        # the first of the best
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
    """A text of several runs: raised digits must not become digits of the number before them."""

    source: list[Any]  # while it is kept no other has its place in memory
    text: str
    kept: str
    kept_in_struck: str


class _Workbook:
    """An opened workbook, measured first: openpyxl would inflate whatever stands in it."""

    def __init__(self, stream: IO[bytes], limits: TableLimits) -> None:
        # slow to import and not needed for text files
        from openpyxl.reader.excel import ExcelReader

        archive = open_archive(stream)
        self._package = measure(archive, limits)
        source = in_transitional(archive) if self._package.strict else stream
        reader: Any = ExcelReader(  # type: ignore[no-untyped-call]
            source, read_only=True, data_only=True, keep_links=False, rich_text=True
        )
        for name in {*reader.archive.namelist()} - {*filter(is_read, reader.archive.namelist())}:
            # what was not measured cannot be asked for under another name
            del reader.archive.NameToInfo[name]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl on styles and validations it does not keep
            reader.read_manifest()
            reader.read_strings()
            reader.read_workbook()
            # not charts and macros
            self.sheets = [
                _Sheet(sheet.name, sheet.state == "visible", relation.target)
                for sheet, relation in reader.parser.find_sheets()
                if relation.target in self._package.rows
            ]
        if len({sheet.part for sheet in self.sheets}) < len(self.sheets):
            raise DamagedError  # a part that is many sheets is read as often
        self._epoch: datetime = reader.wb.epoch
        self._archive: zipfile.ZipFile = reader.archive
        self._limits = limits
        self._strings = reader.shared_strings
        self._styles = read_styles(reader.archive, self._package.styles)
        self._unescaped: dict[str, str] = {}
        self._joined: dict[int, _Runs] = {}

    def _rows(self, sheet: _Sheet) -> Iterator[tuple[int, list[dict[str, Any]]]]:
        """Yield number and cells of each row as openpyxl parses them."""
        from openpyxl.worksheet import _reader

        with self._archive.open(sheet.part) as source:
            # numbers stay numbers: which are dates depends on their value too
            parser: Any = _reader.WorkSheetParser(  # type: ignore[no-untyped-call]
                source, self._strings, data_only=True, epoch=self._epoch, rich_text=True
            )
            # not beyond the last row with a value: what follows are formats
            for row in islice(parser.parse(), self._package.rows[sheet.part]):
                parser.row_dimensions.clear()  # their formats, of a million rows
                yield row

    def holds_anything(self, sheet: _Sheet) -> bool:
        """Tell whether any cell of a sheet has a value."""
        return any(cell["value"] is not None for _, row in self._rows(sheet) for cell in row)

    def grid(self, sheet: _Sheet, top: int | None = None) -> tuple[list[Cells], frozenset[int]]:
        """Return a sheet's cells as text, and the rows of which all is struck out.

        A number that was corrected by hand shows both, the old one struck out. A row struck out as
        a whole keeps its text: what that means is for a person to say.
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
                    # cells without a value need not stand in the file
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
                raise DamagedError  # two rows of one number: neither may get lost
            grid[number - 1] = tuple(texts)
        return grid, frozenset(struck)

    def _text(self, cell: dict[str, Any], formula: bool) -> str:
        value = cell["value"]
        if formula:
            # programs that cannot calculate leave no result, or 0 and the wish to calculate
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
        """Return what of a cell's text is not struck out."""
        struck = self._styles[cell["style_id"]][1]
        if isinstance(cell["value"], list):
            runs = self._runs(cell["value"])
            return runs.kept_in_struck if struck else runs.kept
        return "" if struck else text

    def _runs(self, value: list[Any]) -> "_Runs":
        """Return a text of several runs; cells share it, so that it is put together once."""
        if id(value) not in self._joined:
            shown = [(run, _run_text(run)) for run in value]
            kept = [
                (run, text) for run, text in shown if isinstance(run, str) or not run.font.strike
            ]
            self._joined[id(value)] = _Runs(
                value,
                "".join(text for _, text in shown),
                "".join(text for _, text in kept),
                # a run without a font of its own has the cell's
                "".join(text for run, text in kept if not isinstance(run, str)),
            )
        return self._joined[id(value)]


def _foreign(stream: IO[bytes]) -> str:
    """Return the sentence for a file that is a ZIP archive and no readable workbook."""
    try:
        with open_archive(stream) as archive:
            names = set(archive.namelist())
            if any(member.flag_bits & 1 for member in archive.infolist()):
                return "locked_archive"
            mimetype = archive.open("mimetype").read(100) if "mimetype" in names else b""
    # a damaged archive raises whatever its parts make of it
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
    # a carriage return and the like; Excel shows the character
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), text)


def _run_text(run: Any) -> str:
    text = _unescaped(str(run))
    position = "" if isinstance(run, str) else run.font.vertAlign or ""
    return text.translate(_RAISED.get(position, {}))
