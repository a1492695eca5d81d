"""Measure a workbook's archive before it is read: its inflated size and its content.

A few kilobytes may inflate to gigabytes, and openpyxl keeps more of them than is needed. Therefore
each part is first parsed here, piece by piece without keeping anything, and refused beyond a limit.
"""

import io
import re
import zipfile
from array import array
from collections.abc import Mapping
from functools import lru_cache
from typing import IO, NamedTuple
from xml.parsers import expat

from bonescint.text.limits import TableLimits

_PIECE = 1 << 16
_MOST_MEMBERS = 10_000
# Excel's own limits, which no program exceeds
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384
# parts that hold no cells and are not read
_UNREAD = re.compile(
    r"docProps/|customXml/|xl/(?:charts|drawings|theme|media|externalLinks|pivot\w+|ctrlProps"
    r"|activeX|diagrams|persons|threadedComments|printerSettings|queryTables|tables)/",
    re.IGNORECASE,
)
_OWN = {"row", "c", "v", "f", "is", "t", "si", "rPh", "phoneticPr"}
_STRICT = "http://purl.oclc.org/ooxml/"


class Package(NamedTuple):
    """The content of a workbook's parts."""

    rows: Mapping[str, int]  # name of a part -> number of its last row element that holds anything
    # name of a part -> places of its formulas, as numbers of `cell_number`
    formulas: Mapping[str, "array[int]"]
    styles: str  # name of the part with the cell styles, empty if there is none
    strict: bool  # whether it is Strict Open XML, which has other names for everything
    uncalculated: bool  # whether it asks Excel to calculate its formulas first


class DamagedError(Exception):
    """A part of a workbook is damaged."""


def cell_number(row: int, column: int) -> int:
    """Return the place of a cell as one number."""
    return row * (_LAST_COLUMN + 1) + column


def measure(archive: zipfile.ZipFile, limits: TableLimits) -> Package:
    """Return the content of a workbook's parts.

    Raises
    ------
    TooMuchError
        If a limit is exceeded.
    DamagedError, Exception
        If a part is no XML, has a document type, or cannot be inflated.
    """
    rows: dict[str, int] = {}
    formulas: dict[str, array[int]] = {}
    styles, strict, uncalculated = "", False, False
    total = 0
    for member in archive.infolist():
        if not is_read(member.filename):
            continue
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise DamagedError
        part = _Measured(limits)
        with archive.open(member) as stream:
            total = part.parse(stream, total)
        if part.root == "worksheet":
            rows[member.filename], formulas[member.filename] = part.last_row, part.formulas
        elif part.root == "styleSheet":
            styles = member.filename
        strict |= part.strict
        uncalculated |= part.uncalculated
    return Package(rows, formulas, styles, strict, uncalculated)


def is_read(name: str) -> bool:
    """Tell whether a part of a workbook is read, because it holds cells or their formats."""
    return name.lower().endswith((".xml", ".rels")) and not _UNREAD.match(name)


def open_archive(stream: IO[bytes]) -> zipfile.ZipFile:
    """Return a ZIP archive that has no more members than a workbook can have.

    Raises
    ------
    DamagedError, Exception
        If it is no archive, or has too many members. Each takes memory when it is opened.
    """
    stream.seek(0)
    members = sum(piece.count(b"PK\1\2") for piece in iter(lambda: stream.read(1 << 20), b""))
    if members > _MOST_MEMBERS:
        raise DamagedError
    return zipfile.ZipFile(stream)


def in_transitional(archive: zipfile.ZipFile) -> io.BytesIO:
    """Return a Strict workbook with the names that Excel and other programs use by default."""
    found = io.BytesIO()
    strict = re.escape(_STRICT.encode()) + rb"(\w+)/"
    by_default = rb"http://schemas.openxmlformats.org/\1/2006/"
    with zipfile.ZipFile(found, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as copy:
        for name in filter(is_read, archive.namelist()):
            copy.writestr(name, re.sub(strict, by_default, archive.read(name)))
    return found


class _Measured:
    """The counts of one part of a workbook while it is parsed."""

    def __init__(self, limits: TableLimits) -> None:
        self.limits = limits
        self.root = ""
        self.strict = self.uncalculated = False
        self.rows = self.last_row = self.elements = 0
        self.formulas: array[int] = array("Q")
        self._row = self._column = 0
        self._cells = self._rows_held = self._last_held = 0
        self._inside = self._formats = 0
        self._held = True

    def parse(self, stream: IO[bytes], total: int) -> int:
        """Parse the part. Return the inflated bytes of this part and those before it."""
        parser = expat.ParserCreate()
        parser.StartElementHandler = self._start
        parser.StartDoctypeDeclHandler = self._doctype
        seen, silent = 0, 0
        while piece := stream.read(_PIECE):
            total += len(piece)
            self.limits.check("megabytes", total)
            parser.Parse(piece, False)
            # many bytes without a new element are one endless text or attribute
            silent = 0 if self.elements > seen else silent + len(piece)
            self.limits.check("line", silent)
            seen = self.elements
        parser.Parse(b"", True)
        return total

    def _doctype(self, *_: object) -> None:
        # a workbook has no document type, and its entities could multiply the content
        raise DamagedError

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        self.elements += 1
        tag = name.rpartition(":")[2]
        if not self.root:
            self.root = tag
            self.strict = any(value.startswith(_STRICT) for value in attributes.values())
        if self.root == "worksheet" and self._of_sheet(tag, attributes):
            return
        if self.root == "sst" and tag == "si":
            self._inside = 0
            self._cells += 1
            self.limits.check("cells", self._cells)
        elif self.root not in ("worksheet", "sst") or tag not in _OWN:
            self._formats += 1
            self.limits.check("formats", self._formats)
        self._count()
        if tag == "calcPr":
            self.uncalculated = attributes.get("fullCalcOnLoad") in ("1", "true")

    def _count(self) -> None:
        """Count an element of one row or text, because openpyxl builds all of it in memory."""
        self._inside += 1
        if self._inside > self.limits.formats:
            self.limits.check("formats", self._inside)

    def _of_sheet(self, tag: str, attributes: dict[str, str]) -> bool:
        """Count a row, a cell or its content, and tell whether the element was one."""
        if tag == "c":
            where = attributes.get("r")
            self._column = _column(where) if where else self._column + 1
            self._held = False
            self._count()
        elif tag == "row":
            self.rows += 1
            self._row = int(float(attributes.get("r") or self._row + 1))
            if max(self.rows, self._row) > _LAST_ROW:
                self.limits.check("rows", max(self.rows, self._row))
                raise DamagedError
            self._column = self._inside = 0
        elif tag in ("v", "f", "is"):
            self._hold()
            if tag == "f":
                self.formulas.append(cell_number(self._row, self._column))
            self._count()
        else:
            return False
        return True

    def _hold(self) -> None:
        """Count a cell that holds something. A cell with only a format does not count."""
        if self._held:
            return
        self._held = True
        self.last_row = self.rows
        self._cells += 1
        self.limits.check("columns", self._column)
        self.limits.check("cells", self._cells)
        if self._row != self._last_held:
            self._last_held = self._row
            self._rows_held += 1
            self.limits.check("rows", self._rows_held)


@lru_cache(maxsize=1024)
def _letters(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


def _column(where: str) -> int:
    letters = where.rstrip("0123456789")
    number = _letters(letters) if len(letters) < 4 else 0
    if not 0 < number <= _LAST_COLUMN:
        raise DamagedError
    return number
