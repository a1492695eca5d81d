"""Krippendorff's alpha for categories, grades and measurements.

Examples
--------
Krippendorff's four observers, with missing ratings (0); the printed value is 0.743:
>>> said = ["123321412000", "123322412503", "033323422510", "123324412510"]
>>> units = np.array([[int(digit) or np.nan for digit in one] for one in said]).T
>>> round(krippendorff_alpha(units, "nominal").estimate, 3)
0.743
"""

from dataclasses import replace
from itertools import combinations
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.agreement.ratings import limits_by_influence, matrix
from bonescint.stats.estimate import Estimate, one_of
from bonescint.stats.printed import counted, fractions
from bonescint.stats.ranks import midranks

MeasurementLevel = Literal["nominal", "ordinal", "interval", "ratio"]


def krippendorff_alpha(
    ratings: ArrayLike, level: MeasurementLevel, confidence: float = 0.95
) -> Estimate:
    """Return Krippendorff's alpha: 1 - observed / expected disagreement (Krippendorff 2011).

    There may be any number of raters and missing ratings. A subject with fewer than two ratings is
    left out. The ordinal distance between two grades is the number of ratings from the middle of
    one to the middle of the other. This is the distance of their midranks, so that alpha is the
    interval alpha of the ranks.

    Parameters
    ----------
    level
        The distance: 0 or 1 (``nominal``), of midranks (``ordinal``), of the values
        (``interval``), of the values over their sum (``ratio``; values from 0 on). The time of
        ``ratio`` grows with the square of the number of different values.
    confidence
        Level of the interval: Gwet's variance over subjects (2014, ch. 5; irrCAC
        ``krippen.alpha.raw``), t with n - 1 degrees of freedom, cut at ±1. With ``ordinal`` the
        ranks are taken as fixed.

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
    estimate, observed, influence = _influence(values, known, level)
    result = replace(result, estimate=float(estimate))
    if n < 2:
        return replace(result, status="too few")
    if observed == 0:
        return replace(result, status="complete agreement")

    def exactly() -> NDArray[np.object_] | None:
        start = 0.0 if level == "ratio" else values[known].min()  # a ratio has a zero
        steps, size = counted(np.append(values[known], start))
        if not size:
            return None
        whole = fractions(np.zeros(values.shape))
        whole[known] = fractions(steps[:-1])
        return np.asarray(_influence(whole, known, level)[2])

    return limits_by_influence(result, influence, exactly, confidence)


def _influence(values: NDArray[Any], known: NDArray[np.bool_], level: MeasurementLevel) -> Any:
    """Return alpha, the observed disagreement, and what each subject contributes to alpha.

    With fractions everything is exact.
    """
    raters: NDArray[Any] = known.sum(axis=1)
    if values.dtype == object:
        raters = fractions(raters)
    mean_raters = raters.mean()
    within, chance = _disagreement(values, known, raters, level)
    observed, expected = within.mean(), chance.mean()
    unadjusted = 1 - observed / expected
    small_sample = 1 - 1 / raters.sum()  # because pairs are drawn without replacement
    excess = raters / mean_raters - 1  # 0 if no rating is missing
    influence = (
        1
        - (within - small_sample * observed * excess) / expected
        - 2 * (1 - unadjusted) * (1 + excess - chance / expected)
        - unadjusted
    )
    return 1 - small_sample * observed / expected, observed, influence


def _disagreement(
    values: NDArray[Any], known: NDArray[np.bool_], raters: NDArray[Any], level: MeasurementLevel
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return each subject's disagreement within its own ratings, and of its ratings with all."""
    mean_raters = raters.mean()
    apart = sum(
        np.where(known[:, i] & known[:, j], _distance(values[:, i], values[:, j], level), 0)
        for i, j in combinations(range(values.shape[1]), 2)
    )
    from_all = np.zeros(values.shape, dtype=values.dtype)
    from_all[known] = _mean_distance(values[known], level)
    return 2 * apart / (mean_raters * (raters - 1)), from_all.sum(axis=1) / mean_raters


def _distance(a: NDArray[Any], b: NDArray[Any], level: MeasurementLevel) -> NDArray[Any]:
    if level == "nominal":
        return np.asarray(np.not_equal(a, b), dtype=int)
    squared: NDArray[Any] = np.square(a - b)
    if level == "ratio":
        squared[squared > 0] /= np.square(a + b)[squared > 0]  # two zeros have distance 0
    return squared


def _mean_distance(values: NDArray[Any], level: MeasurementLevel) -> NDArray[Any]:
    """Return each value's mean distance from all values."""
    if level in ("ordinal", "interval"):
        far: NDArray[Any] = np.square(values - values.mean())
        return np.asarray(far + far.mean())
    unique, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    if level == "nominal":
        far = 1 - (fractions(counts) if values.dtype == object else counts) / values.size
    else:
        far = np.array([counts @ _distance(value, unique, level) for value in unique]) / values.size
    return np.take(far, codes)
