"""Which scans the reference analyser refuses: what it was not trained for, or does not recognise.

A scan is refused for what its pictures are, before any analysis, or for a skeleton that no person
has. Each reason is a key of resources/text/analyser.csv. `both_views` compares the two views.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bonescint.analyser.analysis import VIEWS, Analysis
from bonescint.analyser.both_views import views_fault
from bonescint.analyser.coded_scan import CodedScan
from bonescint.analyser.grid import CELL
from bonescint.analyser.regions import REGIONS

# pixels of whole-body scans, mm; a wrong spacing also shows in the size of the field
FINEST, COARSEST = 1.0, 5.5
SHORTEST, LONGEST = 1400.0, 2500.0  # mm, rows of the field
NARROWEST, WIDEST = 350.0, 850.0  # mm, its columns
# counts of each view; training went down to 200,000
FEWEST = 150_000
# share of the body that surely shows a region. The demonstration's people had .33 and more, its
# early scans .07 at most, people upside down or on their side .01
LEAST_CONFIDENT = 0.18
# regions that every whole-body scan shows, from head to foot -> least size in cells of 20 mm2.
# About a third of the least in the demonstration
SMALLEST = {
    "skull": 250, "thoracic": 60, "lumbar": 40, "pelvis": 250, "femora": 250, "lower leg": 200,
}  # fmt: skip
COLUMN = tuple(SMALLEST)
# mm from one middle to the next, half of the least in the demonstration or more. Where legs are cut
# off the network takes the end of a thigh for a lower leg, and the distances are shorter
APART = (150.0, 90.0, 50.0, 140.0, 210.0)
SHORT, TALL = 950.0, 1650.0  # mm from the middle of the skull to that of the lower legs
# regions of both sides of the body; arms may lie outside the field
PAIRED = ("ribs", "pelvis", "femora", "lower leg")
LESSER_SIDE = 0.2  # least share of a region on one side of the spine
LEANING = 0.35  # most that the spine may lean: columns for each row


def scan_fault(scan: CodedScan) -> str:
    """Return why the pictures of a case cannot be analysed, empty if they can.

    Parameters
    ----------
    scan
        The case.
    """
    views = [scan.views[name] for name in VIEWS if name in scan.views]
    if not views:
        # the most telling reason first
        known = ("early_phase", "not_whole_body", "no_counts")
        return next((why for why in known if why in scan.others), "no_picture")
    if len(views) < len(VIEWS) or _same(*views):
        return "one_view"
    if len(scan.spacings) > 1 or views[0].shape != views[1].shape:
        return "spacing"
    (spacing,) = scan.spacings
    if not all(FINEST <= size <= COARSEST for size in spacing) or not _square(*spacing):
        return "spacing"
    rows, columns = (size * pixels for size, pixels in zip(spacing, views[0].shape, strict=True))
    if not (SHORTEST <= rows <= LONGEST and NARROWEST <= columns <= WIDEST):
        return "field"
    if any(view.min() < 0 or view.sum(dtype=np.float64) < FEWEST for view in views):
        return "counts"
    anterior, posterior = views
    return views_fault(anterior, posterior, spacing)


def _same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    """Tell whether one picture is given for both views."""
    return np.array_equal(one, other) or np.array_equal(one, other[:, ::-1])


def _square(rows: float, columns: float) -> bool:
    return abs(rows / columns - 1) <= 0.02


def skeleton_fault(analysis: Analysis) -> str:
    """Return why what was found is no person's skeleton, empty if it may be.

    Parameters
    ----------
    analysis
        The analysis of both views.
    """
    if analysis.confidence < LEAST_CONFIDENT:
        return "skeleton"
    numbers = analysis.region_map["ANTERIOR"]
    sizes = {name: (numbers == REGIONS.index(name)).sum() for name in COLUMN}
    if any(sizes[name] < least for name, least in SMALLEST.items()):
        return "skeleton"
    middles = [analysis.centroids[name][0] * CELL for name in COLUMN]
    height = middles[-1] - middles[0]
    if (np.diff(middles) < APART).any() or not SHORT <= height <= TALL:
        return "order"
    shares = list(_lesser_sides(analysis, numbers))
    return "sides" if not shares or min(shares) < LESSER_SIDE else ""


def _lesser_sides(analysis: Analysis, numbers: NDArray[np.uint8]) -> Iterator[float]:
    """Yield for each paired region the share of its smaller side; nothing if the spine leans."""
    (top, left), (bottom, right) = (analysis.centroids[name] for name in ("thoracic", "lumbar"))
    lean = (right - left) / (bottom - top)
    if abs(lean) > LEANING:
        return
    for name in PAIRED:
        rows, columns = np.nonzero(numbers == REGIONS.index(name))
        if len(rows):
            # below the lumbar spine a scoliosis would carry the line too far
            middle = left + lean * (np.minimum(rows, bottom) - top)
            share = float((columns < middle).mean())
            yield min(share, 1 - share)
