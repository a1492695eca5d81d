"""The ratings of a study as an array, and steps that all coefficients share."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.special import stdtrit
from bonescint.stats.estimate import Estimate
from bonescint.stats.printed import NEGLIGIBLE

_LOOKS_LIKE_0 = 1e-6  # only to save time: contributions above it are never rounding


def matrix(ratings: ArrayLike) -> NDArray[np.float64]:
    """Return `ratings` as an array of subjects x raters.

    NaN, infinity or a data frame's own NA is missing.

    Raises
    ------
    ValueError
        If they are not two-dimensional.

    Examples
    --------
    >>> matrix([[1, float("inf")], [False, True]]).tolist()
    [[1.0, nan], [0.0, 1.0]]
    """
    if hasattr(ratings, "to_numpy"):  # numpy cannot read a data frame's own NA
        ratings = ratings.to_numpy(dtype=float, na_value=np.nan)
    values: NDArray[np.float64] = np.asarray(ratings, dtype=float)
    if values.ndim != 2:
        raise ValueError("ratings must be subjects x raters")
    return np.where(np.isfinite(values), values, np.nan)


def complete_subjects(
    ratings: ArrayLike, result: Estimate, at_least: int = 2
) -> tuple[NDArray[np.float64], Estimate]:
    """Return the subjects whom every rater rated, and `result` with their number.

    Its note counts the subjects without all ratings, and its status says whether there are enough
    raters (two) and subjects.

    Examples
    --------
    >>> values, row = complete_subjects([[1, 1], [1, 0], [np.nan, 1]], Estimate())
    >>> values.tolist(), row.n, row.note
    ([[1.0, 1.0], [1.0, 0.0]], 2, 'left_out_incomplete=1')
    """
    values = matrix(ratings)
    known = values[~np.isnan(values).any(axis=1)]
    result = replace(result, n=len(known))
    if len(known) < len(values):
        result = result.noting(f"left_out_incomplete={len(values) - len(known)}")
    if values.shape[1] < 2:
        result = replace(result, n=0, status="too few raters")
    elif len(known) < at_least:
        result = replace(result, status="too few" if len(known) else "no data")
    return known, result


def limits_by_influence(
    result: Estimate,
    influence: NDArray[np.float64],
    exactly: Callable[[], NDArray[np.object_] | None],
    confidence: float,
) -> Estimate:
    """Return `result` with limits from what each subject contributes to its estimate.

    Parameters
    ----------
    result
        An estimate of at most 1.
    influence
        Shape (n,), of mean zero: the linear part of the estimate (Gwet 2008, 2014 ch. 5).
    exactly
        Returns the same contributions in fractions, or None for ratings without whole steps. It is
        called only where the contributions look like 0, because rounding can leave a small number.
    confidence
        Level of Student's t with n - 1 degrees of freedom. The limits are cut at ±1.

    Examples
    --------
    >>> pulls = np.array([-0.2, 0.2, 0.1, -0.1])
    >>> row = limits_by_influence(Estimate(estimate=0.5), pulls, lambda: None, confidence=0.95)
    >>> round(row.ci_low, 3), round(row.ci_high, 3)
    (0.209, 0.791)
    """
    n = influence.size
    if np.abs(influence).max() < _LOOKS_LIKE_0:
        exact = exactly()
        if (np.abs(influence).max() < NEGLIGIBLE) if exact is None else not exact.any():
            return replace(result, status="constant")  # all contribute the same: no spread
    error = float(np.sqrt((influence**2).sum() / (n * (n - 1))))
    width = float(stdtrit(n - 1, (1 + confidence) / 2)) * error
    return replace(
        result,
        ci_low=max(result.estimate - width, -1.0),
        ci_high=min(result.estimate + width, 1.0),
    )
