"""What a paired comparison of two versions can show at a planned size and a planned difference.

The scores of a case are two correlated normals, in both classes. The variance of two empirical AUCs
and their covariance are then known without approximation, so the error is the one that DeLong's
test estimates. A cut-off turns the same normals into calls, so one correlation serves sensitivity
and specificity, too.

Values and differences are the supposed true ones. `measure` is one of
`bonescint.stats.sample_size.MEASURES`.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bonescint.special import bdtr, gammaln, ndtr, ndtri, xlog1py, xlogy
from bonescint.stats.normal import critical

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(64)
_MOST = 1e-12  # a correlation nearer to 1 than this counts as 1


class Correlations(NamedTuple):
    """Correlation of the two versions' scores on the normal scale, in each class."""

    positive: float
    negative: float


class Sizes(NamedTuple):
    """Cases with metastasis and without."""

    positive: int
    negative: int


def binormal_error(auc1: float, auc2: float, correlations: Correlations, sizes: Sizes) -> float:
    """Return the standard error of the difference of two empirical AUCs on the same cases.

    `auc1` and `auc2` are between 0 and 1.

    Examples
    --------
    >>> round(binormal_error(0.9, 0.8, Correlations(0.5, 0.5), Sizes(50, 50)), 4)
    0.0413
    """
    perfect = Correlations(1.0, 1.0)
    variance = (
        _covariance(auc1, auc1, perfect, sizes)
        + _covariance(auc2, auc2, perfect, sizes)
        - 2 * _covariance(auc1, auc2, correlations, sizes)
    )
    return math.sqrt(max(variance, 0.0))


def auc_error(auc: float, sizes: Sizes) -> float:
    """Return the standard error of one empirical AUC of normal scores.

    Examples
    --------
    >>> round(auc_error(0.8, Sizes(50, 50)), 4)
    0.0437
    """
    return math.sqrt(_covariance(auc, auc, Correlations(1.0, 1.0), sizes))


def _covariance(auc1: float, auc2: float, correlations: Correlations, sizes: Sizes) -> float:
    """Return the covariance of two Mann-Whitney statistics: pairs that share one case, or both."""
    h, k = float(ndtri(auc1)), float(ndtri(auc2))
    same_positive, same_negative = (one / 2 for one in correlations)
    total = (
        both_above(h, k, same_positive + same_negative)
        + (sizes.negative - 1) * both_above(h, k, same_positive)
        + (sizes.positive - 1) * both_above(h, k, same_negative)
    )
    return total / (sizes.positive * sizes.negative)


def both_above(h: float, k: float, correlation: float) -> float:
    """Return by how much the chance of two normals below `h` and `k` exceeds independence.

    Plackett 1954: the derivative with respect to the correlation is the density. It is integrated
    here over the arcsine of the correlation. `correlation` is between -1 and 1.

    Examples
    --------
    >>> round(both_above(0, 0, 0.5), 4)  # 1 / 3 - 1 / 4
    0.0833
    """
    if correlation > 1 - _MOST:
        return float(ndtr(min(h, k)) - ndtr(h) * ndtr(k))
    top = math.asin(max(correlation, -1.0))
    sine = np.sin(top * (_NODES + 1) / 2)
    density = np.exp(-(h * h + k * k - 2 * h * k * sine) / (2 * (1 - sine * sine)))
    return float(_WEIGHTS @ density) * top / (4 * math.pi)


def power_of(error: float, difference: float, confidence: float) -> float:
    """Return the power of a two-sided normal test.

    Examples
    --------
    >>> round(power_of(1.0, 2.8, confidence=0.95), 2)
    0.8
    """
    if error == 0:
        return float(difference != 0)
    z = critical(confidence)
    return float(ndtr(difference / error - z) + ndtr(-difference / error - z))


def equivalence_power(error: float, difference: float, margin: float, confidence: float) -> float:
    """Return the chance that two one-sided tests find the difference within the margin.

    The interval has level 2 confidence - 1.

    Examples
    --------
    >>> round(equivalence_power(0.02, 0.0, 0.05, confidence=0.95), 3)
    0.608
    """
    if error == 0:
        return float(abs(difference) < margin)
    z = float(ndtri(confidence))
    inside = ndtr((margin - difference) / error - z) - ndtr(z - (margin + difference) / error)
    return max(float(inside), 0.0)


def obuchowski_mcclish_power(
    auc1: float, auc2: float, correlations: Correlations, sizes: Sizes, confidence: float
) -> float:
    """Return the power by Obuchowski & McClish 1997, for the parameters of two fitted curves.

    It equals pROC's ``power.roc.test(method = "obuchowski")`` for equal spreads, for comparison.
    The variances are those of two fitted curves; without a difference both have the first AUC. They
    are not those of DeLong's test (tests/bench/coverage_sample_size.py).

    Examples
    --------
    >>> related = Correlations(0.5, 0.5)
    >>> round(obuchowski_mcclish_power(0.9, 0.8, related, Sizes(50, 50), confidence=0.95), 3)
    0.656
    """
    a1, a2 = (math.sqrt(2) * float(ndtri(auc)) for auc in (auc1, auc2))
    ratio = sizes.negative / sizes.positive

    def slope(a: float) -> float:
        return math.exp(-a * a / 4) / math.sqrt(4 * math.pi)

    def variance(a: float) -> float:
        return slope(a) ** 2 * (1 + 1 / ratio + a * a / 2 + a * a / 4 * (1 + ratio) / (2 * ratio))

    positive, negative = correlations
    shared = slope(a1) * slope(a2) * (
        positive + negative / ratio + positive**2 * a1 * a2 / 2
        + a1 * a2 / 4 * (negative**2 + ratio * positive**2) / (2 * ratio)
        - positive**2 * a1 * a2 / 2
    )  # fmt: skip
    alike, apart = 2 * (variance(a1) - shared), variance(a1) + variance(a2) - 2 * shared
    reach = abs(auc1 - auc2) * math.sqrt(sizes.positive)
    return float(ndtr((reach - critical(confidence) * math.sqrt(alike)) / math.sqrt(apart)))


def discordant(first: float, second: float, correlation: float) -> tuple[float, float]:
    """Return the shares of cases that only the first, and only the second version calls rightly.

    `first` and `second` are the supposed true sensitivities (or specificities), and `correlation`
    is that of the scores in that class.

    Examples
    --------
    >>> [round(share, 4) for share in discordant(0.8, 0.7, 0.5)]
    [0.1848, 0.0848]
    """
    h, k = float(ndtri(first)), float(ndtri(second))
    both = first * second + both_above(h, k, correlation)
    return max(first - both, 0.0), max(second - both, 0.0)


def mcnemar_power(n: int, only_first: float, only_second: float, confidence: float) -> float:
    """Return the power of the exact McNemar test, over every number of discordant cases.

    `only_first` and `only_second` are the shares of `discordant`.

    Examples
    --------
    >>> round(mcnemar_power(50, 0.2, 0.02, confidence=0.95), 3)
    0.765
    """
    share = min(only_first + only_second, 1.0)
    if share <= 0:
        return 0.0
    # numbers more than twelve standard deviations away have no weight
    near = 12 * (1 + math.sqrt(n * share * (1 - share)))
    m = np.arange(max(int(n * share - near), 0), min(int(n * share + near), n) + 1)
    fewest = critical_counts(m, (1 - confidence) / 2)
    tested = fewest >= 0
    m, fewest = m[tested], fewest[tested]
    one = min(only_first / share, 1.0)
    rejected = bdtr(fewest, m, one) + bdtr(fewest, m, 1 - one)
    return float(binomial_chances(m, n, share) @ rejected)


def critical_counts(m: NDArray[np.int64], tail: float) -> NDArray[np.int64]:
    """Return, for each number of discordant cases, the largest smaller cell that rejects, or -1.

    `tail` is half the level of the test.

    Examples
    --------
    >>> critical_counts(np.array([5, 6, 10]), 0.025).tolist()
    [-1, 0, 1]
    """
    # the normal approximation is wrong by at most one
    near = np.floor((m + ndtri(tail) * np.sqrt(m) - 1) / 2).astype(np.int64)
    found = np.full(m.shape, -1)
    for step in (-1, 0, 1):
        count = np.clip(near + step, 0, m)
        found = np.where(bdtr(count, m, 0.5) <= tail, np.maximum(found, count), found)
    return found


def binomial_chances(hits: NDArray[np.int64], n: int, share: float) -> NDArray[np.float64]:
    """Return the chance of each number of hits among `n` cases.

    Parameters
    ----------
    hits
        Numbers between 0 and `n`.
    n, share
        Cases, and the supposed true share of hits.

    Examples
    --------
    >>> binomial_chances(np.array([0, 1, 2]), 2, 0.5).round(4).tolist()
    [0.25, 0.5, 0.25]
    """
    ways = gammaln(n + 1) - gammaln(hits + 1) - gammaln(n - hits + 1)
    return np.asarray(np.exp(ways + xlogy(hits, share) + xlog1py(n - hits, -share)))
