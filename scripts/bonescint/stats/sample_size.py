"""Precision and power of a planned study, and the cases that the next one needs."""

import math
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from bonescint.stats.bisection import crossing
from bonescint.stats.estimate import Estimate
from bonescint.stats.normal import critical
from bonescint.stats.paired_power import (
    Correlations,
    Sizes,
    auc_error,
    binomial_chances,
    binormal_error,
    discordant,
    equivalence_power,
    mcnemar_power,
    power_of,
)
from bonescint.stats.proportions import wilson
from bonescint.stats.ranks import kendall

MOST_CASES = 100_000  # of one class; a plan that needs more counts as impossible
MEASURES = ("auc", "sensitivity", "specificity")


def latent_correlation(x: ArrayLike, y: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the correlation of two normal scores that have the ranks of `x` and `y`.

    It is sin(pi tau / 2) of Kendall's tau-b (Greiner 1909), for both the estimate and the limits.
    It tolerates values that gather at 0, which reduce the result from Spearman's coefficient by a
    tenth.

    Examples
    --------
    >>> row = latent_correlation([1, 2, 3, 4, 5], [1, 3, 2, 4, 5])
    >>> round(row.estimate, 4)  # sin(tau * pi / 2) with tau 0.8
    0.9511
    """
    found = kendall(x, y, confidence)
    estimate, low, high = (
        math.sin(math.pi * tau / 2) for tau in (found.estimate, found.ci_low, found.ci_high)
    )
    blank = math.nan
    return replace(
        found, measure="correlation", estimate=estimate, ci_low=low, ci_high=high,
        statistic=blank, p_value=blank, test="",
    )  # fmt: skip


def paired_error(
    measure: str, value: float, difference: float, correlations: Correlations, sizes: Sizes
) -> float:
    """Return the standard error of a difference between two versions on the same cases.

    `measure` is one of `MEASURES`. `value` is that of the better version; the other is lower by
    `difference`.

    Examples
    --------
    >>> round(paired_error("auc", 0.9, 0.05, Correlations(0.5, 0.5), Sizes(50, 50)), 4)
    0.0372
    """
    if measure == "auc":
        return binormal_error(value, value - difference, correlations, sizes)
    n, correlation = _own_class(measure, correlations, sizes)
    share = sum(discordant(value, value - difference, correlation))
    return math.sqrt(max(share - difference**2, 0.0) / n)


def paired_power(
    measure: str,
    value: float,
    difference: float,
    correlations: Correlations,
    sizes: Sizes,
    confidence: float,
) -> float:
    """Return the power of DeLong's paired test, or of the exact McNemar test in the one class.

    Examples
    --------
    >>> related = Correlations(0.5, 0.5)
    >>> round(paired_power("auc", 0.9, 0.1, related, Sizes(50, 50), confidence=0.95), 3)
    0.677
    """
    if measure == "auc":
        error = binormal_error(value, value - difference, correlations, sizes)
        return power_of(error, difference, confidence)
    n, correlation = _own_class(measure, correlations, sizes)
    return mcnemar_power(n, *discordant(value, value - difference, correlation), confidence)


def _own_class(measure: str, correlations: Correlations, sizes: Sizes) -> tuple[int, float]:
    own = 0 if measure == "sensitivity" else 1
    return sizes[own], correlations[own]


def detectable_difference(
    measure: str,
    value: float,
    correlations: Correlations,
    sizes: Sizes,
    power: float,
    confidence: float,
) -> float:
    """Return the smallest difference that is found with this power; NaN if none is.

    Examples
    --------
    >>> related, sizes = Correlations(0.5, 0.5), Sizes(50, 50)
    >>> round(detectable_difference("auc", 0.9, related, sizes, power=0.8, confidence=0.95), 3)
    0.12
    """

    def too_small(difference: float) -> bool:
        found = paired_power(measure, value, difference, correlations, sizes, confidence)
        return not found >= power  # also true for NaN, where there is no power

    high = value - 1e-6
    return math.nan if too_small(high) else crossing(too_small, 0.0, high, within=1e-9)


def cases_needed(power_at: Callable[[int], float], power: float) -> int | None:
    """Return from which number of cases on the power is reached; None if that is too many.

    The power of an exact test of yes and no can fall slightly when a case is added. The returned
    number is one whose larger neighbours reach the power, too. `power_at` gives the power at a
    number of cases.

    Examples
    --------
    >>> cases_needed(lambda n: min(n / 100, 1), power=0.8)
    80
    """
    high = 2
    while power_at(high) < power:
        high *= 2
        if high > MOST_CASES:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_at(middle) >= power else (middle, high)
    n = high + 50
    while n > 2 and power_at(n - 1) >= power:
        n -= 1
    return n


def sizes_for(measure: str, n: int, ratio: float) -> Sizes:
    """Return the sizes of both classes where one class has `n` cases.

    For specificity `n` counts the cases without metastasis, else the cases with it. `ratio` is how
    many cases without metastasis there are for each case with it.

    Examples
    --------
    >>> sizes_for("sensitivity", 40, ratio=1.5)
    Sizes(positive=40, negative=60)
    """
    if measure == "specificity":
        return Sizes(max(math.ceil(n / ratio), 2), n)
    return Sizes(n, max(math.ceil(n * ratio), 2))


def with_failures(sizes: Sizes, share: float) -> Sizes:
    """Return how many cases to collect so that enough remain.

    `sizes` must be analysed. `share` is that of all cases that no version can analyse; below 1.

    Examples
    --------
    >>> with_failures(Sizes(45, 90), share=0.1)
    Sizes(positive=50, negative=100)
    """
    return Sizes(*(math.ceil(round(n / (1 - share), 9)) for n in sizes))


def next_study(
    measure: str,
    value: float,
    difference: float,
    margin: float | None,
    correlations: Correlations,
    ratio: float,
    power: float,
    confidence: float,
) -> Sizes | None:
    """Return how many cases a study needs for a difference, or for equivalence within a margin.

    Parameters
    ----------
    measure, value, difference, correlations
        As for `paired_error`. For equivalence it is the supposed true difference.
    margin
        Margin of equivalence; None for a difference.
    ratio
        Cases without metastasis for each case with it.

    Examples
    --------
    >>> related = Correlations(0.5, 0.5)
    >>> next_study("auc", 0.9, 0.1, None, related, ratio=1, power=0.8, confidence=0.95)
    Sizes(positive=67, negative=67)
    """

    def power_at(n: int) -> float:
        about = (measure, value, difference, correlations, sizes_for(measure, n, ratio))
        if margin is None:
            return paired_power(*about, confidence)
        return equivalence_power(paired_error(*about), difference, margin, confidence)

    n = cases_needed(power_at, power)
    return None if n is None else sizes_for(measure, n, ratio)


def expected_half_width(measure: str, value: float, sizes: Sizes, confidence: float) -> float:
    """Return half the expected length of one software's interval, as the tables show it first.

    For the AUC it is the logit interval, for a share Wilson's.

    Examples
    --------
    >>> round(expected_half_width("sensitivity", 0.9, Sizes(50, 50), confidence=0.95), 3)
    0.083
    """
    if measure == "auc":
        centre = math.log(value / (1 - value))
        width = critical(confidence) * auc_error(value, sizes) / (value * (1 - value))
        low, high = (1 / (1 + math.exp(-x)) for x in (centre - width, centre + width))
        return (high - low) / 2
    n = sizes.positive if measure == "sensitivity" else sizes.negative
    hits = np.arange(n + 1)
    rows = [wilson(int(x), n, confidence) for x in hits]
    return float(
        binomial_chances(hits, n, value) @ [(row.ci_high - row.ci_low) / 2 for row in rows]
    )
