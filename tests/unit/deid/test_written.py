"""The written file decodes to the source's image, as its bytes show, not as the engine says."""

import numpy as np
import pytest

from bonescint.deid import engine
from bonescint.dicom import tags
from tests.unit.deid.door import refusal, written
from tests.unit.deid.samples import counts, siemens
from tests.unit.deid.test_palette import palette

DESCRIBED = {
    tags.SamplesPerPixel: b"\3\0", tags.PhotometricInterpretation: b"MONOCHROME1 ",
    tags.Rows: b"\x10\0", tags.Columns: b"\x10\0", tags.BitsAllocated: b"\x08\0",
    tags.BitsStored: b"\x0c\0", tags.HighBit: b"\x0e\0", tags.PixelRepresentation: b"\1\0",
    tags.NumberOfFrames: b"1 ",
}  # fmt: skip

NOTICED = {tag: {tags.notation(tag)} for tag in DESCRIBED}
# a vector is compared with the number of frames before the image is checked
NOTICED[tags.NumberOfFrames].add(tags.notation(tags.DetectorVector))


def outcome(monkeypatch, spoil, source=None) -> tuple[str, str]:
    """Return what becomes of a file whose elements are spoilt before they are written."""
    encode = engine.encode_dataset

    def encode_spoilt(elements):
        elements = dict(elements)
        if tags.Rows in elements:
            spoil(elements)
        return encode(elements)

    monkeypatch.setattr(engine, "encode_dataset", encode_spoilt)
    found = refusal(source or siemens())
    return found.reason, found.detail


@pytest.mark.parametrize("tag", DESCRIBED)
def test_a_description_that_gets_lost_is_noticed(monkeypatch, tag):
    found = outcome(monkeypatch, lambda elements: elements.pop(tag))
    assert found[0] == "verification-failed"
    assert found[1] in NOTICED[tag]


@pytest.mark.parametrize(("tag", "value"), DESCRIBED.items())
def test_a_description_of_another_image_is_noticed(monkeypatch, tag, value):
    spoil = lambda elements: elements.update({tag: (elements[tag][0], value)})  # noqa: E731
    reason, detail = outcome(monkeypatch, spoil)
    assert reason == "verification-failed"
    assert detail in NOTICED[tag]


@pytest.mark.parametrize("tag", [0x00281101, 0x00281103, 0x00281202])
def test_a_colour_table_that_gets_lost_is_noticed(monkeypatch, tag):
    found = outcome(monkeypatch, lambda elements: elements.pop(tag), palette())
    assert found == ("verification-failed", tags.notation(tag))


@pytest.mark.parametrize(
    ("vr", "change"),
    [
        ("OW", lambda value: value[:-2]), ("OW", lambda value: bytes(value) + b"\0\0"),
        ("OW", lambda value: b"\7" + bytes(value)[1:]), ("OB", bytes), ("OW", lambda value: b""),
    ],
    ids=["fewer", "more", "others", "of bytes", "none"],
)  # fmt: skip
def test_pixels_that_get_lost_are_noticed(monkeypatch, vr, change):
    encode = engine.encode_element

    def spoilt(tag, kind, value):
        return encode(tag, vr, change(value)) if tag == tags.PixelData else encode(tag, kind, value)

    monkeypatch.setattr(engine, "encode_element", spoilt)
    assert outcome(monkeypatch, lambda elements: None)[0] == "verification-failed"


def test_an_honest_file_decodes():
    assert np.array_equal(written(siemens()).pixel_array, counts())
