"""How well the analyser's spots and index agree with the truth of a cohort."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage, stats

from bonescint.analyser.analysis import Maps, look, placed
from bonescint.analyser.grid import COLUMNS, ROWS, Placement, Plane
from bonescint.analyser.spots import NEIGHBOURS, Focus, find_foci
from bonescint.demo.anatomy import regions, skeleton_mass

RESAMPLES = 2000


@dataclass(frozen=True)
class Seen:
    """One case: its truth, what the network answered, and to the second scan too.

    Parameters
    ----------
    case
        As the generators return it.
    placement, maps, counts
        Where the network's pixels lie, its answers and what it saw.
    again
        Its answers to the second scan and what it saw, only where there are metastases.
    """

    case: dict[str, Any]
    placement: Placement
    maps: Maps
    counts: Plane
    again: tuple[Maps, Plane] | None


@dataclass(frozen=True)
class Score:
    """One case in numbers.

    Parameters
    ----------
    truth, index, again
        The bone scan index: true, found, and found in a second scan, %.
    weighted
        The true one with the first phantom's shares of the skeleton's mass, %.
    lesions, found, spots, wrong
        Metastases, those found, spots, and spots where there is no metastasis.
    """

    truth: float
    index: float
    again: float
    weighted: float
    lesions: int
    found: int
    spots: int
    wrong: int


def see(path: Path) -> Seen:
    """Run the network on one case.

    Parameters
    ----------
    path
        The case's file.
    """
    with np.load(path) as file:
        case = dict(file)
    spacing = (float(case["spacing"]),) * 2
    placement, counts = placed(*case["counts"].astype(float), spacing)
    again = None
    if len(case["row"]):
        second = placed(*case["again"].astype(float), spacing)[1]
        again = (look(second), second)
    return Seen(case, placement, look(counts), counts, again)


def foci_of(maps: Maps, counts: Plane) -> list[Focus]:
    """Return the spots of one scan, with the settings of now.

    Parameters
    ----------
    maps, counts
        The network's answers and what it saw.
    """
    return find_foci(maps.lesion, maps.index, maps.regions, counts)


def hits(seen: Seen, foci: list[Focus]) -> list[bool]:
    """Return which metastases are found.

    A metastasis is found if its middle lies within 9 mm of a spot, or a spot covers half of it.

    Parameters
    ----------
    seen
        As `see` returns it.
    foci
        The spots of its first scan.
    """
    case, affine, footprint = seen.case, seen.placement.affine, _footprint(seen)
    near = [ndimage.binary_dilation(f.pixels, NEIGHBOURS, iterations=2) for f in foci]
    found = []
    for number, middle in enumerate(zip(case["row"], case["column"], strict=True), start=1):
        r, c = np.rint((np.array(middle) - affine[:, 2]) / np.diag(affine)).astype(int)
        inside = 0 <= r < ROWS and 0 <= c < COLUMNS
        own = footprint == number
        found.append(
            any(
                (inside and wide[r, c]) or (own & focus.pixels).sum() * 2 >= max(own.sum(), 1)
                for wide, focus in zip(near, foci, strict=True)
            )
        )
    return found


def _footprint(seen: Seen) -> np.ndarray:
    """Return the number of the metastasis behind each of the network's pixels, 0 if none."""
    cell = np.mgrid[0:ROWS, 0:COLUMNS].reshape(2, -1)
    affine = seen.placement.affine
    place = np.rint(affine[:, :2] @ cell + affine[:, 2:]).astype(int)
    print_ = np.pad(seen.case["footprint"], 1)
    row, column = (
        np.clip(axis + 1, 0, size - 1) for axis, size in zip(place, print_.shape, strict=True)
    )
    return print_[row, column].reshape(ROWS, COLUMNS)


def score(seen: Seen, repeat: bool = True) -> Score:
    """Return how well the analyser did, with the settings of now.

    A spot is wrong if it lies farther than 4.5 mm from every metastasis.

    Parameters
    ----------
    seen
        As `see` returns it.
    repeat
        Whether the second scan is wanted too.
    """
    case, footprint = seen.case, _footprint(seen)
    foci = foci_of(seen.maps, seen.counts)
    wrong = sum(not footprint[ndimage.binary_dilation(f.pixels, NEIGHBOURS)].any() for f in foci)
    return Score(
        truth=float(case["bsi"]),
        index=sum(f.bsi for f in foci),
        again=sum(f.bsi for f in foci_of(*seen.again)) if repeat and seen.again else 0.0,
        weighted=_weighted(case),
        lesions=len(case["row"]),
        found=sum(hits(seen, foci)),
        spots=len(foci),
        wrong=wrong,
    )


def _weighted(case: dict[str, Any]) -> float:
    """Return the true index with the first phantom's masses of the bones."""
    if "shares" not in case:
        return float(case["bsi"])
    limbs = {"forearm": "ulnae", "lower leg": "tibiae"}
    compartments = [regions()[limbs.get(str(g), str(g))].compartment for g in case["groups"]]
    own: dict[str, float] = {}
    for compartment, share in zip(compartments, case["shares"], strict=True):
        own[compartment] = own.get(compartment, 0) + float(share)
    masses = skeleton_mass()
    masses = masses | {
        "ulnae": masses["ulnae"] + masses["radii"],
        "tibiae": masses["tibiae"] + masses["fibulae"],
    }
    total = 0.0
    for region, share in zip(case["region"], case["mass"], strict=True):
        compartment = regions()[limbs.get(str(region), str(region))].compartment
        total += float(share) / own[compartment] * masses[compartment]
    return total


def correlation(x: np.ndarray, y: np.ndarray) -> float:
    """Return Pearson's r."""
    return float(np.corrcoef(x, y)[0, 1])


def concordance(x: np.ndarray, y: np.ndarray) -> float:
    """Return Lin's concordance correlation coefficient."""
    between = np.cov(x, y, bias=True)[0, 1]
    return float(2 * between / (x.var() + y.var() + (x.mean() - y.mean()) ** 2))


def area(ill: np.ndarray, value: np.ndarray) -> float:
    """Return the area under the ROC curve."""
    ranks, n = stats.rankdata(value), int(ill.sum())
    return float((ranks[ill].sum() - n * (n + 1) / 2) / (n * (len(ill) - n)))


Figures = dict[str, float]


def figures(scores: Sequence[Score]) -> Figures:
    """Return the figures of a cohort.

    Parameters
    ----------
    scores
        Of its cases.
    """
    t, b, a, w, lesions, found, spots, wrong = np.array([list(vars(s).values()) for s in scores]).T
    ill = lesions > 0
    return {
        "r of BSI": correlation(t, b),
        "CCC of BSI": concordance(t, b),
        "r, masses of the first phantom": correlation(w, b),
        "CCC, masses of the first phantom": concordance(w, b),
        "mean error of BSI, %": float((b - t).mean()),
        "SD of the error, %": float((b - t).std(ddof=1)),
        "AUC": area(ill, b),
        "lesions found": float(found.sum() / max(lesions.sum(), 1)),
        "false spots a case": float(wrong.mean()),
        "sensitivity by case": float((spots[ill] > 0).mean()),
        "specificity by case": float((spots[~ill] == 0).mean()),
        "SD of a repeat, with metastases, %": float(np.sqrt(((a - b)[ill] ** 2).mean() / 2)),
        "r of the number of spots": correlation(lesions, spots),
    }


def limits(scores: Sequence[Score], share: float = 0.95) -> dict[str, tuple[float, float]]:
    """Return bootstrap limits of the figures, over cases.

    Parameters
    ----------
    scores, share
        Of the cases; of the limits.
    """
    rng = np.random.default_rng(26)
    drawn: list[Figures] = []
    while len(drawn) < RESAMPLES:
        chosen = [scores[i] for i in rng.integers(len(scores), size=len(scores))]
        if 0 < sum(s.lesions > 0 for s in chosen) < len(chosen):
            drawn.append(figures(chosen))
    tails = (50 * (1 - share), 50 * (1 + share))
    return {
        name: tuple(np.nanpercentile([d[name] for d in drawn], tails).tolist()) for name in drawn[0]
    }


def cases_of(folder: Path, run: Callable[[Path], Seen] = see) -> list[Seen]:
    """Run the network on every case of a cohort.

    Parameters
    ----------
    folder, run
        The cohort and what runs one case.
    """
    return [run(path) for path in sorted(folder.glob("[0-9]*.npz")) if "draft" not in path.name]
