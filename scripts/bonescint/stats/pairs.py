"""What statistics of two measurements first need to know about the pairs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.estimate import OK
from bonescint.stats.printed import NEGLIGIBLE, counted

# Two limits that differ by less than this share of the spread are one: slopes of tied cases differ
# by the rounding of small differences. Other limits differ by at least the square of the
# resolution.
_TIES = 1e-9
EXACT = "exact line"  # status: all cases are on one line, so there is no interval for it


def complete_pairs(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the values of the cases that have both.

    NaN or an infinity is missing.

    Raises
    ------
    ValueError
        If the shapes are not one-dimensional and equal.

    Examples
    --------
    >>> [values.tolist() for values in complete_pairs([1, 2, np.nan], [3, np.inf, 4])]
    [[1.0], [3.0]]
    """
    first, second = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError("the measurements must be one-dimensional and of the same length")
    both = np.isfinite(first) & np.isfinite(second)
    return first[both], second[both]


class Pairs(NamedTuple):
    """Two measurements in whole steps of their common printed precision, from the smallest value.

    With such a step everything is exact, and `noise` is 0. Without one they stay unchanged: `size`
    is 1, `origin` is 0, and `noise` is the size of their rounding errors.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    size: float
    origin: float
    noise: float


def paired(x: ArrayLike, y: ArrayLike) -> Pairs:
    """Return the pairs of the cases that have both, counted in steps where they have a step.

    Examples
    --------
    >>> paired([0.1, 0.3], [0.2, 0.6]).x.tolist()  # in tenths above the smallest
    [0.0, 2.0]
    """
    first, second = complete_pairs(x, y)
    both, size = counted(np.concatenate((first, second))) if first.size else (first, 0.0)
    if not size:
        noise = rounding(first, second) if first.size else 0.0
        return Pairs(first, second, 1.0, 0.0, noise)
    n = first.size
    return Pairs(both[:n], both[n:], size, float(min(first.min(), second.min())), 0.0)


def on_a_line(pairs: Pairs) -> bool:
    """Tell whether all cases lie on one line. There must be two or more, not all of them the same.

    Examples
    --------
    >>> on_a_line(paired([0.1, 0.2, 0.3], [0.3, 0.5, 0.7])), on_a_line(paired([1, 2, 3], [1, 2, 4]))
    (True, False)
    """
    dx, dy = pairs.x - pairs.x[0], pairs.y - pairs.y[0]
    far = int(np.argmax(np.abs(dx) + np.abs(dy)))
    cross = np.abs(dx * dy[far] - dy * dx[far])
    return bool(cross.max() <= 2 * pairs.noise * (abs(dx[far]) + abs(dy[far])))


def rounding(*values: NDArray[np.float64]) -> float:
    """Return the rounding error in sums and differences of `values`, in their unit; 0 if all are 0.

    Each of the arrays has at least one element.

    Examples
    --------
    >>> rounding(np.array([1.0, -5.0]), np.array([2.0]))
    5e-12
    """
    return NEGLIGIBLE * max(float(np.abs(array).max()) for array in values)


def tied(low: float, high: float, spread: float) -> bool:
    """Tell whether limits differ only by rounding, so that an interval would say nothing.

    NaN is no limit. `spread` is that of the values, in the limits' unit.

    Examples
    --------
    >>> tied(0.3, 0.1 + 0.2, spread=1.0), tied(0.3, 0.31, spread=1.0)
    (True, False)
    """
    return abs(high - low) <= _TIES * spread


def pair_status(pairs: Pairs, fewest: int) -> str:
    """Return ``no data``, ``too few`` (below `fewest`), ``identical``, ``constant`` or ``ok``.

    ``constant`` is about x - y.

    Examples
    --------
    >>> [pair_status(paired([0.4, 0.5], y), fewest=2) for y in ([0.3, 0.4], [0.4, 0.5], [0.4, 0.6])]
    ['constant', 'identical', 'ok']
    """
    if pairs.x.size < fewest:
        return "too few" if pairs.x.size else "no data"
    d = pairs.x - pairs.y
    if np.ptp(d) > pairs.noise:
        return OK
    return "identical" if abs(d[0]) <= pairs.noise else "constant"
