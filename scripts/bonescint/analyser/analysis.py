"""From the counts of both views to the bone scan index."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bonescint.analyser.grid import Placement, Plane, crop, locate_body, network_input, resample
from bonescint.analyser.network import forward
from bonescint.analyser.regions import REGIONS, centroids, confident_share, region_numbers
from bonescint.analyser.spots import Spot, find_foci, to_spot
from bonescint.analyser.weights import VERSION, layers

VIEWS = ("ANTERIOR", "POSTERIOR")


@dataclass(frozen=True)
class Analysis:
    """What the reference analyser found in one scan.

    Parameters
    ----------
    bsi
        The bone scan index, %.
    hotspots
        The number of spots.
    by_region
        The bone scan index of every region, %.
    spots
        The spots from head to foot.
    region_map
        By view the number of each pixel's region in `REGIONS`, on the network's pixels as the view
        is displayed.
    affine
        By view the matrix (2, 3) from row and column of `region_map` to those of the image.
    confidence
        The share of the body that surely shows a region of the skeleton.
    centroids
        The middle of each region that shows, row and column of the anterior `region_map`.
    counts
        By view the counts.
    version
        The hash of weights and settings.
    """

    bsi: float
    hotspots: int
    by_region: dict[str, float]
    spots: tuple[Spot, ...]
    region_map: dict[str, NDArray[np.uint8]]
    affine: dict[str, Plane]
    confidence: float
    centroids: dict[str, tuple[float, float]]
    counts: dict[str, float]
    version: str


@dataclass(frozen=True)
class Maps:
    """The network's answers for one scan, on its pixels, the posterior view mirrored.

    Parameters
    ----------
    lesion, index, regions
        Probability of a metastasis, bone scan index (%), probabilities of the classes of bone.
    """

    lesion: Plane
    index: Plane
    regions: Plane


def analyse(views: Mapping[str, NDArray[Any]], spacing: tuple[float, float]) -> Analysis:
    """Return the bone scan index and the spots of one scan.

    Parameters
    ----------
    views
        The counts (rows, columns) of ANTERIOR and POSTERIOR, each as it is displayed: the
        patient's right is on the left of the anterior view and on the right of the posterior one.
    spacing
        Of the rows and the columns, mm.

    Raises
    ------
    InputError
        If the weights are other than the recorded ones.
    ValueError
        If a view is missing or empty or the views differ in size.
    """
    images = [np.asarray(views[name], np.float64) for name in VIEWS if name in views]
    if len(images) < 2 or images[0].shape != images[1].shape or not all(i.sum() for i in images):
        raise ValueError("two views of one size with counts are needed")
    window, counts = placed(images[0], images[1], spacing)
    maps = look(counts)
    foci = find_foci(maps.lesion, maps.index, maps.regions, counts)
    width = images[0].shape[1]
    affine, numbers = window.affine, region_numbers(maps.regions)
    mirrored = affine.copy()
    # the last column of the mirrored map is the first of the displayed one
    last = numbers.shape[1] - 1
    mirrored[1, 2] = width - 1 - (affine[1, 1] * last + affine[1, 2])
    return Analysis(
        bsi=round(sum(focus.bsi for focus in foci), 4),
        hotspots=len(foci),
        by_region={
            name: round(sum(focus.bsi for focus in foci if focus.region == name), 4)
            for name in REGIONS[1:]
        },
        spots=tuple(to_spot(focus, counts, affine, width) for focus in foci),
        region_map={"ANTERIOR": numbers, "POSTERIOR": numbers[:, ::-1]},
        affine={"ANTERIOR": affine, "POSTERIOR": mirrored},
        confidence=confident_share(maps.regions, counts),
        centroids=centroids(numbers),
        counts={name: float(image.sum()) for name, image in zip(VIEWS, images, strict=True)},
        version=VERSION,
    )


def placed(
    anterior: Plane, posterior: Plane, spacing: tuple[float, float]
) -> tuple[Placement, Plane]:
    """Return both views on the network's pixels, the posterior one mirrored, and where these lie.

    Parameters
    ----------
    anterior, posterior
        Counts as they are displayed.
    spacing
        Of the rows and the columns, mm.
    """
    cells = np.stack([resample(anterior, spacing), resample(posterior[:, ::-1], spacing)])
    placement = locate_body(cells, spacing)
    return placement, crop(cells, placement.top, placement.left)


def look(counts: Plane) -> Maps:
    """Return the network's answers, the mean of those to the scan and to its mirror image.

    Parameters
    ----------
    counts
        Both views on the network's pixels, the posterior one mirrored (2, rows, columns).
    """
    found = network_input(counts)
    turned = np.concatenate([found[:2, :, ::-1], found[2:]])
    both = (forward(layers(), found), forward(layers(), turned)[:, :, ::-1])
    lesions = [1 / (1 + np.exp(-a[0])) for a in both]
    lesion = sum(lesions) / 2
    # the second output is the index of a pixel of a metastasis, in 0.01 %
    index = sum(p * np.logaddexp(0, a[1]) for p, a in zip(lesions, both, strict=True)) / 200
    regions = sum(_softmax(a[2:]) for a in both) / 2
    # the last binary places of exp differ from machine to machine
    return Maps(*(np.round(part, 7) for part in (lesion, index, regions)))


def _softmax(logits: Plane) -> Plane:
    powers = np.exp(logits - logits.max(axis=0))
    shares: Plane = powers / powers.sum(axis=0)
    return shares
