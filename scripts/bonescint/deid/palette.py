"""Check the table of a PALETTE COLOR image (PS3.3 C.7.6.3.1.5, C.7.6.3.1.6) like its pixels."""

import struct
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bonescint.deid.codestream import is_padding
from bonescint.deid.encoding import CodedElements
from bonescint.deid.refusal import Refused
from bonescint.deid.source import Raw, Source
from bonescint.deid.values import swapped
from bonescint.dicom import tags
from bonescint.dicom.display import COLOUR_TABLE, Palette, entries

PALETTE_TAGS = frozenset(tag for pair in COLOUR_TABLE for tag in pair)
_NUMBERS = (None, "US", "SS", "UN")
_WORDS = (*_NUMBERS, "OB", "OW")


@dataclass(frozen=True, slots=True)
class ColourTable:
    """A colour table that was checked: its attributes as they are written, and their meaning."""

    elements: CodedElements
    palette: Palette


def read_palette(source: Source, stored: int, signed: bool) -> ColourTable:
    """Return the colour table of an image with `stored` bits, `signed` if two's complement.

    Raises
    ------
    Refused
        ``required-attribute`` with the missing keyword; ``palette`` if the colours disagree, if
        there are entries that no pixel can point at, or more or fewer bytes than entries.
    """
    vr = "SS" if signed else "US"
    written: CodedElements = {}
    tables: list[NDArray[np.integer]] = []
    told: tuple[int, int, int] | None = None
    for descriptor, data in COLOUR_TABLE:
        number, first, bits = _descriptor(_raw(source, descriptor, _NUMBERS), descriptor, signed)
        told = told or (number, first, bits)
        lowest = -(1 << stored - 1) if signed else 0
        if (
            (number, first, bits) != told
            or bits not in (8, 16)
            or first < lowest
            or first + number > lowest + (1 << stored)
        ):
            raise Refused(
                "palette", f"{tags.label(descriptor)}: {number} entries of {bits} bits from {first}"
            )
        value = _entries(_raw(source, data, _WORDS), data, number, bits)
        words = struct.pack(f"<H{'h' if signed else 'H'}H", number & 0xFFFF, first, bits)
        written |= {descriptor: (vr, words), data: ("OW", value)}
        tables.append(entries(value, number, bits))
    return ColourTable(written, Palette(first, *tables))


def _raw(source: Source, tag: int, vrs: tuple[str | None, ...]) -> Raw:
    raw = source.level.get(tag)
    if raw is None or not raw.value:
        raise Refused("required-attribute", tags.label(tag))
    if raw.vr not in vrs or not isinstance(raw.value, bytes):
        raise Refused("palette", f"{tags.label(tag)}: of another VR")
    return raw


def _descriptor(raw: Raw, tag: int, signed: bool) -> tuple[int, int, int]:
    """Return number of entries, the pixel value of the first one, and bits of each."""
    if len(raw.value) != 6:
        raise Refused("palette", f"{tags.label(tag)}: {len(raw.value)} bytes")
    order = "<" if raw.little_endian else ">"
    number, first, bits = struct.unpack(f"{order}H{'h' if signed else 'H'}H", raw.value)
    # 65536 does not fit into two bytes and is written as 0
    return number or 1 << 16, first, bits


def _entries(raw: Raw, tag: int, number: int, bits: int) -> bytes:
    """Return the entries of a colour in little endian, padded to an even length."""
    length = number * bits // 8
    # in big endian the bytes of each word are swapped
    value = raw.value if raw.little_endian or raw.vr == "OB" else swapped(raw.value, 2)
    if bits == 8 and len(value) == 2 * number and not any(value[1::2]):
        # some writers use a word for each entry of 8 bits (PS3.3 C.7.6.3.1.6)
        value = value[::2] + b"\0" * (number % 2)
    if len(value) != length + length % 2 or not is_padding(value, length):
        detail = f"{tags.label(tag)}: expected {length} bytes, found {len(value)}"
        raise Refused("palette", detail)
    return bytes(value)
