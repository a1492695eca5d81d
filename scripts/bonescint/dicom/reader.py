"""Read elements as bytes. Deviations of devices are accepted, and lengths are trusted.

The index uses this reader on the head of a file, the de-identification on the whole file. Therefore
both read the same. Nothing is decoded here, and no function calls itself.
"""

import struct
from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from bonescint.dicom import tags, vrs
from bonescint.dicom.limits import Budget, HeaderFault

UNDEFINED = 0xFFFFFFFF
# the tag of an item, in either byte order
ITEM_TAGS = b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00"
# bytes
SHORTEST_ELEMENT = 8
Bytes: TypeAlias = "bytes | memoryview"
_SHORT = {vr.encode(): vr for vr in vrs.SHORT}
_LONG = {vr.encode(): vr for vr in vrs.LONG}
KNOWN = _SHORT.keys() | _LONG.keys()
# by byte order: False is big endian
_EXPLICIT = {True: struct.Struct("<HH2sH").unpack_from, False: struct.Struct(">HH2sH").unpack_from}
_IMPLICIT = {True: struct.Struct("<HHI").unpack_from, False: struct.Struct(">HHI").unpack_from}
_LENGTH = {True: struct.Struct("<I").unpack_from, False: struct.Struct(">I").unpack_from}
_DELIMITERS = 0xFFFE


class Encoding(NamedTuple):
    """The encoding of a data set.

    Parameters
    ----------
    explicit
        Whether it has VRs.
    little
        Byte order.
    """

    explicit: bool
    little: bool


class Head(NamedTuple):
    """An element without its value.

    Parameters
    ----------
    tag, vr, length
        Unchanged from the file. The VR is None if there is none.
    start
        Where the value begins.
    """

    tag: int
    vr: str | None
    length: int
    start: int


class ReadElement(NamedTuple):
    """An element of an item, with its bytes without a delimiter."""

    head: Head
    value: Bytes


def head_at(data: Bytes, at: int, end: int, encoding: Encoding) -> Head:
    """Return the element that begins at a place.

    In explicit VR, an element without a VR is read as an implicit one, as in pydicom.

    Raises
    ------
    HeaderFault
        ``truncated`` if the data end before the value.
    """
    if end - at < 8:
        raise HeaderFault("truncated", f"{end - at} bytes of an element")
    explicit, little = encoding
    if explicit:
        group, number, kind, short = _EXPLICIT[little](data, at)
        tag = group << 16 | number
        if (vr := _SHORT.get(kind)) and group != _DELIMITERS:
            return Head(tag, vr, short, at + 8)
        if (vr := _LONG.get(kind)) and group != _DELIMITERS:
            if end - at < 12:
                raise HeaderFault("truncated", tags.place(tag))
            return Head(tag, vr, _LENGTH[little](data, at + 8)[0], at + 12)
        if _is_vr(kind) and group != _DELIMITERS:
            # of a later edition of the standard
            return Head(tag, kind.decode("ascii"), short, at + 8)
    group, number, length = _IMPLICIT[little](data, at)
    return Head(group << 16 | number, None, length, at + 8)


def _is_vr(kind: bytes) -> bool:
    return kind.isalpha() and kind.isupper()


def end_of_value(data: Bytes, at: int, end: int, encoding: Encoding, budget: Budget) -> int:
    """Return the place of the delimiter of a sequence or of fragments without length.

    Raises
    ------
    HeaderFault
        If there is no such place.
    """
    return _end(data, at, end, [(True, encoding)], budget)


def _end(
    data: Bytes, at: int, end: int, levels: list[tuple[bool, Encoding]], budget: Budget
) -> int:
    """Find the end of sequences and items without lengths, also of nested ones."""
    while True:
        in_sequence, encoding = levels[-1]
        tag, _, length, start = head_at(data, at, end, encoding)
        if tag == (tags.SequenceDelimitationItem if in_sequence else tags.ItemDelimitationItem):
            levels.pop()
            if not levels:
                return at
            at = start
            continue
        budget.spend()
        if in_sequence != (tag == tags.Item) or (not in_sequence and tag >> 16 == _DELIMITERS):
            raise HeaderFault("damaged", "no delimiter")
        if length == UNDEFINED:
            inner = _of_item(data, start, encoding) if in_sequence else encoding
            levels.append((not in_sequence, inner))
            if len(levels) > 2 * budget.limits.nesting:
                raise budget.limits.beyond("nesting")
            at = start
        else:
            at = start + length
            if at > end:
                raise HeaderFault("truncated", "an element that goes on behind the end")


def _of_item(data: Bytes, at: int, encoding: Encoding) -> Encoding:
    """Return an item's encoding. Items in a UN without length are implicit."""
    if encoding.explicit and not _is_vr(bytes(data[at + 4 : at + 6])):
        return encoding._replace(explicit=False)
    return encoding


def encoding_in_unknown(value: Bytes) -> Encoding:
    """Return the encoding of the items in an element of VR UN.

    It is implicit little endian by PS3.5 6.2.2. Some writers keep the VRs or the byte order of the
    file.
    """
    # the place of the VR, if the first element of the first item has one
    return Encoding(bytes(value[12:14]) in KNOWN, bytes(value[:4]) != ITEM_TAGS[1])


def items(value: Bytes, encoding: Encoding, budget: Budget) -> Iterator[list[ReadElement]]:
    """Yield the elements of each item of a sequence's value (without delimiter).

    Yields
    ------
    list of ReadElement
        The elements in the order of the file.

    Raises
    ------
    HeaderFault
        ``damaged`` if the value is not made of items; ``beyond-limits``.
    """
    try:
        yield from _items(value, encoding, budget)
    except HeaderFault as fault:
        if fault.reason != "truncated":
            raise
        # the value is complete, so a length inside it is wrong
        raise HeaderFault("damaged", fault.detail) from fault


def _items(value: Bytes, encoding: Encoding, budget: Budget) -> Iterator[list[ReadElement]]:
    at, end = 0, len(value)
    while at < end:
        tag, _, length, start = head_at(value, at, end, encoding)
        if tag == tags.SequenceDelimitationItem:
            return
        if tag != tags.Item:
            raise HeaderFault("damaged", "something else than an item")
        budget.spend()
        inner = _of_item(value, start, encoding)
        if length == UNDEFINED:
            stop = _end(value, start, end, [(False, inner)], budget)
            at = stop + 8
        else:
            at = stop = start + length
        if stop > end:
            raise HeaderFault("damaged", "an item longer than its sequence")
        yield list(_elements(value, start, stop, inner, budget))


def _elements(
    data: Bytes, at: int, end: int, encoding: Encoding, budget: Budget
) -> Iterator[ReadElement]:
    while at < end:
        head = head_at(data, at, end, encoding)
        if head.tag == tags.ItemDelimitationItem:
            return
        budget.spend()
        if head.length == UNDEFINED:
            stop = end_of_value(data, head.start, end, encoding, budget)
            at = stop + 8
        else:
            at = stop = head.start + head.length
        if stop > end:
            raise HeaderFault("damaged", "an element longer than its item")
        yield ReadElement(head, data[head.start : stop])
