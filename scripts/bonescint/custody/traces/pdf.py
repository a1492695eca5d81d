"""The texts of PDF files (R12)."""

import base64
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import NamedTuple

from bonescint.custody.traces.terms import Terms
from bonescint.custody.traces.text import Found, Nested, Place, kinds_in

PDF = b"%PDF-"
_MOST_INFLATED = 1 << 26  # bytes of one stream
_STREAM = re.compile(rb"\bstream\r?\n(.*?)(?:endstream|\Z)", re.DOTALL)
_LITERAL = rb"\((?:[^()\\]++|\\.|\((?:[^()\\]++|\\.)*+\))*+\)"
_HEX = rb"<[0-9A-Fa-f\s]*+>"
_STRING = re.compile(rb"(%b|%b)|([-+]?[0-9.]+)" % (_LITERAL, _HEX), re.DOTALL)
# what one operator shows: strings with the kerning between them, or one string
_SHOWN = re.compile(
    rb"\[((?:[^\[\]()<>]++|%b|%b)*+)\]|(%b|%b)" % (_LITERAL, _HEX, _LITERAL, _HEX), re.DOTALL
)
_SPACE = -180.0  # thousandths of the letters' size: a gap of this width parts words
_GLYPH = 2  # bytes of one letter
_ESCAPED = re.compile(rb"\\(?:([0-7]{1,3})|\r?\n|(.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
_MEANINGS = re.compile(rb"beginbf(char|range)(.*?)endbf", re.DOTALL)
_PAIR = re.compile(rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]+)>")
_RANGE = re.compile(
    rb"<([0-9A-Fa-f\s]+)>\s*<([0-9A-Fa-f\s]+)>\s*(?:<([0-9A-Fa-f\s]+)>|\[([^\]]*)\])"
)


class _Font(NamedTuple):
    """Bytes that number a letter, and what each number means."""

    width: int
    letters: dict[int, str]


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
    """
    raw = _STREAM.findall(data)
    streams = list(map(_inflated, raw))
    # letters that a font numbers in its own way are read with its table; which one, a page says
    # in a roundabout way, so each is tried
    fonts = [font for stream in streams if (font := _font(stream))]
    kinds: set[str] = set()
    for stream in (_STREAM.sub(b"", data).replace(PDF, b""), *streams):
        kinds |= nested(stream)
        if b"begincmap" not in stream and (shown := list(_shown(stream))):
            kinds |= kinds_in(
                b"\n".join(b"".join(s or b" " for s in line) for line in shown), terms
            )
            for font in (_Font(2, {}), *fonts):
                kinds |= kinds_in("\n".join(_read(shown, font)).encode("utf-8", "replace"), terms)
    yield from ((Place("bytes"), kind) for kind in sorted(kinds))


def _inflated(raw: bytes) -> bytes:
    with suppress(ValueError):
        if raw.rstrip().endswith(b"~>"):
            raw = base64.a85decode(raw.strip(), adobe=True)
    with suppress(zlib.error):
        return zlib.decompressobj().decompress(raw, _MOST_INFLATED)
    return raw


def _shown(content: bytes) -> Iterator[list[bytes]]:
    """Yield the strings of each operator, an empty one for a gap between words."""
    letters: list[bytes] = []
    for array, single in _SHOWN.findall(content):
        strings: list[bytes] = []
        for string, number in _STRING.findall(array or single):
            if string:
                strings.append(_bytes(string))
            elif number and _number(number) < _SPACE:
                strings.append(b"")
        if len(b"".join(strings)) <= _GLYPH:
            letters += strings  # some programs show each letter on its own
            continue
        if letters:
            yield letters
            letters = []
        yield strings
    if letters:
        yield letters


def _number(written: bytes) -> float:
    try:
        return float(written)
    except ValueError:
        return 0.0


def _bytes(string: bytes) -> bytes:
    if string.startswith(b"<"):
        digits = b"".join(string[1:-1].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    return _ESCAPED.sub(_unescaped, string[1:-1])


def _unescaped(found: re.Match[bytes]) -> bytes:
    octal, letter = found.groups()
    return bytes([int(octal, 8) & 255]) if octal else _LETTERS.get(letter, letter or b"")


def _font(stream: bytes) -> _Font | None:
    """Return what the numbers of a font's letters mean (ToUnicode)."""
    letters: dict[int, str] = {}
    width = 0
    for sort, block in _MEANINGS.findall(stream):
        if sort == b"char":
            for number, meaning in _PAIR.findall(block):
                letters[_value(number)] = _meaning(meaning)
                width = len(b"".join(number.split())) // 2
            continue
        for first, last, meaning, each in _RANGE.findall(block):
            width = len(b"".join(first.split())) // 2
            numbers = range(_value(first), min(_value(last), _value(first) + 0xFFFF) + 1)
            if each:
                meanings = [_meaning(m) for m in re.findall(rb"<([0-9A-Fa-f\s]+)>", each)]
                letters |= dict(zip(numbers, meanings, strict=False))
            elif said := _meaning(meaning):
                letters |= {
                    n: said[:-1] + chr(min(ord(said[-1]) + n - numbers[0], 0x10FFFF))
                    for n in numbers
                }
    return _Font(width or 1, letters) if letters else None


def _value(written: bytes) -> int:
    return int(b"".join(written.split()), 16)


def _meaning(written: bytes) -> str:
    return _bytes(b"<" + written + b">").decode("utf-16-be", "replace")


def _read(shown: Sequence[Sequence[bytes]], font: _Font) -> Iterator[str]:
    """Yield the lines in a font's letters; without a table the numbers are Unicode."""
    for strings in shown:
        said = []
        for string in strings:
            numbers = (
                int.from_bytes(string[at : at + font.width])
                for at in range(0, len(string), font.width)
            )
            said += [font.letters.get(n, "" if font.letters else chr(n)) for n in numbers]
            said += [] if string else [" "]
        yield "".join(said)
