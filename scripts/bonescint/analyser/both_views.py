"""Whether two views show one body, upright, one from the front and the other from behind.

What the pictures show decides, without the network, so other weights change nothing. Each reason is
a key of resources/text/analyser.csv. docs/en/model_card.md says how well it works.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bonescint.analyser.grid import CELL, Plane, resample
from bonescint.resources import resource_rows

BLOCK = 2 * CELL  # mm: coarse pixels have little noise and cost little time
# correlation of what stands out. Development people had .80 and more, .52 if the views lie 9 mm
# apart, and pairs of two people at most .53 (.74 in the demonstration, which has one skeleton)
LEAST_ALIKE = 0.5
# degrees. Development people leaned by 2.9 at most. Turned by more than 4 the index falls, and the
# network loses the skeleton of more and more of them
MOST_TURNED = 4.0
STEEPEST = 20  # columns in 100 rows, the most that is looked for
# how much of the usual difference between behind and front shows: 1 is what is usual, -1 that of
# exchanged views, 0 that of one side seen twice (.03 at most). Development people had .14 and more
LEAST_BEHIND = 0.08
LEVELS = 16  # from head to foot, rows of the table
BANDS = (25.0, 50.0, 90.0, 140.0)  # mm from the body's axis, the outer edges of the table's columns
FAINT = 0.05  # of the mean count, so that places without counts have a logarithm


@dataclass(frozen=True)
class Compared:
    """What two views show of each other.

    Parameters
    ----------
    likeness
        Correlation of what stands out from its surroundings.
    lean
        Of the body in the picture, degrees.
    contrast
        Logarithm of the counts from behind by those from the front, by level from head to foot and
        by distance from the body's axis.
    """

    likeness: float
    lean: float
    contrast: Plane

    @property
    def behind(self) -> float:
        """How much of the usual difference between behind and front shows."""
        usual = usual_contrast()
        return float((self.contrast * usual).sum() / (usual**2).sum())


def views_fault(
    anterior: NDArray[Any], posterior: NDArray[Any], spacing: tuple[float, float]
) -> str:
    """Return why two views cannot be of one upright body seen from both sides, empty if they can.

    Parameters
    ----------
    anterior, posterior, spacing
        As for `compare_views`.
    """
    found = compare_views(anterior, posterior, spacing)
    if found.likeness < LEAST_ALIKE:
        return "bodies"
    if abs(found.lean) > MOST_TURNED:
        return "turned"
    return "exchanged" if found.behind < LEAST_BEHIND else ""


def compare_views(
    anterior: NDArray[Any], posterior: NDArray[Any], spacing: tuple[float, float]
) -> Compared:
    """Return what two views show of each other.

    Parameters
    ----------
    anterior, posterior
        Counts of one size as they are displayed.
    spacing
        Of the rows and the columns, mm.
    """
    blocks = _blocks(anterior, posterior, spacing)
    smooth = _mean_around(blocks, 1).sum(axis=0)
    body = _body(smooth)
    slope, middle = _axis(smooth)
    lean = float(np.degrees(np.arctan(slope)))
    return Compared(_likeness(blocks, body), lean, _contrast(blocks, body, slope, middle))


@cache
def usual_contrast() -> Plane:
    """Return the usual `Compared.contrast`: the mean of people of the first phantom."""
    rows = resource_rows("analyser/from_behind.csv")
    return np.array([[float(cell) for cell in list(row.values())[1:]] for row in rows])


def _blocks(anterior: NDArray[Any], posterior: NDArray[Any], spacing: tuple[float, float]) -> Plane:
    """Return both views in blocks of two by two cells, the posterior one mirrored."""
    cells = np.stack([resample(anterior, spacing), resample(posterior[:, ::-1], spacing)])
    rows, columns = (length // 2 for length in cells.shape[1:])
    whole = cells[:, : 2 * rows, : 2 * columns]
    blocks: Plane = whole.reshape(2, rows, 2, columns, 2).sum(axis=(2, 4))
    return blocks


def _mean_around(planes: Plane, reach: int) -> Plane:
    """Return the mean of the pixels up to `reach` rows and columns away; none lie outside."""
    size = 2 * reach + 1
    for along in (-2, -1):
        edges = [(0, 0)] * planes.ndim
        edges[along] = (reach + 1, reach)
        summed = np.pad(planes, edges).cumsum(axis=along)
        last = summed.shape[along]
        planes = summed.take(range(size, last), along) - summed.take(range(last - size), along)
    mean: Plane = planes / size**2
    return mean


def _body(smooth: Plane) -> NDArray[np.bool_]:
    """Return the body's pixels, those of its soft tissue as well."""
    inner = smooth[smooth > 0.15 * np.percentile(smooth, 97)]
    return smooth > 0.3 * np.median(inner) if len(inner) else np.zeros(smooth.shape, bool)


def _likeness(blocks: Plane, body: NDArray[np.bool_]) -> float:
    """Return the correlation of what stands out from its surroundings in both views.

    Skull, joints and limbs lie in the same place in both views of one body, and so do its edges.
    """
    roots = np.sqrt(blocks + 0.375)
    front, back = (roots - _mean_around(roots, 3))[:, body]
    together = ((front - front.mean()) * (back - back.mean())).mean()
    # counting noise alone has this variance, so few counts do not look like another body
    apart = [max(v - 0.25, 0.25 * v) for v in (front.var(), back.var())]
    return float(together / np.sqrt(apart[0] * apart[1])) if all(apart) else 0.0


def _axis(smooth: Plane) -> tuple[float, float]:
    """Return the line that the body is most symmetric about: columns a row, middle row's column."""
    roots = np.sqrt(smooth)
    level = np.median(roots[roots > 0.4 * np.percentile(roots, 97)])
    # few rows at a time: rows that lie apart by what a turned body is off still match
    rows = len(roots) // 2
    roots = np.minimum(roots[: 2 * rows] / level, 1.5).reshape(rows, 2, -1).sum(axis=1)
    # of each row, how well it matches its mirror image about every half column
    width = 2 * roots.shape[1]
    waves = np.fft.rfft(roots, width, axis=1)
    matches = np.fft.irfft(waves * waves, width, axis=1)
    from_middle = 2 * np.arange(rows) + 0.5 - len(smooth) / 2
    places, each = np.arange(width), np.arange(rows)[:, None]
    best, found = -np.inf, (0.0, 0.0)
    for slope in np.arange(-STEEPEST, STEEPEST + 1) / 100:
        moved = np.rint(2 * slope * from_middle).astype(int)[:, None]
        total = matches[each, (places + moved) % width].sum(axis=0)
        if total.max() > best:
            best, found = total.max(), (float(slope), float(total.argmax() / 2))
    return found


def _contrast(blocks: Plane, body: NDArray[np.bool_], slope: float, middle: float) -> Plane:
    """Return the logarithm of counts from behind by those from the front (levels, bands)."""
    row = np.arange(len(body))
    seen = np.flatnonzero(body.sum(axis=1) > 2)
    level = (row - seen[0]) * LEVELS // (seen[-1] + 1 - seen[0])
    line = middle + slope * (row - len(row) / 2)
    far = np.abs(np.arange(body.shape[1]) - line[:, None]) * BLOCK
    band, bands = np.digitize(far, BANDS), len(BANDS)
    inside = body & ((level >= 0) & (level < LEVELS))[:, None] & (band < bands)
    place = (level[:, None] * bands + band)[inside]
    area = np.bincount(place, minlength=LEVELS * bands)
    front, back = (
        np.bincount(place, view[inside], minlength=LEVELS * bands) / np.maximum(area, 1)
        for view in blocks
    )
    front, back = (part / max(part[area > 0].mean(), 1e-9) + FAINT for part in (front, back))
    ratio = np.where(area > 3, np.clip(np.log(back / front), -1, 1), 0.0)
    return ratio.reshape(LEVELS, bands)
