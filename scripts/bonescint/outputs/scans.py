"""The pictures of a coded case, each with its view."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import dcmread

from bonescint.dicom.display import NO_PICTURE, shades
from bonescint.dicom.frame_views import frame_views

logger = logging.getLogger(__name__)


@dataclass
class View:
    """One picture of a case."""

    name: str  # ``anterior``, ``posterior`` or empty (not stated in the file)
    # brightness (`bonescint.dicom.display.shades`), shape (rows, columns)
    pixels: np.ndarray[Any, Any]


def read_views(folder: Path) -> list[View]:
    """Return a case's pictures: anterior, then posterior, then unknown, one of each.

    Files in results/dicom/{batch}/{code} that are no pictures are skipped.
    """
    found: dict[str, View] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        dataset = dcmread(path)
        try:
            frames = shades(dataset)
        except NO_PICTURE as error:
            logger.warning("%s: no picture (%s)", folder.name, type(error).__name__)
            continue
        for name, frame in zip(frame_views(dataset), frames, strict=False):
            found.setdefault(name, View(name, frame))
    return [found[name] for name in ("anterior", "posterior", "") if name in found]
