"""Two measurements of the same cases by the ranks of their differences."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.estimate import Estimate, one_of
from bonescint.stats.normal import critical, two_sided
from bonescint.stats.pairs import tied
from bonescint.stats.printed import NEGLIGIBLE, counted, uncounted
from bonescint.stats.ranks.ordering import differences, midranks
from bonescint.stats.selection import at_places, pair_blocks

EXACT_UP_TO = 200


def wilcoxon(x: ArrayLike, y: ArrayLike, zeros: Literal["pratt", "wilcox"] = "pratt") -> Estimate:
    """Return Wilcoxon's signed-rank test of x - y; the statistic is the sum of positive ranks.

    The p-value is exact, ties and zeros included, up to 200 non-zero differences (dynamic
    programming over the ranks that occurred, as in coin's ``wilcoxsign_test`` with
    ``distribution = "exact"``). Above, it is the normal approximation with these ranks and no
    continuity correction (coin's default; R's ``wilcox.test`` corrects and is approximate from 50
    cases on).

    Parameters
    ----------
    zeros
        ``pratt`` ranks the zeros and then leaves them out (Pratt 1959); ``wilcox`` leaves them out
        first, as ``wilcox.test`` does. Their number is in the note.

    Examples
    --------
    The example of R's ``wilcox.test``, which prints V = 40; two-sided p is 0.03906:
    >>> first = [1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30]
    >>> second = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29]
    >>> row = wilcoxon(first, second)
    >>> row.statistic, round(row.p_value, 5)
    (40.0, 0.03906)
    """
    one_of(zeros, "pratt", "wilcox")
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

    Without ties and zeros this is R's ``wilcox.test(d, conf.int = TRUE, exact = TRUE)``. With them
    R uses a root of the normal approximation and drops the zeros. Here they stay, as in Hollander &
    Wolfe, because a case without change is part of the median change.

    Parameters
    ----------
    d
        Differences, shape (n,), as `differences` returns them; NaN and infinity are left out.
    confidence
        At least this coverage for continuous data (Hollander & Wolfe 1999, 3.27); with ties the
        interval is conservative. With too few differences the limits are NaN. The rank of the
        limits is exact up to 200 differences, then by the normal approximation.

    Examples
    --------
    >>> row = hodges_lehmann([1, 2, 3, 4, 5, 6, 9])
    >>> row.estimate, row.ci_low, row.ci_high
    (4.0, 2.0, 7.0)
    """
    values = np.asarray(d, dtype=float)
    values = values[np.isfinite(values)]
    n = values.size
    result = Estimate(measure="hodges_lehmann", n=n, ci_method="walsh")
    if n == 0:
        return replace(result, status="no data")
    noise = NEGLIGIBLE * float(np.abs(values).max())
    steps, size = counted(values)
    unit, start = size or 1.0, float(values.min()) if size else 0.0
    if size and abs(start - unit * round(start / unit)) <= noise:  # then 0 is a step, too
        steps, start = steps + round(start / unit), 0.0
    pairs = n * (n + 1) // 2
    outside = _walsh_outside(n, confidence)
    places = {(pairs - 1) // 2, pairs // 2} | ({outside - 1, pairs - outside} if outside else set())
    walsh = at_places(
        lambda: ((steps[one] + steps[other]) / 2 for one, other in pair_blocks(n, same=True)),
        pairs,
        places,
    )

    def value(average: float) -> float:
        return start + float(uncounted(average, unit) if size else average)

    middle = (walsh[(pairs - 1) // 2] + walsh[pairs // 2]) / 2
    result = replace(result, estimate=value(middle))
    if np.ptp(values) <= noise:
        return replace(result, status="constant" if values[0] else "identical")
    if outside == 0:
        return replace(result, status="too few")
    low, high = walsh[outside - 1], walsh[pairs - outside]
    if tied(low, high, 0.0 if size else float(np.ptp(values))):  # many cases have the same digits
        return replace(result, status="tied")
    return replace(result, ci_low=value(low), ci_high=value(high))


def _null_distribution(steps: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the distribution of a sum that includes each of `steps` with probability 1/2."""
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
    """Return which Walsh average, counted from each end, is the limit; 0 if none is."""
    if n > EXACT_UP_TO:
        mean, variance = n * (n + 1) / 4, n * (n + 1) * (2 * n + 1) / 24
        return int(mean - critical(confidence) * variance**0.5 + 0.5)
    tail = np.cumsum(_null_distribution(np.arange(1, n + 1)))
    return int(np.searchsorted(tail, (1 - confidence) / 2, side="right"))
