"""The regions of the skeleton, and how well they show."""

import numpy as np
from numpy.typing import NDArray

from bonescint.analyser.grid import Plane, body_of

# the network's classes in their order, 0 is no bone
REGIONS = (
    "", "skull", "jaw", "cervical", "thoracic", "lumbar", "sacrum", "ribs", "sternum", "clavicles",
    "scapulae", "pelvis", "humeri", "forearm", "hands", "femora", "lower leg", "feet",
)  # fmt: skip
SURE = 0.5  # probability from which a pixel's region counts as confident


def region_numbers(probabilities: Plane) -> NDArray[np.uint8]:
    """Return the most probable region of each pixel, 0 where it is no bone.

    Parameters
    ----------
    probabilities
        Of the classes (18, rows, columns).
    """
    numbers: NDArray[np.uint8] = probabilities.argmax(axis=0).astype(np.uint8)
    return numbers


def confident_share(probabilities: Plane, counts: Plane) -> float:
    """Return the share of the body's pixels that surely show a region of the skeleton.

    Parameters
    ----------
    probabilities
        Of the classes (18, rows, columns).
    counts
        Both views (2, rows, columns).
    """
    body = body_of(counts.sum(axis=0))[0]
    sure = probabilities[1:].max(axis=0) >= SURE
    return round(float((sure & body).sum() / max(int(body.sum()), 1)), 4)


def centroids(numbers: NDArray[np.uint8]) -> dict[str, tuple[float, float]]:
    """Return the middle of each region that shows: row and column of the network's pixels.

    Parameters
    ----------
    numbers
        As `region_numbers` returns them.
    """
    found = {}
    for number, name in enumerate(REGIONS):
        rows, columns = np.nonzero(numbers == number)
        if number and len(rows):
            found[name] = (round(float(rows.mean()), 2), round(float(columns.mean()), 2))
    return found
