"""Rank correlation of two measurements of the same cases."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.special import gammaln, stdtr
from bonescint.stats.estimate import Estimate
from bonescint.stats.normal import critical, two_sided
from bonescint.stats.ranks.ordering import concordance_variance, midranks, ranked_pairs
from bonescint.stats.selection import pulls

EXACT_BELOW = 50  # cases without ties, as in R's cor.test


def spearman(x: ArrayLike, y: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return Spearman's rank correlation, the correlation of the midranks.

    p is by Student's t with n - 2 degrees of freedom, as in scipy and in R's ``cor.test`` with
    ``exact = FALSE`` or ties. The statistic is that t. If the ranks agree or oppose perfectly, t is
    infinite and p is the exact share of the orders of `y` that do so.

    Parameters
    ----------
    confidence
        Level of the interval, Fisher's z with variance (1 + r²/2) / (n - 3) of Bonett & Wright
        2000.
        With zeros in half of the cases it covers 92-94 % at n = 25 (simulated).

    Examples
    --------
    Hollander & Wolfe's tuna; R's ``cor.test(x, y, method = "spearman")`` prints 0.6:
    >>> hunter = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1]
    >>> panel = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8]
    >>> round(spearman(hunter, panel).estimate, 4)
    0.6
    """
    first, second = ranked_pairs(x, y)
    n = first.size
    result = Estimate(measure="spearman", n=n, ci_method="bonett_wright", test="spearman_t")
    status = _degenerate(first, second)
    if status:
        return replace(result, status=status)
    # doubled and centred, the ranks are whole numbers, so a perfect correlation is recognised
    a, b = (np.rint(2 * midranks(v)) - (n + 1) for v in (first, second))
    rho = float((a * b).sum() / np.sqrt((a**2).sum() * (b**2).sum()))
    if np.array_equal(a, b) or np.array_equal(a, -b):
        ties = np.unique(a, return_counts=True)[1]
        # orders that keep every tied group in its place; as many reverse it if its ties are
        # symmetric
        share = np.exp(gammaln(ties + 1).sum() - gammaln(n + 1)) * (
            2 if np.array_equal(ties, ties[::-1]) else 1
        )
        return replace(
            result, estimate=round(rho), p_value=float(min(share, 1.0)), status="monotone"
        )
    # in whole numbers, because 1 - rho² is only rounding if almost all ranks are the same
    sxx, syy, sxy = (int((u * v).sum()) for u, v in ((a, a), (b, b), (a, b)))
    t = rho * ((n - 2) / ((sxx * syy - sxy**2) / (sxx * syy))) ** 0.5
    result = replace(result, estimate=rho, statistic=t, p_value=float(2 * stdtr(n - 2, -abs(t))))
    if n < 4:
        return replace(result, status="too few")
    low, high = _fisher(rho, ((1 + rho**2 / 2) / (n - 3)) ** 0.5, confidence)
    return replace(result, ci_low=low, ci_high=high)


def kendall(x: ArrayLike, y: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return Kendall's tau-b.

    As in R's ``cor.test``: without ties and below 50 cases p is exact and the statistic is the
    number of concordant pairs. Otherwise p is by the normal distribution with the variance for ties
    (Kendall 1970) and the statistic is z.

    Parameters
    ----------
    confidence
        Level of the interval: Fisher's z of tau with its asymptotic standard error, ties included
        (Brown & Benedetti 1977, over n - 1). It covers 92-94 % on counts with many zeros
        (simulated), where Fieller's .437 / (n - 4), made for continuous normal data, covers 86 %.

    Examples
    --------
    The same data; R prints 0.4444:
    >>> hunter = [44.4, 45.9, 41.9, 53.3, 44.7, 44.1, 50.7, 45.2, 60.1]
    >>> panel = [2.6, 3.1, 2.5, 5.0, 3.6, 4.0, 5.2, 2.8, 3.8]
    >>> round(kendall(hunter, panel).estimate, 4)
    0.4444
    """
    first, second = ranked_pairs(x, y)
    n = first.size
    tied = min(np.unique(v).size for v in (first, second)) < n if n else False
    exact = not tied and n < EXACT_BELOW
    result = Estimate(
        measure="kendall",
        n=n,
        ci_method="fisher_delta",
        test="kendall_exact" if exact else "kendall_normal",
    )
    status = _degenerate(first, second)
    if status:
        return replace(result, status=status)
    agreeing = pulls(first, second)
    apart_x, apart_y = (n - _alike(v) for v in (first, second))
    score, pairs_x, pairs_y = (int(v.sum()) for v in (agreeing, apart_x, apart_y))  # all doubled
    root = (pairs_x * pairs_y) ** 0.5
    tau = score / root
    if exact:
        concordant = (score // 2 + n * (n - 1) // 2) // 2
        chances = _inversions(n)
        tails = chances[: concordant + 1].sum(), chances[concordant:].sum()
        result = replace(result, statistic=concordant, p_value=float(min(1.0, 2 * min(tails))))
    else:
        z = score / 2 / concordance_variance(first, second) ** 0.5
        result = replace(result, statistic=z, p_value=two_sided(z))
    if score**2 == pairs_x * pairs_y:
        return replace(result, estimate=round(tau), status="monotone")
    result = replace(result, estimate=tau)
    if n < 4 or _pull_alike(agreeing, apart_x, apart_y):
        return replace(result, status="too few")
    influence = 2 * agreeing / root - tau * (apart_x / pairs_x + apart_y / pairs_y)
    error = float(np.sqrt((influence**2).sum() * n / (n - 1)))
    low, high = _fisher(tau, error / (1 - tau**2), confidence)
    return replace(result, ci_low=low, ci_high=high)


def _pull_alike(*by_case: NDArray[np.int64]) -> bool:
    """Return whether every case contributes the same to tau, as on a cross; then tau has no spread.

    The arrays have, for each case, the pairs that agree less the others, the pairs untied in x, in
    y.
    """
    agreeing, apart_x, apart_y = (counts.astype(object) for counts in by_case)
    score, pairs_x, pairs_y = agreeing.sum(), apart_x.sum(), apart_y.sum()
    alike = 2 * agreeing * pairs_x * pairs_y == score * (apart_x * pairs_y + apart_y * pairs_x)
    return bool(np.all(alike))


def _alike(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each case how many cases have its value, itself included."""
    _, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
    return np.asarray(counts[codes], np.int64)


def _degenerate(x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    if x.size == 0:
        return "no data"
    if x.size < 3:  # two cases always correlate perfectly
        return "too few"
    return "" if np.ptp(x) and np.ptp(y) else "constant"


def _fisher(correlation: float, error: float, confidence: float) -> tuple[float, float]:
    centre, width = np.arctanh(correlation), critical(confidence) * error
    return float(np.tanh(centre - width)), float(np.tanh(centre + width))


def _inversions(n: int) -> NDArray[np.float64]:
    """Return the distribution of the number of concordant pairs of `n` cases without ties."""
    chances = np.ones(1)
    for i in range(2, n + 1):
        chances = np.convolve(chances, np.full(i, 1 / i))
    return chances
