"""Pixels as light: files that a viewer shows alike are drawn alike."""

from io import BytesIO

import numpy as np
import pytest
from pydicom import Dataset, dcmread

from bonescint.dicom.display import shades
from tests.unit.deid.samples import as_file, counts, siemens
from tests.unit.deid.test_palette import palette


def shown(ds: Dataset) -> np.ndarray:
    return shades(dcmread(BytesIO(as_file(ds))))


def inverted(ds: Dataset, **header: str) -> Dataset:
    """Return an object whose lowest number is white."""
    ds.update(header)
    frames = counts().astype(np.int64)
    kind = f"<{'i' if ds.PixelRepresentation else 'u'}2"
    ds.PixelData = (frames.max() - frames).astype(kind).tobytes()
    return ds


def test_a_grey_scale_is_its_own_light():
    assert np.array_equal(shown(siemens()), counts())


@pytest.mark.parametrize(
    "header",
    [
        {"PhotometricInterpretation": "MONOCHROME1"},
        {"PhotometricInterpretation": "MONOCHROME1", "PresentationLUTShape": "INVERSE"},
        {"PhotometricInterpretation": "MONOCHROME2", "PresentationLUTShape": "INVERSE"},
    ],
)
@pytest.mark.parametrize("signed", [0, 1])
def test_a_scale_that_begins_with_white_is_turned_round_once(header, signed):
    ds = siemens()
    ds.PixelRepresentation = signed
    light = shown(inverted(ds, **header))
    assert np.array_equal(light - light.min(), counts() - counts().min())


def test_the_whole_range_of_signed_numbers_can_be_turned():
    ds = siemens()
    ds.PixelRepresentation, ds.PhotometricInterpretation = 1, "MONOCHROME1"
    frames = counts().astype("<i2")
    frames[0, 0, :2] = -32768, 32767
    ds.PixelData = frames.tobytes()
    assert shown(ds)[0, 0, :2].tolist() == [65535, 0]


@pytest.mark.parametrize("bits", [8, 16])
def test_a_colour_table_gives_light(bits):
    ds = palette(bits)
    light = shown(ds)
    assert light.shape == counts().shape
    # a hot metal grows brighter with each count
    order = np.argsort(counts().ravel(), kind="stable")
    assert (np.diff(light.ravel()[order].astype(int)) >= 0).all()
    assert light.max() > light.min() == 0


def test_a_number_outside_the_table_means_its_first_or_last_entry():
    ds = palette(8)
    for tag in (0x00281101, 0x00281102, 0x00281103):
        ds[tag].value = [4, 2, 8]
        ds[tag + 0x100].value = bytes([10, 20, 30, 40])
    lookup = np.array([10, 10, 10, 20, 30, *[40] * 90])
    assert np.array_equal(shown(ds), lookup[counts()])


def test_colour_is_no_light():
    ds = siemens()
    ds.PhotometricInterpretation = "RGB"
    with pytest.raises(ValueError, match="colour"):
        shown(ds)
