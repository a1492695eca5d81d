"""Read a well-formed file in a little-endian encoding quickly, as byte ranges.

This reader never guesses. At the first deviation from PS3.5 section 7 it raises `Unusual`. The file
is then read again by `bonescint.deid.source.read_source`, which knows the deviations of devices.
Both readers give the same structure; a test compares them.
"""

import struct
from functools import lru_cache

from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from bonescint.deid.codestream import inflate, is_padding
from bonescint.deid.source import Raw, RawLevel, Source, charset_of, is_blank
from bonescint.dicom import tags, vrs
from bonescint.dicom.limits import DEFAULT, Limits
from bonescint.dicom.opening import looks_like_data_set
from bonescint.dicom.reader import SHORTEST_ELEMENT, UNDEFINED
from bonescint.dicom.sop_classes import MEDIA_DIRECTORY

_SHORT = {vr.encode(): vr for vr in vrs.SHORT}
_LONG = {vr.encode(): vr for vr in vrs.LONG}
_EXPLICIT = struct.Struct("<HH2sH").unpack_from
_IMPLICIT = struct.Struct("<HHI").unpack_from
_LENGTH = struct.Struct("<I").unpack_from
# needed for every element; names of this module are found faster
_PIXEL_DATA = tags.PixelData
_ITEM, _ITEM_END = tags.Item, tags.ItemDelimitationItem
_SEQUENCE_END = tags.SequenceDelimitationItem
# a data set has no group 0000 or 0001, and FFFE is no element
_FIRST, _BEHIND_LAST = 0x0002 << 16, 0xFFFE << 16
_DIRECTORY = MEDIA_DIRECTORY.encode()
_SMALL = 4096
# the other reader checks the length of longer texts
_LONG_TEXT = 1 << 14
_BINARY = frozenset({"OB", "OW", "SQ", "UN"})
_MOST_ELEMENTS = 10_000
# deeper nesting is left to the other reader
_DEEPEST = 16


class Unusual(Exception):
    """The file needs the other reader."""


def read_ranges(data: bytes, limits: Limits = DEFAULT) -> Source:
    """Open a DICOM file from memory, up to its pixel data. Bytes behind them are only checked.

    Raises
    ------
    Unusual
        If anything about the file is unusual. It may also be raised later, when a sequence is
        parsed.
    Refused
        ``damaged`` for a deflated data set without end, ``beyond-limits`` for a long one;
        ``surplus-bytes``; ``character-set``.
    """
    if data[128:132] != b"DICM":
        raise Unusual
    try:
        meta, start = _explicit(data, 132, len(data), last_group=0x0002)
        syntax = meta[tags.TransferSyntaxUID].value.rstrip(b"\0").decode("ascii")
        if meta[tags.MediaStorageSOPClassUID].value.rstrip(b"\0") == _DIRECTORY:
            raise Unusual
        if syntax == ExplicitVRLittleEndian:
            level, end = _explicit(data, start, len(data))
            _check_rest(data, end, explicit=True)
        elif syntax == ImplicitVRLittleEndian:
            # the transfer syntax is wrong if a VR stands in the place of the length
            if data[start + 4 : start + 6] in _SHORT.keys() | _LONG.keys():
                raise Unusual
            level, end = _implicit(data, start, len(data))
            _check_rest(data, end, explicit=False)
        elif syntax == DeflatedExplicitVRLittleEndian:
            if looks_like_data_set(data[start : start + 8], -1):
                raise Unusual
            body = inflate(memoryview(data)[start:], limits.bytes_of("inflated_mb"))
            level, end = _explicit(body, 0, len(body))
            _check_rest(body, end, explicit=True)
        else:
            raise Unusual
    except (struct.error, KeyError, UnicodeDecodeError) as error:
        raise Unusual from error
    if is_blank(level.get(tags.SOPClassUID)):
        raise Unusual
    pixels = level.get(_PIXEL_DATA)
    # so many bytes could hold too many elements, and only the other reader counts them
    if end - (len(pixels.value) if pixels else 0) >= SHORTEST_ELEMENT * limits.elements:
        raise Unusual
    return Source(level, syntax, charset_of(level), limits)


def _explicit(data: bytes, start: int, end: int, last_group: int = 0xFFFF) -> tuple[RawLevel, int]:
    """Return the elements of a range and where the reading ended."""
    level: RawLevel = {}
    at, last = start, -1
    while at < end:
        group, element, kind, length = _EXPLICIT(data, at)
        if group > last_group:
            break
        tag = group << 16 | element
        if tag <= last or len(level) > _MOST_ELEMENTS:
            raise Unusual
        last = tag
        vr = _SHORT.get(kind)
        if vr is not None:
            at += 8
        else:
            vr = _LONG[kind]
            (length,) = _LENGTH(data, at + 8)
            at += 12
        at, value = _value(data, at, end, tag, vr, length, explicit=True)
        if vr == "UN" and not group & 1:
            level[tag] = Raw(None, value, True, _unknown_items)
        else:
            level[tag] = Raw(vr, value, True, _explicit_items)
        if tag == _PIXEL_DATA:
            break
    return level, at


def _implicit(data: bytes, start: int, end: int) -> tuple[RawLevel, int]:
    level: RawLevel = {}
    at, last = start, -1
    while at < end:
        group, element, length = _IMPLICIT(data, at)
        tag = group << 16 | element
        if tag <= last or len(level) > _MOST_ELEMENTS:
            raise Unusual
        last = tag
        at, value = _value(data, at + 8, end, tag, None, length, explicit=False)
        level[tag] = Raw(None, value, True, _implicit_items)
        if tag == _PIXEL_DATA:
            break
    return level, at


def _check_rest(data: bytes, at: int, explicit: bool) -> None:
    """Accept only elements in their order and then padding behind the pixels."""
    last = _PIXEL_DATA
    while at < len(data) and not is_padding(data, at):
        group, element, length = _IMPLICIT(data, at)
        kind = data[at + 4 : at + 6]
        at += 8
        if explicit and kind in _SHORT:
            length >>= 16
        elif explicit:
            (length,) = _LENGTH(data, at)
            at += 4
        tag = group << 16 | element
        if tag <= last:
            raise Unusual
        last = tag
        vr = (_SHORT.get(kind) or _LONG[kind]) if explicit else None
        at, _ = _value(data, at, len(data), tag, vr, length, explicit)


def _value(
    data: bytes, at: int, end: int, tag: int, vr: str | None, length: int, explicit: bool
) -> tuple[int, bytes | memoryview]:
    """Return where the next element begins and an element's bytes."""
    if tag < _FIRST or tag >= _BEHIND_LAST:
        raise Unusual
    if length == UNDEFINED:
        if tag == _PIXEL_DATA or vr not in ("SQ", None):
            raise Unusual
        stop = _sequence_end(data, at, end, explicit, 0)
        return stop + 8, data[at:stop]
    stop = at + length
    if stop > end or (length > _LONG_TEXT and tag != _PIXEL_DATA and vr not in _BINARY):
        raise Unusual
    # pixels are not copied
    return stop, memoryview(data)[at:stop] if tag == _PIXEL_DATA else data[at:stop]


def _explicit_items(value: bytes) -> list[RawLevel]:
    return _known_items(value, True) if len(value) <= _SMALL else _items(value, True)


def _implicit_items(value: bytes) -> list[RawLevel]:
    return _known_items(value, False) if len(value) <= _SMALL else _items(value, False)


def _unknown_items(value: bytes) -> list[RawLevel]:
    """Return the items of a sequence of VR UN: implicit VR, but some devices use the file's VR."""
    # the place of the VR, if the first element of the first item has one
    kind = value[12:14]
    return _explicit_items(value) if kind in _SHORT or kind in _LONG else _implicit_items(value)


# codes and windows repeat in file after file; a level may be shared because it is never changed
@lru_cache(maxsize=256)
def _known_items(value: bytes, explicit: bool) -> list[RawLevel]:
    return _items(value, explicit)


def _items(value: bytes, explicit: bool) -> list[RawLevel]:
    """Return the items of a sequence's value (its delimiter cut off)."""
    levels: list[RawLevel] = []
    at, end = 0, len(value)
    try:
        while at < end:
            group, element, length = _IMPLICIT(value, at)
            at += 8
            if group << 16 | element != _ITEM:
                raise Unusual
            defined = length != UNDEFINED
            stop = at + length if defined else _item_end(value, at, end, explicit, 0)
            if stop > end or len(levels) > _MOST_ELEMENTS:
                raise Unusual
            level, _ = _explicit(value, at, stop) if explicit else _implicit(value, at, stop)
            if _PIXEL_DATA in level:
                # this reader stops at pixels, but the other reader reads an item to its end
                raise Unusual
            levels.append(level)
            at = stop if defined else stop + 8
    except (struct.error, KeyError) as error:
        raise Unusual from error
    return levels


def _sequence_end(data: bytes, at: int, end: int, explicit: bool, depth: int) -> int:
    """Return the place of the delimiter of a sequence of undefined length."""
    if depth > _DEEPEST:
        raise Unusual
    while at < end:
        group, element, length = _IMPLICIT(data, at)
        tag = group << 16 | element
        if tag == _SEQUENCE_END and length == 0:
            return at
        if tag != _ITEM:
            raise Unusual
        at += 8
        if length == UNDEFINED:
            at = _item_end(data, at, end, explicit, depth) + 8
        else:
            at += length
    raise Unusual


def _item_end(data: bytes, at: int, end: int, explicit: bool, depth: int) -> int:
    """Return the place of the delimiter of an item of undefined length."""
    while at < end:
        group, element, length = _IMPLICIT(data, at)
        if group == 0xFFFE:
            if element == _ITEM_END & 0xFFFF and length == 0:
                return at
            raise Unusual
        kind = data[at + 4 : at + 6]
        at += 8
        if explicit:
            if kind in _SHORT:
                length >>= 16
            elif kind in _LONG:
                (length,) = _LENGTH(data, at)
                at += 4
                if length == UNDEFINED and kind != b"SQ":
                    raise Unusual
            else:
                raise Unusual
        if length == UNDEFINED:
            at = _sequence_end(data, at, end, explicit, depth + 1) + 8
        else:
            at += length
    raise Unusual
