"""One file's header, read once up to its pixels, or the reason why it cannot be used."""

import struct
import zlib
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pydicom.dataset import Dataset
from pydicom.filereader import read_partial
from pydicom.tag import BaseTag
from pydicom.uid import DeflatedExplicitVRLittleEndian

from bonescint.dicom import tags
from bonescint.dicom.sop_classes import MEDIA_DIRECTORY
from bonescint.dicom.vrs import LONG, SHORT

_PIXEL_DATA = {tags.FloatPixelData, tags.DoubleFloatPixelData, tags.PixelData}
_FIRST_PIXEL_TAG = min(_PIXEL_DATA)
_UNDEFINED = 0xFFFFFFFF
_LONG_VALUE = (
    1 << 16
)  # bytes; longer ones (vendors' blobs) are skipped, nothing asked of them is so long
_BUFFER = 1 << 15  # bytes; holds an NM header, so that most files cost one read
_EXPLICIT = {vr.encode() for vr in SHORT | LONG}
# groups a data set without file meta begins with; 0800 is 0008 in big endian
_FIRST_GROUPS = {0x0002, 0x0008, 0x0800}


class Header(NamedTuple):
    """A readable instance: its data set up to the pixels, and whether pixels follow."""

    dataset: Dataset
    transfer_syntax_uid: str
    has_pixel_data: bool


class Unreadable(NamedTuple):
    """Why a file gives no row: a reason of docs/en/tables.md and a detail that quotes nothing."""

    reason: str
    detail: str


class _AtPixels:
    """Stops pydicom at the pixels and keeps where they stand and how long they claim to be."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.found = False
        self.start = 0
        self.length = 0

    def __call__(self, tag: BaseTag, vr: str | None, length: int) -> bool:
        if tag < _FIRST_PIXEL_TAG:
            return False
        self.found = tag in _PIXEL_DATA
        self.start, self.length = self._stream.tell(), length
        return True


def _looks_like_data_set(head: bytes, size: int) -> bool:
    """Tell a data set without preamble from any other file by its first element."""
    if len(head) < 8:
        return False
    group, _, vr = struct.unpack("<HH2s", head[:6])
    if group not in _FIRST_GROUPS:
        return False
    (length,) = struct.unpack("<L", head[4:8])
    return vr in _EXPLICIT or (group != 0x0800 and length <= size)


def _fragments_end(stream: BinaryIO, start: int, byte_order: str) -> bool:
    """Tell whether encapsulated pixels end with their delimiter, fragment by fragment."""
    stream.seek(start)
    while len(item := stream.read(8)) == 8:
        group, element, length = struct.unpack(byte_order + "HHL", item)
        tag = group << 16 | element
        if tag == tags.SequenceDelimitationItem:
            return True
        if tag != tags.Item or length == _UNDEFINED:
            return False
        stream.seek(length, 1)
    return False


def _cut_element(dataset: Dataset) -> bool:
    """Tell whether the last element read is shorter than it says."""
    if not dataset:
        return True
    last = dataset.get_item(max(dataset.keys()))
    value, length = last.value, getattr(last, "length", _UNDEFINED)
    return isinstance(value, bytes) and length != _UNDEFINED and len(value) < length


def _read(stream: BinaryIO, size: int) -> Header | Unreadable:
    head = stream.read(132)
    part10 = head[128:] == b"DICM"
    if not part10 and not _looks_like_data_set(head, size):
        return Unreadable("not_dicom", "no DICM prefix")
    stream.seek(0)
    pixels = _AtPixels(stream)
    dataset = read_partial(stream, pixels, defer_size=_LONG_VALUE, force=not part10)
    meta = dataset.file_meta
    if str(meta.get("MediaStorageSOPClassUID", "")) == MEDIA_DIRECTORY:
        return Unreadable("dicomdir", "")
    if not part10 and tags.SOPClassUID not in dataset and tags.SOPInstanceUID not in dataset:
        return Unreadable("not_dicom", "no DICM prefix, no SOP Class or Instance UID")
    syntax = str(meta.get("TransferSyntaxUID", ""))
    deflated = syntax == DeflatedExplicitVRLittleEndian
    if pixels.found and not deflated:  # zlib notices itself when a deflated file is cut
        if pixels.length == _UNDEFINED:
            byte_order = "<" if dataset.original_encoding[1] else ">"
            if not _fragments_end(stream, pixels.start, byte_order):
                return Unreadable("truncated", "the last fragment of the pixels is missing")
        elif pixels.start + pixels.length > size:
            missing = pixels.start + pixels.length - size
            return Unreadable("truncated", f"{missing} bytes of the pixels are missing")
    elif not pixels.start and not deflated and (stream.tell() > size or _cut_element(dataset)):
        return Unreadable("truncated", "the file ends within an element of the header")
    return Header(dataset, syntax, pixels.found)


def read_header(path: Path) -> Header | Unreadable:
    """Open a file once and read its header; never raises: one bad file stops no other.

    Parameters
    ----------
    path
        Any file.
    """
    try:
        with path.open("rb", buffering=_BUFFER) as stream:
            size = stream.seek(0, 2)
            if not size:
                return Unreadable("empty", "")
            stream.seek(0)
            try:
                return _read(stream, size)
            except (EOFError, struct.error, zlib.error, OSError) as error:
                cut = stream.tell() >= size
                return Unreadable("truncated" if cut else "unreadable", type(error).__name__)
    except Exception as error:  # type only: a message could quote the header
        return Unreadable("unreadable", type(error).__name__)
