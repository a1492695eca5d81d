"""The pictures of a coded case, each with its view."""

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset

from bonescint.dicom.display import NO_PICTURE, shades
from bonescint.dicom.view_codes import VIEWS

logger = logging.getLogger(__name__)
# each value means one view in all coding schemes, so the scheme need not be checked
_VIEWS = {value: view for (_, value), view in VIEWS.items()}


@dataclass
class View:
    """One picture of a case.

    Parameters
    ----------
    name
        ``anterior``, ``posterior`` or empty (not stated in the file).
    pixels
        Brightness (`bonescint.dicom.display.shades`), shape (rows, columns).
    """

    name: str
    pixels: np.ndarray[Any, Any]


def _view(item: Dataset) -> str:
    for code in item.get("ViewCodeSequence") or []:
        name = _VIEWS.get(str(code.get("CodeValue", "")))
        if name:
            return name
    return ""


def frame_views(dataset: Dataset) -> list[str]:
    """Return each frame's view, ``anterior``, ``posterior`` or empty.

    Parameters
    ----------
    dataset
        A coded NM object. Detector Vector names the detector of each frame. The detector's item, or
        else the file itself, holds the View Code Sequence.
    """
    n_frames = int(dataset.get("NumberOfFrames") or 1)
    detectors = dataset.get("DetectorInformationSequence") or []
    vector = dataset.get("DetectorVector")
    if vector is None:
        vector = []
    vector = [vector] if isinstance(vector, int) else list(vector)
    views = []
    for frame in range(n_frames):
        detector = int(vector[frame]) if frame < len(vector) else min(frame + 1, len(detectors))
        item = detectors[detector - 1] if 0 < detector <= len(detectors) else Dataset()
        views.append(_view(item) or _view(dataset))
    return views


def read_views(folder: Path) -> list[View]:
    """Return a case's pictures: anterior, then posterior, then unknown, one of each.

    Parameters
    ----------
    folder
        results/dicom/{batch}/{code}. Files that are no pictures are skipped.
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
