"""The records of a CSV or TSV file in the encodings of Japanese hospitals."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.text.encodings import file_text

_DELIMITERS = (",", "\t", ";")
_MARKUP = re.compile(r"\s*<(?:!doctype|\?xml|html|head|body|table|meta|style)\b", re.IGNORECASE)
# how exports keep leading zeros from Excel: ="00123"
_QUOTED = re.compile(r'="([^"]*)"')


def read_textfile(
    path: Path, header_row: int | None, encoding: str | None, text: Texts
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
        The words of the messages.

    Raises
    ------
    InputError
        If it is no text, is a web page, cannot be decoded, or has a misplaced quotation mark.
    """
    content = file_text(path.read_bytes(), encoding)
    if content is None:
        raise InputError(text("no_encoding", file=path.name))
    if "\0" in content:
        raise InputError(text("no_table", file=path.name))
    # an escape sequence is ISO-2022-JP read as UTF-8; VT and FF are line ends of older programs
    if re.search(r"[\x01-\x08\x0e-\x1f]", content):
        raise InputError(text("no_encoding", file=path.name))
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
