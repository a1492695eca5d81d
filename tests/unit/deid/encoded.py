"""DICOM written byte by byte, with faults that no library would write."""

import struct
import zlib
from io import BytesIO
from typing import TypeAlias

from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate, generate_frames
from pydicom.filewriter import write_file_meta_info
from pydicom.sequence import Sequence
from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from tests.unit.deid.samples import NM, as_file, counts, siemens

LONG = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
UNDEFINED = 0xFFFFFFFF
ITEM_END, SEQUENCE_END = (struct.pack("<HHI", 0xFFFE, e, 0) for e in (0xE00D, 0xE0DD))
STATION, FRAMES, ROWS, TRACERS, IMAGES = 0x00081010, 0x00280008, 0x00280010, 0x00540016, 0x00081140
PIXELS = 0x7FE00010


def element(tag: int, vr: str | bytes, value: bytes, length: int | None = None) -> bytes:
    """Return an explicit little-endian element; the length may lie."""
    name = vr if isinstance(vr, bytes) else vr.encode()
    length = len(value) if length is None else length
    form = "<HI" if vr in LONG else "<H"
    size = struct.pack(form, *([0, length] if vr in LONG else [length & 0xFFFF]))
    return struct.pack("<HH", tag >> 16, tag & 0xFFFF) + name + size + value


def implicit(tag: int, value: bytes) -> bytes:
    return struct.pack("<HHI", tag >> 16, tag & 0xFFFF, len(value)) + value


def item(body: bytes, length: int | None = None) -> bytes:
    return struct.pack("<HHI", 0xFFFE, 0xE000, len(body) if length is None else length) + body


def meta(syntax: str = ExplicitVRLittleEndian) -> bytes:
    """Return a preamble and the file meta group; without a transfer syntax if that is empty."""
    group, buffer = FileMetaDataset(), BytesIO()
    group.MediaStorageSOPClassUID, group.MediaStorageSOPInstanceUID = NM, "1.2.392.200036.9999.1.1"
    if syntax:
        group.TransferSyntaxUID = syntax
    write_file_meta_info(buffer, group, enforce_standard=False)
    return b"\0" * 128 + b"DICM" + buffer.getvalue()


def body_of(data: bytes) -> bytes:
    return data[144 + int.from_bytes(data[140:144], "little") :]


def top_level(body: bytes) -> dict[int, bytes]:
    """Return the elements of a data set whose lengths are all defined."""
    at, parts = 0, {}
    while at < len(body):
        group, number, vr, length = struct.unpack_from("<HH2sH", body, at)
        head = 12 if vr.decode() in LONG else 8
        if head == 12:
            (length,) = struct.unpack_from("<I", body, at + 8)
        parts[group << 16 | number] = body[at : at + head + length]
        at += head + length
    return parts


GOOD = as_file(siemens())
BODY = body_of(GOOD)
PARTS = top_level(BODY)
IMPLICIT = as_file(siemens(), ImplicitVRLittleEndian)
_big = siemens()
_big.PixelData = counts().astype(">u2").tobytes()
BIG = as_file(_big, ExplicitVRBigEndian)


def changed(*pieces: bytes, without: tuple[int, ...] = (), head: bytes = b"") -> bytes:
    """Return the good file with some elements replaced."""
    parts = {tag: part for tag, part in PARTS.items() if tag not in without}
    for piece in pieces:
        group, number = struct.unpack_from("<HH", piece)
        parts[group << 16 | number] = piece
    return (head or meta()) + b"".join(parts[tag] for tag in sorted(parts))


def deflated(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


def nested(depth: int, tag: int = IMAGES, defined: bool = False) -> bytes:
    body = b""
    for _ in range(depth):
        inner = item(body) if defined else item(body + ITEM_END, UNDEFINED) + SEQUENCE_END
        body = element(tag, "SQ", inner, None if defined else UNDEFINED)
    return body


def undefined(ds: Dataset) -> Dataset:
    """Write sequences and items without lengths."""
    for sequence in ds.iterall():
        if sequence.VR == "SQ":
            sequence.is_undefined_length = True
            for one in sequence.value:
                one.is_undefined_length_sequence_item = True
    return ds


def around(name: str) -> tuple[Dataset, Dataset]:
    """Return an NM instance with the image of one of pydicom's files, and that file."""
    source, ds = dcmread(get_testdata_file(name, download=False)), siemens()
    for keyword in (
        "Rows", "Columns", "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation",
        "SamplesPerPixel", "PhotometricInterpretation",
    ):  # fmt: skip
        setattr(ds, keyword, source[keyword].value)
    ds.NumberOfFrames = frames = int(source.get("NumberOfFrames", 1))
    ds.EnergyWindowVector = ds.DetectorVector = [1] * frames
    ds.PixelData = source.PixelData
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    return ds, source


def rle() -> Dataset:
    ds = siemens()
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    ds.compress(RLELossless)
    return ds


def compressed(ds: Dataset, syntax: str, frames: list[bytes]) -> bytes:
    ds.PixelData = encapsulate(frames)
    return as_file(ds, syntax)


def j2k_without_progress() -> bytes:
    """Return a JPEG 2000 stream whose tile part says that it ends where its data begin."""
    ds, _ = around("JPEG2000.dcm")
    frame = next(generate_frames(ds.PixelData, number_of_frames=1))
    at = frame.index(b"\xff\x90") + 6
    return compressed(ds, JPEG2000, [frame[:at] + (12).to_bytes(4, "big") + frame[at + 4 :]])


def ambiguous_words() -> bytes:
    """Return an instance whose words can be split in two to the power of twenty ways."""
    ds = siemens()
    # one such word takes seconds, twenty would never end
    ds.EnergyWindowInformationSequence = Sequence([Dataset() for _ in range(20)])
    for number, window in enumerate(ds.EnergyWindowInformationSequence):
        window.EnergyWindowName = "99m" * 20 + chr(ord("a") + number)
    return as_file(ds)


# VR and value in little endian; a sequence is a list of items
Tree: TypeAlias = dict[int, tuple[str, "bytes | list[Tree]"]]
_WORDS = {
    "AT": 2, "FD": 8, "FL": 4, "OD": 8, "OF": 4, "OL": 4, "OV": 8, "OW": 2, "SL": 4, "SS": 2,
    "SV": 8, "UL": 4, "US": 2, "UV": 8,
}  # fmt: skip


def parse(body: bytes) -> Tree:
    """Return an explicit little-endian data set, its lengths all defined, as a tree."""
    tree: Tree = {}
    for tag, part in top_level(body).items():
        vr = part[4:6].decode()
        value = part[12 if vr in LONG else 8 :]
        tree[tag] = vr, _items(value) if vr == "SQ" else value
    return tree


def _items(value: bytes) -> list[Tree]:
    items, at = [], 0
    while at < len(value):
        (length,) = struct.unpack_from("<I", value, at + 4)
        items.append(parse(value[at + 8 : at + 8 + length]))
        at += 8 + length
    return items


def encode(tree: Tree, syntax: str, without_lengths: bool = False) -> bytes:
    """Return a file in one of the four uncompressed transfer syntaxes."""
    order = ">" if syntax == ExplicitVRBigEndian else "<"
    body = _encoded(tree, order, syntax == ImplicitVRLittleEndian, without_lengths)
    if syntax == DeflatedExplicitVRLittleEndian:
        body = deflated(body)
    return meta(syntax) + body


def _encoded(tree: Tree, order: str, implicit_vr: bool, without_lengths: bool) -> bytes:
    parts = []
    for tag, (vr, value) in sorted(tree.items()):
        loose = vr == "SQ" and without_lengths
        if isinstance(value, list):
            value = b"".join(
                _mark(order, 0xE000, UNDEFINED if loose else len(body))
                + body
                + (_mark(order, 0xE00D) if loose else b"")
                for body in (_encoded(one, order, implicit_vr, without_lengths) for one in value)
            )
        elif order == ">" and vr in _WORDS:
            size = _WORDS[vr]
            value = b"".join(value[at : at + size][::-1] for at in range(0, len(value), size))
        if len(value) % 2:
            value += b"\0" if vr in ("UI", "OB", "UN") else b" "
        length = UNDEFINED if loose else len(value)
        parts.append(struct.pack(order + "HH", tag >> 16, tag & 0xFFFF))
        if implicit_vr:
            parts.append(struct.pack("<I", length))
        elif vr in LONG:
            parts.append(vr.encode() + struct.pack(order + "HI", 0, length))
        else:
            parts.append(vr.encode() + struct.pack(order + "H", length))
        parts.append(value)
        if loose:
            parts.append(_mark(order, 0xE0DD))
    return b"".join(parts)


def _mark(order: str, number: int, length: int = 0) -> bytes:
    return struct.pack(order + "HHI", 0xFFFE, number, length)
