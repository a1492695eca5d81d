"""What the statistics of two measurements need to know of their pairs first."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.estimate import OK

# Share of the largest value below which a difference is rounding: 0.5 - 0.4 is not 0.4 - 0.3.
# Differences are not rounded themselves, or moments would leave R's by more than 1e-8.
NEGLIGIBLE = 1e-12
# Share of the spread below which two limits are one: slopes of tied cases, which differ by what
# rounding makes of small differences. Others differ by the square of the resolution at least.
_TIES = 1e-9
EXACT = "exact line"  # status: all cases on one line, so no interval for it


def complete_pairs(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the values of the cases that have both.

    Parameters
    ----------
    x, y
        Shape (n,); NaN (or an infinity) is missing.

    Raises
    ------
    ValueError
        If the shapes are not one-dimensional and equal.
    """
    first, second = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError("the measurements must be one-dimensional and of the same length")
    both = np.isfinite(first) & np.isfinite(second)
    return first[both], second[both]


def rounding(*values: NDArray[np.float64]) -> float:
    """Return what is rounding in sums and differences of `values`, in their unit; 0 if all are 0.

    Parameters
    ----------
    values
        Arrays that have at least one element each.
    """
    return NEGLIGIBLE * max(float(np.abs(array).max()) for array in values)


def tied(low: float, high: float, spread: float) -> bool:
    """Tell whether limits are one number but for rounding, so that an interval would say nothing.

    Parameters
    ----------
    low, high
        The limits; NaN is no limit.
    spread
        Of the values, in the limits' unit.
    """
    return abs(high - low) <= _TIES * spread


def pair_status(x: NDArray[np.float64], y: NDArray[np.float64], fewest: int) -> str:
    """Return ``no data``, ``too few`` (below `fewest`), ``identical``, ``constant`` or ``ok``.

    Parameters
    ----------
    x, y
        Complete pairs, shape (n,).
    fewest
        Pairs that the method needs for an interval; ``constant`` is said of x - y.
    """
    if x.size < fewest:
        return "too few" if x.size else "no data"
    d, noise = x - y, rounding(x, y)
    if np.ptp(d) > noise:
        return OK
    return "identical" if abs(d[0]) <= noise else "constant"
