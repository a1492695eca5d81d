"""The difference of two means of different cases whose variances may differ (Welch 1947)."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from bonescint.special import stdtrit
from bonescint.stats.estimate import Estimate, write_number
from bonescint.stats.printed import NEGLIGIBLE


def welch_difference(a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the mean of the first group minus that of the second, with Welch's limits.

    NaN in either group is left out. The limits have Student's t with Satterthwaite's degrees of
    freedom (R's t.test).

    Examples
    --------
    >>> row = welch_difference([1, 2, 3], [2, 3, 4])
    >>> round(row.estimate, 3), round(row.ci_low, 3), round(row.ci_high, 3)
    (-1.0, -3.267, 1.267)
    """
    groups = [np.asarray(group, dtype=float) for group in (a, b)]
    first, second = (group[~np.isnan(group)] for group in groups)
    sizes = first.size, second.size
    result = Estimate(measure="mean_difference", n=sum(sizes), ci_method="welch_t")
    if min(sizes) < 2:
        return replace(result, status="too few" if min(sizes) else "no data")
    gap = float(first.mean() - second.mean())
    noise = NEGLIGIBLE * float(np.abs(np.concatenate((first, second))).max())
    if max(np.ptp(first), np.ptp(second)) <= noise:
        return replace(result, estimate=gap if abs(gap) > noise else 0.0, status="constant")
    parts = [float(group.var(ddof=1)) / group.size for group in (first, second)]
    df = sum(parts) ** 2 / sum(
        part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True)
    )
    half = float(stdtrit(df, (1 + confidence) / 2)) * sum(parts) ** 0.5
    limits = {"estimate": gap, "ci_low": gap - half, "ci_high": gap + half}
    return replace(result, **limits).noting(f"df={write_number(df)}")
