"""Find the encoding of bytes, and all possible readings if it is unknown."""

import codecs
import re
import unicodedata
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress

# In the order in which they are tried. Bytes that are valid UTF-8 are nothing else. Excel and older
# programs in Japan write cp932 (Shift-JIS with ① and 髙) more often than EUC.
JAPANESE = ("utf-8", "cp932", "euc_jp")
WINDOWS = JAPANESE[:2]
TWO_BYTES = ("utf-16-le", "utf-16-be")
# ISO 2022 with JIS X 0201, 0208 and 0212 has seven bits and is recognised by its escapes
ISO_2022 = "iso2022_jp_ext"
UTF_16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)  # of TWO_BYTES
_PIECE = 1 << 20
_ESCAPES = re.compile(rb"\x1b[$(][@BDIJ]|\x1b\$[()][@BD]|\x1b[)-][I]")
# encodings by which a text may have been wrongly decoded before it was encoded anew
_WRONG = ("latin-1", "cp1252", "iso8859-5", "cp932", "euc_jp")


def fitting(data: bytes, among: Iterable[str] = JAPANESE) -> Iterator[str]:
    """Yield the encodings in which the bytes are valid text."""
    for encoding in among:
        # ValueError: the bytes are no text, or a name cannot be that of a codec
        with suppress(ValueError, LookupError):
            if len(data) <= _PIECE:
                data.decode(encoding)
            else:
                deque(decoded(data, encoding), maxlen=0)
            yield encoding


def decoded(data: bytes, encoding: str) -> Iterator[str]:
    """Yield a text piece by piece, because decoded text takes up to four times the memory.

    A short one is yielded at once.

    Raises
    ------
    ValueError, LookupError
        If they are no text in this encoding.
    """
    if len(data) <= _PIECE:
        yield data.decode(encoding)
        return
    " ".encode(encoding)  # fails for codecs of bytes, such as base64
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(data), _PIECE):
        yield decoder.decode(data[start : start + _PIECE])
    yield decoder.decode(b"", True)


def file_encoding(data: bytes, encoding: str | None = None) -> str | None:
    """Return the encoding of a text file, or None if it is not sure. It also decodes the BOM.

    `encoding` is that without a BOM. None tries UTF-8, cp932 and UTF-16.
    """
    if data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8"
    elif data.startswith(UTF_16_MARKS):
        encoding = TWO_BYTES[UTF_16_MARKS.index(data[:2])]
    elif encoding is None and b"\0" in data:
        # the higher byte of line ends and delimiters is zero, so most zeros are on one side
        wide = TWO_BYTES[data[1::2].count(0) <= data[::2].count(0)]
        encoding = wide if _is_utf16(data, wide) else None
    return next(fitting(data, [encoding] if encoding else WINDOWS), None)


def _is_utf16(data: bytes, encoding: str) -> bool:
    """Tell whether bytes without a BOM are lines of text in an encoding of two bytes."""
    try:
        # the first piece is enough to decide
        content = next(decoded(data, encoding))
    except UnicodeDecodeError:
        return False
    odd = "\0" in content or any(unicodedata.category(c) in ("Cn", "Co") for c in content)
    return not odd and len(content.splitlines()) > 1


def readings(value: bytes) -> Iterator[str]:
    """Yield the readings of a value in every encoding (ISO 2022 also without its escapes).

    The value is encoded text, or binary values in which text may hide.
    """
    if len(value) < 2:
        return
    plain = value.isascii()
    if plain:
        yield value.decode("ascii")
    else:
        text = value.decode("utf-8", "ignore")
        yield text
        # bytes that form a UTF-8 character of three bytes are hardly text in another encoding
        if len(text.encode()) < len(value) or max(text) < "\u0800":
            for encoding in (*JAPANESE[1:], "latin-1"):
                yield value.decode(encoding, "ignore")
        yield from _restored(value)
    bare = _ESCAPES.sub(b"", value) if b"\x1b" in value else value
    for start in (0, 1):
        # kanji take two bytes, so a text may begin at the first or the second one
        for encoding in TWO_BYTES:
            yield value[start:].decode(encoding, "ignore")
        if plain:
            yield (b"\x1b$B" + bare[start:]).decode("iso2022_jp", "ignore")
    if plain and bare is not value:
        yield value.decode(ISO_2022, "ignore")


def _restored(value: bytes) -> Iterator[str]:
    """Yield the original of a text that was wrongly decoded and then encoded anew."""
    try:
        text = value.decode("utf-8").strip(" \0").replace("\ufffd", "")
    except UnicodeDecodeError:
        return
    for wrong in _WRONG:
        for right in JAPANESE:
            if right != wrong:
                with suppress(UnicodeError):
                    yield text.encode(wrong).decode(right)
