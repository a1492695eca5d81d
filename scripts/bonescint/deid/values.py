"""Which kept values may stay as they are: by form and length, so that no text hides in a number."""

import re
import struct
from functools import lru_cache

from bonescint.dicom.vrs import FORMATS, WORD
from bonescint.text.dates import as_da, header_date

# bytes of one value
_SIZE = WORD | {"AT": 4}
_FORMS = {
    "AS": re.compile(rb"[0-9]{3}[DWMY]"),
    "DS": re.compile(rb"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"),
    "IS": re.compile(rb"[+-]?[0-9]{1,12}"),
}
_LONGEST_DECIMAL = 24
# as some devices write them: 71Y, 1900.0
_SHORT_AGE, _NO_FRACTION = re.compile(rb"[0-9]{1,3}[DWMYdwmy]"), re.compile(rb"\.0*$")
_FLOATS = ("FD", "FL")
_SMALLEST, _LARGEST = 1e-5, 5e5


# most values of a series are the same in file after file
@lru_cache(maxsize=4096)
def normal_form(vr: str, value: bytes, vm: int | None, little_endian: bool) -> bytes | None:
    """Return a number, date or age as it may be written, or None if it is not one.

    Parameters
    ----------
    vr
        AS, DA, DS, IS or a binary VR of `bonescint.dicom.vrs.WORD`.
    value
        The bytes of the source.
    vm
        The greatest number of values; None if any number.
    little_endian
        Byte order of the source.

    Returns
    -------
    bytes or None
        The value in little endian, without padding; empty if the source's is.
    """
    if vr in _SIZE:
        size = _SIZE[vr]
        if len(value) % size or (vm is not None and len(value) > vm * size):
            return None
        value = value if little_endian else swapped(value, WORD[vr])
        return value if vr not in _FLOATS or _are_plain(vr, value) else None
    parts = [part.strip(b" \0") for part in value.split(b"\\")]
    if parts == [b""]:
        return b""
    if vm is not None and len(parts) > vm:
        return None
    if vr == "DA":
        # decoded byte by byte: what is no ASCII is no date
        day = header_date(parts[0].decode("latin-1")) if len(parts) == 1 else None
        return as_da(day).encode() if day else None
    if vr == "AS" and len(parts) == 1 and _SHORT_AGE.fullmatch(parts[0]):
        return parts[0].upper().zfill(4)
    if vr == "IS":
        parts = [_NO_FRACTION.sub(b"", part) for part in parts]
    form = _FORMS[vr]
    if all(form.fullmatch(part) and len(part) <= _LONGEST_DECIMAL for part in parts):
        return b"\\".join(parts)
    return None


def _are_plain(vr: str, value: bytes) -> bool:
    """Tell whether floats are of a size that is measured; letters make far larger ones."""
    numbers = struct.unpack(f"<{len(value) // _SIZE[vr]}{FORMATS[vr]}", value)
    return all(number == 0 or _SMALLEST < abs(number) < _LARGEST for number in numbers)


def swapped(value: bytes, word: int) -> bytes:
    """Return `value` with the bytes of each word reversed."""
    return b"".join(value[i : i + word][::-1] for i in range(0, len(value), word))
