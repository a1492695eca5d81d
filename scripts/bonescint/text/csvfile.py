"""The records of a CSV or TSV file in the encodings of Japanese hospitals."""

import codecs
import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path

from bonescint.errors import InputError
from bonescint.resources import Texts

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
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
    content = _decode(path, encoding, text)
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


def _decode(path: Path, encoding: str | None, text: Texts) -> str:
    data = path.read_bytes()
    found = next((name for bom, name in _BOMS if data.startswith(bom)), None) or encoding
    if found is None and b"\0" in data and (content := _utf16(data)) is not None:
        return content
    for candidate in [found] if found else ["utf-8", "cp932"]:
        # ValueError: bytes that are no text, or a codec's name that cannot be one
        with suppress(ValueError, LookupError):
            return data.decode(candidate)
    raise InputError(text("no_encoding", file=path.name))


def _utf16(data: bytes) -> str | None:
    """Return text of two bytes a character and no mark to say so, None if it is none.

    Line ends and delimiters have a zero as their higher byte: most zeros stand on one side.
    """
    little = data[1::2].count(0) > data[::2].count(0)
    try:
        content = data.decode("utf-16-le" if little else "utf-16-be")
    except UnicodeDecodeError:
        return None
    odd = "\0" in content or any(unicodedata.category(c) in ("Cn", "Co") for c in content)
    return None if odd or len(content.splitlines()) < 2 else content
