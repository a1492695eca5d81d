"""Turn pixels into light, as a viewer shows them, for every photometric interpretation."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from bonescint.dicom import tags
from bonescint.dicom.photometric import GREYS, PALETTE_COLOR

# descriptor and data of each colour
COLOUR_TABLE = (
    (tags.RedPaletteColorLookupTableDescriptor, tags.RedPaletteColorLookupTableData),
    (tags.GreenPaletteColorLookupTableDescriptor, tags.GreenPaletteColorLookupTableData),
    (tags.BluePaletteColorLookupTableDescriptor, tags.BluePaletteColorLookupTableData),
)

# light above this percentile of a view turns black, so that the bladder does not hide the skeleton
CLIP = 99.7
# exceptions of `shades` for a file without a picture that it can draw
NO_PICTURE = (AttributeError, KeyError, NotImplementedError, RuntimeError, ValueError)


class Palette(NamedTuple):
    """A colour table: the pixel value of its first entry, and the entries of each colour."""

    first: int
    red: NDArray[np.integer]
    green: NDArray[np.integer]
    blue: NDArray[np.integer]


def entries(value: bytes, number: int, bits: int) -> NDArray[np.integer]:
    """Return the entries of one colour from lookup table data in little endian."""
    return np.frombuffer(value, f"<u{bits // 8}", number)


def luminance(indices: NDArray[np.integer], palette: Palette) -> NDArray[np.integer]:
    """Return the light of pixels that point into a colour table (ITU-R BT.601).

    Parameters
    ----------
    indices
        Pixels of 8 or 16 bits. One outside the table means its first or last entry (PS3.3
        C.7.6.3.1.5).
    """
    red, green, blue = (table.astype(np.int64) for table in palette[1:])
    light = ((299 * red + 587 * green + 114 * blue) // 1000).astype(palette.red.dtype)
    # computed once for each possible number, not for each pixel
    unsigned = np.dtype(f"u{indices.itemsize}")
    numbers = np.arange(1 << 8 * indices.itemsize).astype(unsigned).view(indices.dtype)
    places = np.clip(numbers.astype(np.int64) - palette.first, 0, len(light) - 1)
    light = light[places]
    shown: NDArray[np.integer] = np.empty_like(indices, dtype=light.dtype)
    # row by row, because numpy needs eight bytes for each index
    columns = indices.shape[-1]
    for row, into in zip(
        indices.view(unsigned).reshape(-1, columns), shown.reshape(-1, columns), strict=True
    ):
        into[:] = light[row]
    return shown


def shades(dataset: Dataset) -> NDArray[Any]:
    """Return the frames of a file as light: a viewer shows a higher number brighter.

    Parameters
    ----------
    dataset
        A file of MONOCHROME1, MONOCHROME2 or PALETTE COLOR, in little endian.

    Raises
    ------
    One of `NO_PICTURE`
        If it has no such pixels.
    """
    photometric = str(dataset.get("PhotometricInterpretation", ""))
    if photometric not in GREYS | {PALETTE_COLOR}:
        raise ValueError("colour")
    frames: NDArray[Any] = dataset.pixel_array
    frames = frames.reshape(-1, *frames.shape[-2:])
    if photometric == PALETTE_COLOR:
        number, first, bits = dataset[COLOUR_TABLE[0][0]].value
        number = number % (1 << 16) or 1 << 16
        tables = (entries(dataset[data].value, number, bits) for _, data in COLOUR_TABLE)
        return luminance(frames, Palette(first, *tables))
    # both attributes mean the same inversion, so a file with both is inverted only once
    if photometric == "MONOCHROME1" or dataset.get("PresentationLUTShape") == "INVERSE":
        frames = frames.max() - frames.astype(np.int64)
    return frames


def window(light: NDArray[Any]) -> tuple[float, float]:
    """Return the lightest and darkest value drawn of a frame of `shades`: minimum, percentile."""
    lower = float(light.min())
    upper = float(np.percentile(light, CLIP))
    return lower, upper if upper > lower else max(float(light.max()), lower + 1)


def greys(light: NDArray[Any]) -> NDArray[np.uint8]:
    """Return a frame of `shades` in 256 greys, clipped at the percentile: 0 is its darkest."""
    counts = light.astype(np.float32)
    lower, upper = window(counts)
    shade: NDArray[Any] = np.clip((counts - lower) / (upper - lower), 0, 1) * 255
    return shade.astype(np.uint8)
