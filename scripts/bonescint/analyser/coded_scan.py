"""What the reference analyser reads of a coded case: counts by view, spacing, kind and phase."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.dataset import Dataset

from bonescint.dicom.classify import find_kind, find_phase
from bonescint.dicom.display import NO_PICTURE
from bonescint.dicom.elements import Elements
from bonescint.dicom.frame_views import frame_views


@dataclass(frozen=True)
class CodedScan:
    """The pictures of one case.

    Parameters
    ----------
    views
        ANTERIOR and POSTERIOR -> counts (rows, columns), of whole-body images that are not early.
    spacings
        The different spacings of their rows and columns, mm; zeros where a file names none.
    others
        Why other pictures of the case were not taken: ``not_whole_body``, ``early_phase``,
        ``no_counts``.
    """

    views: dict[str, NDArray[Any]]
    spacings: frozenset[tuple[float, float]]
    others: frozenset[str]


def read_scan(folder: Path) -> CodedScan:
    """Return the pictures of one case; each file is read once.

    Parameters
    ----------
    folder
        results/dicom/{batch}/{code}. Of several pictures of one view the first file's counts.
    """
    views: dict[str, NDArray[Any]] = {}
    spacings, others = set(), set()
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        dataset = dcmread(path)
        if why := _not_taken(dataset):
            others.add(why)
            continue
        try:
            frames = dataset.pixel_array
        except NO_PICTURE:
            others.add("no_counts")
            continue
        frames = frames.reshape(-1, *frames.shape[-2:])
        for name, frame in zip(frame_views(dataset), frames, strict=False):
            if name and name.upper() not in views:
                views[name.upper()] = frame
                spacings.add(_spacing(dataset))
    return CodedScan(views, frozenset(spacings), frozenset(others))


def _not_taken(dataset: Dataset) -> str:
    """Return why the pixels of a file are no counts of the skeleton, empty if they may be."""
    header = Elements(dataset)
    if find_kind(header, has_pixel_data="PixelData" in dataset).value != "whole_body":
        return "not_whole_body"
    if find_phase(header).value == "early":
        return "early_phase"
    # any other meaning of a pixel's value, such as a colour or an inverse, is no count
    plain = dataset.get("PhotometricInterpretation") == "MONOCHROME2"
    return "" if plain and dataset.get("PresentationLUTShape") != "INVERSE" else "no_counts"


def _spacing(dataset: Dataset) -> tuple[float, float]:
    try:
        rows, columns = (float(size) for size in dataset.PixelSpacing)
    except (AttributeError, TypeError, ValueError):
        return 0.0, 0.0
    return (rows, columns) if np.isfinite([rows, columns]).all() else (0.0, 0.0)
