"""What the research reference analysis found in a scan, as it is drawn over the picture."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from bonescint.files import read_rows

MarkPoints = np.ndarray[Any, Any]


class ViewMarks(NamedTuple):
    """The marks of one view; points are rows and columns of the image."""

    outlines: list[MarkPoints]  # the ring around each region of the skeleton
    spots: MarkPoints  # the hottest pixel of each spot, shape (number, 2)


def read_marks(tables: Iterable[Path], codes: Collection[str]) -> dict[tuple[str, str], ViewMarks]:
    """Return (code, view) -> the marks.

    `tables` are the batches' tables of marks; none in a study without the reference analysis.
    """
    found: dict[tuple[str, str], dict[str, list[MarkPoints]]] = {}
    for path in tables:
        for row in read_rows(path):
            if row["code"] in codes:
                points = [[float(n) for n in one.split()] for one in row["points"].split("/")]
                of = found.setdefault((row["code"], row["view"]), {"outline": [], "spot": []})
                of[row["mark"]].append(np.array(points))
    return {
        key: ViewMarks(of["outline"], np.concatenate([np.empty((0, 2)), *of["spot"]]))
        for key, of in found.items()
    }
