"""Groups of different patients: how much they differ, and what comparing them can show."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from bonescint.special import ndtr
from bonescint.stats.estimate import NAN, Estimate
from bonescint.stats.normal import critical
from bonescint.stats.printed import NEGLIGIBLE, counted


def standardised_difference(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the difference of two means in units of their standard deviation.

    The unit is the root of the mean of both variances (Austin 2009), not the pooled one, so that
    unequal group sizes have no influence.

    Parameters
    ----------
    a, b
        Values of two groups of different cases, shapes (n1,) and (n2,); NaN is left out.
    confidence
        Level of the interval by the standard error of Hedges & Olkin 1985 (R's stddiff).

    Examples
    --------
    >>> standardised_difference([1, 2, 3], [2, 3, 4]).estimate
    -1.0
    """
    groups = [np.asarray(group, dtype=float) for group in (a, b)]
    if any(group.ndim != 1 for group in groups):
        raise ValueError("the groups must be one-dimensional")
    first, second = (group[~np.isnan(group)] for group in groups)
    sizes = first.size, second.size
    result = _difference(*sizes)
    if min(sizes) < 2:
        return replace(result, status="too few" if min(sizes) else "no data")
    both, size = counted(np.concatenate((first, second)))  # the result has no unit
    noise = 0.0 if size else NEGLIGIBLE * float(np.abs(both).max())
    first, second = both[: first.size], both[first.size :]
    gap = float(first.mean() - second.mean())
    if max(np.ptp(first), np.ptp(second)) <= noise:
        return replace(result, estimate=NAN if abs(gap) > noise else 0.0, status="constant")
    unit = float(np.sqrt((first.var(ddof=1) + second.var(ddof=1)) / 2))
    return _with_limits(result, gap / unit, *sizes, confidence)


def standardised_difference_proportion(
    x1: int, n1: int, x2: int, n2: int, confidence: float = 0.95
) -> Estimate:
    """Return the difference of two shares in units of their standard deviation (Austin 2009).

    `x1` of `n1` cases have the property, and `x2` of `n2`. The standard error is that of Hedges &
    Olkin 1985 (R's stddiff).

    Examples
    --------
    >>> round(standardised_difference_proportion(30, 100, 20, 100).estimate, 4)
    0.2325
    """
    if not (0 <= x1 <= n1 and 0 <= x2 <= n2):
        raise ValueError("a share needs 0 <= x <= n")
    result = replace(_difference(n1, n2), n_positive=x1 + x2)
    if min(n1, n2) == 0:
        return replace(result, status="no data")
    p1, p2 = x1 / n1, x2 / n2
    variance = (p1 * (1 - p1) + p2 * (1 - p2)) / 2
    if x1 in (0, n1) and x2 in (0, n2):
        return replace(result, estimate=NAN if p1 != p2 else 0.0, status="constant")
    return _with_limits(result, (p1 - p2) / variance**0.5, n1, n2, confidence)


def power_unpaired_auc(
    auc1: float,
    auc2: float,
    n1_pos: int,
    n1_neg: int,
    n2_pos: int,
    n2_neg: int,
    confidence: float = 0.95,
) -> Estimate:
    """Return the power to distinguish two AUCs of different cases at this size.

    It is a two-sided normal test of the difference with the standard errors of Hanley & McNeil
    1982. The sizes are those of the cases with and without metastasis in either group.

    Examples
    --------
    >>> round(power_unpaired_auc(0.9, 0.8, 50, 50, 50, 50).estimate, 3)
    0.445
    """
    if not (0 <= auc1 <= 1 and 0 <= auc2 <= 1):
        raise ValueError("an AUC lies between 0 and 1")
    sizes = n1_pos, n1_neg, n2_pos, n2_neg
    result = Estimate(
        measure="power", n=sum(sizes), n_positive=n1_pos + n2_pos, test="hanley_mcneil"
    )
    if min(sizes) <= 0:
        return replace(result, status="one class" if sum(sizes) else "no data")
    variance = _hanley_mcneil(auc1, n1_pos, n1_neg) + _hanley_mcneil(auc2, n2_pos, n2_neg)
    if variance == 0:  # both AUCs are 0 or 1
        return replace(result, status="constant")
    shift, z = abs(auc1 - auc2) / variance**0.5, critical(confidence)
    return replace(result, estimate=float(ndtr(shift - z) + ndtr(-shift - z)))


def _difference(n1: int, n2: int) -> Estimate:
    return Estimate(measure="standardised_difference", n=n1 + n2, ci_method="hedges_olkin")


def _with_limits(result: Estimate, d: float, n1: int, n2: int, confidence: float) -> Estimate:
    error = ((n1 + n2) / (n1 * n2) + d**2 / (2 * (n1 + n2))) ** 0.5
    width = critical(confidence) * error
    return replace(result, estimate=d, ci_low=d - width, ci_high=d + width)


def _hanley_mcneil(auc: float, positive: int, negative: int) -> float:
    """Return the variance of an AUC whose scores are exponential (Hanley & McNeil 1982)."""
    above, below = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    spread = (positive - 1) * (above - auc**2) + (negative - 1) * (below - auc**2)
    return max(auc * (1 - auc) + spread, 0.0) / (positive * negative)
