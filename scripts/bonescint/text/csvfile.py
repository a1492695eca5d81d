"""Read the records of a CSV or TSV file in the encodings of Japanese hospitals."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

from bonescint.errors import InputError
from bonescint.resources import both
from bonescint.text.encodings import decoded, file_encoding
from bonescint.text.limits import TableLimits, TooMuchError

Record = tuple[str, ...]
_DELIMITERS = (",", "\t", ";")
# a first line that names the delimiter to Excel
_NAMED = re.compile(r'"?sep=([^\w\s"]|\t)"?[\s,;]*', re.IGNORECASE)
_MARKUP = re.compile(
    r"\s*(?:<(?:!doctype|\?xml|html|head|body|table|meta|style)\b|MIME-Version:)", re.IGNORECASE
)
# some exports write ="00123", so that Excel keeps the leading zeros
_QUOTED = re.compile(r'="([^"]*)"')
# the header must be among so many first records
_TOP = 30
# The limit of a line also limits its cells. The limit of the module csv, 131,072, would be reported
# as a misplaced quotation mark.
csv.field_size_limit(2**31 - 1)


def typed_rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Return row number and cells by column of a typed table with fixed headers.

    Rows are numbered as in spreadsheets. Blank ones are left out, and cells are trimmed.

    Parameters
    ----------
    path
        A CSV or TSV file. The header is its first row that is not blank.
    columns
        The headers that it must have, in any order and beside others.

    Raises
    ------
    InputError
        If it cannot be read (see `read_textfile`) or lacks a column. The message is in both
        languages, because these tables do not depend on the configured language.
    """
    with _told_in_both(path):
        records = read_textfile(path, None, None, _said)
    rows = [(n, [cell.strip() for cell in cells]) for n, cells in enumerate(records, 1)]
    (_, header), *rest = [(n, cells) for n, cells in rows if any(cells)] or [(0, [])]
    if any(header.count(column) != 1 for column in columns):
        raise InputError(_said("no_columns", file=path.name, columns=", ".join(columns)))
    return [
        (n, dict(zip(header, [*cells, *[""] * len(header)], strict=False))) for n, cells in rest
    ]


def typed_lines(path: Path) -> list[str]:
    """Return the lines of a typed text, trimmed and without blank ones.

    The file may have any encoding of `bonescint.text.encodings.file_encoding`.

    Raises
    ------
    InputError
        If it is no text, cannot be decoded, or is too large. The message is in both languages.
    """
    with _told_in_both(path):
        file = _TextFile(path, None, _said, TableLimits())
        lines = (line.strip() for found in file.lines() for line in found.splitlines())
        return list(filter(None, lines))


def read_textfile(
    path: Path,
    header_row: int | None,
    encoding: str | None,
    text: Callable[..., str],
    limits: TableLimits | None = None,
    fits: Callable[[Sequence[Record]], bool] | None = None,
) -> list[Record]:
    """Return the records of a text file in any encoding and with any delimiter.

    A first line ``sep=;`` names the delimiter to Excel. Excel does not show it, so it is no record.

    Parameters
    ----------
    header_row
        The record that decides the delimiter, counted from 1. None is the first that is not blank.
    encoding
        Its encoding if it has no BOM. None tries UTF-8, cp932 and UTF-16.
    text
        Returns a message by its key: no_encoding, wrong_encoding, no_table, foreign_markup,
        bad_quote.
    limits
        The limits of size. None takes the default.
    fits
        Tells whether the first records hold a header. The first delimiter that gives one is taken.

    Raises
    ------
    InputError
        If it is no text, is a web page, cannot be decoded, or has a misplaced quotation mark.
    TooMuchError
        If a limit is exceeded.
    """
    limits = limits or TableLimits()
    file = _TextFile(path, encoding, text, limits)
    if file.markup:
        raise InputError(text("foreign_markup", file=path.name))
    rows: list[Record] = []
    cells = held = 0
    try:
        for row in file.records(file.delimiter(header_row, fits)):
            rows.append(row)
            cells += len(row) or 1
            held += any(map(str.strip, row))
            if cells > limits.cells or held > limits.rows or len(row) > limits.columns:
                limits.check("rows", held)
                limits.check("cells", cells)
                # blank cells at the end of a row do not count as columns
                last = max((n for n, c in enumerate(row, 1) if c.strip()), default=0)
                limits.check("columns", last)
    except csv.Error:
        raise InputError(text("bad_quote", file=path.name, row=len(rows) + 1)) from None
    return rows


class _TextFile:
    """A text file with a known encoding. It is decoded line by line in every reading."""

    def __init__(
        self, path: Path, encoding: str | None, text: Callable[..., str], limits: TableLimits
    ) -> None:
        limits.check("megabytes", path.stat().st_size)
        self._limits = limits
        self._data = path.read_bytes()
        unknown = "wrong_encoding" if encoding else "no_encoding"
        found = file_encoding(self._data, encoding)
        if found is None:
            raise InputError(text(unknown, file=path.name, encoding=encoding))
        self._encoding = found
        self.markup = self._quoted = False
        key = ""
        for n, piece in enumerate(decoded(self._data, found)):
            self.markup |= n == 0 and _MARKUP.match(piece.removeprefix("\ufeff")) is not None
            self._quoted |= "=" in piece
            if "\0" in piece:
                key = "no_table"
                break
            # An escape sequence shows ISO-2022-JP read as UTF-8. VT and FF are accepted, because
            # they are line ends of older programs.
            if re.search(r"[\x01-\x08\x0e-\x1f]", piece):
                key = unknown
        if key:
            raise InputError(text(key, file=path.name, encoding=encoding))

    def lines(self) -> "_Lines":
        """Return the lines with their ends."""
        stream = io.TextIOWrapper(io.BytesIO(self._data), self._encoding, newline="")
        return _Lines(stream, self._limits)

    def records(self, delimiter: str) -> Iterator[Record]:
        """Yield the records."""
        lines = self.lines()
        if self._named():
            next(lines)
        # strict, because an unclosed quotation mark would put the rest of the file into one cell
        for row in csv.reader(lines, delimiter=delimiter, strict=True):
            lines.taken = 0
            if self._quoted:
                row = [_QUOTED.sub(r"\1", c) if c.startswith('="') else c for c in row]
            yield tuple(row)

    def _named(self) -> str:
        match = _NAMED.fullmatch(next(self.lines(), ""))
        return match[1] if match else ""

    def delimiter(
        self, header_row: int | None, fits: Callable[[Sequence[Record]], bool] | None
    ) -> str:
        """Return the delimiter of cells. A comma in a title or in a finding must not decide it."""
        named = self._named()
        among = dict.fromkeys((named, *_DELIMITERS) if named else _DELIMITERS)
        tops = {delimiter: self._top(delimiter, header_row or _TOP) for delimiter in among}
        for delimiter, rows in tops.items():
            if fits and fits(rows):
                return delimiter
        if named:
            return named

        def width(delimiter: str) -> int:
            rows = tops[delimiter]
            if header_row:
                return len(rows[-1]) if rows else 0
            return next((len(row) for row in rows if any(map(str.strip, row))), 0)

        return max(_DELIMITERS, key=width)

    def _top(self, delimiter: str, n: int) -> list[Record]:
        rows: list[Record] = []
        with suppress(csv.Error):
            rows.extend(islice(self.records(delimiter), n))
        return rows


class _Lines:
    """The lines of a text, with their ends. The characters of one record are limited."""

    def __init__(self, stream: io.TextIOWrapper, limits: TableLimits) -> None:
        self._stream, self._limits = stream, limits
        if stream.read(1) != "\ufeff":  # a byte order mark does not belong to the first line
            stream.seek(0)
        self.taken = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self._stream.readline(self._limits.line + 1)
        if not line:
            raise StopIteration
        self.taken += len(line)
        if self.taken > self._limits.line:
            self._limits.check("line", self.taken)
        return line


@contextmanager
def _told_in_both(path: Path) -> Iterator[None]:
    try:
        yield
    except TooMuchError as error:
        raise InputError(_said(f"limit.{error.limit}", file=path.name, **error.values)) from None


def _said(key: str, **values: object) -> str:
    return both("csvfile", key, **values)
