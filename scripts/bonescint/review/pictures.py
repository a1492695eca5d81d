"""The pictures of the page: every frame in 256 greys, bone dark on white, as a lossless PNG."""

import base64
import struct
import zlib
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset

from bonescint.dicom.display import greys, shades


class Picture(NamedTuple):
    """One frame.

    Parameters
    ----------
    view
        ``anterior``, ``posterior``, ``overlay`` or empty.
    width, height
        In pixels of the file.
    data
        The PNG in base64.
    """

    view: str
    width: int
    height: int
    data: str


def pictures(dataset: Dataset, views: str) -> list[Picture]:
    """Return the frames of a file in their order; none if it has no picture that can be drawn.

    Parameters
    ----------
    dataset
        The file.
    views
        The view of each frame, joined by ``+``.
    """
    try:
        frames = shades(dataset)
    except (AttributeError, NotImplementedError, RuntimeError, ValueError, KeyError):
        return []
    named = views.split("+") if views else []
    if len(named) != len(frames):
        named = [""] * len(frames)
    return [
        Picture(view, frame.shape[1], frame.shape[0], png(255 - greys(frame)))
        for view, frame in zip(named, frames, strict=True)
    ]


def overlay_pictures(dataset: Dataset, group: int) -> list[Picture]:
    """Return an overlay of a file, black on white; none if there is none.

    Parameters
    ----------
    dataset
        The file.
    group
        60xx.
    """
    try:
        plane = np.asarray(dataset.overlay_array(group), np.uint8)
    except (AttributeError, ValueError, KeyError):
        return []
    planes = plane.reshape(-1, *plane.shape[-2:])
    return [
        Picture("overlay", p.shape[1], p.shape[0], png((1 - p) * np.uint8(255))) for p in planes
    ]


def png(greyscale: NDArray[Any]) -> str:
    """Return a picture of 8 bits as a PNG in base64: the same bytes for the same pixels.

    Parameters
    ----------
    greyscale
        Rows and columns; 0 is black.
    """
    height, width = greyscale.shape
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    # before each row the number of its filter: none
    rows = np.zeros((height, width + 1), np.uint8)
    rows[:, 1:] = greyscale
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    chunks = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )
    return base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"".join(chunks)).decode("ascii")
