"""Write DICOM elements in Explicit VR Little Endian (PS3.5 section 7.1.2)."""

import struct
from functools import lru_cache
from typing import TypeAlias

from bonescint.dicom import tags
from bonescint.dicom.vrs import LONG, ZERO_PADDED

# VR and value; a sequence is a list of items, or bytes if it is already encoded
Element: TypeAlias = tuple[str, "bytes | list[CodedElements]"]
CodedElements: TypeAlias = dict[int, Element]
# pixels are a view of the source, never copied before the file is joined
Part: TypeAlias = "bytes | memoryview"

# the longest value, of even length, for a length field of two bytes
MOST_BYTES = 0xFFFE
_SHORT, _LONG = struct.Struct("<HH2sH").pack, struct.Struct("<HH2sHI").pack
_ITEM = struct.pack("<HH", tags.Item >> 16, tags.Item & 0xFFFF)


def encode_element(tag: int, vr: str, value: Part) -> list[Part]:
    """Return header, value and padding of one element, not joined, so that pixels are copied once.

    Raises
    ------
    ValueError
        If the value is too long for its VR's length field.
    """
    pad = len(value) & 1
    length = len(value) + pad
    parts: list[Part]
    if vr in LONG:
        parts = [_LONG(tag >> 16, tag & 0xFFFF, vr.encode("ascii"), 0, length), value]
    elif length <= MOST_BYTES:
        parts = [_SHORT(tag >> 16, tag & 0xFFFF, vr.encode("ascii"), length), value]
    else:
        raise ValueError(f"value of {length} bytes in VR {vr}")
    if pad:
        parts.append(b"\0" if vr in ZERO_PADDED else b" ")
    return parts


def value_of(elements: CodedElements, tag: int) -> bytes:
    """Return an element's value without padding; empty if it is absent or a list of items."""
    value = elements.get(tag, ("", b""))[1]
    return value if isinstance(value, bytes) else b""


def coded_item(scheme: str, value: str, meaning: str) -> CodedElements:
    """Return an item of a code sequence."""
    return {
        tags.CodeValue: ("SH", value.encode()),
        tags.CodingSchemeDesignator: ("SH", scheme.encode()),
        tags.CodeMeaning: ("LO", meaning.encode()),
    }


def encode_items(items: list[CodedElements]) -> bytes:
    """Return the value of a sequence, its items with explicit lengths."""
    parts = []
    for item in items:
        body = b"".join(encode_dataset(item))
        parts += [_ITEM, struct.pack("<I", len(body)), body]
    return b"".join(parts)


def encode_dataset(elements: CodedElements) -> list[Part]:
    """Return the parts of a data set in tag order, not joined."""
    parts: list[Part] = []
    for tag in sorted(elements):
        vr, value = elements[tag]
        if isinstance(value, list):
            parts += encode_element(tag, vr, encode_items(value))
        else:
            parts.append(_encoded(tag, vr, value))
    return parts


# most elements are the same in file after file
@lru_cache(maxsize=4096)
def _encoded(tag: int, vr: str, value: bytes) -> bytes:
    return b"".join(encode_element(tag, vr, value))
