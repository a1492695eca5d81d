"""The image of an instance: nothing hides in it, nothing wrong is accepted."""

import struct
from io import BytesIO

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.encaps import encapsulate
from pydicom.uid import (
    JPEG2000,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    RLELossless,
)

from bonescint.deid.codestream import bare
from bonescint.deid.pixels import check_image, prepare
from bonescint.deid.refusal import Refused
from bonescint.deid.source import read_source
from bonescint.dicom.limits import DEFAULT
from tests.planted.codecs import rle
from tests.unit.deid.encoded import BIG, FRAMES, GOOD, PIXELS, ROWS, around, changed, element, item
from tests.unit.deid.samples import as_file, counts, siemens
from tests.unit.deid.test_codestream import (
    BASELINE,
    J2K,
    LOSSLESS,
    ROWS_COLUMNS,
    TEXT,
    WORDS,
    peak,
    reason,
    segment,
)

pytestmark = pytest.mark.usefixtures("quiet")


def image(data: bytes):
    return prepare(read_source(data), data)


def in_file(frames: list[bytes], syntax: str, stored: int = 16, **header: object) -> bytes:
    ds = siemens()
    ds.Rows, ds.Columns = ROWS_COLUMNS
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = stored, stored, stored - 1
    ds.NumberOfFrames = len(frames)
    for keyword, value in header.items():
        setattr(ds, keyword, value)
    ds.PixelData = encapsulate(frames)
    ds["PixelData"].VR, ds["PixelData"].is_undefined_length = "OB", True
    return as_file(ds, syntax)


def test_fragments_in_an_uncompressed_syntax_are_no_pixels():
    fragments = item(b"") + item(counts().tobytes()) + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    assert reason(image, changed(element(PIXELS, "OB", fragments, 0xFFFFFFFF))) == "pixel-format"
    marks = [struct.pack(">HHI", 0xFFFE, *mark) for mark in ((0xE000, 0), (0xE000, 1024))]
    head = BIG[: -1024 - 12] + struct.pack(">HH2sHI", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF)
    end = struct.pack(">HHI", 0xFFFE, 0xE0DD, 0)
    assert reason(image, head + b"".join(marks) + BIG[-1024:] + end) == "pixel-format"


@pytest.mark.parametrize("order", ["<", ">"])
def test_less_than_a_frame_is_padding_and_more_is_a_view(order):
    syntax = ExplicitVRLittleEndian if order == "<" else ExplicitVRBigEndian
    ds = siemens()
    whole = counts().astype(f"{order}u2").tobytes()
    for excess in (0, 2, 510):
        ds.PixelData = whole + bytes(excess)
        assert bytes(image(as_file(ds, syntax)).native) == counts().tobytes()
        if excess:
            # pixels that were pushed on, or a hiding place
            ds.PixelData = whole + (TEXT * 30)[:excess]
            assert reason(image, as_file(ds, syntax)) == "surplus-bytes"
    for excess in (512, 514, 1024):
        ds.PixelData = whole + bytes(excess)
        assert reason(image, as_file(ds, syntax)) == "pixel-length"
    assert reason(image, changed(without=(FRAMES,))) == "pixel-length"


@pytest.mark.parametrize(
    ("vr", "bits", "rows"),
    [("OW", 16, 32), ("OW", 32, 16), ("OW", 8, 64), ("OB", 8, 64), ("OW", 8, 3), ("OB", 8, 3)],
)
def test_big_endian_words_are_turned(vr, bits, rows):
    ds = siemens()
    ds.NumberOfFrames, ds.Rows, ds.Columns = 1, rows, 8 if rows > 3 else 5
    ds.BitsAllocated = ds.BitsStored = bits
    ds.HighBit = bits - 1
    pixels = (np.arange(rows * ds.Columns) * 7 % 251).astype(f"<u{bits // 8}")
    size = max(bits // 8, 2 if vr == "OW" else 1)
    body = pixels.tobytes() + b"\0" * (pixels.nbytes % 2)
    ds.PixelData = np.frombuffer(body, f"<u{size}").byteswap().tobytes()
    ds["PixelData"].VR = vr
    data = as_file(ds, ExplicitVRBigEndian)
    assert bytes(image(data).native) == pixels.tobytes()
    assert np.array_equal(dcmread(BytesIO(data)).pixel_array.ravel(), pixels)


@pytest.mark.parametrize(
    ("stored", "high"), [(0, 15), (17, 16), (12, 0), (12, 10), (12, 16), (12, 65535), (16, 64)]
)
def test_bits_that_contradict_each_other_are_refused(stored, high):
    pieces = [element(0x00280101, "US", struct.pack("<H", stored)),
              element(0x00280102, "US", struct.pack("<H", high))]  # fmt: skip
    assert reason(image, changed(*pieces)) == "pixel-format"
    assert reason(image, changed(element(0x00280103, "US", b"\2\0"))) == "pixel-format"


@pytest.mark.parametrize(
    "tag", [0x00280002, ROWS, 0x00280011, 0x00280100, 0x00280101, 0x00280102, 0x00280103]
)
@pytest.mark.parametrize(
    ("vr", "value"), [("LO", b"x "), ("UN", b"x"), ("FD", struct.pack("<d", 16))]
)
def test_a_number_that_is_none_is_an_image_that_is_not_described(tag, vr, value):
    assert reason(image, changed(element(tag, vr, value))) == "pixel-format"


def test_upper_bits_of_a_compressed_image_hide_nothing():
    high = WORDS | 0x4000
    header = {"BitsStored": 12, "HighBit": 11}
    frame = rle(high.tobytes(), *ROWS_COLUMNS)
    assert reason(image, in_file([frame], RLELossless, **header)) == "unused-pixel-bits"
    # and pixels that stand in the upper bits are not shifted out of them
    shifted = WORDS << 4
    frame = rle(shifted.tobytes(), *ROWS_COLUMNS)
    data = in_file([frame], RLELossless, BitsStored=12, HighBit=15)
    assert bytes(image(data).native) == shifted.tobytes()


@pytest.mark.parametrize(
    ("frame", "syntax", "stored"),
    [
        (BASELINE, JPEGBaseline8Bit, 8), (LOSSLESS, JPEGLosslessSV1, 16),
        (J2K, JPEG2000Lossless, 16), (J2K, JPEG2000, 16),
        (rle(WORDS.tobytes(), *ROWS_COLUMNS), RLELossless, 16),
    ],
    ids=["baseline", "lossless", "J2K lossless", "J2K", "RLE"],
)  # fmt: skip
def test_compressed_frames_are_counted_and_measured(frame, syntax, stored):
    pixels = image(in_file([frame, frame], syntax, stored))
    decoded = pixels.image
    assert decoded.shape == (2, *ROWS_COLUMNS)
    if syntax != JPEGBaseline8Bit:
        assert np.array_equal(decoded[1], WORDS)
    written = as_file(dcmread(BytesIO(in_file([frame, frame], syntax, stored))), syntax)
    check_image(pixels, written, 0, 0)
    decoded[1, 5, 5] ^= 1
    assert reason(check_image, pixels, written, 0, 0) == "verification-failed"
    assert reason(image, in_file([frame] * 2, syntax, stored, NumberOfFrames=1)) == "pixel-length"
    assert reason(image, in_file([frame], syntax, stored, NumberOfFrames=2)) == "pixel-length"
    lying = in_file([frame], syntax, stored, Rows=32)
    assert reason(image, lying) == (
        "pixels-undecodable" if syntax == RLELossless else "pixel-length"
    )
    ds = dcmread(BytesIO(in_file([frame] * 2, syntax, stored, NumberOfFrames=1)))
    # without an offset table the two are one
    ds.PixelData = encapsulate([frame] * 2, has_bot=False)
    assert reason(image, as_file(ds, syntax)) == "pixel-length"


@pytest.mark.parametrize(
    "name",
    [
        "GDCMJ2K_TextGBR.dcm",
        "SC_rgb_jpeg_dcmtk.dcm",
        "SC_rgb_rle_2frame.dcm",
        "examples_ybr_color.dcm",
        "J2K_pixelrep_mismatch.dcm",
    ],
)
def test_colour_and_signs_are_decoded_as_pydicom_does(name):
    ds, source = around(name)
    ds.PlanarConfiguration = 0
    data = as_file(ds, source.file_meta.TransferSyntaxUID)
    pixels = image(data)
    check_image(pixels, data, 0, 0)


def test_bombs_are_refused_before_they_are_lit():
    run = b"\x81\0" * 100_000
    frame = struct.pack("<16I", 2, 64, 64 + len(run), *[0] * 13) + run + run
    huge = {"Rows": 65535, "Columns": 65535}
    sof = LOSSLESS.index(b"\xff\xc3") + 5
    jpeg = LOSSLESS[:sof] + b"\xff\xff\xff\xff" + LOSSLESS[sof + 4 :]
    j2k = J2K[:8] + struct.pack(">2I", 65535, 65535) + J2K[16:]
    cod = J2K.index(b"\xff\x52") + 6
    layers = J2K[:cod] + b"\xff\xff" + J2K[cod + 2 :]
    tiny = [0x11] * (J2K[cod + 3] + 1)
    body = bytes([1, 0, 0xFF, 0xFF]) + J2K[cod + 2 : cod + 8] + bytes(tiny)
    precincts = J2K[: cod - 6] + segment(0x52, body) + J2K[cod + 8 :]
    for data in (
        in_file([frame], RLELossless), in_file([frame], RLELossless, **huge),
        in_file([jpeg], JPEGLosslessSV1), in_file([jpeg], JPEGLosslessSV1, **huge),
        in_file([j2k], JPEG2000), in_file([precincts], JPEG2000),
        changed(element(FRAMES, "IS", b"999999")),
    ):  # fmt: skip
        assert peak(image, data) < 4 << 20
    # quality layers alone are harmless, each may be empty
    assert bare(layers)
    for stream, many in (
        (precincts, "packets"), (J2K[:24] + struct.pack(">2I", 1, 1) + J2K[32:], "tiles"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            bare(stream)
        assert refusal.value.detail.endswith(many)
    assert reason(
        image, changed(element(FRAMES, "IS", b"%d" % (DEFAULT.bytes_of("image_mb") // 512 + 1)))
    ) == ("beyond-limits")


def test_big_endian_is_decoded_like_little():
    assert bytes(image(BIG).native) == bytes(image(GOOD).native) == counts().tobytes()
