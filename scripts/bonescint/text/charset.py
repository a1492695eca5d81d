"""Decode raw header values in every charset found in Japan.

pydicom decodes most of them, but fails in two cases. It splits a Person Name at the byte ``=``,
which is also half of a kanji in ISO 2022 IR 87 (春 is 0x3D55, so 春子 becomes ``=U;R``). And it
does not know undeclared Shift-JIS. Therefore values are decoded here from the bytes in the file.
"""

import re
from functools import lru_cache

from pydicom.charset import convert_encodings, decode_bytes, python_encoding

from bonescint.text.encodings import ISO_2022, WINDOWS, fitting

_SHORT = 128  # bytes
_ESCAPES = re.compile(rb"(\x1b[()$*\-,./][()*\-,./]?[0-~])")
_DELIMITERS = {0x09, 0x0A, 0x0C, 0x0D, 0x3D, 0x5C, 0x5E}
_JAPANESE = {"ISO_IR 13", "ISO 2022 IR 13", "ISO 2022 IR 87", "ISO 2022 IR 159"}
_UNDECLARED = {"", "ISO_IR 6", "ISO 2022 IR 6"}


def decode(value: bytes, charset: tuple[str, ...] = ("",)) -> str:
    """Decode a header value. It never raises.

    `charset` has the values of Specific Character Set; ``("",)`` if none is declared.

    Notes
    -----
    cp932 is used for Shift-JIS and JIS X 0201, because only cp932 holds ① and 髙. Undeclared 8-bit
    text is UTF-8 if it is valid UTF-8, otherwise cp932, otherwise Latin-1. This is a guess for
    Japanese archives.
    """
    if value.isascii() and b"\x1b" not in value:
        return value.decode("ascii")
    return (_known if len(value) <= _SHORT else _decoded)(value, charset)


def _decoded(value: bytes, charset: tuple[str, ...]) -> str:
    declared = set(charset)
    if declared & _JAPANESE:
        return _decode_japanese(value)
    known = declared <= python_encoding.keys()
    if not known or declared <= _UNDECLARED or "ISO_IR 192" in declared:
        return _guess(value)
    try:
        encodings = convert_encodings(list(charset))
        text = decode_bytes(value, encodings, _DELIMITERS)
    except (LookupError, UnicodeError):
        return _guess(value)
    return text if "\ufffd" not in text else _guess(value)


# names of the hospital and of its staff repeat, and each step reads the patient's again
_known = lru_cache(maxsize=1024)(_decoded)


def _guess(value: bytes) -> str:
    if b"\x1b" in value:
        return _decode_japanese(value)
    return value.decode(next(fitting(value, WINDOWS), "latin-1"))


def _decode_japanese(value: bytes) -> str:
    """Decode ISO 2022 with JIS X 0201, 0208 and 0212, segment by segment."""
    text, escape = [], b""
    for part in _ESCAPES.split(value):
        if part.startswith(b"\x1b"):
            escape = part
        elif part.isascii() and escape.startswith(b"\x1b$"):
            text.append((escape + part).decode(ISO_2022, "replace"))
        elif escape == b"\x1b(I":  # half-width katakana in seven bits
            text.append(bytes(b | 0x80 if b > 0x20 else b for b in part).decode("cp932", "replace"))
        elif part:
            text.append(part.decode("cp932", "replace"))
    return "".join(text)
