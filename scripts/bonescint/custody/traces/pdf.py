"""The texts of PDF files (R12)."""

import io
import logging
import re
import warnings
from collections.abc import Iterator
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pikepdf

from bonescint.custody.traces.terms import Terms
from bonescint.custody.traces.text import Found, Nested, Place, kinds_in

logging.getLogger("pikepdf").setLevel(logging.CRITICAL)  # its messages may quote the file
# a change of a PDF may be appended; the former revision then stays before it
_REVISION = re.compile(rb"%%EOF(?=.*%%EOF)", re.DOTALL)
_SPACE = -180  # thousandths of the letters' size: a gap of this width separates words
_GLYPH = 2  # bytes of one letter
_Font = tuple[int, dict[int, str]]  # bytes per letter, and the text of each letter's number


def search_pdf(data: bytes, terms: Terms, nested: Nested) -> Iterator[Found]:
    """Yield the kinds of terms in a PDF: pages, metadata, attachments, former revisions.

    Parameters
    ----------
    data
        The file.
    terms
        What is looked for.
    nested
        Searches a stream, which may be an attached file.

    Raises
    ------
    EOFError
        If it is damaged or encrypted.
    """
    kinds: set[str] = set()
    damaged = False
    for end in (*(found.end() for found in _REVISION.finditer(data)), len(data)):
        try:
            with pikepdf.open(io.BytesIO(data[:end])) as pdf, warnings.catch_warnings():
                warnings.simplefilter("ignore")
                kinds.update(_kinds(list(pdf.objects), terms, nested))
        except Exception:  # pikepdf raises many kinds for damaged files
            damaged = end == len(data)
    yield from ((Place("bytes"), kind) for kind in sorted(kinds))
    if damaged:
        raise EOFError


def _kinds(objects: list[pikepdf.Object], terms: Terms, nested: Nested) -> Iterator[str]:
    streams = [one for one in objects if isinstance(one, pikepdf.Stream)]
    for stream in streams:
        try:
            yield from nested(stream.read_bytes())
        except pikepdf.PdfError:  # a picture whose format cannot be decoded
            yield from nested(stream.read_raw_bytes())
    # a font may number its letters in its own way and then has a table of them. A page refers to
    # its font only indirectly, so every table is tried. Without a table the numbers are Unicode
    read: list[str] = []
    fonts = [(2, {}), *filter(None, map(_font, streams))]
    for lines in map(list, map(_shown, streams)):
        yield from kinds_in(b"\n".join(b"".join(s or b" " for s in line) for line in lines), terms)
        read += (_read(line, *font) for font in fonts for line in lines)
    for string in (string for one in objects for string in _strings(one)):
        yield from kinds_in(bytes(string), terms)
        read.append(str(string))
    yield from kinds_in("\n".join(read).encode("utf-8", "replace"), terms)


def _strings(one: Any) -> Iterator[pikepdf.String]:
    """Yield the texts of an object, without those of objects that it refers to."""
    if isinstance(one, pikepdf.String):
        yield one
    elif isinstance(one, pikepdf.Array | pikepdf.Dictionary | pikepdf.Stream):
        for inner in one if isinstance(one, pikepdf.Array) else dict(one.items()).values():
            if not getattr(inner, "is_indirect", False):
                yield from _strings(inner)


def _operations(stream: pikepdf.Stream) -> Iterator[tuple[list[Any], bytes]]:
    """Yield operands and operators; none if the stream is neither a page nor a table of letters."""
    with suppress(pikepdf.PdfError, TypeError):
        for one in pikepdf.parse_content_stream(stream):
            yield list(one.operands), one.operator.unparse()


def _shown(stream: pikepdf.Stream) -> Iterator[list[bytes]]:
    """Yield the strings of each operator; an empty string stands for a gap between words."""
    letters: list[bytes] = []
    for operands, operator in _operations(stream):
        if operator not in (b"Tj", b"TJ", b"'", b'"') or not operands:
            continue
        shown = operands[-1]
        strings = [
            bytes(part) if isinstance(part, pikepdf.String) else b""
            for part in (shown if isinstance(shown, pikepdf.Array) else [shown])
            if isinstance(part, pikepdf.String)
            or (isinstance(part, int | Decimal) and part < _SPACE)
        ]
        if len(b"".join(strings)) <= _GLYPH:
            letters += strings  # some programs write each letter with its own operator
        else:
            yield letters
            yield strings
            letters = []
    yield letters


def _font(stream: pikepdf.Stream) -> _Font | None:
    """Return the table (ToUnicode) from the numbers of a font's letters to text."""
    width = 1
    letters: dict[int, str] = {}
    for operands, operator in _operations(stream):
        size = {b"endbfchar": 2, b"endbfrange": 3}.get(operator, 0)
        for at in range(0, len(operands) if size else 0, size or 1):
            *ends, meaning = operands[at : at + size]
            width = len(bytes(ends[0]))
            first, last = (int.from_bytes(bytes(ends[n])) for n in (0, -1))
            numbers = range(first, min(last, first + 0xFFFF) + 1)
            if isinstance(meaning, pikepdf.Array):
                letters |= dict(zip(numbers, map(_meaning, meaning), strict=False))
            elif said := _meaning(meaning):
                begin, code = said[:-1], ord(said[-1])
                letters |= {n: begin + chr(min(code + n - first, 0x10FFFF)) for n in numbers}
    return (width, letters) if letters else None


def _meaning(written: pikepdf.Object) -> str:
    return bytes(written).decode("utf-16-be", "replace")


def _read(line: list[bytes], width: int, letters: dict[int, str]) -> str:
    said = []
    for string in line:
        numbers = [int.from_bytes(string[at : at + width]) for at in range(0, len(string), width)]
        said += [letters.get(n, "" if letters else chr(n)) for n in numbers] or [" "]
    return "".join(said)
