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

from bonescint.deid.codestream import check_stream
from bonescint.deid.pixels import prepare
from bonescint.deid.refusal import Refused
from bonescint.deid.source import read_source
from bonescint.dicom.limits import DEFAULT
from tests.planted.codecs import rle
from tests.unit.deid.encoded import (
    BIG,
    FRAMES,
    GOOD,
    PIXELS,
    ROWS,
    around,
    body_of,
    changed,
    element,
    encode,
    item,
    parse,
)
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


def image(data: bytes):
    return prepare(read_source(data))


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


@pytest.mark.parametrize("vr", ["OB", "OW", "US", "UN", "OL", "OF", "OD", "UT"])
def test_pixels_in_words_of_another_length_are_not_guessed(vr):
    tree = parse(body_of(GOOD))
    tree[PIXELS] = vr, tree[PIXELS][1]
    assert bytes(image(encode(tree, ExplicitVRLittleEndian)).native) == counts().tobytes()
    if vr == "OB":
        # no words: the bytes stand as they are
        tree[PIXELS] = vr, counts().astype(">u2").tobytes()
    big = encode(tree, ExplicitVRBigEndian)
    if vr in ("OB", "OW", "US", "UN"):
        assert bytes(image(big).native) == counts().tobytes()
    else:
        assert reason(image, big) == "pixel-format"


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
            # shifted pixels, or a hiding place
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
def test_an_invalid_number_leaves_the_image_undescribed(tag, vr, value):
    assert reason(image, changed(element(tag, vr, value))) == "pixel-format"


def test_upper_bits_of_a_compressed_image_hide_nothing():
    high = WORDS | 0x4000
    header = {"BitsStored": 12, "HighBit": 11}
    frame = rle(high.tobytes(), *ROWS_COLUMNS)
    assert reason(image, in_file([frame], RLELossless, **header)) == "unused-pixel-bits"
    # pixels in the upper bits are not shifted out of them
    shifted = WORDS << 4
    frame = rle(shifted.tobytes(), *ROWS_COLUMNS)
    data = in_file([frame], RLELossless, BitsStored=12, HighBit=15)
    assert bytes(image(data).native) == shifted.tobytes()


RLE = rle(WORDS.tobytes(), *ROWS_COLUMNS)
STREAMS = {
    "baseline": (BASELINE, JPEGBaseline8Bit, 8), "lossless": (LOSSLESS, JPEGLosslessSV1, 16),
    "J2K lossless": (J2K, JPEG2000Lossless, 16), "J2K": (J2K, JPEG2000, 16),
    "RLE": (RLE, RLELossless, 16),
}  # fmt: skip


@pytest.mark.parametrize(("frame", "syntax", "stored"), STREAMS.values(), ids=STREAMS)
def test_compressed_frames_are_counted_and_measured(frame, syntax, stored):
    data = in_file([frame, frame], syntax, stored)
    pixels = image(data)
    decoded = np.frombuffer(pixels.native, f"<u{stored // 8}").reshape(2, *ROWS_COLUMNS)
    assert np.array_equal(decoded, dcmread(BytesIO(data)).pixel_array)
    if syntax != JPEGBaseline8Bit:
        assert np.array_equal(decoded[1], WORDS)
    assert pixels.lossy == (syntax in (JPEGBaseline8Bit, JPEG2000))
    assert reason(image, in_file([frame] * 2, syntax, stored, NumberOfFrames=1)) == "pixel-length"
    assert reason(image, in_file([frame], syntax, stored, NumberOfFrames=2)) == "pixel-length"
    lying = in_file([frame], syntax, stored, Rows=32)
    assert reason(image, lying) == (
        "pixels-undecodable" if syntax == RLELossless else "pixel-length"
    )
    # of as many pixels, but another image
    turned = in_file([frame], syntax, stored, Rows=32, Columns=64)
    if syntax != RLELossless:
        assert reason(image, turned) == "pixel-length"
    ds = dcmread(BytesIO(in_file([frame] * 2, syntax, stored, NumberOfFrames=1)))
    # without an offset table the two are one
    ds.PixelData = encapsulate([frame] * 2, has_bot=False)
    assert reason(image, as_file(ds, syntax)) == "pixel-length"


@pytest.mark.parametrize(("frame", "syntax", "stored"), STREAMS.values(), ids=STREAMS)
@pytest.mark.parametrize("offsets", [True, False], ids=["offsets", "no offsets"])
@pytest.mark.parametrize("frames", [1, 2])
def test_an_empty_fragment_is_no_frame_wherever_it_stands(frame, syntax, stored, offsets, frames):
    expected = bytes(image(in_file([frame] * frames, syntax, stored)).native)
    value = encapsulate([frame] * frames, has_bot=offsets)
    nothing = item(b"")
    ds = dcmread(BytesIO(in_file([frame] * frames, syntax, stored)))

    def accepted(new: bytes) -> bool:
        ds.PixelData = new
        return bytes(image(as_file(ds, syntax)).native) == expected

    for many in (1, 2, 3):
        assert accepted(value + nothing * many)
    if not offsets:
        # between two frames, where no offset is moved
        behind = 8 + 8 + int.from_bytes(value[12:16], "little")
        assert accepted(value[:behind] + nothing + value[behind:])
        assert accepted(value[:8] + nothing * 2 + value[8:] + nothing)
    ds.PixelData = nothing * (frames + 1)
    assert reason(image, as_file(ds, syntax)) in ("pixel-length", "pixels-undecodable")


@pytest.mark.parametrize(("frame", "syntax", "stored"), STREAMS.values(), ids=STREAMS)
@pytest.mark.parametrize("offsets", [(0, 0), (0, 999), (0,), (4, 8), (0, 1, 2)])
def test_as_many_fragments_as_frames_are_the_frames(frame, syntax, stored, offsets):
    good = in_file([frame] * 2, syntax, stored)
    table = item(struct.pack(f"<{len(offsets)}I", *offsets))
    ds = dcmread(BytesIO(good))
    ds.PixelData = table + encapsulate([frame] * 2, has_bot=False)[8:]
    assert image(as_file(ds, syntax)).native == image(good).native


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("GDCMJ2K_TextGBR.dcm", True),
        ("SC_rgb_jpeg_dcmtk.dcm", True),
        ("SC_rgb_rle_2frame.dcm", True),
        ("examples_ybr_color.dcm", True),
        ("J2K_pixelrep_mismatch.dcm", False),
        ("JPEGLSNearLossless_16.dcm", False),
        ("JPGExtended.dcm", False),
    ],
)
def test_signs_are_decoded_as_pydicom_does_and_colour_is_refused(name, colour):
    ds, source = around(name)
    ds.PlanarConfiguration = 0
    data = as_file(ds, source.file_meta.TransferSyntaxUID)
    if colour:
        assert reason(image, data) == "colour"
        return
    assert bytes(image(data).native) == source.pixel_array.tobytes()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ({"PhotometricInterpretation": "RGB"}, "colour"),
        ({"PhotometricInterpretation": "YBR_FULL_422", "SamplesPerPixel": 3}, "colour"),
        ({"SamplesPerPixel": 3}, "colour"),
        ({"SamplesPerPixel": 4, "BitsAllocated": 24}, "colour"),
    ],
)
def test_colour_is_a_reason_of_its_own(header, expected):
    ds = siemens()
    ds.update(header)
    ds.PlanarConfiguration = 0
    assert reason(image, as_file(ds)) == expected


@pytest.mark.parametrize("place", ["behind the start", "behind the end", "before the end"])
def test_extra_data_in_a_lossy_stream_do_not_leave(place):
    passenger = segment(0xFE, TEXT)
    at = {"behind the start": 2, "behind the end": len(BASELINE)}.get(place, len(BASELINE) - 2)
    data = in_file([BASELINE[:at] + passenger + BASELINE[at:]], JPEGBaseline8Bit, 8)
    clean = in_file([BASELINE], JPEGBaseline8Bit, 8)
    assert TEXT in data
    assert bytes(image(data).native) == bytes(image(clean).native)


def test_bombs_are_refused_before_they_are_inflated():
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
    # quality layers are harmless, each may be empty
    check_stream(layers, *ROWS_COLUMNS)
    for stream, many in (
        (precincts, "packets"), (J2K[:24] + struct.pack(">2I", 1, 1) + J2K[32:], "tiles"),
    ):  # fmt: skip
        with pytest.raises(Refused) as refusal:
            check_stream(stream, *ROWS_COLUMNS)
        assert refusal.value.detail.endswith(many)
    assert reason(
        image, changed(element(FRAMES, "IS", b"%d" % (DEFAULT.bytes_of("image_mb") // 512 + 1)))
    ) == ("beyond-limits")


def test_big_endian_is_decoded_like_little():
    assert bytes(image(BIG).native) == bytes(image(GOOD).native) == counts().tobytes()
