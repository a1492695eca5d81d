"""PALETTE COLOR: the table is carried, measured and searched like the pixels."""

import dataclasses
from hashlib import sha256
from io import BytesIO

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.pixels import apply_color_lut
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    RLELossless,
)

from bonescint.deid.refusal import Refused
from bonescint.dicom.display import COLOUR_TABLE
from tests.unit.deid import door
from tests.unit.deid.door import NATIVE, SETTINGS, refusal, written
from tests.unit.deid.samples import KANJI, as_file, counts, siemens
from tests.unit.deid.test_engine import errors_of

HOT = np.clip(np.arange(256)[:, None] * 3 - np.array([0, 255, 510]), 0, 255)


def palette(bits: int = 16, stored: int = 8, first: int = 0, signed: bool = False) -> Dataset:
    """Return an NM object of one byte a pixel, in the colours of a hot metal."""
    ds = siemens()
    ds.PhotometricInterpretation = "PALETTE COLOR"
    ds.BitsAllocated, ds.BitsStored, ds.HighBit = 8, stored, stored - 1
    ds.PixelRepresentation = int(signed)
    ds.PixelData = counts().astype("u1").tobytes()
    ds["PixelData"].VR = "OW"
    del ds.LargestImagePixelValue
    for (descriptor, data), colour in zip(COLOUR_TABLE, HOT.T, strict=True):
        ds.add_new(descriptor, "SS" if signed else "US", [1 << stored, first, bits])
        table = colour[: 1 << stored] * (257 if bits == 16 else 1)
        ds.add_new(data, "OW", table.astype(f"<u{bits // 8}").tobytes())
    return ds


def swapped(ds: Dataset) -> Dataset:
    for tag in (0x7FE00010, *(data for _, data in COLOUR_TABLE)):
        ds[tag].value = np.frombuffer(ds[tag].value, "<u2").byteswap().tobytes()
    return ds


def coded(ds: Dataset, syntax: str = ExplicitVRLittleEndian, **settings: object) -> Dataset:
    return written(as_file(ds, syntax), dataclasses.replace(SETTINGS, **settings))


def refused(ds: Dataset, syntax: str = ExplicitVRLittleEndian) -> tuple[str, str]:
    data = as_file(ds, syntax)
    # whatever a person decided
    released = frozenset({sha256(data).hexdigest()})
    found = refusal(data, dataclasses.replace(SETTINGS, releases=released))
    return found.reason, found.detail


@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize(
    ("bits", "stored", "first", "signed"),
    [(16, 8, 0, False), (8, 8, 0, False), (8, 8, -128, True), (16, 4, 0, False),
     (16, 8, -128, True)],
)  # fmt: skip
def test_indices_and_colours_come_out_as_they_were(syntax, bits, stored, first, signed):
    ds = palette(bits, stored, first, signed)
    ds.PixelData = (counts().astype("u1") % 8).tobytes()
    expected = apply_color_lut(counts().astype("u1") % 8, ds)
    result = coded(swapped(ds) if syntax == ExplicitVRBigEndian else ds, syntax)
    assert result.PhotometricInterpretation == "PALETTE COLOR"
    assert np.array_equal(result.pixel_array, counts() % 8)
    assert np.array_equal(apply_color_lut(result.pixel_array, result), expected)
    assert ("SS" if signed else "US") == result[COLOUR_TABLE[0][0]].VR
    assert {result[data].VR for _, data in COLOUR_TABLE} == {"OW"}


def test_compressed_indices():
    ds = palette()
    ds.file_meta = dcmread(BytesIO(as_file(siemens()))).file_meta
    ds.compress(RLELossless)
    assert np.array_equal(coded(ds, RLELossless).pixel_array, counts())


def test_no_new_conformance_error(tmp_path):
    ds = palette()
    done = door.coded(ds)
    assert errors_of(done.data, tmp_path) <= errors_of(as_file(ds), tmp_path)
    assert done.facts["n_kept"]


def test_a_table_of_no_use_goes():
    ds = palette()
    ds.PhotometricInterpretation = "MONOCHROME2"
    ds.add_new(0x00281221, "OW", bytes(16))
    result = coded(ds)
    assert not [e.keyword for e in result if "Palette" in e.keyword]


@pytest.mark.parametrize("tag", [tag for pair in COLOUR_TABLE for tag in pair])
def test_a_table_that_is_missing_is_named(tag):
    ds = palette()
    keyword = ds[tag].keyword
    del ds[tag]
    assert refused(ds)[0] == "required-attribute"
    assert keyword in refused(ds)[1]
    ds = palette()
    ds[tag].value = None
    assert keyword in refused(ds)[1]


def test_segmented_tables_are_no_tables_of_an_nm_image():
    ds = palette()
    for number, (_, data) in enumerate(COLOUR_TABLE, 0x00281221):
        ds.add_new(number, "OW", ds[data].value)
        del ds[data]
    reason, detail = refused(ds)
    assert reason == "required-attribute"
    assert "RedPaletteColorLookupTableData" in detail


@pytest.mark.parametrize("entries", [256, 255])
@pytest.mark.parametrize("syntax", NATIVE)
def test_a_word_for_each_entry_of_8_bits(syntax, entries):
    ds = palette(8)
    for descriptor, data in COLOUR_TABLE:
        ds[descriptor].value = [entries, 0, 8]
        ds[data].value = ds[data].value[:entries] + b"\0" * (entries % 2)
    expected, words = coded(ds), palette(8)
    for descriptor, data in COLOUR_TABLE:
        words[descriptor].value = [entries, 0, 8]
        table = np.frombuffer(words[data].value, "u1")[:entries].astype("<u2")
        words[data].value = table.tobytes()
    result = coded(swapped(words) if syntax == ExplicitVRBigEndian else words, syntax)
    assert [result[data].value for _, data in COLOUR_TABLE] == [
        expected[data].value for _, data in COLOUR_TABLE
    ]
    assert np.array_equal(result.pixel_array, expected.pixel_array)
    words[0x00281202].value = b"\0A" * entries
    assert refused(words)[0] == "palette"


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("syntax", NATIVE)
def test_a_ramp_of_greys_spells_no_id(syntax, order):
    ds = palette(8)
    ds.PatientID = "12345678"[::order]
    for _, data in COLOUR_TABLE:
        ds[data].value = bytes(range(256))[::order]
    result = coded(swapped(ds) if syntax == ExplicitVRBigEndian else ds, syntax)
    assert result.RedPaletteColorLookupTableData == bytes(range(256))[::order]
    # the table alone
    for descriptor, data in COLOUR_TABLE:
        ds[descriptor].value = [8, 0, 8]
        ds[data].value = ds.PatientID.encode()
    ds.PixelData = bytes(512)
    assert refused(ds)[0] == "residual-identifier"


RED, GREEN = 0x00281101, 0x00281102
MALFORMED = {
    "a byte too many": {0x00281202: ("OW", bytes(514))},
    "an entry too few": {0x00281202: ("OW", bytes(510))},
    "text behind": {0x00281203: ("OW", bytes(512) + b"YAMADA HANAKO   ")},
    "colours of other sizes": {GREEN: ("US", [255, 0, 16]), 0x00281202: ("OW", bytes(510))},
    "colours from other values": {GREEN: ("US", [256, 1, 16])},
    "12 bits": {tag: ("US", [256, 0, 12]) for tag in (RED, GREEN, 0x00281103)},
    "two numbers": {RED: ("US", [256, 0])},
    "four numbers": {RED: ("US", [256, 0, 16, 0])},
    "a text": {RED: ("LO", "256\\0\\16")},
    "entries that no pixel points at": {
        **{tag: ("US", [257, 0, 16]) for tag in (RED, GREEN, 0x00281103)},
        **{tag: ("OW", bytes(514)) for tag in (0x00281201, 0x00281202, 0x00281203)},
    },
    "entries above every pixel": {tag: ("US", [256, 1, 16]) for tag in (RED, GREEN, 0x00281103)},
}  # fmt: skip


@pytest.mark.parametrize("elements", MALFORMED.values(), ids=MALFORMED)
def test_an_invalid_palette_is_refused(elements):
    ds = palette()
    for tag, (vr, value) in elements.items():
        ds.add_new(tag, vr, value)
    assert refused(ds)[0] == "palette"


def test_numbers_of_32_bits_point_into_no_table():
    ds = palette()
    ds.BitsAllocated, ds.PixelData = 32, counts().astype("<u4").tobytes()
    assert refused(ds)[0] == "palette"


@pytest.mark.parametrize("at", [0, 1, 333])
@pytest.mark.parametrize("syntax", NATIVE)
@pytest.mark.parametrize("text", [b"YAMADA", b"0012345678", KANJI.encode("cp932")])
def test_a_text_of_the_header_in_the_table(text, syntax, at):
    ds = palette()
    value = bytearray(ds.GreenPaletteColorLookupTableData)
    value[at : at + len(text)] = text
    ds.GreenPaletteColorLookupTableData = bytes(value)
    if syntax == ExplicitVRBigEndian:
        for kept in (ds, swapped(palette())):
            kept.GreenPaletteColorLookupTableData = bytes(value)
        ds = kept
    assert refused(ds, syntax) == ("residual-identifier", "(0028,1202)")


@pytest.mark.parametrize("table", ["rising", "falling", "shuffled"])
def test_text_is_looked_for_in_what_a_viewer_shows(table):
    """An unsorted table hides what neighbouring numbers would show."""
    from PIL import Image, ImageDraw

    rows, columns = 128, 128
    light = np.random.default_rng(3).poisson(40, (rows, columns)).astype("u1")
    drawn = Image.fromarray(light)
    ImageDraw.Draw(drawn).text((10, 40), "YAMADA HANAKO", fill=250)
    order = {
        "rising": np.arange(256), "falling": np.arange(256)[::-1],
        "shuffled": np.random.default_rng(5).permutation(256),
    }[table]  # fmt: skip
    for picture, expected in ((drawn, "burned-in-suspected"), (light, "written")):
        ds = palette()
        ds.Rows, ds.Columns, ds.NumberOfFrames = rows, columns, 1
        ds.EnergyWindowVector = ds.DetectorVector = [1]
        # where each shade of grey stands in the table
        ds.PixelData = np.argsort(order).astype("u1")[np.asarray(picture)].tobytes()
        for _, data in COLOUR_TABLE:
            ds[data].value = (order * 257).astype("<u2").tobytes()
        try:
            found = coded(ds).PhotometricInterpretation and "written"
        except Refused as refusal:
            found = refusal.reason
        assert found == expected
