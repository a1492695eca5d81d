"""A band around a ROC curve: the limits of its sensitivity at each of many specificities.

Each limit is computed as in `bonescint.stats.roc.matched`, so it holds at one specificity
(pointwise): the whole true curve lies within the band less often. Where almost no positive case is
missed, the replicates hardly vary. So a limit is never nearer than Wilson's, which treats the
cut-off as known. Where fewer than two false alarms are allowed, the replicates do not show how much
the curve's first step varies, so there are no limits (tests/bench/coverage_roc.py).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.estimate import OK
from bonescint.stats.normal import critical
from bonescint.stats.proportions import wilson_limits
from bonescint.stats.roc.cases import complete_cases
from bonescint.stats.roc.cutoffs import descending_levels
from bonescint.stats.roc.matched import Bootstrap, nothing_varies, zhou_qin
from bonescint.stats.roc.shape import resampled_steps, steps_of

# allowed false alarms below which there are no limits
_FALSE_ALARMS = 2
SPECIFICITIES = tuple(step / 50 for step in range(1, 50))


class Band(NamedTuple):
    """Heights of a curve with their limits (NaN where there are none)."""

    # a number for each of `SPECIFICITIES` in these four; none if a class is missing
    specificity: NDArray[np.float64]
    sensitivity: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    status: str  # why there are no limits, or ``ok``


def band(y: ArrayLike, score: ArrayLike, bootstrap: Bootstrap, confidence: float = 0.95) -> Band:
    """Return the sensitivity at each of `SPECIFICITIES` with its pointwise limits.

    Examples
    --------
    >>> found = band([0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6], Bootstrap(seed=1, replicates=50))
    >>> found.status, float(found.sensitivity.max())
    ('ok', 1.0)
    """
    truth, (values,) = complete_cases(y, score)
    n1 = int(truth.sum())
    if n1 in (0, truth.size):
        none = np.empty(0)
        return Band(none, none, none, none, "one class" if truth.size else "no data")
    level = descending_levels(values)[1]
    data = steps_of(level, truth)
    height = data.heights(SPECIFICITIES)[0]
    limits = np.full((height.size, 2), np.nan)
    status = nothing_varies(truth, [values], [level])
    if status == OK:
        drawn = resampled_steps([level], truth, *bootstrap)
        spread = np.concatenate([steps.heights(SPECIFICITIES) for (steps,) in drawn]).T
        z = critical(confidence)
        for i, one in enumerate(spread):
            if data.allowed(SPECIFICITIES[i]) >= _FALSE_ALARMS:
                sides = [
                    zhou_qin(float(height[i]), one, n1, z),
                    wilson_limits(float(height[i]) * n1, n1, z),
                ]
                limits[i] = min(low for low, _ in sides), max(high for _, high in sides)
    return Band(np.array(SPECIFICITIES), height, limits[:, 0], limits[:, 1], status)
