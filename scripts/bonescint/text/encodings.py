"""In which encoding bytes are text, and all that they may say where that is not told."""

import codecs
import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress

# in the order in which they are tried: what is valid UTF-8 is nothing else, and what Excel and
# older programs write in Japan is more often cp932 (Shift-JIS with ① and 髙) than EUC
JAPANESE = ("utf-8", "cp932", "euc_jp")
WINDOWS = JAPANESE[:2]
TWO_BYTES = ("utf-16-le", "utf-16-be")
# ISO 2022 with JIS X 0201, 0208 and 0212: seven bits, told by its escapes
ISO_2022 = "iso2022_jp_ext"
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # of TWO_BYTES
_PIECE = 1 << 20
_ESCAPES = re.compile(rb"\x1b[$(][@BDIJ]|\x1b\$[()][@BD]|\x1b[)-][I]")
# text decoded by the one in place of the other, and encoded anew
_WRONG = ("latin-1", "cp1252", "iso8859-5", "cp932", "euc_jp")


def fitting(data: bytes, among: Iterable[str] = JAPANESE) -> Iterator[str]:
    """Yield the encodings in which bytes are text.

    Parameters
    ----------
    data
        The bytes.
    among
        The encodings to try, in this order.
    """
    for encoding in among:
        # ValueError: bytes that are no text, or a codec's name that cannot be one
        with suppress(ValueError, LookupError):
            if len(data) <= _PIECE:
                data.decode(encoding)
            else:
                deque(decoded(data, encoding), maxlen=0)
            yield encoding


def decoded(data: bytes, encoding: str) -> Iterator[str]:
    """Yield a text piece by piece, a short one at once: as text it takes up to four times as much.

    Parameters
    ----------
    data
        The bytes.
    encoding
        Their encoding.

    Raises
    ------
    ValueError, LookupError
        If they are no text of it.
    """
    if len(data) <= _PIECE:
        yield data.decode(encoding)
        return
    " ".encode(encoding)  # of text, and not of bytes like base64
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(data), _PIECE):
        yield decoder.decode(data[start : start + _PIECE])
    yield decoder.decode(b"", True)


def file_encoding(data: bytes, encoding: str | None = None) -> str | None:
    """Return the encoding of a text file, None if that is not sure; a mark is decoded with it.

    Parameters
    ----------
    data
        The whole file.
    encoding
        Where no mark tells it; None = UTF-8, cp932 or UTF-16, whichever it can be.
    """
    if data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8"
    elif data.startswith(UTF_16_MARKS):
        encoding = TWO_BYTES[UTF_16_MARKS.index(data[:2])]
    elif encoding is None and b"\0" in data:
        # line ends and delimiters have a zero as their higher byte: most zeros stand on one side
        wide = TWO_BYTES[data[1::2].count(0) <= data[::2].count(0)]
        encoding = wide if _is_utf16(data, wide) else None
    return next(fitting(data, [encoding] if encoding else WINDOWS), None)


def _is_utf16(data: bytes, encoding: str) -> bool:
    """Tell whether bytes without a mark are lines of text in an encoding of two bytes."""
    try:
        # the first piece tells it
        content = next(decoded(data, encoding))
    except UnicodeDecodeError:
        return False
    odd = "\0" in content or any(unicodedata.category(c) in ("Cn", "Co") for c in content)
    return not odd and len(content.splitlines()) > 1


def readings(value: bytes) -> Iterator[str]:
    """Yield a value as every encoding reads it (ISO 2022 also without its escapes).

    Parameters
    ----------
    value
        Encoded text, or binary values in which text may hide.
    """
    if len(value) < 2:
        return
    plain = value.isascii()
    if plain:
        yield value.decode("ascii")
    else:
        text = value.decode("utf-8", "ignore")
        yield text
        # three bytes that are one character of UTF-8 are nothing else
        if len(text.encode()) < len(value) or max(text) < "\u0800":
            for encoding in (*JAPANESE[1:], "latin-1"):
                yield value.decode(encoding, "ignore")
        yield from _restored(value)
    bare = _ESCAPES.sub(b"", value) if b"\x1b" in value else value
    for start in (0, 1):
        # kanji take two bytes, so a text may begin at either
        for encoding in TWO_BYTES:
            yield value[start:].decode(encoding, "ignore")
        if plain:
            yield (b"\x1b$B" + bare[start:]).decode("iso2022_jp", "ignore")
    if plain and bare is not value:
        yield value.decode(ISO_2022, "ignore")


def _restored(value: bytes) -> Iterator[str]:
    """Yield what a text was before it was decoded by a wrong character set and encoded anew."""
    try:
        text = value.decode("utf-8").strip(" \0").replace("\ufffd", "")
    except UnicodeDecodeError:
        return
    for wrong in _WRONG:
        for right in JAPANESE:
            if right != wrong:
                with suppress(UnicodeError):
                    yield text.encode(wrong).decode(right)
