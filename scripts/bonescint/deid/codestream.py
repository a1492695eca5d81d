"""Blanking what is not image in a lossy codestream: comments, application segments, a tail.

Lengths stay, so no offset inside the stream moves; the decoded pixels are compared afterwards.
"""

import re

from bonescint.deid.refusal import Refused

_JPEG_START, _J2K_START = b"\xff\xd8", b"\xff\x4f\xff\x51"
# in entropy-coded data FF is followed by a stuffed byte (JPEG: 00, JPEG-LS: below 80) or a restart
_NEXT_MARKER = re.compile(rb"\xff[\x80-\xcf\xd8-\xfe]")
_SOS, _EOI, _COM = 0xDA, 0xD9, 0xFE
_SOT, _SOD, _EOC, _J2K_COM = 0xFF90, 0xFF93, 0xFFD9, 0xFF64


def bare(stream: bytes) -> bytes:
    """Return a frame's codestream without readable passengers.

    Parameters
    ----------
    stream
        One frame: JPEG, JPEG-LS or JPEG 2000, perhaps padded.

    Raises
    ------
    Refused
        ``pixels-undecodable`` if the stream cannot be followed to its end.
    """
    try:
        if stream.startswith(_JPEG_START):
            return _bare_jpeg(stream)
        if stream.startswith(_J2K_START):
            return _bare_j2k(stream)
    except (IndexError, ValueError) as error:
        raise Refused("pixels-undecodable", "codestream ends early") from error
    raise Refused("pixels-undecodable", "unknown codestream")


def _bare_jpeg(stream: bytes) -> bytes:
    out = bytearray(stream)
    at = 2
    while True:
        if stream[at] != 0xFF:
            raise ValueError
        marker = stream[at + 1]
        if marker == _EOI:
            return bytes(out[: at + 2])
        if marker == 0xFF:
            at += 1
            continue
        length = int.from_bytes(stream[at + 2 : at + 4], "big")
        if length < 2:
            raise ValueError
        if marker == _COM or 0xE0 <= marker <= 0xEF:
            out[at + 4 : at + 2 + length] = bytes(length - 2)
        at += 2 + length
        if marker == _SOS:
            found = _NEXT_MARKER.search(stream, at)
            if found is None:
                raise ValueError
            at = found.start()


def _bare_j2k(stream: bytes) -> bytes:
    out = bytearray(stream)
    at, tile_end = 2, 0
    while True:
        marker = int.from_bytes(stream[at : at + 2], "big")
        if marker == _EOC:
            return bytes(out[: at + 2])
        if marker == _SOD:
            # a last tile part of length 0 runs to the end of the stream
            at = tile_end or stream.rindex(b"\xff\xd9")
            continue
        length = int.from_bytes(stream[at + 2 : at + 4], "big")
        if marker < 0xFF00 or length < 2:
            raise ValueError
        if marker == _SOT:
            part = int.from_bytes(stream[at + 6 : at + 10], "big")
            tile_end = at + part if part else 0
        if marker == _J2K_COM:
            out[at + 6 : at + 2 + length] = bytes(length - 4)
        at += 2 + length
