"""Different cases in two or more groups, compared by ranks."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.special import chdtrc
from bonescint.stats.estimate import Estimate, write_number
from bonescint.stats.normal import two_sided
from bonescint.stats.printed import with_ties
from bonescint.stats.ranks.ordering import concordance_variance, midranks, ranked_pairs

EXACT_UP_TO = 100  # cases in all, as in clinfun; wilcox.test is exact up to 49 + 49


def mann_whitney(x: ArrayLike, y: ArrayLike) -> Estimate:
    """Return the Mann-Whitney-Wilcoxon test of two groups of different cases.

    The estimate is the probability that a case of `x` exceeds one of `y`, with ties counted half.
    The statistic is U of `x` (R's W). Up to 100 cases p is exact, ties included (Streitberg &
    Röhmel 1986): the share of the divisions of the pooled midranks whose sum is at least as far
    from its mean, as in coin's ``wilcox_test(distribution = "exact")``. Above, it is the normal
    approximation with the variance for ties and continuity correction, as in R's ``wilcox.test``.
    NaN in either group is left out.

    Examples
    --------
    R's ``wilcox.test(x, y)`` of the example in its help prints W = 35, p = 0.2544 (two-sided):
    >>> row = mann_whitney([0.80, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46],
    ...                    [1.15, 0.88, 0.90, 0.74, 1.21])
    >>> row.statistic, round(row.p_value, 4)
    (35.0, 0.2544)
    """
    first, second = (np.asarray(v, dtype=float) for v in (x, y))
    if first.ndim != 1 or second.ndim != 1:
        raise ValueError("the groups must be one-dimensional")
    first, second = first[~np.isnan(first)], second[~np.isnan(second)]
    n, m = first.size, second.size
    cases = n + m
    exact = cases <= EXACT_UP_TO
    result = Estimate(
        measure="mann_whitney",
        n=cases,
        test="mann_whitney_exact" if exact else "mann_whitney_normal",
    )
    if min(n, m) == 0:
        return replace(result, status="one group" if cases else "no data")
    pooled = with_ties(np.concatenate((first, second)))
    doubled = np.rint(2 * midranks(pooled)).astype(np.int64)
    twice_u = int(doubled[:n].sum()) - n * (n + 1)
    result = replace(result, estimate=twice_u / (2 * n * m), statistic=twice_u / 2)
    if not np.ptp(doubled):  # every division of the cases gives the same U
        return replace(result, p_value=1.0, status="constant")
    if exact:
        # doubled, the rank sum of the smaller group has the mean size x (cases + 1)
        size, own = min((n, doubled[:n]), (m, doubled[n:]), key=lambda group: group[0])
        ways = _subset_sums(doubled, size)
        gap = np.abs(np.arange(ways.size) - size * (cases + 1))
        far = gap >= abs(int(own.sum()) - size * (cases + 1))
        return replace(result, p_value=float(ways[far].sum() / ways.sum()))
    tied = np.unique(pooled, return_counts=True)[1].astype(float)
    correction = float((tied**3 - tied).sum()) / (cases * (cases - 1))
    error = float(np.sqrt(n * m / 12 * (cases + 1 - correction)))
    return replace(result, p_value=two_sided(max(abs(twice_u - n * m) - 1, 0) / 2 / error))


def kruskal_wallis(x: ArrayLike, g: ArrayLike) -> Estimate:
    """Return the Kruskal-Wallis test of two or more groups; the statistic is H for ties.

    p is by chi-squared with groups - 1 degrees of freedom (in the note), as in R's
    ``kruskal.test``. `x` and `g` are value and group of each case.

    Examples
    --------
    The example of R's ``kruskal.test``, which prints 0.77143 and 0.68:
    >>> x = [2.9, 3.0, 2.5, 2.6, 3.2, 3.8, 2.7, 4.0, 2.4, 2.8, 3.4, 3.7, 2.2, 2.0]
    >>> row = kruskal_wallis(x, [1] * 5 + [2] * 4 + [3] * 5)
    >>> round(row.statistic, 5), round(row.p_value, 2)
    (0.77143, 0.68)
    """
    values, groups = ranked_pairs(x, g)
    n = values.size
    result = Estimate(measure="kruskal_wallis", n=n, test="kruskal_wallis")
    _, codes, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if sizes.size < 2:
        return replace(result, status="one group" if n else "no data")
    if not np.ptp(values):
        return replace(result, p_value=1.0, status="constant")
    ranks = midranks(values) - (n + 1) / 2
    between = float((np.bincount(codes, ranks) ** 2 / sizes).sum())
    h = between * (n - 1) / float((ranks**2).sum())
    df = sizes.size - 1
    return replace(result, statistic=h, p_value=float(chdtrc(df, h))).noting(f"df={df}")


def jonckheere(x: ArrayLike, g: ArrayLike) -> Estimate:
    """Return the Jonckheere-Terpstra test, two-sided, of a trend of `x` over ordered groups.

    The statistic J counts the pairs of cases of different groups in which the case of the later
    group is larger, with ties counted half. The estimate is their share, 0.5 without a trend.
    Without tied values and up to 100 cases p is exact, twice the smaller tail, as in clinfun's
    ``jonckheere.test``. Otherwise it is the normal approximation (z in the note) with the variance
    for ties (Hollander & Wolfe 1999, 6.19), which is R's
    ``cor.test(x, g, method = "kendall", exact = FALSE)``. clinfun's variance ignores ties. `x` and
    `g` are value and group of each case. Groups are ordered by their number.

    Examples
    --------
    >>> row = jonckheere([1, 2, 4, 3, 5, 6], [0, 0, 1, 1, 2, 2])
    >>> row.statistic, round(row.p_value, 4)
    (12.0, 0.0222)
    """
    values, groups = ranked_pairs(x, g)
    n = values.size
    distinct, rows = np.unique(values, return_inverse=True)
    labels, columns, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    exact = distinct.size == n <= EXACT_UP_TO
    result = Estimate(
        measure="jonckheere", n=n, test="jonckheere_exact" if exact else "jonckheere_normal"
    )
    if labels.size < 2:
        return replace(result, status="one group" if n else "no data")
    table = np.zeros((distinct.size, labels.size))
    np.add.at(table, (rows, columns), 1)
    below = np.cumsum(table, axis=0) - table / 2
    j = float(np.triu(below.T @ table, 1).sum())
    pairs = (n**2 - float((sizes**2).sum())) / 2
    result = replace(result, estimate=j / pairs, statistic=j)
    if distinct.size < 2:
        return replace(result, p_value=1.0, status="constant")
    if exact:
        chances = _trend_distribution(sizes)
        tails = chances[: int(j) + 1].sum(), chances[int(j) :].sum()
        return replace(result, p_value=float(min(1.0, 2 * min(tails))))
    z = (j - pairs / 2) / (concordance_variance(values, groups) / 4) ** 0.5
    return replace(result, p_value=two_sided(z)).noting(f"z={write_number(z)}")


def _subset_sums(scores: NDArray[np.int64], size: int) -> NDArray[np.float64]:
    """Return how many subsets of `size` scores have each sum (shift algorithm)."""
    ordered = np.sort(scores)
    ways = np.zeros((size + 1, int(ordered[-size:].sum()) + 1))
    ways[0, 0] = 1
    for taken, score in enumerate(ordered.tolist(), start=1):
        most = min(taken, size)  # no fuller subsets yet, no sums above `reach`
        reach = int(ordered[taken - most : taken].sum())
        ways[1 : most + 1, score : reach + 1] += ways[:most, : reach + 1 - score].copy()
    sums: NDArray[np.float64] = ways[size]
    return sums


def _trend_distribution(sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the null distribution of J, the sum of the U of each group against all later ones."""
    chances = np.ones(1)
    for i in range(sizes.size - 1):
        first, later = int(sizes[i]), int(sizes[i + 1 :].sum())
        least = min(first, later)
        ways = _subset_sums(np.arange(1, first + later + 1), least)[least * (least + 1) // 2 :]
        chances = np.convolve(chances, ways / ways.sum())
    return chances
