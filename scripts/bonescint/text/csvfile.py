"""The records of a CSV or TSV file in the encodings of Japanese hospitals."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from itertools import islice
from pathlib import Path

from bonescint.errors import InputError
from bonescint.resources import both
from bonescint.text.encodings import file_text

_DELIMITERS = (",", "\t", ";")
_MARKUP = re.compile(r"\s*<(?:!doctype|\?xml|html|head|body|table|meta|style)\b", re.IGNORECASE)
# how exports keep leading zeros from Excel: ="00123"
_QUOTED = re.compile(r'="([^"]*)"')


def typed_rows(path: Path, columns: Sequence[str]) -> list[tuple[int, dict[str, str]]]:
    """Return row number and cells by column of a table with fixed headers that a person typed.

    Rows are numbered as spreadsheets number them; blank ones are left out, cells are trimmed.

    Parameters
    ----------
    path
        A CSV or TSV file; the header is its first row that is not blank.
    columns
        The headers that must stand there, in any order and beside others.

    Raises
    ------
    InputError
        If it cannot be read (see `read_textfile`) or lacks a column; in both languages, because
        what is read so does not depend on the configured one.
    """
    records = read_textfile(path, None, None, _said)
    rows = [(n, [cell.strip() for cell in cells]) for n, cells in enumerate(records, 1)]
    (_, header), *rest = [(n, cells) for n, cells in rows if any(cells)] or [(0, [])]
    if any(header.count(column) != 1 for column in columns):
        raise InputError(_said("no_columns", file=path.name, columns=", ".join(columns)))
    return [
        (n, dict(zip(header, [*cells, *[""] * len(header)], strict=False))) for n, cells in rest
    ]


def typed_lines(path: Path) -> list[str]:
    """Return the lines of a text that a person typed, trimmed and without blank ones.

    Parameters
    ----------
    path
        The file, in any encoding of `bonescint.text.encodings.file_text`.

    Raises
    ------
    InputError
        If it is no text or cannot be decoded; in both languages.
    """
    content = _content(path, None, _said)
    return [line.strip() for line in content.splitlines() if line.strip()]


def read_textfile(
    path: Path, header_row: int | None, encoding: str | None, text: Callable[..., str]
) -> list[list[str]]:
    """Return the records of a text file, whatever its encoding and delimiter.

    Parameters
    ----------
    path
        The file.
    header_row
        The record that decides the delimiter, counted from 1; None = the first that is not blank.
    encoding
        Its encoding where no BOM tells; None = UTF-8, cp932 or UTF-16, whichever it can be.
    text
        Returns the words of a message: no_encoding, no_table, foreign_markup, bad_quote.

    Raises
    ------
    InputError
        If it is no text, is a web page, cannot be decoded, or has a misplaced quotation mark.
    """
    content = _content(path, encoding, text)
    if _MARKUP.match(content):
        raise InputError(text("foreign_markup", file=path.name))

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
    return [[_QUOTED.sub(r"\1", c) if c.startswith('="') else c for c in row] for row in rows]


def _content(path: Path, encoding: str | None, text: Callable[..., str]) -> str:
    content = file_text(path.read_bytes(), encoding)
    if content is not None and "\0" in content:
        raise InputError(text("no_table", file=path.name))
    # an escape sequence is ISO-2022-JP read as UTF-8; VT and FF are line ends of older programs
    if content is None or re.search(r"[\x01-\x08\x0e-\x1f]", content):
        raise InputError(text("no_encoding", file=path.name))
    return content


def _said(key: str, **values: object) -> str:
    return both("csvfile", key, **values)
