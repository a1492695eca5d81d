"""Texts in bytes: in every encoding, without escapes and tags, decoded from base64 (R12)."""

import base64
import re
from collections.abc import Collection, Iterator
from urllib.parse import unquote_to_bytes

from bonescint.custody.traces.names import folded
from bonescint.text.encodings import ISO_2022, JAPANESE, TWO_BYTES
from bonescint.text.folding import fold_name

RUNS = re.compile(rb"[\t\x20-\x7e\x80-\xff\x1b]{3,}")
_WIDE = re.compile("[\t -~\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]{2,}")
_UNICODE = re.compile(r"\\+u([0-9A-Fa-f]{4})")
_ENTITY = re.compile(r"&#(?:(\d{2,7})|[xX]([0-9A-Fa-f]{2,6}));")
_ESCAPE = re.compile(rb"\x1b[$(]")  # ISO 2022
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}[^\s\"'<>&,%]{0,100})+")
# base64, also broken into lines; a hash is excluded because it is hexadecimal
_LEAST = 40  # characters in base64
_BASE64 = re.compile(
    rb"(?<![A-Za-z0-9+/])(?=[0-9A-Fa-f]*+[G-Zg-z+/])[A-Za-z0-9+/]{%d,}+"
    rb"(?:(?:\\[rn]|[\r\n])++[ \t]*+[A-Za-z0-9+/]++)*+" % _LEAST
)
# pictures embedded in a page, and how a picture begins and ends
_PICTURE = re.compile(rb"(;base64,\s?)([A-Za-z0-9+/]{1000,}={0,2})")
_WHOLE_PICTURE = re.compile(
    rb"\x89PNG\r\n\x1a\n.*IEND\xaeB`\x82|\s*<(?:\?xml|svg)\b.*</svg>\s*", re.DOTALL
)
_BESIDE = 64  # characters of a picture that are kept next to other text
_ALPHABET = bytes(120 if chr(n).isalnum() and n < 128 or n in b"+/" else 10 for n in range(256))
# tags that may stand within a word: of HTML, and of Word, PowerPoint and LibreOffice except those
# of cells and lines
INLINE = re.compile(
    r"</?(?:(?:b|i|u|s|em|strong|span|font|a|sub|sup|mark|small|big|code|wbr|strike|ins|del|bdi|bdo"
    r"|tspan|r|t|text:(?:span|a|bookmark[a-z-]*|soft-page-break))(?=[\s/>])"
    r"|[wa]:(?!(?:p|tc|tr|tab|br|cr)[\s/>]))[^<>]*>"
)
_TAG = re.compile("<[^<>]*>")
# outlines of letters and curves: thousands of pairs of numbers, none of which is an ID
_GEOMETRY = re.compile(r'\b(?:d|points|transform)="[-a-z0-9.,()\s]*"')


def texts(data: bytes, at_least: Collection[str] = ()) -> Iterator[str]:
    """Yield the texts of bytes, folded, in every encoding and without escapes.

    Parameters
    ----------
    data
        Text in an unknown encoding, or binary values in which text may stand.
    at_least
        Encodings that are tried even if the bytes are valid UTF-8, as a few bytes may be by chance.
    """
    # binary data are thousands of short strings, which are folded faster in one piece
    form = fold_name if b"\0" in data else folded
    # several encodings may yield the same text, which is searched once
    several = (data.decode(encoding, "replace") for encoding in at_least)
    for text in dict.fromkeys((*_decoded(data), *several)):
        plain = form(text)
        yield _GEOMETRY.sub(_line_ends, plain) if "<path" in plain else plain
        if (unescaped := _unescaped(text)) != text:
            yield form(unescaped)


def untagged(text: str) -> str:
    """Return a text without the tags of XML or HTML, so that no word is split by one.

    Parameters
    ----------
    text
        As `texts` yields it; its line ends stay.
    """
    if "\n" not in text:
        return _TAG.sub("\t", INLINE.sub("", text))
    return _TAG.sub(lambda m: "\t" + _line_ends(m), INLINE.sub(_line_ends, text))


def _decoded(data: bytes) -> Iterator[str]:
    is_binary = b"\0" in data
    if is_binary:
        # text with two bytes a character may begin at an even or an odd byte
        for start in (0, 1):
            for encoding in TWO_BYTES:
                yield "\n".join(_WIDE.findall(data[start:].decode(encoding, "replace")))
        data = b"\n".join(RUNS.findall(data))
    if _ESCAPE.search(data):
        yield data.decode(ISO_2022, "replace")
    try:
        yield data.decode("utf-8")
    except UnicodeDecodeError:
        # a log may hold a path whose encoding differs from that of the log
        for encoding in JAPANESE:
            text = data.decode(encoding, "replace")
            yield "\n".join(_WIDE.findall(text)) if is_binary else text


def _line_ends(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _unescaped(text: str) -> str:
    if "\\u" in text:
        text = _UNICODE.sub(lambda m: chr(int(m[1], 16)), text)
        # a rare kanji is written as two escapes (a surrogate pair)
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if "&#" in text:
        text = _ENTITY.sub(
            lambda m: chr(min(int(m[1] or m[2], 10 if m[1] else 16), 0x10FFFF)), text
        )
    return _PERCENT.sub(_unquoted, text) if "%" in text else text


def _unquoted(found: re.Match[str]) -> str:
    # several encodings may fit; the space keeps their texts apart
    return " ".join(_decoded(unquote_to_bytes(found[0])))


def without_pictures(data: bytes) -> bytes:
    """Return a text without most of the base64 of embedded pictures, which is searched decoded.

    Parameters
    ----------
    data
        Any part of a text; its line ends stay.
    """
    return _PICTURE.sub(_without_picture, data) if b";base64," in data else data


def _without_picture(found: re.Match[bytes]) -> bytes:
    before, coded = found.groups()
    if len(coded) % 4 or not _WHOLE_PICTURE.fullmatch(base64.b64decode(coded)):
        return found[0]
    return bytes(before + coded[:_BESIDE] + b"\t" + coded[-_BESIDE:])


def may_be_base64(data: bytes) -> bool:
    """Tell whether a text may hold base64. This takes a tenth of the time of a search for it.

    Parameters
    ----------
    data
        Any part of a text.
    """
    return b"x" * _LEAST in data.translate(_ALPHABET)


def base64_runs(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield where a run of base64 begins, and its decoded bytes.

    Parameters
    ----------
    data
        A whole text.
    """
    for found in _BASE64.finditer(data):
        coded = re.sub(rb"\\[rn]|[^A-Za-z0-9+/]", b"", found[0])
        # base64 decodes four characters at a time, so an incomplete last group is filled up
        yield found.start(), base64.b64decode(coded + b"A" * (-len(coded) % 4))
