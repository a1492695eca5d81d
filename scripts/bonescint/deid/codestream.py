"""Check the markers of a compressed frame before a decoder written in C relies on them.

Pixels are decoded and written anew, so nothing of a stream leaves the hospital. The stream is
checked here because decoders take the first of several images, fill up a stream that was cut off,
and allocate as much memory as the stream asks for.
"""

import struct
import zlib
from itertools import pairwise
from math import ceil

from bonescint.deid.refusal import Refused

_JPEG_START, _J2K_START = b"\xff\xd8", b"\xff\x4f\xff\x51"
_JP2_START = b"\0\0\0\x0cjP  "
# ISO 10918-1 Table B.1, ISO 14495-1 Table C.1; sequential, lossless and JPEG-LS frames
_SOS = 0xDA
_FRAMES = frozenset({0xC0, 0xC1, 0xC3, 0xF7})
# tables, restart interval, parameters, comments and application segments
_TABLES = frozenset({0xC4, 0xDB, 0xDD, 0xF8, 0xFE, *range(0xE0, 0xF0)})
# ISO 15444-1 Table A.2 and, for HTJ2K, ISO 15444-15
_SOT, _SOD, _EOC, _COD = 0xFF90, 0xFF93, 0xFFD9, 0xFF52
# CAP, TLM, PLM, PLT, QCD, QCC, RGN, CRG, COM; not COC, which overrules COD for one component
_J2K_TABLES = frozenset({0xFF50, 0xFF55, 0xFF57, 0xFF58, 0xFF5C, 0xFF5D, 0xFF5E, 0xFF63, 0xFF64})
# a stream of a few kilobytes can make a decoder allocate gigabytes
_MOST_TILES, _MOST_PACKETS = 1 << 10, 1 << 20


def check_stream(stream: bytes, rows: int, columns: int) -> None:
    """Refuse a frame, perhaps padded, that is not one whole greyscale image of the header's size.

    Raises
    ------
    Refused
        ``pixels-undecodable`` if the stream cannot be followed to its end, or has a marker that no
        image of a hospital needs; ``pixel-length`` if it has another shape, or is not the only
        image.
    """
    try:
        if stream.startswith(_JP2_START):
            # the stream is wrapped in the boxes of a JP2 file, against PS3.5 A.4.4
            stream = stream[stream.index(_J2K_START) :]
        if stream.startswith(_JPEG_START):
            shape, end = _follow_jpeg(stream)
        elif stream.startswith(_J2K_START):
            shape, end = _follow_j2k(stream)
        else:
            raise Refused("pixels-undecodable", "unknown codestream")
    except (IndexError, ValueError, struct.error) as error:
        raise Refused("pixels-undecodable", "codestream ends early or lies") from error
    if shape != (rows, columns, 1):
        found = " x ".join(map(str, shape))
        raise Refused("pixel-length", f"codestream of {found}")
    # a second image behind the first may be another view, which must not be lost
    if b"\xff\xd8\xff" in stream[end:] or _J2K_START in stream[end:]:
        raise Refused("pixel-length", "several images in a frame")


def check_rle(frame: bytes, rows: int, columns: int, planes: int) -> None:
    """Refuse an RLE frame (PS3.5 Annex G: a segment for each byte of a pixel) of another length.

    Raises
    ------
    Refused
        ``pixels-undecodable``.
    """
    if len(frame) < 64:
        raise Refused("pixels-undecodable", "RLE header")
    count, *offsets = struct.unpack_from("<16I", frame)
    starts = [*offsets[:planes], len(frame)]
    if count != planes or starts[0] < 64 or starts != sorted(starts):
        raise Refused("pixels-undecodable", "RLE header")
    for at, end in pairwise(starts):
        length = 0
        while at < end:
            run = frame[at]
            if run > 128:
                length += 257 - run
                at += 2
            elif run < 128:
                length += min(run + 1, end - at - 1)
                at += run + 2
            else:
                at += 1
        # padding is shorter than a row
        if not 0 <= length - rows * columns < columns:
            raise Refused("pixels-undecodable", f"RLE segment of {length} bytes")


def inflate(data: bytes | memoryview, limit: int) -> bytes:
    """Inflate a deflated data set (PS3.5 A.5) up to `limit` bytes; only padding may follow it.

    Raises
    ------
    Refused
        ``beyond-limits``; ``damaged`` if it has no end; ``surplus-bytes``.
    """
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = stream.decompress(data, limit + 1)
    except zlib.error as error:
        raise Refused("damaged", "deflated data set") from error
    if len(inflated) > limit:
        raise Refused("beyond-limits", f"limits.inflated_mb: more than {limit >> 20}")
    if not stream.eof:
        raise Refused("damaged", "deflated data set ends early")
    # some writers add the checksum and the length that close a gzip file
    trailer = struct.pack("<II", zlib.crc32(inflated), len(inflated))
    if not is_padding(stream.unused_data.removeprefix(trailer), 0):
        raise Refused("surplus-bytes", f"{len(stream.unused_data)} bytes")
    return inflated


def is_padding(data: bytes | memoryview, at: int) -> bool:
    """Tell whether the rest of the bytes is only zeros, or the one space after an odd length."""
    rest = bytes(data[at:])
    return rest.count(0) == len(rest) or rest == b" "


def _take(stream: bytes, at: int, length: int) -> bytes:
    piece = stream[at : at + length]
    if length < 0 or len(piece) != length:
        raise ValueError
    return piece


def _segment(stream: bytes, at: int) -> tuple[bytes, int]:
    """Return the content of a marker segment, and where the next one starts."""
    body = _take(stream, at + 4, int.from_bytes(_take(stream, at + 2, 2), "big") - 2)
    return body, at + 4 + len(body)


def _follow_jpeg(stream: bytes) -> tuple[tuple[int, ...], int]:
    """Return rows, columns and samples of a JPEG or JPEG-LS frame, and where its first scan is."""
    shape: tuple[int, ...] = ()
    at = 2
    while True:
        if stream[at] != 0xFF:
            raise ValueError
        marker = stream[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker not in _TABLES | _FRAMES and marker != _SOS:
            raise Refused("pixels-undecodable", f"codestream marker FF{marker:02X}")
        body, at = _segment(stream, at)
        if marker in _FRAMES:
            if shape:
                raise ValueError
            shape = struct.unpack_from(">HHB", body, 1)
        elif marker == _SOS:
            break
    # a stream without its end is refused, because decoders fill up the missing part with grey
    if not shape or b"\xff\xd9" not in stream[at:]:
        raise ValueError
    return shape, at


def _follow_j2k(stream: bytes) -> tuple[tuple[int, ...], int]:
    """Return rows, columns and samples of a JPEG 2000 or HTJ2K codestream, and where it ends."""
    size, at = _segment(stream, 2)
    _, right, bottom, left, top, width, height, tile_left, tile_top, samples = struct.unpack_from(
        ">H8IH", size
    )
    rows, columns = bottom - top, right - left
    # no component may be subsampled (PS3.5 8.2.4)
    if not width * height or set(size[37::3] + size[38::3]) != {1}:
        raise ValueError
    tiles = ceil((right - tile_left) / width) * ceil((bottom - tile_top) / height)
    if not 0 < tiles <= _MOST_TILES:
        raise Refused("pixels-undecodable", f"{tiles} tiles")
    at = _follow_header(stream, at, _SOT, (rows, columns))
    parts: dict[int, int] = {}
    while (marker := int.from_bytes(_take(stream, at, 2), "big")) != _EOC:
        length, tile, declared, part, count = struct.unpack_from(">HHIBB", stream, at + 2)
        if (
            (marker, length) != (_SOT, 10)
            or tile >= tiles
            or part != parts.get(tile, 0)
            # `<` and not `<=`, because some encoders miscount by one
            or 0 < count < part
        ):
            raise ValueError
        parts[tile] = part + 1
        data = _follow_header(stream, at + 12, _SOD, (rows, columns)) + 2
        # a last tile part with length 0 reaches to the end of the image
        end = at + declared if declared else stream.index(b"\xff\xd9", data)
        _take(stream, data, end - data)
        at = end
    if len(parts) != tiles:
        raise ValueError
    return (rows, columns, samples), at + 2


def _follow_header(stream: bytes, at: int, last: int, extent: tuple[int, int]) -> int:
    """Return the place of the last marker of a main or tile-part header."""
    while (marker := int.from_bytes(_take(stream, at, 2), "big")) != last:
        body, at = _segment(stream, at)
        if marker == _COD:
            precincts = _take(body, 10, (body[5] + 1) * (body[0] & 1))
            _check_packets(precincts, extent, int.from_bytes(body[2:4], "big"))
        elif marker not in _J2K_TABLES:
            raise Refused("pixels-undecodable", f"codestream marker {marker:04X}")
    return at


def _check_packets(precincts: bytes, extent: tuple[int, int], layers: int) -> None:
    rows, columns = extent
    packets = 0
    for depth, exponents in enumerate(reversed(precincts)):
        high, wide = depth + (exponents >> 4), depth + (exponents & 15)
        packets += ceil(rows / (1 << high)) * ceil(columns / (1 << wide))
    packets = max(packets, 1) * layers
    if packets > _MOST_PACKETS:
        raise Refused("pixels-undecodable", f"{packets} packets")
