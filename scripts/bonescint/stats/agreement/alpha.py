"""Krippendorff's alpha for categories, grades and measurements."""

from dataclasses import replace
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.agreement.ratings import limits_by_influence, matrix
from bonescint.stats.estimate import Estimate, one_of
from bonescint.stats.ranks import midranks

MeasurementLevel = Literal["nominal", "ordinal", "interval", "ratio"]


def krippendorff_alpha(
    ratings: ArrayLike, level: MeasurementLevel, confidence: float = 0.95
) -> Estimate:
    """Return Krippendorff's alpha: 1 - observed / expected disagreement (Krippendorff 2011).

    Any number of raters, any of them missing; a subject with fewer than two ratings is left out.
    The ordinal distance between two grades, the ratings from the middle of one to the middle of
    the other, is the distance of their midranks, so that alpha is the interval one of the ranks.

    Parameters
    ----------
    ratings
        Subjects x raters; NaN is a missing rating.
    level
        What a distance is: 0 or 1 (``nominal``), of midranks (``ordinal``), of the values
        (``interval``), of the values over their sum (``ratio``; values from 0 on). ``ratio``
        takes a time that grows with the square of the number of different values.
    confidence
        Of the interval: Gwet's variance over subjects (2014, ch. 5; irrCAC ``krippen.alpha.raw``),
        t with n - 1 degrees of freedom, cut at ±1. With ``ordinal`` the ranks are taken as fixed.

    Raises
    ------
    ValueError
        At negative values with the level ``ratio``.
    """
    one_of(level, "nominal", "ordinal", "interval", "ratio")
    values = matrix(ratings)
    values = values[(~np.isnan(values)).sum(axis=1) >= 2]
    n, columns = values.shape
    result = Estimate(measure=f"krippendorff_{level}", n=n, ci_method="gwet")
    if n == 0:
        return replace(result, status="no data" if columns > 1 else "too few raters")
    known = ~np.isnan(values)
    if level == "ratio" and values[known].min() < 0:
        raise ValueError("the ratio level has no negative values")
    if not np.ptp(values[known]):
        return replace(result, status="constant")
    if level == "ordinal":
        values[known] = midranks(values[known])
    raters = known.sum(axis=1)
    within, chance = _disagreement(values, known, level)
    observed, expected = float(within.mean()), float(chance.mean())
    unadjusted = 1 - observed / expected
    small_sample = 1 - 1 / int(raters.sum())  # drawn without putting back
    result = replace(result, estimate=1 - small_sample * observed / expected)
    if n < 2:
        return replace(result, status="too few")
    if observed == 0:
        return replace(result, status="complete agreement")
    excess = raters / float(raters.mean()) - 1  # nought if nobody is missing
    influence = (
        1
        - (within - small_sample * observed * excess) / expected
        - 2 * (1 - unadjusted) * (1 + excess - chance / expected)
        - unadjusted
    )
    return limits_by_influence(result, influence, confidence)


def _disagreement(
    values: NDArray[np.float64], known: NDArray[np.bool_], level: MeasurementLevel
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return each subject's disagreement of its own ratings, and of its ratings with all."""
    raters = known.sum(axis=1)
    mean_raters = float(raters.mean())
    apart = sum(
        np.where(known[:, i] & known[:, j], _distance(values[:, i], values[:, j], level), 0.0)
        for i, j in combinations(range(values.shape[1]), 2)
    )
    from_all = np.zeros(values.shape)
    from_all[known] = _mean_distance(values[known], level)
    return 2 * apart / (mean_raters * (raters - 1)), from_all.sum(axis=1) / mean_raters


def _distance(
    a: NDArray[np.float64], b: NDArray[np.float64], level: MeasurementLevel
) -> NDArray[np.float64]:
    if level == "nominal":
        return np.not_equal(a, b).astype(float)
    squared: NDArray[np.float64] = np.square(a - b)
    if level == "ratio":
        squared[squared > 0] /= np.square(a + b)[squared > 0]  # two noughts are not apart
    return squared


def _mean_distance(values: NDArray[np.float64], level: MeasurementLevel) -> NDArray[np.float64]:
    """Return each value's mean distance from all values."""
    if level in ("ordinal", "interval"):
        far: NDArray[np.float64] = np.square(values - values.mean())
        far += far.mean()
        return far
    unique, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    if level == "nominal":
        far = 1 - counts / values.size
    else:
        far = np.array([counts @ _distance(value, unique, level) for value in unique]) / values.size
    return np.take(far, codes)
