"""One JPEG per image, because not everybody has a viewer: bone dark, frames side by side."""

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom import Dataset

from bonescint.dicom.display import NO_PICTURE, greys, shades
from bonescint.resources import SYNTHETIC

_MOST = 2048  # pixels per side, which a screen can show
_GAP = 8  # pixels between two frames
_QUALITY = 75


def preview(dataset: Dataset, synthetic: bool) -> bytes | None:
    """Return an image as a JPEG, the same bytes for the same pixels; None if it cannot be drawn.

    It holds nothing but JFIF: no header of the image, no date, no program.

    Parameters
    ----------
    dataset
        A coded image.
    synthetic
        Whether to mark it as simulated.
    """
    try:
        frames = [255 - greys(light) for light in shades(dataset)]
    except NO_PICTURE:
        return None
    picture = Image.fromarray(_side_by_side(frames))
    picture.thumbnail((_MOST, _MOST))
    if synthetic:
        picture = _marked(picture)
    buffer = BytesIO()
    picture.save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _side_by_side(frames: list[NDArray[np.uint8]]) -> NDArray[Any]:
    """Return frames in rows that fit a screen, with white gaps."""
    height, width = frames[0].shape
    columns = max(1, min(len(frames), _MOST // (width + _GAP)))
    rows = -(-len(frames) // columns)
    sheet = np.full((rows * (height + _GAP), columns * (width + _GAP)), 255, np.uint8)
    for n, frame in enumerate(frames):
        y, x = n // columns * (height + _GAP), n % columns * (width + _GAP)
        sheet[y : y + height, x : x + width] = frame
    return sheet[:-_GAP, :-_GAP]


def _marked(picture: Image.Image) -> Image.Image:
    """Return a picture with a line below it that says that it is simulated."""
    word, _, _ = SYNTHETIC.partition(" ")
    font = ImageFont.load_default(min(16, max(8, picture.width / 7)))
    sheet = Image.new("L", (picture.width, picture.height + 22), 255)
    sheet.paste(picture)
    middle = picture.width / 2, picture.height + 11
    ImageDraw.Draw(sheet).text(middle, word, fill=0, font=font, anchor="mm")
    return sheet
