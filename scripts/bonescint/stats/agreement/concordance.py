"""Whether raters put the subjects in the same order."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from bonescint.special import chdtrc
from bonescint.stats.agreement.ratings import complete_subjects
from bonescint.stats.estimate import Estimate
from bonescint.stats.printed import with_ties
from bonescint.stats.ranks.ordering import midranks


def kendall_w(ratings: ArrayLike) -> Estimate:
    """Return Kendall's coefficient of concordance W, corrected for ties.

    The test (W = 0) compares m (n - 1) W of m raters with chi-squared with n - 1 degrees of freedom
    (Kendall & Babington Smith 1939; Siegel & Castellan 1988, 9.4; irr ``kendall(correct = TRUE)``,
    Friedman's test with the subjects as treatments). There is no interval. Values that differ only
    by rounding share a rank. A subject with a missing rating is left out.

    Examples
    --------
    >>> round(kendall_w([[1, 2, 1], [2, 1, 3], [3, 3, 2], [4, 4, 4]]).estimate, 4)  # 7 / 9
    0.7778
    """
    values, result = complete_subjects(ratings, Estimate(measure="kendall_w"))
    if result.status != "ok":
        return result
    n, raters = values.shape
    columns = [with_ties(column) for column in values.T]
    ties = 0
    for column in columns:
        _, counts = np.unique(column, return_counts=True)
        ties += int((counts**3 - counts).sum())
    most = raters**2 * (n**3 - n) - raters * ties
    if most == 0:
        return replace(result, status="constant")
    sums = np.sum([midranks(column) for column in columns], axis=0)
    w = float(12 * ((sums - sums.mean()) ** 2).sum() / most)
    statistic = raters * (n - 1) * w
    return replace(
        result,
        estimate=w,
        statistic=statistic,
        p_value=float(chdtrc(n - 1, statistic)),
        test="kendall_w",
    ).noting(f"df={n - 1}")
