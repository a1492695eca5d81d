"""Bytes that no element accounts for, and the header's texts among the pixels."""

import struct
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.data import get_testdata_files
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from bonescint.deid.refusal import Refused
from bonescint.deid.source import read_source
from tests.planted.mutated import mutated, wholes
from tests.planted.search import Haystack
from tests.unit.deid.door import NATIVE, coded
from tests.unit.deid.encoded import GOOD, IMPLICIT, changed, deflated, element, item, meta
from tests.unit.deid.samples import BIRTH, KANJI, PATIENT_ID, as_file, counts, siemens

PLACES = (0, 1, 6, 333, 700)


def outcome(data: bytes) -> str:
    try:
        coded(data)
    except Refused as refusal:
        return refusal.reason
    return "written"


def with_text(text: bytes, at: int, syntax: str = ExplicitVRLittleEndian, **header: str) -> bytes:
    """Return an instance with bytes written over its pixels."""
    ds = siemens()
    for keyword, value in header.items():
        setattr(ds, keyword, value)
    kind = ">u2" if syntax == ExplicitVRBigEndian else "<u2"
    pixels = bytearray(counts().astype(kind).tobytes())
    pixels[at : at + len(text)] = text
    ds.PixelData = bytes(pixels)
    return as_file(ds, syntax)


@pytest.mark.parametrize("length", [8, 100, 400])
@pytest.mark.parametrize("whole", [GOOD, IMPLICIT], ids=["explicit", "implicit"])
def test_the_header_repeated_in_front_of_the_pixels(whole, length):
    at = len(whole) - counts().nbytes
    assert outcome(whole[:at] + whole[at - length : at] + whole[at:]) == "surplus-bytes"


TAILS = {
    "nothing": (b"", "written"),
    "a zero": (b"\0", "written"),
    "a space": (b" ", "written"),
    "a letter": (b"x", "surplus-bytes"),
    "a block of zeros": (bytes(777), "written"),
    "zeros, then text": (bytes(77) + b"YAMADA", "surplus-bytes"),
    "text": (b"YAMADA HANAKO 0012345678", "surplus-bytes"),
    "trailing padding": (element(0xFFFCFFFC, "OB", bytes(100)), "written"),
    "trailing padding and zeros": (element(0xFFFCFFFC, "OB", b"\1" * 100) + bytes(6), "written"),
    "private elements": (
        element(0x7FE30010, "LO", b"ACME") + element(0x7FE31001, "OB", b"abcd"), "written",
    ),
    "private elements and text": (element(0x7FE30010, "LO", b"ACME") + b"YAMADA", "surplus-bytes"),
    "a sequence without length": (
        element(0xFFFAFFFA, "SQ", item(element(0x04000005, "US", b"\1\0"))
                + struct.pack("<HHI", 0xFFFE, 0xE0DD, 0), 0xFFFFFFFF), "written",
    ),
    "padding that is too long": (element(0xFFFCFFFC, "OB", b"abcd", 400), "surplus-bytes"),
    "an earlier element": (element(0x00100010, "PN", b"YAMADA"), "surplus-bytes"),
    "a delimiter": (struct.pack("<HHI", 0xFFFE, 0xE0DD, 0), "surplus-bytes"),
}  # fmt: skip


@pytest.mark.parametrize(("tail", "expected"), TAILS.values(), ids=TAILS)
def test_what_may_stand_behind_the_pixels(tail, expected):
    assert outcome(GOOD + tail) == expected
    body = changed()[len(meta()) :]
    assert outcome(meta(DeflatedExplicitVRLittleEndian) + deflated(body + tail)) == expected
    # only the other reader shows it
    try:
        read_source(GOOD + tail)
    except Refused as refusal:
        assert refusal.reason == expected
    else:
        assert expected == "written"


def test_good_files_of_others_have_nothing_over():
    read = 0
    for path in get_testdata_files("*.dcm"):
        data = Path(path).read_bytes()
        try:
            read += bool(read_source(data).level)
        except Refused as refusal:
            assert refusal.reason != "surplus-bytes", path
    assert read > 50


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize(
    "text",
    [
        b"YAMADA", b"hanako", PATIENT_ID.encode(), PATIENT_ID[2:].encode(), BIRTH.encode(),
        KANJI.encode(), KANJI.encode("cp932"), KANJI.encode("iso2022_jp"), b"ACC4711-99",
        KANJI.encode("iso2022_jp").removeprefix(b"\x1b$B"), "ヤマダ".encode("cp932"),
        b"Example University",
        siemens().SOPInstanceUID.encode(),
    ],
)  # fmt: skip
def test_a_text_of_the_header_among_the_pixels(text, syntax, at):
    assert outcome(with_text(text, at, syntax)) == "residual-identifier"


@pytest.mark.parametrize("at", PLACES)
def test_a_short_name_is_known_by_its_element(at):
    short = {"PatientName": "Sato", "PatientID": "123"}
    for text in (
        b"\x10\0\x10\0PN\4\0Sato", b"\x10\0\x20\0LO\4\x00123",
    ):  # fmt: skip
        assert outcome(with_text(text, at, **short)) == "residual-identifier"
    # alone it occurs by chance in counts
    assert outcome(with_text(b"Sato", at, **short)) == "written"
    assert outcome(with_text(b"\x10\0\x10\0\4\0\0\0Sato", at, ImplicitVRLittleEndian, **short)) == (
        "residual-identifier"
    )


def test_in_the_literal_runs_of_a_compressed_image():
    ds = siemens()
    image = counts()
    image[0, 0] = np.frombuffer(b"HANAKO01", "u1")
    ds.PixelData = image.tobytes()
    ds.file_meta = dcmread(BytesIO(GOOD)).file_meta
    ds.compress(RLELossless)
    assert outcome(as_file(ds, RLELossless)) == "residual-identifier"


def test_counts_are_no_text():
    rng = np.random.default_rng(3)
    for number, top in enumerate((9_000, 20_000, 65_535)):
        ds = siemens()
        ds.PatientName, ds.PatientID = "Sato^Yu", f"00{number}11111"
        ds.PixelData = rng.integers(0, top, counts().shape).astype("<u2").tobytes()
        assert outcome(as_file(ds)) == "written"


def test_a_name_that_is_no_text_any_more_may_stand_anywhere():
    words = counts().tobytes()[:12]
    assert outcome(changed(element(0x00100010, "PN", b"Yama" + words))) == "damaged"
    # left over behind a shorter value
    assert outcome(changed(element(0x00100020, "LO", b"00471936\0\0XJUNK"))) == "written"


def test_mutated_files_leak_nothing():
    """A sample of tests/bench/bench_mutated.py."""
    sources = wholes()
    written, leaks = 0, []
    for number in range(0, 200 * 7, 7):
        whole = sources[number % len(sources)]
        try:
            data = coded(mutated(whole, number)).data
        except Refused:
            continue
        written += 1
        haystack = Haystack(data)
        leaks += [(number, text) for text in whole.secrets if haystack.has(text)]
    assert leaks == []
    assert 20 < written < 120
