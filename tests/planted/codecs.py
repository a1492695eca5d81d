"""Encoders for the compressed files of the corpus: as simple as the standards allow."""

import struct
from collections.abc import Callable
from io import BytesIO

import numpy as np


def rle(frame: bytes, rows: int, columns: int) -> bytes:
    """Return a frame of 16 bit words as RLE of literal runs only (PS3.5 Annex G)."""
    segments = []
    for plane in (frame[1::2], frame[0::2]):
        runs = [plane[at : at + 128] for at in range(0, len(plane), 128)]
        segment = b"".join(bytes([len(run) - 1]) + run for run in runs)
        segments.append(segment + b"\0" * (len(segment) % 2))
    starts = [64, 64 + len(segments[0])] + [0] * 13
    return struct.pack("<16I", 2, *starts) + b"".join(segments)


def jpeg_lossless(frame: bytes, rows: int, columns: int) -> bytes:
    """Return a frame as JPEG lossless, process 14 selection value 1 (ISO 10918-1 Annex H).

    The Huffman table gives each of the 17 categories a code of five bits.
    """
    image = np.frombuffer(frame, "<u2").reshape(rows, columns).astype(int)
    predicted = np.empty_like(image)
    predicted[:, 1:] = image[:, :-1]
    predicted[1:, 0] = image[:-1, 0]
    predicted[0, 0] = 1 << 15
    bits = []
    for difference in ((image - predicted + 32768) % 65536 - 32768).ravel().tolist():
        category = 16 if difference == -32768 else abs(difference).bit_length()
        bits.append(f"{category:05b}")
        if 0 < category < 16:
            word = difference if difference > 0 else difference + (1 << category) - 1
            bits.append(f"{word:0{category}b}")
    stream = "".join(bits)
    stream += "1" * (-len(stream) % 8)
    packed = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\0")
    table = bytes([0, *[0, 0, 0, 0, 17], *[0] * 11, *range(17)])
    return b"".join(
        [
            b"\xff\xd8",
            _segment(0xC3, struct.pack(">BHHB3B", 16, rows, columns, 1, 1, 0x11, 0)),
            _segment(0xC4, table),
            _segment(0xDA, bytes([1, 1, 0, 1, 0, 0])),
            packed,
            b"\xff\xd9",
        ]
    )


def jpeg_baseline(frame: bytes, rows: int, columns: int) -> bytes:
    """Return a frame of 8 bit samples as lossy JPEG."""
    from PIL import Image

    stream = BytesIO()
    Image.fromarray(np.frombuffer(frame, "u1").reshape(rows, columns)).save(stream, "JPEG")
    return stream.getvalue()


def jpeg2000(frame: bytes, rows: int, columns: int) -> bytes:
    """Return a frame as a JPEG 2000 codestream without loss."""
    from openjpeg.utils import encode_array

    return bytes(encode_array(np.frombuffer(frame, "<u2").reshape(rows, columns)))


def with_segment(marker: int, text: bytes) -> Callable[[bytes], bytes]:
    """Return what puts a marker segment behind the start of a JPEG or JPEG 2000 stream."""

    def insert(stream: bytes) -> bytes:
        at = 2
        if stream.startswith(b"\xff\x4f"):
            # behind SIZ, which must come first
            at = 4 + int.from_bytes(stream[4:6], "big")
        return stream[:at] + _segment(marker, text) + stream[at:]

    return insert


def _segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


CODECS: dict[str, Callable[[bytes, int, int], bytes]] = {
    "1.2.840.10008.1.2.5": rle,
    "1.2.840.10008.1.2.4.70": jpeg_lossless,
    "1.2.840.10008.1.2.4.90": jpeg2000,
    "1.2.840.10008.1.2.4.91": jpeg2000,
    "1.2.840.10008.1.2.4.50": jpeg_baseline,
}
