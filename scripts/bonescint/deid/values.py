"""Check kept values by form and length, so that no text can hide in a number."""

import re
import struct
from decimal import Decimal
from functools import lru_cache

from pydicom.valuerep import format_number_as_ds

from bonescint.dicom.vrs import FORMATS, WORD
from bonescint.text.dates import as_da, header_date
from bonescint.text.numbers import as_whole, header_numbers

# bytes of one value
_SIZE = WORD | {"AT": 4}
# forms that DICOM allows; a number in another clear form is rewritten in one of these
_FORMS = {
    "DS": re.compile(rb"(?=.{1,16}$)[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?"),
    "IS": re.compile(rb"(?=.{1,12}$)[+-]?[0-9]+"),
}
_LONGEST = {"DS": 16, "IS": 12}
# some devices write 71Y
_SHORT_AGE = re.compile(rb"[0-9]{1,3}[DWMYdwmy]")
_FLOATS = ("FD", "FL")
_SMALLEST, _LARGEST = 1e-5, 5e5


# most values of a series are the same in file after file
@lru_cache(maxsize=4096)
def normal_form(
    vr: str, value: bytes, vm: int | None, little_endian: bool, below_thousand: bool = False
) -> bytes | None:
    """Return a number, date or age as it may be written, or None if it is not one.

    Parameters
    ----------
    vr
        AS, DA, DS, IS or a binary VR of `bonescint.dicom.vrs.WORD`.
    vm
        The greatest number of values; None if any number.
    below_thousand
        For DS: see `bonescint.text.numbers.header_numbers`.

    Returns
    -------
    bytes or None
        The value in little endian, without padding; empty if the source's value is empty.
    """
    if vr in _SIZE:
        size = _SIZE[vr]
        if len(value) % size or (vm is not None and len(value) > vm * size):
            return None
        value = value if little_endian else swapped(value, WORD[vr])
        return value if vr not in _FLOATS or _are_plain(vr, value) else None
    # Latin-1 decodes every byte; a text beyond ASCII is no date and no number
    text = value.decode("latin-1").strip(" \0")
    if not text:
        return b""
    if vr == "DA":
        day = header_date(text)
        return as_da(day).encode() if day else None
    if vr == "AS":
        age = text.encode("latin-1")
        return age.upper().zfill(4) if _SHORT_AGE.fullmatch(age) else None
    numbers = header_numbers(text, vm, below_thousand)
    if numbers is None:
        return None
    parts = [part.strip(b" \0\t\r\n") for part in value.split(b"\\")]
    written = [_written(vr, part, one) for part, one in zip(parts, numbers, strict=False)]
    return None if None in written else b"\\".join(one or b"" for one in written)


def _written(vr: str, part: bytes, number: Decimal) -> bytes | None:
    """Return a number unchanged if DICOM allows its form, otherwise in an allowed form."""
    if _FORMS[vr].fullmatch(part):
        return part
    if vr == "IS":
        whole = as_whole(number)
        text = "" if whole is None else str(whole)
    else:
        # rounding may only remove decimals
        text = format_number_as_ds(number) if number.adjusted() < _LONGEST[vr] else ""
    return text.encode() if 0 < len(text) <= _LONGEST[vr] else None


def _are_plain(vr: str, value: bytes) -> bool:
    """Tell whether floats have the size of a measurement. Letters make far larger ones."""
    numbers = struct.unpack(f"<{len(value) // _SIZE[vr]}{FORMATS[vr]}", value)
    return all(number == 0 or _SMALLEST < abs(number) < _LARGEST for number in numbers)


def swapped(value: bytes, word: int) -> bytes:
    """Return `value` with the bytes of each word reversed."""
    return b"".join(value[i : i + word][::-1] for i in range(0, len(value), word))
