"""Hot spots: places where the network sees a metastasis, told apart, each with its index."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bonescint.analyser.grid import CELL, Plane
from bonescint.analyser.regions import REGIONS
from bonescint.analyser.weights import setting

NEIGHBOURS = np.ones((3, 3), bool)


@dataclass(frozen=True)
class Spot:
    """One hot spot.

    Parameters
    ----------
    view
        The view that shows it better, by its value of the View Code.
    row, column
        Its hottest pixel in that view, pixels of the image.
    area
        mm2.
    region
        A name of `regions.REGIONS`.
    probability
        The network's, at its peak.
    bsi
        Its part of the bone scan index, %.
    """

    view: str
    row: float
    column: float
    area: float
    region: str
    probability: float
    bsi: float


@dataclass(frozen=True)
class Focus:
    """One hot spot on the network's pixels.

    Parameters
    ----------
    row, column
        Its peak.
    pixels
        What belongs to it.
    region
        A name of `regions.REGIONS`.
    probability, bsi
        As for `Spot`.
    """

    row: int
    column: int
    pixels: NDArray[np.bool_]
    region: str
    probability: float
    bsi: float

    @property
    def area(self) -> float:
        """Area in mm2."""
        return round(int(self.pixels.sum()) * CELL**2, 1)


def find_foci(lesion: Plane, index: Plane, probabilities: Plane, counts: Plane) -> list[Focus]:
    """Return the foci from head to foot.

    Parameters
    ----------
    lesion
        Probability of a metastasis of each pixel.
    index
        Bone scan index of each pixel, %.
    probabilities
        Of the classes of bone (18, rows, columns).
    counts
        Both views on the network's pixels, the posterior one mirrored.
    """
    from scipy import ndimage  # slow to import

    smooth = ndimage.gaussian_filter(lesion, setting("smoothing"))
    around = ndimage.maximum_filter(smooth, int(setting("apart")))
    peaks, count = ndimage.label(
        (smooth == around) & (lesion > setting("peak")), structure=NEIGHBOURS
    )
    if not count:
        return []
    inside: NDArray[np.bool_] = lesion > setting("edge")
    # each pixel goes to the peak that it climbs to
    depth = np.clip((1 - smooth) * 65000, 0, 65000).astype(np.uint16)
    owner = ndimage.watershed_ift(depth, peaks.astype(np.int32), NEIGHBOURS.astype(int))
    joined, _ = ndimage.label(inside, structure=NEIGHBOURS)
    bones = probabilities[1:].argmax(axis=0) + 1
    found = []
    for number in range(1, count + 1):
        row, column = (int(value) for value in np.argwhere(peaks == number)[0])
        own = owner == number
        pixels = own & (joined == joined[row, column])
        # the index reaches past the edge because the camera blurs
        reach = ndimage.binary_dilation(pixels, NEIGHBOURS, iterations=2) & (own | ~inside)
        bsi = float(index[reach].sum()) * setting("factor")
        if pixels.sum() < setting("pixels") or bsi < setting("least"):
            continue
        # a spot that hardly stands out must be the surer one: texture and noise make weak ones
        sure = min(float(lesion[row, column]), 1 - 1e-6)
        evidence = np.log(sure / (1 - sure))
        evidence += setting("contrast") * np.log(max(_contrasts(pixels, counts)))
        if evidence < setting("evidence"):
            continue
        region = REGIONS[int(np.bincount(bones[pixels], minlength=len(REGIONS)).argmax())]
        found.append(
            Focus(row, column, pixels, region, round(float(lesion[row, column]), 4), round(bsi, 5))
        )
    return found


def to_spot(focus: Focus, counts: Plane, affine: Plane, width: float) -> Spot:
    """Return a focus as it lies in the image of the view that shows it better.

    Parameters
    ----------
    focus
        The focus.
    counts
        Both views on the network's pixels, the posterior one mirrored.
    affine
        As `grid.Placement.affine`.
    width
        Columns of the image.
    """
    contrasts = _contrasts(focus.pixels, counts)
    posterior = contrasts[1] > contrasts[0]
    place: NDArray[Any] = affine @ (focus.row, focus.column, 1.0)
    column = width - 1 - float(place[1]) if posterior else float(place[1])
    return Spot(
        "POSTERIOR" if posterior else "ANTERIOR",
        round(float(place[0]), 2),
        round(column, 2),
        focus.area,
        focus.region,
        focus.probability,
        focus.bsi,
    )


def _contrasts(pixels: NDArray[np.bool_], counts: Plane) -> list[float]:
    """Return the mean count in a spot relative to that around it, in each view."""
    from scipy import ndimage  # slow to import

    near = ndimage.binary_dilation(pixels, NEIGHBOURS)
    around = ndimage.binary_dilation(near, NEIGHBOURS, iterations=3) & ~near
    return [
        (float(view[pixels].mean()) + 0.1) / (float(view[around].mean()) + 0.1) for view in counts
    ]
