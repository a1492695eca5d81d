"""Codestreams: a closed list of markers passes, nothing hangs, nothing rides along."""

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

from bonescint.deid.codestream import bare, check_rle, inflate
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


def first_frame(name: str) -> bytes:
    ds = dcmread(get_testdata_file(name, download=False))
    return next(generate_frames(ds.PixelData, number_of_frames=1))


JPEG_LS = first_frame("JPEGLSNearLossless_16.dcm")
LS_SCAN = JPEG_LS[JPEG_LS.index(SOS) :][:7]


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


THUMBNAIL = b"JFIF\0\1\2\0\0\1\0\1\3\3" + (TEXT * 2)[:27]
UNUSED = bytes([0x13]) + b"\0" * 4 + bytes([len(set(TEXT))]) + b"\0" * 11 + bytes(sorted(set(TEXT)))
REMOVED = {
    **{
        f"{name}, FF{marker:02X}": with_segment(marker, TEXT)(stream)
        for name, stream in (("JPEG", BASELINE), ("lossless", LOSSLESS), ("LS", JPEG_LS))
        for marker in (0xE0, 0xE8, 0xEF, 0xFE)
    },
    "JFIF thumbnail": with_segment(0xE0, THUMBNAIL)(BASELINE),
    "unused quantisation table": with_segment(0xDB, b"\3" + (TEXT * 3)[:64])(BASELINE),
    "unused table of words": with_segment(0xDB, b"\x13" + (TEXT * 6)[:128])(BASELINE),
    "replaced quantisation table": with_segment(0xDB, b"\0" + (TEXT * 3)[:64])(BASELINE),
    "unused Huffman table": with_segment(0xC4, UNUSED)(BASELINE),
    "unused table, lossless": with_segment(0xC4, UNUSED)(LOSSLESS),
    "comment before the scan": before(BASELINE, SOS, segment(0xFE, TEXT)),
    "comment behind the scan": before(BASELINE, EOI, segment(0xFE, TEXT)),
    "table behind the scan": before(BASELINE, EOI, segment(0xDB, b"\3" + (TEXT * 3)[:64])),
    "behind the end": BASELINE + TEXT,
    "behind the end, LS": JPEG_LS + TEXT,
    "JPEG 2000, COM": around_siz(segment(0x64, b"\0\1" + TEXT)),
    "JPEG 2000, COM in the tile": in_tile(segment(0x64, b"\0\1" + TEXT)),
    "JPEG 2000, TLM": around_siz(segment(0x55, TEXT)),
    "JPEG 2000, PLM": around_siz(segment(0x57, TEXT)),
    "JPEG 2000, PLT": in_tile(segment(0x58, TEXT)),
    "JPEG 2000, CRG": around_siz(segment(0x63, TEXT)),
    "JPEG 2000, behind the end": J2K + TEXT,
    "JP2": b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x1euuid" + TEXT + J2K,
}  # fmt: skip


@pytest.mark.parametrize("stream", REMOVED.values(), ids=REMOVED)
def test_what_is_not_image_is_left_behind(stream):
    clean = bare(stream)
    sources = bare(BASELINE), bare(LOSSLESS), bare(JPEG_LS), bare(J2K)
    assert TEXT[:14] in stream or bytes(sorted(set(TEXT))) in stream
    assert clean in sources


REFUSED = {
    **{
        f"FF{marker:02X}": with_segment(marker, TEXT)(BASELINE)
        for marker in (0x02, 0xBF, 0xC8, 0xCC, 0xDC, 0xDE, 0xDF, 0xF0, 0xF8, 0xFD)
    },
    "TEM": BASELINE[:2] + b"\xff\x01" + TEXT + BASELINE[2:],
    "TEM in the scan": BASELINE[:-2] + b"\xff\x01" + TEXT + EOI,
    "restart without an interval": BASELINE[:-2] + b"\xff\xd0" + TEXT + EOI,
    "stray bytes between segments": before(BASELINE, SOS, TEXT),
    "a component too many": BASELINE.replace(FRAME, segment(0xC0, FRAME[4:] + b"\2\x11\0")).replace(
        SOS + b"\0\x08\1\1\0", SOS + b"\0\x0a\2\1\0\2\0"
    ),
    "stray bytes in the frame header": BASELINE.replace(FRAME, segment(0xC0, FRAME[4:] + TEXT)),
    "a code for the same value twice": with_segment(
        0xC4, b"\x13" + bytes(7) + bytes([len(TEXT)]) + bytes(8) + TEXT
    )(BASELINE),
    "LS, a table of values": JPEG_LS.replace(LS_SCAN, LS_SCAN[:-1] + b"\1"),
    "LS, parameters of another kind": with_segment(0xF8, b"\2" + TEXT[:10])(JPEG_LS),
    "JPEG 2000, a tile is missing": J2K[:24] + struct.pack(">2I", 16, 64) + J2K[32:],
    "JPEG 2000, subsampled": J2K[:43] + b"\2" + J2K[44:],
    "the scan twice": BASELINE[:-2] + BASELINE[BASELINE.index(SOS) :],
    "two frame headers": before(BASELINE, SOS, FRAME),
    "no scan": BASELINE[: BASELINE.index(SOS)] + EOI,
    "a table that is absent": BASELINE.replace(b"\xff\xdb", b"\xff\xfe"),
    "table cut": with_segment(0xDB, b"\0" + TEXT)(BASELINE),
    "Huffman table cut": with_segment(0xC4, b"\0" * 17 + TEXT)(BASELINE),
    "DRI of text": with_segment(0xDD, TEXT)(BASELINE),
    "LS, palette": with_segment(0xF8, b"\2" + TEXT)(JPEG_LS),
    "LS, parameters and more": with_segment(0xF8, b"\1" + TEXT)(JPEG_LS),
    "JPEG 2000, QCC of no component": around_siz(segment(0x5D, b"\1\x40" + TEXT)),
    "JPEG 2000, COC of no component": around_siz(segment(0x53, b"\1\0" + TEXT)),
    "JPEG 2000, RGN of no component": in_tile(segment(0x5E, b"\1\0" + TEXT)),
    "JPEG 2000, SIZ twice": around_siz(J2K[2 : 4 + int.from_bytes(J2K[4:6], "big")]),
    "JPEG 2000, QCD twice": in_tile(segment(0x5C, b"\x40" + TEXT) * 2),
    "JPEG 2000, long COD": in_tile(segment(0x52, bytes([0, 0, 0, 1, 0, 1, 4, 4, 0, 1]) + TEXT)),
    "JPEG 2000, CAP of text": around_siz(segment(0x50, TEXT)),
    **{
        f"JPEG 2000, FF{marker:02X}": around_siz(segment(marker, TEXT))
        for marker in (0x30, 0x3F, 0x56, 0x59, 0x5F, 0x60, 0x61, 0x91)
    },
    "JPEG 2000, no tile": J2K[: J2K.index(b"\xff\x90")] + EOI,
    "JPEG 2000, a tile part too many": J2K[:-2] + J2K[J2K.index(b"\xff\x90") :],
    "JPEG 2000, 65,536 tiles": J2K[:24] + struct.pack(">2I", 1, 1) + J2K[32:],
    "JPEG 2000, no tile size": J2K[:24] + bytes(8) + J2K[32:],
}  # fmt: skip


@pytest.mark.parametrize("stream", REFUSED.values(), ids=REFUSED)
def test_what_could_be_anything_is_refused(stream):
    assert reason(bare, stream) == "pixels-undecodable"


def test_quantisation_steps_of_bands_that_do_not_exist_are_cut_off():
    at = J2K.index(b"\xff\x5c")
    end = at + 2 + int.from_bytes(J2K[at + 2 : at + 4], "big")
    spoilt = J2K[:at] + segment(0x5C, J2K[at + 4 : end] + TEXT) + J2K[end:]
    assert bare(spoilt) == bare(J2K)


def test_high_throughput_streams_say_so_in_one_segment():
    capability, clean = segment(0x50, b"\0\2\0\0\0\3"), bare(J2K)
    at = clean.index(b"\xff\x52")
    clean = clean[:at] + capability + clean[at:]
    assert bare(around_siz(capability)) == clean
    assert bare(around_siz(segment(0x50, b"\0\2\0\0\0\3" + TEXT))) == clean
    assert reason(bare, around_siz(capability * 2)) == "pixels-undecodable"
    assert reason(bare, around_siz(segment(0x50, b"\0\3\0\0\0\3AB"))) == "pixels-undecodable"


@pytest.mark.parametrize("length", [*range(14), 15, 1 << 20, 0xFFFFFFFF])
def test_a_tile_part_that_lies_about_its_length_is_no_hang(length):
    at = J2K.index(b"\xff\x90") + 6
    stream = J2K[:at] + length.to_bytes(4, "big") + J2K[at + 4 :]
    if length:
        assert reason(bare, stream) == "pixels-undecodable"
    else:
        # to the end of the image; the true length is written
        assert bare(stream) == bare(J2K)


@pytest.mark.parametrize("stream", [BASELINE, LOSSLESS, J2K], ids=["JPEG", "lossless", "J2K"])
def test_several_images_in_a_frame_are_not_one(stream):
    assert reason(bare, stream + b"\0" + stream) == "pixel-length"
    assert reason(bare, stream, (64, 33, 1)) == "pixel-length"
    assert reason(bare, stream, (64, 32, 3)) == "pixel-length"


def saved(**options: object) -> bytes:
    stream = BytesIO()
    Image.fromarray(np.dstack([BYTES] * 3)).save(stream, "JPEG", **options)
    return stream.getvalue()


@pytest.mark.parametrize("options", [{}, {"subsampling": 0}, {"restart_marker_blocks": 2},
                                     {"optimize": True}, {"quality": 100}])  # fmt: skip
def test_a_rebuilt_jpeg_decodes_to_the_same(options):
    stream = saved(**options)
    rebuilt = bare(with_segment(0xDB, b"\3" + (TEXT * 3)[:64])(stream), (64, 32, 3))
    assert np.array_equal(*(np.asarray(Image.open(BytesIO(s)))[..., 0] for s in (stream, rebuilt)))
    assert bare(rebuilt) == rebuilt
    if "restart_marker_blocks" in options:
        swapped = stream.replace(b"\xff\xd0", b"\xff\xd5", 1)
        assert reason(bare, swapped) == "pixels-undecodable"


def test_a_progressive_jpeg_belongs_to_no_transfer_syntax_here():
    assert reason(bare, saved(progressive=True)) == "pixels-undecodable"


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.data())
def test_damaged_streams_end_in_a_reason(data):
    stream = data.draw(st.sampled_from([BASELINE, LOSSLESS, JPEG_LS, J2K]))
    at = data.draw(st.integers(0, min(700, len(stream))))
    cut, put = data.draw(st.integers(0, 4)), data.draw(st.binary(max_size=4))
    try:
        once = bare(stream[:at] + put + stream[at + cut :])
    except Refused as refusal:
        assert refusal.reason in ("pixels-undecodable", "pixel-length")
    else:
        assert bare(once) == once


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
