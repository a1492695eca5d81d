"""Files that ask for more than a computer has: small to make, and none holds an image."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
    RLELossless,
)

from tests.unit.deid.encoded import (
    BODY,
    IMAGES,
    ITEM_END,
    PIXELS,
    SEQUENCE_END,
    UNDEFINED,
    body_of,
    changed,
    element,
    implicit,
    item,
    meta,
    nested,
)
from tests.unit.deid.encoded import IMPLICIT as GOOD_IMPLICIT

_BLOCK = bytes(1 << 20)
_ITEM = item(b"")
_UID = b"1.2.392.200036.9999.1.1"
_ROWS, _COLUMNS, _FRAMES = 0x00280010, 0x00280011, 0x00280008
_HUGE = 2 << 30


def _deflated(*parts: bytes, zeros_mb: int) -> bytes:
    packer = zlib.compressobj(1, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = [packer.compress(part) for part in parts]
    packed += [packer.compress(_BLOCK) for _ in range(zeros_mb)]
    return meta(DeflatedExplicitVRLittleEndian) + b"".join([*packed, packer.flush()])


def _before(tag: int) -> bytes:
    """Return the beginning of the good data set, up to an attribute."""
    return BODY[: BODY.index(struct.pack("<HH", tag >> 16, tag & 0xFFFF))]


def _claims(tag: int, vr: str, length: int) -> bytes:
    return element(tag, vr, b"", length)


def _frames(rows: int, columns: int, frames: int, pixels: bytes, syntax: str) -> bytes:
    return changed(
        element(_ROWS, "US", struct.pack("<H", rows)),
        element(_COLUMNS, "US", struct.pack("<H", columns)),
        element(_FRAMES, "IS", b"%d" % frames + b" " * (len(str(frames)) % 2)),
        element(PIXELS, "OB", pixels, UNDEFINED),
        head=meta(syntax),
    )


def _j2k(side: int) -> bytes:
    """Return the head of a JPEG 2000 stream that says how large its image is, and no more."""
    size = struct.pack(">HIIIIIIIIHBBB", 0, side, side, 0, 0, side, side, 0, 0, 1, 15, 1, 1)
    return b"\xff\x4f\xff\x51" + struct.pack(">H", len(size) + 2) + size + bytes(60)


def _jpeg(side: int) -> bytes:
    frame = struct.pack(">BHHBBBB", 16, side, side, 1, 1, 0x11, 0)
    return b"\xff\xd8\xff\xc3" + struct.pack(">H", len(frame) + 2) + frame + bytes(60) + b"\xff\xd9"


def _nested(tag: int) -> bytes:
    # each level holds the next: made at once
    levels = 100_000
    begin = element(tag, "SQ", item(b"", UNDEFINED), UNDEFINED)
    return begin * levels + (ITEM_END + SEQUENCE_END) * levels


def _pixels(frame: bytes) -> bytes:
    return encapsulate([frame + b"\0" * (len(frame) % 2)]) + SEQUENCE_END


_RLE = struct.pack("<16I", 2, 64, 66, *[0] * 13) + b"\x81\0\x81\0"
_SEQUENCES = b"".join(element(0x00091001 + n, "SQ", _ITEM * 100_000) for n in range(20))
# name -> how it is made, what may be said of it
FILES: dict[str, tuple[Callable[[], bytes], set[str]]] = {
    "deflated blob": (
        lambda: _deflated(_before(0x00100010), _claims(0x00091001, "UN", 600 << 20), zeros_mb=600),
        {"beyond-limits"},
    ),
    "deflated pixels": (
        lambda: _deflated(_before(PIXELS), _claims(PIXELS, "OW", 90 << 20), zeros_mb=90),
        {"beyond-limits"},
    ),
    "deflated items": (
        lambda: _deflated(
            _before(PIXELS), element(0x00591001, "SQ", _ITEM * 1_000_000), zeros_mb=0
        ),
        {"beyond-limits"},
    ),
    "items, length": (
        lambda: changed(element(IMAGES, "SQ", _ITEM * 1_000_000)), {"beyond-limits"},
    ),
    "items, no length": (
        lambda: changed(element(IMAGES, "SQ", _ITEM * 1_000_000 + SEQUENCE_END, UNDEFINED)),
        {"beyond-limits"},
    ),
    "items in an ID sequence": (
        lambda: changed(element(0x00101002, "SQ", _ITEM * 1_000_000)), {"beyond-limits"},
    ),
    "many sequences of items": (lambda: changed(_SEQUENCES), {"beyond-limits"}),
    "nested": (lambda: changed(_nested(IMAGES)), {"beyond-limits"}),
    "nested, private": (
        lambda: changed(element(0x00990010, "LO", b"ACME"), _nested(0x00991001)),
        {"beyond-limits"},
    ),
    "nested, lengths": (
        lambda: changed(nested(1_000, 0x00101002, defined=True)), {"", "beyond-limits"},
    ),
    "a tag for ever": (
        lambda: meta(ImplicitVRLittleEndian)
        + body_of(GOOD_IMPLICIT)[:64] + implicit(0x00091001, b"") * 500_000,
        {"beyond-limits", "damaged"},
    ),
    "many tags": (
        lambda: changed(b"".join(element(0x00110000 + n, "UN", b"") for n in range(250_000))),
        {"beyond-limits"},
    ),
    "4 GB in a small file": (
        lambda: changed(_claims(0x00091001, "UN", 0xFFFFFFFE)), {"damaged", "truncated"},
    ),
    "a long name": (
        lambda: changed(element(0x00100010, "UT", b"YAMADA " * 4_000_000)), {"beyond-limits"},
    ),
    "a long ID": (
        lambda: changed(element(0x00100020, "UT", b"12345678" * 4_000_000)), {"beyond-limits"},
    ),
    "a long station name": (
        lambda: changed(element(0x00081010, "UT", b"ROOM 2 " * 4_000_000)), {"beyond-limits"},
    ),
    "a private blob": (
        lambda: changed(element(0x00091001, "UN", b"YAMADA  " * (7 << 20))), {""},
    ),
    "RLE": (
        lambda: _frames(65535, 65535, 9999, _pixels(_RLE), RLELossless), {"beyond-limits"},
    ),
    "J2K": (
        lambda: _frames(65535, 65535, 1, _pixels(_j2k(65535)), JPEG2000Lossless),
        {"beyond-limits"},
    ),
    "J2K that is larger than its header says": (
        lambda: _frames(16, 32, 1, _pixels(_j2k(40_000)), JPEG2000Lossless),
        {"pixel-length", "pixels-undecodable"},
    ),
    "JPEG that is larger than its header says": (
        lambda: _frames(16, 32, 1, _pixels(_jpeg(60_000)), JPEGLosslessSV1),
        {"pixel-length", "pixels-undecodable"},
    ),
    "native": (
        lambda: changed(
            element(_ROWS, "US", b"\xff\xff"), element(_COLUMNS, "US", b"\xff\xff"),
            element(_FRAMES, "IS", b"9999"),
        ),
        {"beyond-limits"},
    ),
}  # fmt: skip


def write(folder: Path, only: str = "") -> dict[str, set[str]]:
    """Write the files, each with a UID of its own, and return what may be said of them.

    Parameters
    ----------
    folder
        A new one.
    only
        One of them; all if empty.
    """
    expected = {}
    for number, (name, (make, reasons)) in enumerate(FILES.items()):
        if not only or name == only:
            data = make().replace(_UID, b"1.2.392.200036.9999.%03d" % number)
            (folder / name).write_bytes(data)
            expected[name] = reasons
    for name, end in {"2 GB of pixels": _claims(PIXELS, "OW", _HUGE), "2 GB of zeros": b""}.items():
        if not only or name == only:
            with (folder / name).open("wb") as stream:
                head = meta() + _before(PIXELS) + end
                stream.write(head.replace(_UID, b"1.2.392.200036.9999.9.%d" % len(end)))
                # no block of it is on the disk
                stream.truncate(stream.tell() + _HUGE)
            expected[name] = {"beyond-limits"}
    return expected
