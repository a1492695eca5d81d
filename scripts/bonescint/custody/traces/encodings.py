"""What bytes say: in every encoding, without escapes, without tags, decoded from base64 (R12)."""

import base64
import re
from collections.abc import Iterator
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
# a data URI, also in lines; no hash, which is hexadecimal
_LEAST = 40  # characters in base64
_BASE64 = re.compile(
    rb"(?<![A-Za-z0-9+/])(?=[0-9A-Fa-f]*+[G-Zg-z+/])[A-Za-z0-9+/]{%d,}+"
    rb"(?:(?:\\[rn]|[\r\n])++[ \t]*+[A-Za-z0-9+/]++)*+" % _LEAST
)
# pictures of a page, and how one begins and ends
_PICTURE = re.compile(rb"(;base64,\s?)([A-Za-z0-9+/]{1000,}={0,2})")
_WHOLE_PICTURE = re.compile(
    rb"\x89PNG\r\n\x1a\n.*IEND\xaeB`\x82|\s*<(?:\?xml|svg)\b.*</svg>\s*", re.DOTALL
)
_BESIDE = 64  # characters of a picture next to other text
_ALPHABET = bytes(120 if chr(n).isalnum() and n < 128 or n in b"+/" else 10 for n in range(256))
# tags within a word: of HTML, and of Word, PowerPoint and LibreOffice but for cells and lines
INLINE = re.compile(
    r"</?(?:(?:b|i|u|s|em|strong|span|font|a|sub|sup|mark|small|big|code|wbr|strike|ins|del|bdi|bdo"
    r"|tspan|r|t|text:(?:span|a|bookmark[a-z-]*|soft-page-break))(?=[\s/>])"
    r"|[wa]:(?!(?:p|tc|tr|tab|br|cr)[\s/>]))[^<>]*>"
)
_TAG = re.compile("<[^<>]*>")
# outlines of letters and curves: thousands of pairs of numbers, none of which is an ID
_GEOMETRY = re.compile(r'\b(?:d|points|transform)="[-a-z0-9.,()\s]*"')


def texts(data: bytes) -> Iterator[str]:
    """Yield what bytes say, folded, in every encoding and without escapes.

    Parameters
    ----------
    data
        Text in an unknown encoding, or binary values in which text may stand.
    """
    # what is no text is thousands of short strings, and faster in one piece
    form = fold_name if b"\0" in data else folded
    # few bytes that are no ASCII may say the same in all encodings
    for text in dict.fromkeys(_decoded(data)):
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
        # text of two bytes a character may begin at either
        for start in (0, 1):
            for encoding in TWO_BYTES:
                yield "\n".join(_WIDE.findall(data[start:].decode(encoding, "replace")))
        data = b"\n".join(RUNS.findall(data))
    if _ESCAPE.search(data):
        yield data.decode(ISO_2022, "replace")
    try:
        yield data.decode("utf-8")
    except UnicodeDecodeError:
        # a log may hold a path in another encoding than its own
        for encoding in JAPANESE:
            text = data.decode(encoding, "replace")
            yield "\n".join(_WIDE.findall(text)) if is_binary else text


def _line_ends(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _unescaped(text: str) -> str:
    if "\\u" in text:
        text = _UNICODE.sub(lambda m: chr(int(m[1], 16)), text)
        # a rare kanji takes two escapes
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if "&#" in text:
        text = _ENTITY.sub(
            lambda m: chr(min(int(m[1] or m[2], 10 if m[1] else 16), 0x10FFFF)), text
        )
    return _PERCENT.sub(_unquoted, text) if "%" in text else text


def _unquoted(found: re.Match[str]) -> str:
    # a space between, because what was before it may be another value
    return " ".join(_decoded(unquote_to_bytes(found[0])))


def without_pictures(data: bytes) -> bytes:
    """Return a text without most of the letters that are whole pictures, which are read decoded.

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
    """Tell whether something may be coded in base64; ten times as fast as to look for it.

    Parameters
    ----------
    data
        Any part of a text.
    """
    return b"x" * _LEAST in data.translate(_ALPHABET)


def base64_runs(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield where something coded in base64 begins, and what it is.

    Parameters
    ----------
    data
        A whole text.
    """
    for found in _BASE64.finditer(data):
        coded = re.sub(rb"\\[rn]|[^A-Za-z0-9+/]", b"", found[0])
        # what is left over of four characters tells the last bytes
        yield found.start(), base64.b64decode(coded + b"A" * (-len(coded) % 4))
