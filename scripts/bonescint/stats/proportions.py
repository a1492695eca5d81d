"""Proportions and their differences, with intervals that are valid at n = 25."""

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from bonescint.special import bdtr, betaincinv
from bonescint.stats.bisection import crossing
from bonescint.stats.estimate import NAN, Estimate, one_of
from bonescint.stats.normal import critical


def wilson(x: int, n: int, confidence: float = 0.95) -> Estimate:
    """Return x / n with Wilson's score interval (Wilson 1927), R's ``prop.test(correct = FALSE)``.

    Examples
    --------
    Newcombe (Stat Med 1998; 17:857), table I: 0.2553 to 0.3662.
    >>> row = wilson(81, 263)
    >>> round(row.ci_low, 4), round(row.ci_high, 4)
    (0.2553, 0.3662)
    """
    z = critical(confidence)
    return _proportion(x, n, "wilson", lambda x, n: wilson_limits(x, n, z))


def clopper_pearson(x: int, n: int, confidence: float = 0.95) -> Estimate:
    """Return x / n with the exact interval (Clopper & Pearson 1934).

    `confidence` is its least coverage.

    Examples
    --------
    Newcombe (Stat Med 1998; 17:857), table I: 0.2527 to 0.3676.
    >>> row = clopper_pearson(81, 263)
    >>> round(row.ci_low, 4), round(row.ci_high, 4)
    (0.2527, 0.3676)
    """
    tail = (1 - confidence) / 2

    def limits(x: int, n: int) -> tuple[float, float]:
        low = float(betaincinv(x, n - x + 1, tail)) if x > 0 else 0.0
        return low, float(betaincinv(x + 1, n - x, 1 - tail)) if x < n else 1.0

    return _proportion(x, n, "clopper_pearson", limits)


def mid_p(x: int, n: int, confidence: float = 0.95) -> Estimate:
    """Return x / n with the mid-p interval: Clopper & Pearson's with half of the observed count.

    At n = 25 it covers 94.9 to 96.7 % where Wilson's covers 92.3 to 96.7 and the exact one 97.4 to
    99.3 (Lancaster 1961; Berry & Armitage 1995; tests/bench/bench_coverage.py).

    Examples
    --------
    Newcombe (Stat Med 1998; 17:857), table I: 0.2544 to 0.3658.
    >>> row = mid_p(81, 263)
    >>> round(row.ci_low, 4), round(row.ci_high, 4)
    (0.2544, 0.3658)
    """
    tail = (1 - confidence) / 2

    def limits(x: int, n: int) -> tuple[float, float]:
        def below(p: float) -> float:
            """Return the chance of fewer than `x` successes and half that of `x`."""
            fewer = float(bdtr(x - 1, n, p)) if x else 0.0
            return (fewer + float(bdtr(x, n, p))) / 2

        low = 0.0 if x == 0 else crossing(lambda p: below(p) > 1 - tail, 0.0, 1.0)
        return low, 1.0 if x == n else crossing(lambda p: below(p) > tail, 0.0, 1.0)

    return _proportion(x, n, "mid_p", limits)


def difference_independent(
    x1: int, n1: int, x2: int, n2: int, confidence: float = 0.95
) -> Estimate:
    """Return x1/n1 - x2/n2 of two groups with Newcombe's interval (Newcombe 1998a, method 10).

    Examples
    --------
    Newcombe (Stat Med 1998; 17:873), table II: 0.0524 to 0.3339.
    >>> row = difference_independent(56, 70, 48, 80)
    >>> round(row.estimate, 4), round(row.ci_low, 4), round(row.ci_high, 4)
    (0.2, 0.0524, 0.3339)
    """
    x1, n1, x2, n2 = _counts(x1, n1, x2, n2)
    if x1 > n1 or x2 > n2:
        raise ValueError("a proportion needs 0 <= x <= n")
    result = Estimate(measure="difference", n=n1 + n2, n_positive=x1 + x2, ci_method="newcombe")
    if min(n1, n2) == 0:
        return replace(result, status="no data")
    z = critical(confidence)
    p1, p2 = x1 / n1, x2 / n2
    limits = square_and_add(p1, wilson_limits(x1, n1, z), p2, wilson_limits(x2, n2, z))
    return replace(result, estimate=p1 - p2, ci_low=limits[0], ci_high=limits[1])


def difference_paired(
    a: int,
    b: int,
    c: int,
    d: int,
    method: Literal["newcombe", "tango"] = "newcombe",
    confidence: float = 0.95,
) -> Estimate:
    """Return the difference (b - c) / n of two proportions on the same cases.

    Parameters
    ----------
    a, b, c, d
        Cases that both call, only the first, only the second, neither.
    method
        ``newcombe``: square-and-add with the continuity-corrected phi (Newcombe 1998b, method 10);
        ``tango``: the score interval (Tango 1998).

    Examples
    --------
    >>> row = difference_paired(36, 12, 2, 0)
    >>> round(row.estimate, 4), round(row.ci_low, 4), round(row.ci_high, 4)
    (0.2, 0.0569, 0.3404)
    """
    one_of(method, "newcombe", "tango")
    a, b, c, d = _counts(a, b, c, d)
    n = a + b + c + d
    result = Estimate(
        measure="difference",
        n=n,
        n_positive=a + b,
        ci_method="newcombe_paired" if method == "newcombe" else "tango",
    )
    if n == 0:
        return replace(result, status="no data")
    limits = _newcombe_paired if method == "newcombe" else _tango
    low, high = limits(a, b, c, d, critical(confidence))
    return replace(result, estimate=(b - c) / n, ci_low=low, ci_high=high)


def mcnemar(b: int, c: int, method: Literal["exact", "midp"] = "exact") -> Estimate:
    """Return McNemar's test of two proportions on the same cases; the statistic is min(b, c).

    Parameters
    ----------
    b, c
        Cases that only the first, only the second calls; n is their sum.
    method
        ``exact`` (binomial) or ``midp`` (Fagerland, Lydersen & Laake 2013): twice the smaller
        tail with half of the observed table, so 1 where b = c (R's contingencytables takes half of
        that table off once more). R's ``mcnemar.test`` is neither: a chi-squared test, by default
        corrected for continuity.

    Examples
    --------
    R's ``binom.test(2, 14)``:
    >>> round(mcnemar(12, 2).p_value, 5)
    0.01294
    """
    one_of(method, "exact", "midp")
    b, c = _counts(b, c)
    n, least = b + c, min(b, c)
    result = Estimate(measure="mcnemar", n=n, statistic=least, test=f"mcnemar_{method}")
    if n == 0:
        return replace(result, p_value=1.0, status="no discordant pairs")
    below = float(bdtr(least - 1, n, 0.5)) if least else 0.0
    up_to = float(bdtr(least, n, 0.5))
    p = 2 * up_to if method == "exact" else up_to + below
    return replace(result, p_value=min(p, 1.0))


def likelihood_ratios(
    tp: int, fp: int, fn: int, tn: int, confidence: float = 0.95
) -> dict[str, Estimate]:
    """Return the likelihood ratios of a positive and of a negative call and their odds ratio.

    The limits are normal on the log scale (Simel, Samsa & Matchar 1991; Woolf 1955), as in R's
    ``epiR::epi.tests``. Nothing is added to an empty cell. A ratio of 0 is then given without
    limits; an infinite or undefined ratio is not given. The status is ``zero cell``.

    Returns
    -------
    dict
        ``positive``: sensitivity / (1 - specificity); ``negative``: (1 - sensitivity) /
        specificity; ``odds_ratio``: the first over the second.

    Examples
    --------
    >>> rows = likelihood_ratios(tp=90, fp=20, fn=10, tn=80)
    >>> {key: round(row.estimate, 3) for key, row in rows.items()}
    {'positive': 4.5, 'negative': 0.125, 'odds_ratio': 36.0}
    """
    tp, fp, fn, tn = _counts(tp, fp, fn, tn)
    n1, n0 = tp + fn, fp + tn
    z = critical(confidence)

    def ratio(
        measure: str, top: int, bottom: int, *shares: tuple[int, float], method: str
    ) -> Estimate:
        result = Estimate(measure=measure, n=n1 + n0, n_positive=n1, ci_method=method)
        if n1 == 0 or n0 == 0:
            return replace(result, status="one class" if n1 + n0 else "no data")
        result = replace(result, estimate=top / bottom if bottom else NAN)
        if any(count == 0 for count, _ in shares):
            return replace(result, status="zero cell")
        variance = sum(1 / count - 1 / among for count, among in shares)
        if variance == 0:  # all cases have the same call, so the ratio is always 1
            return replace(result, status="constant")
        width = math.exp(z * math.sqrt(variance))
        return replace(result, ci_low=result.estimate / width, ci_high=result.estimate * width)

    cells = [(count, math.inf) for count in (tp, fp, fn, tn)]
    return {
        "positive": ratio(
            "likelihood_ratio_positive", tp * n0, fp * n1, (tp, n1), (fp, n0), method="simel"
        ),
        "negative": ratio(
            "likelihood_ratio_negative", fn * n0, tn * n1, (fn, n1), (tn, n0), method="simel"
        ),
        "odds_ratio": ratio("diagnostic_odds_ratio", tp * tn, fp * fn, *cells, method="woolf"),
    }


def wilson_limits(x: float, n: float, z: float) -> tuple[float, float]:
    """Return the limits of Wilson's score interval.

    `x` of `n` need not be whole: n may be an effective number of cases. `z` is a quantile of the
    normal distribution.

    Examples
    --------
    >>> [round(limit, 4) for limit in wilson_limits(81, 263, 1.959964)]
    [0.2553, 0.3662]
    """
    centre = x + z * z / 2
    width = z * (x * (n - x) / n + z * z / 4) ** 0.5
    # with no or only successes the limit is exactly 0 or 1; rounding could pass the estimate
    low = 0.0 if x == 0 else (centre - width) / (n + z * z)
    high = 1.0 if x == n else (centre + width) / (n + z * z)
    return low, high


def square_and_add(
    first: float,
    limits: tuple[float, float],
    second: float,
    other_limits: tuple[float, float],
    correlation: float = 0.0,
) -> tuple[float, float]:
    """Return the limits of first - second from those of either (Newcombe 1998; Zou & Donner 2008).

    `correlation` is that of the two estimates; 0 if they are from different cases.

    Examples
    --------
    >>> first, second = (wilson(x, n) for x, n in ((56, 70), (48, 80)))
    >>> low, high = square_and_add(
    ...     0.8, (first.ci_low, first.ci_high), 0.6, (second.ci_low, second.ci_high))
    >>> round(low, 4), round(high, 4)  # as `difference_independent`
    (0.0524, 0.3339)
    """
    (l1, u1), (l2, u2) = limits, other_limits

    def width(one: float, other: float) -> float:
        return math.sqrt(max(one**2 - 2 * correlation * one * other + other**2, 0.0))

    difference = first - second
    return (
        difference - width(first - l1, u2 - second),
        difference + width(u1 - first, second - l2),
    )


def _counts(*values: float) -> list[int]:
    """Return the counts as Python's integers, whose products do not overflow."""
    counts = [int(value) for value in values]
    if any(count < 0 or count != value for count, value in zip(counts, values, strict=True)):
        raise ValueError("counts must be whole numbers of 0 or more")
    return counts


def _proportion(
    x: int, n: int, method: str, limits: Callable[[int, int], tuple[float, float]]
) -> Estimate:
    x, n = _counts(x, n)
    if x > n:
        raise ValueError("a proportion needs 0 <= x <= n")
    result = Estimate(measure="proportion", n=n, n_positive=x, ci_method=method)
    if n == 0:
        return replace(result, status="no data")
    low, high = limits(x, n)
    return replace(result, estimate=x / n, ci_low=low, ci_high=high)


def _newcombe_paired(a: int, b: int, c: int, d: int, z: float) -> tuple[float, float]:
    n = a + b + c + d
    product = (a + b) * (c + d) * (a + c) * (b + d)
    concordance = float(a * d - b * c)
    if concordance > 0:
        concordance = max(concordance - n / 2, 0.0)
    phi = concordance / product**0.5 if product else 0.0
    limits = [wilson_limits(x, n, z) for x in (a + b, a + c)]
    return square_and_add((a + b) / n, limits[0], (a + c) / n, limits[1], phi)


def _tango(a: int, b: int, c: int, d: int, z: float) -> tuple[float, float]:
    n = a + b + c + d

    def score(delta: float) -> float:
        # the nuisance probability at its constrained maximum likelihood (Tango 1998, eq. 7)
        half = -b - c + (2 * n - b + c) * delta
        q = (math.sqrt(max(half**2 + 8 * n * c * delta * (1 - delta), 0.0)) - half) / (4 * n)
        spread = n * (2 * q + delta * (1 - delta))
        gap = b - c - n * delta
        if spread <= 0:
            return float("inf") if gap > 0 else -float("inf") if gap < 0 else 0.0
        return float(gap / spread**0.5)

    difference = (b - c) / n
    low = -1.0 if c == n else crossing(lambda x: score(x) > z, -1.0, difference)
    high = 1.0 if b == n else crossing(lambda x: score(x) > -z, difference, 1.0)
    return low, high
