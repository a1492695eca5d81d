"""Rebuilding a compressed frame from what its decoder needs: nothing else is copied.

Comments, application segments, tables that no component refers to and bytes behind the image stay
behind; what is not on the closed list of markers is refused. The decoded pixels are compared
afterwards. Entropy-coded data are not decoded here: bytes that a decoder skips inside them (behind
the last block, unused codes of a table in use) stay.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise
from math import ceil

from bonescint.deid.refusal import Refused

_JPEG_START, _J2K_START = b"\xff\xd8", b"\xff\x4f\xff\x51"
_JP2_START = b"\0\0\0\x0cjP  "
# ISO 10918-1 Table B.1, ISO 14495-1 Table C.1; sequential, lossless and JPEG-LS frames
_DHT, _EOI, _SOS, _DQT, _DRI, _LSE = 0xC4, 0xD9, 0xDA, 0xDB, 0xDD, 0xF8
_LOSSLESS, _JPEG_LS = 0xC3, 0xF7
_FRAMES = frozenset({0xC0, 0xC1, _LOSSLESS, _JPEG_LS})
_COMMENTS = frozenset({0xFE, *range(0xE0, 0xF0)})
# in entropy-coded data FF is followed by a stuffed byte (JPEG: 00, JPEG-LS: below 80) or a restart
_NEXT_MARKER = re.compile(rb"\xff(?![\x00\xd0-\xd7\xff])")
_NEXT_MARKER_LS = re.compile(rb"\xff(?![\x00-\x7f\xd0-\xd7\xff])")
_RESTART = re.compile(rb"\xff([\xd0-\xd7])")
# ISO 15444-1 Table A.2 and, for HTJ2K, ISO 15444-15
_SOT, _SOD, _EOC, _CAP, _SIZ = 0xFF90, 0xFF93, 0xFFD9, 0xFF50, 0xFF51
_COD, _COC, _QCD, _QCC, _RGN = 0xFF52, 0xFF53, 0xFF5C, 0xFF5D, 0xFF5E
_STYLES = frozenset({_COD, _COC, _QCD, _QCC, _RGN})
# comments, registration and lengths of packets and tile parts: for convenience only
_J2K_COMMENTS = frozenset({0xFF55, 0xFF57, 0xFF58, 0xFF63, 0xFF64})
# a few kilobytes can ask a decoder for gigabytes of its own structures
_MOST_TILES, _MOST_PACKETS = 1 << 10, 1 << 20
FrameShape = tuple[int, int, int]


def bare(stream: bytes, shape: FrameShape | None = None) -> bytes:
    """Return a frame's codestream without readable passengers.

    Parameters
    ----------
    stream
        One frame: JPEG, JPEG-LS or JPEG 2000, perhaps padded.
    shape
        Rows, columns and samples it must have; anything if None.

    Raises
    ------
    Refused
        ``pixels-undecodable`` if the stream cannot be followed to its end, or holds what no image
        of a hospital needs; ``pixel-length`` if it is of another shape, or not the only image.
    """
    try:
        if stream.startswith(_JP2_START):
            # the boxes of a file format around the stream, which do not belong there (PS3.5 A.4.4)
            stream = stream[stream.index(_J2K_START) :]
        if stream.startswith(_JPEG_START):
            clean, end = _bare_jpeg(stream, shape)
        elif stream.startswith(_J2K_START):
            clean, end = _bare_j2k(stream, shape)
        else:
            raise Refused("pixels-undecodable", "unknown codestream")
    except (IndexError, KeyError, ValueError, struct.error) as error:
        raise Refused("pixels-undecodable", "codestream ends early or lies") from error
    # a view of the patient must not be lost with the tail
    if b"\xff\xd8\xff" in stream[end:] or _J2K_START in stream[end:]:
        raise Refused("pixel-length", "several images in a frame")
    return clean


def check_rle(frame: bytes, rows: int, columns: int, planes: int) -> None:
    """Refuse an RLE frame (PS3.5 Annex G) that is not as long as the image, decoded.

    Parameters
    ----------
    frame
        The frame.
    rows, columns
        Of the image.
    planes
        Bytes of a pixel: one segment each.

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
        # padding makes less than a row
        if not 0 <= length - rows * columns < columns:
            raise Refused("pixels-undecodable", f"RLE segment of {length} bytes")


def inflate(data: bytes | memoryview, limit: int) -> bytes:
    """Return a deflated data set (PS3.5 A.5), behind which nothing but padding may stand.

    Parameters
    ----------
    data
        The deflated bytes.
    limit
        The most bytes that it may have.

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
    # some writers leave the sum and the length that close a gzip file
    trailer = struct.pack("<II", zlib.crc32(inflated), len(inflated))
    if not is_padding(stream.unused_data.removeprefix(trailer), 0):
        raise Refused("surplus-bytes", f"{len(stream.unused_data)} bytes")
    return inflated


def is_padding(data: bytes | memoryview, at: int) -> bool:
    """Tell whether from some place on there are zeros only, or the one space of an odd length.

    Parameters
    ----------
    data, at
        The bytes and the place.
    """
    rest = bytes(data[at:])
    return rest.count(0) == len(rest) or rest == b" "


def _take(stream: bytes, at: int, length: int) -> bytes:
    piece = stream[at : at + length]
    if length < 0 or len(piece) != length:
        raise ValueError
    return piece


def _put(marker: int, body: bytes) -> bytes:
    return struct.pack(">HH", 0xFF00 | marker, len(body) + 2) + body


def _bare_jpeg(stream: bytes, shape: FrameShape | None) -> tuple[bytes, int]:
    """Return a JPEG or JPEG-LS frame anew, and where the old one ended."""
    out = [_JPEG_START]
    tables: dict[tuple[int, int], bytes] = {}
    written: dict[tuple[int, int], bytes] = {}
    frame, kind, interval, preset = b"", 0, b"", b""
    quantised: dict[int, int] = {}
    at = 2
    while True:
        if stream[at] != 0xFF:
            raise ValueError
        marker = stream[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        if marker == _EOI:
            break
        body = _take(stream, at + 4, int.from_bytes(stream[at + 2 : at + 4], "big") - 2)
        at += 4 + len(body)
        if marker in _COMMENTS:
            continue
        if marker in (_DQT, _DHT):
            tables.update(_tables(marker, body))
        elif marker == _DRI and len(body) == 2:
            interval = body
        elif marker == _LSE and len(body) == 11 and body[0] == 1:
            preset = body
        elif marker in _FRAMES and not kind:
            quantised = _components(body, shape)
            frame, kind, unseen = _put(marker, body), marker, set(quantised)
        elif marker == _SOS and kind:
            selected = body[1:-3:2]
            if len(body) != 4 + 2 * body[0] or not unseen.issuperset(selected):
                raise ValueError
            unseen.difference_update(selected)
            # what this scan uses, as it stands now
            used = _selected(kind, zip(selected, body[2:-3:2], strict=True), quantised)
            new = {key: tables[key] for key in used if tables[key] != written.get(key)}
            out += [_put(_DQT, table) for key, table in new.items() if key[0] == _DQT]
            out.append(frame)
            out += [_put(_DHT, table) for key, table in new.items() if key[0] == _DHT]
            out += [_put(_LSE, preset)] if preset else []
            out += [_put(_DRI, interval)] if interval else []
            out.append(_put(marker, body))
            written |= new
            frame = preset = b""
            found = (_NEXT_MARKER_LS if kind == _JPEG_LS else _NEXT_MARKER).search(stream, at)
            if found is None:
                raise ValueError
            scan = stream[at : found.start()].rstrip(b"\xff")
            _check_restarts(scan, interval)
            out.append(scan)
            at = found.start()
        else:
            raise Refused("pixels-undecodable", f"codestream marker FF{marker:02X}")
    if not kind or unseen:
        raise ValueError
    out.append(b"\xff\xd9")
    return b"".join(out), at + 2


def _components(body: bytes, shape: FrameShape | None) -> dict[int, int]:
    """Return component -> its quantisation table, of a frame header as large as the image."""
    rows, columns, samples = struct.unpack_from(">HHB", body, 1)
    if shape and (rows, columns, samples) != shape:
        raise Refused("pixel-length", f"codestream of {rows} x {columns} x {samples}")
    if len(body) != 6 + 3 * samples:
        raise ValueError
    return dict(zip(body[6::3], body[8::3], strict=True))


def _tables(marker: int, body: bytes) -> Iterator[tuple[tuple[int, int], bytes]]:
    """Yield the tables of a DQT or DHT segment by kind and destination."""
    at = 0
    while at < len(body):
        where = body[at]
        lengths = b"" if marker == _DQT else _take(body, at + 1, 16)
        size = 17 + sum(lengths) if lengths else 1 + 64 * (1 + (where >> 4))
        table = _take(body, at, size)
        # no code stands for two values
        if marker == _DHT and len(set(table[17:])) != size - 17:
            raise ValueError
        yield (marker, where & 15 if marker == _DQT else where), table
        at += size


def _selected(
    kind: int, components: Iterator[tuple[int, int]], quantised: dict[int, int]
) -> Iterator[tuple[int, int]]:
    """Yield the tables that a scan refers to."""
    for component, selector in components:
        if kind == _JPEG_LS:
            # a palette
            if selector:
                raise ValueError
            continue
        yield _DHT, selector >> 4
        if kind != _LOSSLESS:
            yield _DHT, 0x10 | selector & 15
            yield _DQT, quantised[component]


def _check_restarts(scan: bytes, interval: bytes) -> None:
    numbers = [mark[0] & 7 for mark in _RESTART.findall(scan)]
    if numbers and not any(interval) or any(n != i % 8 for i, n in enumerate(numbers)):
        raise ValueError


def _bare_j2k(stream: bytes, shape: FrameShape | None) -> tuple[bytes, int]:
    """Return a JPEG 2000 or HTJ2K codestream anew, and where the old one ended."""
    size = _take(stream, 6, int.from_bytes(stream[4:6], "big") - 2)
    _, right, bottom, left, top, width, height, tile_left, tile_top, samples = struct.unpack_from(
        ">H8IH", size
    )
    rows, columns = bottom - top, right - left
    if shape and (rows, columns, samples) != shape:
        raise Refused("pixel-length", f"codestream of {rows} x {columns} x {samples}")
    # one byte names a component; none is subsampled (PS3.5 8.2.4)
    if not 0 < samples < 257 or len(size) != 36 + 3 * samples:
        raise ValueError
    if set(size[37::3] + size[38::3]) != {1} or not width * height:
        raise ValueError
    tiles = ceil((right - tile_left) / width) * ceil((bottom - tile_top) / height)
    if not 0 < tiles <= _MOST_TILES:
        raise Refused("pixels-undecodable", f"{tiles} tiles")
    extent = rows, columns, samples
    levels = {-1: 0}
    segments, at = _header(stream, 6 + len(size), _SOT, _STYLES | {_CAP})
    out = [_J2K_START[:2], _put(_SIZ, size), *_styles(segments, extent, levels)]
    parts: dict[int, int] = {}
    while (marker := int.from_bytes(_take(stream, at, 2), "big")) != _EOC:
        length, tile, declared, part, count = struct.unpack_from(">HHIBB", stream, at + 2)
        if (
            (marker, length) != (_SOT, 10)
            or tile >= tiles
            or part != parts.get(tile, 0)
            # some encoders miscount by one
            or 0 < count < part
        ):
            raise ValueError
        parts[tile] = part + 1
        segments, data = _header(stream, at + 12, _SOD, _STYLES)
        data += 2
        # a last tile part of length 0 runs to the end of the image
        end = at + declared if declared else stream.index(b"\xff\xd9", data)
        header = b"".join(_styles(segments, extent, dict(levels)))
        packets = _take(stream, data, end - data)
        length = 14 + len(header) + len(packets)
        out += [struct.pack(">HHHIBB", _SOT, 10, tile, length, part, count), header, b"\xff\x93"]
        out.append(packets)
        at = end
    if len(parts) != tiles:
        raise ValueError
    out.append(b"\xff\xd9")
    return b"".join(out), at + 2


def _header(
    stream: bytes, at: int, last: int, allowed: frozenset[int]
) -> tuple[list[tuple[int, bytes]], int]:
    """Return the segments of a main or tile-part header, and where its last marker stands."""
    found = []
    while (marker := int.from_bytes(_take(stream, at, 2), "big")) != last:
        body = _take(stream, at + 4, int.from_bytes(stream[at + 2 : at + 4], "big") - 2)
        if marker in allowed:
            found.append((marker, body))
        elif marker not in _J2K_COMMENTS:
            raise Refused("pixels-undecodable", f"codestream marker {marker:04X}")
        at += 4 + len(body)
    return found, at


def _styles(
    segments: list[tuple[int, bytes]], extent: FrameShape, levels: dict[int, int]
) -> Iterator[bytes]:
    """Yield a header's segments, each once and exactly as long as it should be.

    Parameters
    ----------
    segments
        Markers and bodies.
    extent
        Rows, columns and samples.
    levels
        Decomposition levels by component, -1 for all others; changed in place.
    """
    seen = set()
    layers = 1
    for marker, body in segments:
        component = body[0] if marker in (_COC, _QCC, _RGN) else -1
        if component >= extent[2] or (marker, component) in seen:
            raise ValueError
        seen.add((marker, component))
        if marker in (_COD, _COC):
            style, at = (0, 5) if marker == _COD else (1, 2)
            layers = int.from_bytes(body[2:4], "big") if marker == _COD else layers
            levels[component] = body[at]
            precincts = _take(body, at + 5, (body[at] + 1) * (body[style] & 1))
            if len(body) != at + 5 + len(precincts):
                raise ValueError
            _check_packets(precincts, extent, layers)
    for marker, body in segments:
        length = len(body)
        if marker == _CAP:
            # Part 15 alone
            length = 6
            if body[:4] != b"\0\2\0\0":
                raise ValueError
        elif marker == _RGN:
            length = 3
        elif marker in (_QCD, _QCC):
            at = 1 if marker == _QCC else 0
            deepest = levels.get(body[0], levels[-1]) if at else max(levels.values())
            bands = 3 * deepest + 1
            # reversible, derived, expounded (Table A.28)
            length = at + 1 + {0: bands, 1: 2, 2: 2 * bands}[body[at] & 31]
        yield _put(marker, _take(body, 0, length))


def _check_packets(precincts: bytes, extent: FrameShape, layers: int) -> None:
    rows, columns, samples = extent
    packets = 0
    for depth, exponents in enumerate(reversed(precincts)):
        high, wide = depth + (exponents >> 4), depth + (exponents & 15)
        packets += ceil(rows / (1 << high)) * ceil(columns / (1 << wide))
    packets = max(packets, 1) * layers * samples
    if packets > _MOST_PACKETS:
        raise Refused("pixels-undecodable", f"{packets} packets")
