"""Equivalence of two measurements within a margin.

Examples
--------
>>> row = tost_paired([1.1, 2.0, 3.2, 3.9], [1.0, 2.1, 3.0, 4.0], margin=0.5)
>>> round(row.estimate, 4), round(row.p_value, 4), row.note
(0.025, 0.004, 'margin=0.5; equivalent=1')
"""

import math
from dataclasses import replace

from numpy.typing import ArrayLike

from bonescint.special import stdtr, stdtrit
from bonescint.stats.estimate import OK, Estimate, write_number
from bonescint.stats.pairs import pair_status, paired


def tost_paired(
    x: ArrayLike,
    y: ArrayLike,
    margin: float | tuple[float, float],
    confidence: float = 0.95,
) -> Estimate:
    """Return two one-sided paired t tests of the mean of x - y against an equivalence margin.

    Schuirmann 1987: the larger p of R's ``t.test(x, y, paired = TRUE, mu = low, alternative =
    "greater")`` and ``mu = high, alternative = "less"``, with its t. The interval lies inside the
    margin if and only if p < 1 - confidence.

    Parameters
    ----------
    margin
        In that unit, fixed before the data are seen: m for (-m, m), or (low, high).
    confidence
        One minus the level of each test; the interval has level 2 confidence - 1 (90 % at 0.95).

    Returns
    -------
    Estimate
        Its note has ``margin`` (or ``margin_low``, ``margin_high``) and, where it could
        be tested, ``equivalent=1`` or ``equivalent=0``. Differences without variance are not
        tested, even inside the margin (status ``identical`` or ``constant``).

    Raises
    ------
    ValueError
        If the margin is not positive, or low is not below high.
    """
    low, high = _bounds(margin)
    pairs = paired(x, y)
    n = pairs.x.size
    d = pairs.x - pairs.y
    result = Estimate(
        measure="mean_difference",
        n=n,
        ci_method="t",
        test="tost",
        status=pair_status(pairs, fewest=2),
        level=2 * confidence - 1,
    ).noting(*_stated(low, high))
    if n:
        result = replace(result, estimate=pairs.size * float(d.mean()))
    if result.status != OK:
        return result
    mean, error = result.estimate, pairs.size * float(d.std(ddof=1)) / math.sqrt(n)
    above, below = (mean - low) / error, (mean - high) / error
    p, statistic = max(
        (float(stdtr(n - 1, -above)), above),  # against a mean at or below the lower bound
        (float(stdtr(n - 1, below)), below),
    )
    half = float(stdtrit(n - 1, confidence)) * error
    return replace(
        result, ci_low=mean - half, ci_high=mean + half, statistic=statistic, p_value=p
    ).noting(f"equivalent={int(p < 1 - confidence)}")


def _stated(low: float, high: float) -> list[str]:
    if low == -high:
        return [f"margin={write_number(high)}"]
    return [f"margin_low={write_number(low)}", f"margin_high={write_number(high)}"]


def _bounds(margin: float | tuple[float, float] | list[float]) -> tuple[float, float]:
    if margin is None:
        raise ValueError("an equivalence test needs a margin")
    low, high = margin if isinstance(margin, tuple | list) else (-margin, margin)
    if not low < high:  # also for NaN
        raise ValueError("the margin must be positive, or (low, high) with low below high")
    return float(low), float(high)
