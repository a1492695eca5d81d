"""Read one file's header once, up to its pixels, or give the reason why it cannot be used."""

import zlib
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from bonescint.dicom import tags
from bonescint.dicom.limits import DEFAULT, Budget, HeaderFault, Limits
from bonescint.dicom.opening import (
    Opening,
    begins_data_set,
    encoding_of,
    ends_with_pixels,
    looks_like_data_set,
    open_meta,
)
from bonescint.dicom.reader import UNDEFINED, Encoding, Head, end_of_value, head_at

_PIXEL_DATA = {tags.FloatPixelData, tags.DoubleFloatPixelData, tags.PixelData}
_FIRST_PIXEL_TAG = min(_PIXEL_DATA)
# bytes; longer values (private blobs) are skipped, because no value that is used is so long
_LONG_VALUE = 1 << 16
_LONG_SEQUENCE = 1 << 20
# bytes; an NM header fits into this, so that most files need one read
_WINDOW = 1 << 16
_GROWTH = 16
_NOTHING = bytes(8)


class Header(NamedTuple):
    """A readable instance: its data set up to the pixels, and whether pixels follow."""

    dataset: Dataset
    transfer_syntax_uid: str
    has_pixel_data: bool


class Unreadable(NamedTuple):
    """Why a file gives no row: reason (docs/en/tables.md), and detail without header values."""

    reason: str
    detail: str


class _Window:
    """A part of a data set in memory: of the file itself, or the beginning of an inflated one."""

    def __init__(self, stream: BinaryIO | None, data: bytes, size: int, limits: Limits) -> None:
        self._stream = stream
        self.data, self.base, self.size, self.limits = data, 0, size, limits

    def load(self, at: int, length: int) -> None:
        """Load some bytes into memory, or fewer if the file ends."""
        stop = min(at + length, self.size)
        if self.base <= at and stop <= self.base + len(self.data):
            return
        if self._stream is None or length > self.limits.bytes_of("header_mb"):
            raise self.limits.beyond("header_mb")
        self._stream.seek(at)
        self.base, self.data = at, self._stream.read(max(length, _WINDOW))

    def end_of_value(self, start: int, encoding: Encoding, budget: Budget, place: str) -> int:
        """Return where a value of undefined length ends, and read on until the end is found."""
        length, left = _WINDOW, budget.left
        while True:
            self.load(start, length)
            here, budget.left = start - self.base, left
            try:
                found = end_of_value(self.data, here, len(self.data), encoding, budget)
                return self.base + found
            except HeaderFault as fault:
                if fault.reason != "truncated" or self.base + len(self.data) >= self.size:
                    raise fault.within(place) from None
            length = max(length, len(self.data)) * _GROWTH
            if length >= _GROWTH * self.limits.bytes_of("header_mb"):
                raise self.limits.beyond("header_mb")
            length = min(length, self.limits.bytes_of("header_mb"))


def _level(
    window: _Window, at: int, encoding: Encoding, elements: dict[BaseTag, RawDataElement]
) -> Head | None:
    """Read elements up to the pixels, and return the head of the pixels."""
    budget, kept = Budget(window.limits), 0
    most, long_text = window.limits.bytes_of("header_mb"), window.limits.text_kb << 10
    data, base, loaded = b"", 0, 0
    while at < window.size:
        if at + 12 > loaded:
            window.load(at, 12)
        if window.data is not data:
            data, base, loaded = window.data, window.base, window.base + len(window.data)
        here = at - base
        if data.startswith(_NOTHING, here) or loaded - at < 8:
            rest = data[here : here + 8]
            if not rest.strip(b"\0") or rest == b" ":
                if data[here:].strip(b"\0 "):
                    raise HeaderFault("damaged", f"zeros behind {_last(elements)}")
                return None
        tag, vr, length, start = head = head_at(data, here, loaded - base, encoding)
        start += base
        if tag >= _FIRST_PIXEL_TAG:
            if tag >> 16 == 0xFFFE:
                raise HeaderFault("damaged", f"{tags.place(tag)} behind {_last(elements)}")
            return head._replace(start=start)
        budget.spend()
        value: bytes | None = None
        if length == UNDEFINED:
            stop = window.end_of_value(start, encoding, budget, tags.place(tag))
            longest, at = _LONG_SEQUENCE, stop + 8
            vr = "SQ" if vr == "UN" else vr
        else:
            longest, at = _LONG_VALUE, (stop := start + length)
            if stop > window.size:
                is_cut = elements or begins_data_set(head)
                raise HeaderFault("truncated" if is_cut else "damaged", tags.place(tag))
            if length > long_text:
                window.limits.check_text(tag, vr, length)
        if stop - start <= longest:
            if stop > loaded:
                window.load(start, stop - start)
            if window.data is not data:
                data, base, loaded = window.data, window.base, window.base + len(window.data)
            value = data[start - base : stop - base]
            kept += len(value)
            if kept > most:
                raise window.limits.beyond("header_mb")
        name = BaseTag(tag)
        elements[name] = RawDataElement(
            name, vr, length, value, start, not encoding.explicit, encoding.little
        )
    return None


def _last(elements: dict[BaseTag, RawDataElement]) -> str:
    return tags.place(next(reversed(elements))) if elements else "the file meta"


def _check_pixels(window: _Window, stream: BinaryIO | None, head: Head, little: bool) -> None:
    """Refuse a file that ends before its pixels do."""
    if head.length != UNDEFINED:
        missing = head.start + head.length - window.size
        if missing > 0:
            raise HeaderFault("truncated", f"{missing} bytes of the pixels are missing")
        return
    if stream is None:
        return
    budget, at = Budget(window.limits), head.start
    encoding = Encoding(explicit=False, little=little)
    while True:
        stream.seek(at)
        item = stream.read(8)
        if len(item) < 8:
            raise HeaderFault("truncated", "the last fragment of the pixels is missing")
        tag, _, length, _ = head_at(item, 0, 8, encoding)
        if tag == tags.SequenceDelimitationItem:
            return
        if tag != tags.Item or length == UNDEFINED:
            raise HeaderFault("damaged", f"{tags.place(head.tag)}: something else than a fragment")
        budget.spend()
        at += 8 + length


def _inflated(stream: BinaryIO, at: int, limits: Limits) -> _Window:
    """Inflate a data set piece by piece. Its beginning is kept, and the rest is only counted."""
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    most, kept, size = limits.bytes_of("header_mb"), bytearray(), 0
    stream.seek(at)
    try:
        while not unpacker.eof and (piece := stream.read(_WINDOW)):
            while piece and not unpacker.eof:
                out = unpacker.decompress(piece, _LONG_SEQUENCE)
                piece = unpacker.unconsumed_tail
                size += len(out)
                limits.check_bytes("inflated_mb", size)
                kept += out[: max(most - len(kept), 0)]
    except zlib.error:
        raise HeaderFault("damaged", "deflated data set") from None
    if not unpacker.eof:
        raise HeaderFault("truncated", "deflated data set")
    return _Window(None, bytes(kept), size, limits)


def _read(stream: BinaryIO, size: int, limits: Limits) -> Header | Unreadable:
    head = stream.read(_WINDOW)
    if head[128:132] != b"DICM" and not looks_like_data_set(head, size):
        return Unreadable("not_dicom", "no DICM prefix")
    elements: dict[BaseTag, RawDataElement] = {}
    opening = Opening(head[128:132] == b"DICM", (), False, 0)
    fault: HeaderFault | None = None
    pixels = None
    try:
        opening = open_meta(head)
        if opening.is_directory:
            return Unreadable("dicomdir", "")
        window, start, packed = _Window(stream, head, size, limits), opening.start, False
        if opening.is_deflated and not looks_like_data_set(head[start:], -1):
            window, packed = _inflated(stream, start, limits), True
            opening = open_meta(window.data, 0)._replace(
                is_part10=opening.is_part10, syntaxes=opening.syntaxes
            )
            start = opening.start
        window.load(start, 12)
        encoding = encoding_of(window.data, start - window.base, opening.syntaxes)
        pixels = _level(window, start, encoding, elements)
        if pixels:
            _check_pixels(window, None if packed else stream, pixels, encoding.little)
        elif not elements:
            raise HeaderFault("truncated", "the file ends before its data set")
    except HeaderFault as found:
        fault = found
    if not opening.is_part10 and not ({tags.SOPClassUID, tags.SOPInstanceUID} & elements.keys()):
        return Unreadable("not_dicom", "no DICM prefix, no SOP Class or Instance UID")
    if fault:
        return Unreadable(_true_reason(fault, stream, size, limits), fault.detail)
    has_pixels = pixels is not None and pixels.tag in _PIXEL_DATA
    return Header(Dataset({**elements}), next(iter(opening.syntaxes), ""), has_pixels)


def _true_reason(fault: HeaderFault, stream: BinaryIO, size: int, limits: Limits) -> str:
    """Return the reason for the table. A file that has all its pixels was not cut off."""
    if fault.reason == "truncated" and size <= limits.bytes_of("file_mb"):
        stream.seek(0)
        if ends_with_pixels(stream.read()):
            return "damaged"
    return fault.reason.replace("-", "_")


def read_header(path: Path, limits: Limits = DEFAULT) -> Header | Unreadable:
    """Open a file once and read its header. It never raises, so that a bad file stops no other."""
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            if not size:
                return Unreadable("empty", "")
            stream.seek(0)
            return _read(stream, size, limits)
    except Exception as error:  # only the type is told, because a message could quote the header
        return Unreadable("unreadable", type(error).__name__)
