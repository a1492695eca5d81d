"""Codestreams: one whole image of the header's size, nothing hangs, nothing is lit."""

import struct
import tracemalloc
import zlib
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openjpeg.utils import encode_array
from PIL import Image
from pydicom import dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import generate_frames

from bonescint.deid.codestream import check_rle, check_stream, inflate
from bonescint.deid.refusal import Refused
from tests.planted.codecs import jpeg_baseline, jpeg_lossless, rle, with_segment
from tests.unit.deid.encoded import GOOD, deflated

TEXT = b"YAMADA HANAKO 19480317"
ROWS_COLUMNS = 64, 32
WORDS = np.random.default_rng(2).poisson(40, ROWS_COLUMNS).astype("<u2")
BYTES = WORDS.astype("u1")
BASELINE = jpeg_baseline(BYTES.tobytes(), *ROWS_COLUMNS)
LOSSLESS = jpeg_lossless(WORDS.tobytes(), *ROWS_COLUMNS)
J2K = bytes(encode_array(WORDS))
SOS, EOI = b"\xff\xda", b"\xff\xd9"
FRAME = BASELINE[BASELINE.index(b"\xff\xc0") :][:13]


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def before(stream: bytes, marker: bytes, new: bytes) -> bytes:
    at = stream.index(marker)
    return stream[:at] + new + stream[at:]


def around_siz(new: bytes) -> bytes:
    """Return the JPEG 2000 stream with something behind its first segment."""
    at = 4 + int.from_bytes(J2K[4:6], "big")
    return J2K[:at] + new + J2K[at:]


def in_tile(new: bytes) -> bytes:
    """Return the JPEG 2000 stream with something in the header of its tile part."""
    at = J2K.index(b"\xff\x90")
    length = int.from_bytes(J2K[at + 6 : at + 10], "big") + len(new)
    part = J2K[at : at + 6] + length.to_bytes(4, "big") + J2K[at + 10 : at + 12]
    return J2K[:at] + part + new + J2K[at + 12 :]


def reason(call, *values) -> str:
    with pytest.raises(Refused) as refusal:
        call(*values)
    return refusal.value.reason


def peak(call, *values) -> float:
    tracemalloc.start()
    try:
        reason(call, *values)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def check(stream: bytes, rows: int = ROWS_COLUMNS[0], columns: int = ROWS_COLUMNS[1]) -> None:
    check_stream(stream, rows, columns)


THUMBNAIL = b"JFIF\0\1\2\0\0\1\0\1\3\3" + (TEXT * 2)[:27]
PASSENGERS = {
    "JPEG": BASELINE, "lossless": LOSSLESS, "JPEG 2000": J2K,
    **{
        f"{name}, FF{marker:02X}": with_segment(marker, TEXT)(stream)
        for name, stream in (("JPEG", BASELINE), ("lossless", LOSSLESS))
        for marker in (0xE0, 0xE8, 0xEF, 0xFE)
    },
    "JFIF thumbnail": with_segment(0xE0, THUMBNAIL)(BASELINE),
    "a whole image in a comment": with_segment(0xFE, BASELINE)(BASELINE),
    "unused quantisation table": with_segment(0xDB, b"\3" + (TEXT * 3)[:64])(BASELINE),
    "behind the end": BASELINE + TEXT,
    "JPEG 2000, COM": around_siz(segment(0x64, b"\0\1" + TEXT)),
    "JPEG 2000, COM in the tile": in_tile(segment(0x64, b"\0\1" + TEXT)),
    "JPEG 2000, CAP": around_siz(segment(0x50, b"\0\2\0\0\0\3")),
    "JPEG 2000, behind the end": J2K + TEXT,
    "JP2": b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x1euuid" + TEXT + J2K,
}  # fmt: skip


@pytest.mark.parametrize("stream", PASSENGERS.values(), ids=PASSENGERS)
def test_extra_segments_do_no_harm(stream):
    check(stream)


REFUSED = {
    **{
        f"FF{marker:02X}": with_segment(marker, TEXT)(BASELINE)
        for marker in (0x02, 0xBF, 0xC2, 0xC8, 0xCC, 0xDC, 0xDE, 0xDF, 0xF0, 0xFD)
    },
    "TEM": BASELINE[:2] + b"\xff\x01" + TEXT + BASELINE[2:],
    "stray bytes between segments": before(BASELINE, SOS, TEXT),
    "two frame headers": before(BASELINE, SOS, FRAME),
    "no frame header": BASELINE.replace(FRAME, b""),
    "no scan": BASELINE[: BASELINE.index(SOS)] + EOI,
    "JPEG, cut": BASELINE[:-200],
    "JPEG, no end": BASELINE[:-2],
    "lossless, cut": LOSSLESS[:-200],
    "JPEG 2000, cut": J2K[:-200],
    "JPEG 2000, no end": J2K[:-2],
    "JPEG 2000, a tile is missing": J2K[:24] + struct.pack(">2I", 16, 64) + J2K[32:],
    "JPEG 2000, subsampled": J2K[:43] + b"\2" + J2K[44:],
    "JPEG 2000, a style of one component": around_siz(segment(0x53, b"\0\0\1\4\4\0\1")),
    **{
        f"JPEG 2000, FF{marker:02X}": around_siz(segment(marker, TEXT))
        for marker in (0x30, 0x3F, 0x51, 0x56, 0x59, 0x5F, 0x60, 0x61, 0x91)
    },
    "JPEG 2000, no tile": J2K[: J2K.index(b"\xff\x90")] + EOI,
    "JPEG 2000, a tile part too many": J2K[:-2] + J2K[J2K.index(b"\xff\x90") :],
    "JPEG 2000, 65,536 tiles": J2K[:24] + struct.pack(">2I", 1, 1) + J2K[32:],
    "JPEG 2000, no tile size": J2K[:24] + bytes(8) + J2K[32:],
    "nothing": b"", "a start": b"\xff\xd8\xff", "GIF": b"GIF89a",
}  # fmt: skip


@pytest.mark.parametrize("stream", REFUSED.values(), ids=REFUSED)
def test_segments_of_unknown_content_are_refused(stream):
    assert reason(check, stream) == "pixels-undecodable"


def test_jpeg_ls_is_followed_like_jpeg():
    ds = dcmread(get_testdata_file("JPEGLSNearLossless_16.dcm", download=False))
    stream = next(generate_frames(ds.PixelData, number_of_frames=1))
    check(stream, ds.Rows, ds.Columns)
    assert reason(check, stream[: len(stream) // 2], ds.Rows, ds.Columns) == "pixels-undecodable"
    assert reason(check, stream, ds.Rows, ds.Columns + 1) == "pixel-length"


@pytest.mark.parametrize("length", [*range(14), 15, 1 << 20, 0xFFFFFFFF])
def test_a_tile_part_with_a_wrong_length_does_not_hang_the_program(length):
    at = J2K.index(b"\xff\x90") + 6
    stream = J2K[:at] + length.to_bytes(4, "big") + J2K[at + 4 :]
    if length:
        assert reason(check, stream) == "pixels-undecodable"
    else:
        # to the end of the image
        check(stream)


@pytest.mark.parametrize("stream", [BASELINE, LOSSLESS, J2K], ids=["JPEG", "lossless", "J2K"])
def test_several_images_in_a_frame_are_not_one(stream):
    assert reason(check, stream + b"\0" + stream) == "pixel-length"
    assert reason(check, stream, 64, 33) == "pixel-length"
    assert reason(check, stream, 32, 64) == "pixel-length"


def test_a_frame_of_several_samples_is_no_greyscale_image():
    stream = BytesIO()
    Image.fromarray(np.dstack([BYTES] * 3)).save(stream, "JPEG")
    assert reason(check, stream.getvalue()) == "pixel-length"
    assert reason(check, bytes(encode_array(np.dstack([BYTES] * 3)))) == "pixel-length"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_damaged_streams_end_in_a_reason(data):
    stream = data.draw(st.sampled_from([BASELINE, LOSSLESS, J2K]))
    at = data.draw(st.integers(0, min(700, len(stream))))
    cut, put = data.draw(st.integers(0, 4)), data.draw(st.binary(max_size=4))
    try:
        check(stream[:at] + put + stream[at + cut :])
    except Refused as refusal:
        assert refusal.reason in ("pixels-undecodable", "pixel-length")


def test_rle_segments_are_as_long_as_the_image():
    frame = rle(WORDS.tobytes(), *ROWS_COLUMNS)
    check_rle(frame, *ROWS_COLUMNS, 2)
    check_rle(frame + b"\0\0", *ROWS_COLUMNS, 2)
    for spoilt in (
        frame[:63], frame[:-200], struct.pack("<I", 3) + frame[4:], b"\0" * len(frame),
        frame[:4] + frame[8:12] + frame[4:8] + frame[12:],
        frame[:8] + struct.pack("<I", 1 << 20) + frame[12:],
    ):  # fmt: skip
        assert reason(check_rle, spoilt, *ROWS_COLUMNS, 2) == "pixels-undecodable"


def test_inflating_ends_at_the_limit():
    data = GOOD * 3
    assert inflate(deflated(data) + b"\0", len(data)) == data
    trailer = struct.pack("<II", zlib.crc32(data), len(data))
    assert inflate(deflated(data) + trailer, len(data)) == data
    assert reason(inflate, deflated(data) + TEXT, len(data)) == "surplus-bytes"
    assert reason(inflate, deflated(data), len(data) - 1) == "beyond-limits"
    assert reason(inflate, deflated(data)[:-3], len(data)) == "damaged"
    assert reason(inflate, b"\xff" * 99, len(data)) == "damaged"
    bomb = deflated(bytes(1 << 24))
    assert peak(inflate, bomb, 1 << 16) < 1 << 20
