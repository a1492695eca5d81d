"""What all rank methods share: differences, ranks, ties."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.pairs import complete_pairs, paired
from bonescint.stats.printed import NEGLIGIBLE, uncounted, with_ties


def differences(x: ArrayLike, y: ArrayLike) -> NDArray[np.float64]:
    """Return x - y of the cases that have both, in whole steps of their printed precision.

    0.5 - 0.4 is not 0.1 in binary, so without the steps ties would vanish. Values without a step
    that differ only by rounding are made equal. NaN and infinity are missing.

    Examples
    --------
    >>> differences([0.5, 0.4], [0.4, 0.3]).tolist()  # one step of 0.1 each
    [0.1, 0.1]
    """
    pairs = paired(x, y)
    d = pairs.x - pairs.y
    if pairs.noise:
        d = with_ties(np.where(np.abs(d) <= pairs.noise, 0.0, d), largest=pairs.noise / NEGLIGIBLE)
    return uncounted(d, pairs.size) if pairs.noise == 0 else d


def ranked_pairs(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the values of the cases that have both, made equal where only rounding differs.

    NaN and infinity are missing.

    Examples
    --------
    >>> [values.tolist() for values in ranked_pairs([0.1 + 0.2, 0.3], [1, 2])]
    [[0.3, 0.3], [1.0, 2.0]]
    """
    first, second = complete_pairs(x, y)
    return with_ties(first), with_ties(second)


def midranks(values: ArrayLike) -> NDArray[np.float64]:
    """Return ranks from 1. Ties share their mean rank.

    `values` has no NaN.

    Examples
    --------
    >>> midranks([10, 20, 20, 30]).tolist()
    [1.0, 2.5, 2.5, 4.0]
    """
    _, codes, counts = np.unique(np.asarray(values), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return (last - (counts - 1) / 2)[codes]


def concordance_variance(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Return the null variance of concordant minus discordant pairs, ties in both allowed.

    Kendall 1970, section 4.7; a quarter of it is the variance of Jonckheere's statistic (Hollander
    & Wolfe 1999, 6.19). The order within `x` and within `y`, which have no NaN, is irrelevant.

    Examples
    --------
    >>> concordance_variance(np.array([1.0, 2, 3]), np.array([1.0, 2, 3]))  # 3 * 2 * 11 / 18
    3.6666666666666665
    """
    n = float(x.size)
    tied = [np.unique(values, return_counts=True)[1].astype(float) for values in (x, y)]
    single = sum(float((t * (t - 1) * (2 * t + 5)).sum()) for t in tied)
    pairs = np.prod([(t * (t - 1)).sum() for t in tied]) / (2 * n * (n - 1))
    triples = np.prod([(t * (t - 1) * (t - 2)).sum() for t in tied])
    variance = (n * (n - 1) * (2 * n + 5) - single) / 18 + pairs
    return float(variance + triples / (9 * n * (n - 1) * (n - 2)) if n > 2 else variance)
