"""The outlines of the skeleton's regions in the image, for pictures."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from bonescint.analyser.analysis import Analysis
from bonescint.analyser.regions import REGIONS

_SHORTEST = 12  # points; a shorter ring is a speck
_EACH = 3  # every third point is kept: a step of a pixel's edge is no shape of a bone


def outlines(found: Analysis) -> Iterator[tuple[str, str, NDArray[np.float64]]]:
    """Yield view, region and the points of each ring, row and column of the image.

    Parameters
    ----------
    found
        The analysis of a scan.
    """
    # a part of matplotlib, which takes its time to start
    from contourpy import contour_generator

    for view, numbers in found.region_map.items():
        # an empty edge closes the rings
        inside = np.pad(numbers, 1)
        matrix = found.affine[view]
        for number in np.unique(numbers):
            if not number:
                continue
            levels = (inside == number).astype(np.float64)
            for ring in contour_generator(z=levels).lines(0.5):
                if len(ring) >= _SHORTEST:
                    places = np.asarray(ring)[:-1:_EACH, ::-1] - 1  # rows first, without the edge
                    points = places @ matrix[:, :2].T + matrix[:, 2]
                    yield view, REGIONS[number], np.round(points)
