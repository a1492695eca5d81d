"""The ROC curve and the performance at a cut-off. A case is positive at or above it."""

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.estimate import NAN, Estimate, write_number
from bonescint.stats.proportions import wilson
from bonescint.stats.roc.cases import complete_cases


class Curve(NamedTuple):
    """Points of a ROC curve, from (0, 0) to (1, 1). A case is positive at or above `threshold`."""

    threshold: NDArray[np.float64]
    false_positive_rate: NDArray[np.float64]
    true_positive_rate: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CutOff:
    """Performance when cases at or above `cutoff` are called positive."""

    cutoff: float
    sensitivity: Estimate
    specificity: Estimate


@dataclass(frozen=True, slots=True)
class Youden(Estimate):
    """Youden's J (the estimate) at the cut-off with the largest J in the same data."""

    # both at that cut-off (`cutoff`: the lowest score called positive): plain shares, as optimistic
    # as J
    sensitivity: float = NAN
    specificity: float = NAN


def curve(y: ArrayLike, score: ArrayLike) -> Curve:
    """Return the empirical ROC curve; it has no points if a class is missing.

    Examples
    --------
    >>> curve([0, 1, 1], [1, 1, 2]).true_positive_rate.tolist()
    [0.0, 0.5, 1.0]
    """
    truth, scores = complete_cases(y, score)
    n1 = int(truth.sum())
    if n1 in (0, truth.size):
        return Curve(*(np.empty(0) for _ in range(3)))
    threshold, level = descending_levels(scores[0])
    false_alarms, hits = (
        np.cumsum(np.bincount(level[truth == positive], minlength=threshold.size))
        for positive in (False, True)
    )
    return Curve(
        np.append(np.inf, threshold),
        np.append(0.0, false_alarms / (truth.size - n1)),
        np.append(0.0, hits / n1),
    )


def at_cutoff(y: ArrayLike, score: ArrayLike, cutoff: float, confidence: float = 0.95) -> CutOff:
    """Return sensitivity and specificity with Wilson's limits.

    A case is positive at or above the configured cut-off.

    Examples
    --------
    >>> found = at_cutoff([0, 0, 1, 1], [1, 2, 2, 3], cutoff=2)
    >>> found.sensitivity.estimate, found.specificity.estimate
    (1.0, 0.5)
    """
    truth, scores = complete_cases(y, score)
    called = scores[0] >= cutoff
    n1 = int(truth.sum())

    def share(measure: str, right: NDArray[np.bool_], among: int) -> Estimate:
        count = int(right.sum())
        result = wilson(count, among, confidence)
        if truth.size and among == 0:
            result = replace(result, status="one class")
        return replace(result, measure=measure, n=truth.size, n_positive=n1).noting(
            f"count={count}/{among}"
        )

    return CutOff(
        cutoff,
        share("sensitivity", called & truth, n1),
        share("specificity", ~called & ~truth, truth.size - n1),
    )


def youden(y: ArrayLike, score: ArrayLike) -> Youden:
    """Return the largest sensitivity + specificity - 1 and its cut-off (Youden 1950).

    If several cut-offs have the same J, the highest is chosen, which has the fewest false
    positives. It is an observed score. pROC's ``coords(x = "best", best.method = "youden")``
    returns all of them. It returns not the score but the middle between it and the next lower one,
    which is in the note. The rates are the same.

    There are no limits, because the same data chose the cut-off (see `optimism`).

    Examples
    --------
    >>> row = youden([0, 0, 0, 1, 1], [1, 2, 3, 3, 4])
    >>> round(row.estimate, 4), row.cutoff
    (0.6667, 3.0)
    """
    truth, scores = complete_cases(y, score)
    n1 = int(truth.sum())
    n0 = truth.size - n1
    result = Youden(measure="youden", n=truth.size, n_positive=n1)
    if n1 == 0 or n0 == 0:
        return replace(result, status="one class" if truth.size else "no data")
    threshold, level = descending_levels(scores[0])
    hits, false_alarms = (
        np.cumsum(np.bincount(level[side], minlength=threshold.size)) for side in (truth, ~truth)
    )
    # J times n1 x n0 is a whole number, so equal cut-offs are recognised; argmax takes the first
    gain = hits * n0 - false_alarms * n1
    best = int(np.argmax(gain))
    if gain[best] == 0:  # no better than calling every case positive
        status = "constant" if threshold.size == 1 else "no useful cutoff"
        return replace(result, estimate=0.0, status=status)
    cutoff = float(threshold[best])
    return replace(
        result,
        estimate=int(gain[best]) / (n1 * n0),
        cutoff=cutoff,
        sensitivity=int(hits[best]) / n1,
        specificity=(n0 - int(false_alarms[best])) / n0,
        status="too few" if min(n1, n0) < 2 else result.status,
        note=f"midpoint={write_number(float(threshold[best : best + 2].mean()))}",
    )


def descending_levels(score: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Return the distinct scores, highest first, and for each case the index of its score.

    `score` has no NaN.

    Examples
    --------
    >>> [values.tolist() for values in descending_levels(np.array([2.0, 5, 2]))]
    [[5.0, 2.0], [1, 0, 1]]
    """
    values, level = np.unique(score, return_inverse=True)
    return values[::-1], values.size - 1 - level
