"""Rank methods for measurements with many ties and zeros."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.estimate import Estimate
from bonescint.stats.normal import critical, two_sided

DECIMALS = 9  # 0.5 - 0.4 is not 0.1 in binary: differences are rounded or ties would vanish
EXACT_UP_TO = 200


def differences(x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
    """Return x - y of the cases that have both, rounded to nine decimals.

    Parameters
    ----------
    x, y
        Shape (n,); NaN is missing.
    """
    first, second = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    if first.ndim != 1 or first.shape != second.shape:
        raise ValueError("the measurements must be one-dimensional and of the same length")
    d = np.round(first - second, DECIMALS)
    known: NDArray[np.float64] = d[~np.isnan(d)] + 0.0  # + 0.0 turns -0 into 0
    return known


def midranks(values: ArrayLike) -> NDArray[np.float64]:
    """Return ranks from 1, ties sharing their mean rank.

    Parameters
    ----------
    values
        Shape (n,), no NaN.
    """
    _, codes, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[codes]


def wilcoxon(x: ArrayLike, y: ArrayLike, zeros: Literal["pratt", "wilcox"] = "pratt") -> Estimate:
    """Return Wilcoxon's signed-rank test of x - y; the statistic is the sum of positive ranks.

    The p-value is exact, ties and zeros included, up to 200 non-zero differences (dynamic
    programming over the ranks that occurred); above, the normal approximation with these ranks.

    Parameters
    ----------
    x, y
        Two measurements of the same cases, shape (n,); a case with a NaN is left out.
    zeros
        ``pratt`` ranks the zeros and then leaves them out, ``wilcox`` leaves them out first.
    """
    d = differences(x, y)
    result = Estimate(measure="wilcoxon", n=d.size, test=f"wilcoxon_{zeros}")
    if d.size == 0:
        return replace(result, status="no data")
    if not d.any():
        return replace(result, p_value=1.0, status="identical")
    ranked = d if zeros == "pratt" else d[d != 0]
    doubled = np.rint(2 * midranks(np.abs(ranked))).astype(np.int64)
    positive = int(doubled[ranked > 0].sum())
    steps = doubled[ranked != 0]
    total = int(steps.sum())
    if steps.size <= EXACT_UP_TO:
        p = _exact_two_sided(steps, positive)
    else:
        p = two_sided((positive - total / 2) / float(np.sqrt((steps**2).sum() / 4)))
    return replace(result, statistic=positive / 2, p_value=p).noting(f"zeros={int((d == 0).sum())}")


def hodges_lehmann(d: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the median of the Walsh averages of `d` with its exact distribution-free interval.

    Parameters
    ----------
    d
        Differences, shape (n,), rounded beforehand (`differences`); NaN is left out.
    confidence
        At least this coverage for continuous data (Hollander & Wolfe 1999, 3.27); with ties the
        interval is conservative. Too few differences for it: limits NaN.
    """
    values = np.asarray(d, dtype=float)
    values = values[~np.isnan(values)]
    n = values.size
    result = Estimate(measure="hodges_lehmann", n=n, ci_method="walsh")
    if n == 0:
        return replace(result, status="no data")
    rows, columns = np.triu_indices(n)
    walsh = np.sort((values[rows] + values[columns]) / 2)
    result = replace(result, estimate=float(np.median(walsh)))
    if not np.ptp(values):
        return replace(result, status="constant" if values[0] else "identical")
    outside = _walsh_outside(n, confidence)
    if outside == 0:
        return replace(result, status="too few")
    return replace(result, ci_low=float(walsh[outside - 1]), ci_high=float(walsh[-outside]))


def _null_distribution(steps: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the distribution of the sum of `steps`, each in it with probability 1/2."""
    chances = np.zeros(int(steps.sum()) + 1)
    chances[0] = 1
    reach = 0
    for step in np.sort(steps):
        reach += int(step)
        chances[step : reach + 1] += chances[: reach + 1 - step].copy()
        chances[: reach + 1] /= 2
    return chances


def _exact_two_sided(steps: NDArray[np.int64], positive: int) -> float:
    chances = _null_distribution(steps)
    farther = min(positive, chances.size - 1 - positive)
    return float(min(1.0, 2 * chances[: farther + 1].sum()))


def _walsh_outside(n: int, confidence: float) -> int:
    """Return which Walsh average, counted from either end, is the limit; 0 if none is."""
    if n > EXACT_UP_TO:
        mean, variance = n * (n + 1) / 4, n * (n + 1) * (2 * n + 1) / 24
        return int(mean - critical(confidence) * variance**0.5 + 0.5)
    tail = np.cumsum(_null_distribution(np.arange(1, n + 1)))
    return int(np.searchsorted(tail, (1 - confidence) / 2, side="right"))
