"""The pictures of the page: every frame in 256 greys, bone dark on white, as a lossless PNG."""

import base64
import struct
import zlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from bonescint.dicom.display import NO_PICTURE, greys, shades


class ShownPicture(NamedTuple):
    """One frame."""

    view: str  # anterior, posterior, overlay or empty
    width: int  # in pixels of the file, like the height
    height: int
    data: str  # the PNG in base64
    # a PNG of every pixel that has not the darkest value, in black: 256 greys cannot show it
    trace: str = ""


def pictures(dataset: Dataset, views: str) -> list[ShownPicture]:
    """Return the frames of a file in their order; none if it has no picture that can be drawn.

    `views` has the view of each frame, joined by ``+``.
    """
    try:
        frames = shades(dataset)
    except NO_PICTURE:
        return []
    named = views.split("+") if views else []
    if len(named) != len(frames):
        named = [""] * len(frames)
    return [
        ShownPicture(
            view,
            frame.shape[1],
            frame.shape[0],
            png(255 - greys(frame)),
            png(frame == frame.min()),
        )  # fmt: skip
        for view, frame in zip(named, frames, strict=True)
    ]


def overlay_pictures(dataset: Dataset, group: int) -> list[ShownPicture]:
    """Return an overlay (group 60xx) of a file, black on white; none if there is none."""
    try:
        plane = np.asarray(dataset.overlay_array(group), np.uint8)
    except (AttributeError, ValueError, KeyError):
        return []
    planes = plane.reshape(-1, *plane.shape[-2:])
    return [
        ShownPicture("overlay", p.shape[1], p.shape[0], png((1 - p) * np.uint8(255)))
        for p in planes
    ]


def png(greyscale: NDArray[Any]) -> str:
    """Return a picture as a PNG in base64: the same bytes for the same pixels.

    0 is black. The rows and columns are of 8 bits, or of one (true is white).
    """
    height, width = greyscale.shape
    bits = 1 if greyscale.dtype == bool else 8
    head = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    data = np.packbits(greyscale, axis=1) if bits == 1 else greyscale
    # before each row the number of its filter: none
    rows = np.zeros((height, data.shape[1] + 1), np.uint8)
    rows[:, 1:] = data
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode("ascii")
