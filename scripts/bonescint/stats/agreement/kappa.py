"""Agreement on a category beyond chance: Cohen's and Fleiss' kappa, Gwet's AC1.

Examples
--------
Of 50 subjects two raters call 20 positive and 15 negative both: (0.7 - 0.5) / (1 - 0.5).
>>> first, second = [1] * 25 + [0] * 25, [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
>>> round(cohen_kappa(first, second).estimate, 4)
0.4
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.agreement.ratings import limits_by_influence, matrix
from bonescint.stats.estimate import Estimate, one_of
from bonescint.stats.normal import critical, two_sided
from bonescint.stats.printed import NEGLIGIBLE, counted, fractions


def fleiss_kappa(ratings: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return Fleiss' kappa of two or more raters.

    Subjects may have different numbers of ratings: agreement is averaged over subjects with two or
    more, the categories' shares over subjects with one or more (Fleiss 1971; Gwet 2014, ch. 2).
    With every rating present this is Fleiss' own formula.

    Parameters
    ----------
    ratings
        Subjects x raters, numbers as category names; NaN is a missing rating.
    confidence
        Level of the interval: Gwet's variance over subjects, t with n - 1 degrees of freedom, cut
        at ±1.
        The test (kappa = 0) has the standard error of Fleiss, Nee & Landis 1979 and needs all
        ratings.

    Examples
    --------
    >>> round(fleiss_kappa([[1, 1, 0], [1, 1, 1], [0, 0, 0], [0, 1, 0]]).estimate, 4)  # 1 / 3
    0.3333
    """
    counts = _count(ratings)
    result = _beyond_chance("fleiss_kappa", counts, lambda shares: shares, confidence)
    if np.isnan(result.estimate) or np.ptp(counts.raters):
        return result
    products = counts.shares * (1 - counts.shares)
    spread = products.sum() ** 2 - (products * (1 - 2 * counts.shares)).sum()
    subjects, raters = len(counts.table), int(counts.raters[0])
    error = np.sqrt(2 * spread / (subjects * raters * (raters - 1))) / products.sum()
    statistic = float(result.estimate / error)
    return replace(result, statistic=statistic, p_value=two_sided(statistic), test="fleiss_z")


def gwet_ac1(ratings: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return Gwet's AC1 of two or more raters, which stays high where a category is rare.

    Missing ratings are treated as in `fleiss_kappa`. Chance agreement is the sum of share x (1 -
    share) over the q categories that occur, divided by q - 1 (Gwet 2008; 2014, ch. 4 and 5; irrCAC
    ``gwet.ac1.raw``). So grades that no rater gave do not count.

    Parameters
    ----------
    ratings
        Subjects x raters, numbers as category names; NaN is a missing rating.
    confidence
        Level of the interval: Gwet's variance over subjects, t with n - 1 degrees of freedom, cut
        at ±1.

    Examples
    --------
    The data of `alpha`; Gwet 2014 prints 0.775:
    >>> said = ["123321412000", "123322412503", "033323422510", "123324412510"]
    >>> units = np.array([[int(digit) or np.nan for digit in one] for one in said]).T
    >>> round(gwet_ac1(units).estimate, 3)
    0.775
    """
    counts = _count(ratings)
    others = max(counts.shares.size - 1, 1)
    return _beyond_chance("gwet_ac1", counts, lambda shares: (1 - shares) / others, confidence)


def cohen_kappa(
    r1: ArrayLike,
    r2: ArrayLike,
    weights: Literal["linear", "quadratic"] | None = None,
    confidence: float = 0.95,
    *,
    ci: Literal["wald", "log"] = "wald",
) -> Estimate:
    """Return Cohen's kappa of two raters with the standard error of Fleiss, Cohen & Everitt 1969.

    There is no test of kappa = 0, which irr and vcd print beside it.

    Parameters
    ----------
    r1, r2
        Ratings, shape (n,); a subject with a NaN is left out.
    weights
        None for categories; ``linear`` or ``quadratic`` in the values of the ratings for grades.
        vcd and psych do the same with the table of all grades, 0 to 4, used or not: kappa and its
        error depend only on the weights' proportions. With raw ratings, psych and irr number the
        grades that occur, so an unused grade in the middle changes their weighted kappa.
    confidence
        Level of the interval, cut at ±1.
    ci
        ``wald``: kappa ± z standard errors, as vcd and statsmodels print. At 50 cases it covers
        89 to 94 % instead of 95 %. ``log``: the same standard error on the scale log(1 - kappa),
        which covers 94 to 95 % (tests/bench/bench_coverage.py).
    """
    one_of(weights, None, "linear", "quadratic")
    one_of(ci, "wald", "log")
    ratings = np.column_stack([np.asarray(r, dtype=float) for r in (r1, r2)])
    ratings = ratings[np.isfinite(ratings).all(axis=1)]
    n = len(ratings)
    result = Estimate(
        measure=f"cohen_kappa_{weights}" if weights else "cohen_kappa",
        n=n,
        ci_method="fleiss_cohen_everitt" if ci == "wald" else "fleiss_cohen_everitt_log",
    )
    categories, codes = np.unique(ratings, return_inverse=True)
    size = categories.size
    if size < 2:
        return replace(result, status="constant" if n else "no data")
    first, second = codes.reshape(ratings.shape).T
    joint = np.bincount(first * size + second, minlength=size**2).reshape(size, size) / n
    weight = _weights(categories, weights)
    observed = float((weight * joint).sum())
    expected = float((weight * np.outer(joint.sum(axis=1), joint.sum(axis=0))).sum())
    fixed = min(np.unique(first).size, np.unique(second).size) == 1
    kappa = 0.0 if fixed else (observed - expected) / (1 - expected)  # agreement by chance alone
    result = replace(result, estimate=kappa)
    if n < 2:
        return replace(result, status="too few")
    if (first == second).all():
        return replace(result, estimate=1.0, status="complete agreement")
    if fixed or _without_spread(categories, weights, np.rint(joint * n).astype(np.int64)):
        return replace(result, status="constant")
    error = float(np.sqrt(_kappa_variance(joint, weight, observed, expected, n)))
    low, high = _limits(kappa, critical(confidence) * error, ci)
    return replace(result, ci_low=max(low, -1.0), ci_high=min(high, 1.0))


def kappa_with_both_limits(
    r1: ArrayLike,
    r2: ArrayLike,
    weights: Literal["linear", "quadratic"] | None = None,
    confidence: float = 0.95,
) -> list[Estimate]:
    """Return `cohen_kappa` with limits that cover at this size, then with those of other programs.

    Examples
    --------
    >>> rows = kappa_with_both_limits([1, 1, 1, 0, 0, 0], [1, 1, 0, 0, 0, 1])
    >>> [(row.ci_method, round(row.estimate, 4)) for row in rows]
    [('fleiss_cohen_everitt_log', 0.3333), ('fleiss_cohen_everitt', 0.3333)]
    """
    return [
        cohen_kappa(r1, r2, weights, confidence, ci="log"),
        cohen_kappa(r1, r2, weights, confidence, ci="wald"),
    ]


def _weights(
    categories: NDArray[np.float64], weights: Literal["linear", "quadratic"] | None
) -> NDArray[np.float64]:
    """Return the matrix of how much two ratings agree, with 1 on the diagonal."""
    gap = np.abs(categories[:, None] - categories)
    match weights:
        case "linear":
            return np.asarray(1 - gap / gap.max())
        case "quadratic":
            return np.asarray(1 - (gap / gap.max()) ** 2)
    return np.eye(categories.size)


def _without_spread(
    categories: NDArray[np.float64],
    weights: Literal["linear", "quadratic"] | None,
    counts: NDArray[np.int64],
) -> bool:
    """Return whether every case contributes the same to kappa, so that its variance is 0.

    This is calculated in whole numbers, because rounding turns a 0 into a small number: the terms
    of `_kappa_variance` times n³ and the square of the largest weight.
    """
    n = int(counts.sum())
    grades, step = counted(categories)
    exact = weights is None or step > 0
    level = fractions(np.arange(grades.size) if weights is None else grades) if exact else grades
    rows, columns = np.nonzero(counts)
    by_row, by_column = (counts.sum(axis=axis).astype(object) for axis in (1, 0))

    def agree(a: NDArray[Any], b: NDArray[Any]) -> NDArray[Any]:
        if weights is None:
            return np.asarray(a == b, dtype=object)
        power = 1 if weights == "linear" else 2
        most = abs(level[-1] - level[0]) ** power
        return np.asarray(most - np.abs(a - b) ** power)

    weight = agree(level[:, None], level)
    most = weight[0, 0]
    observed = (weight[rows, columns] * counts[rows, columns]).sum()  # times n
    expected = by_row @ weight @ by_column  # times n²
    pulls = (weight @ by_column)[rows] + (weight.T @ by_row)[columns]
    influence = weight[rows, columns] * (most * n**2 - expected) - pulls * (most * n - observed)
    noise = 0 if exact else NEGLIGIBLE * np.abs(pulls).max() * most * n
    return bool(influence.max() - influence.min() <= noise)


def _kappa_variance(
    joint: NDArray[np.float64],
    weight: NDArray[np.float64],
    observed: float,
    expected: float,
    n: int,
) -> float:
    """Return the variance of Fleiss, Cohen & Everitt 1969."""
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    marginal = (weight @ columns)[:, None] + (weight.T @ rows)[None, :]
    spread = (joint * (weight * (1 - expected) - marginal * (1 - observed)) ** 2).sum()
    return float(
        (spread - (observed * expected - 2 * expected + observed) ** 2) / (n * (1 - expected) ** 4)
    )


def _limits(kappa: float, width: float, ci: Literal["wald", "log"]) -> tuple[float, float]:
    if ci == "wald":
        return kappa - width, kappa + width
    distance = 1 - kappa
    low, high = (1 - distance * float(np.exp(side * width / distance)) for side in (1, -1))
    return low, high


class _Counts(NamedTuple):
    """How many raters chose each category: subjects with a rating x categories that occur."""

    table: NDArray[np.int64]
    raters: NDArray[np.int64]  # of each of these subjects
    shares: NDArray[np.float64]  # of each category, every subject weighing the same
    columns: int  # raters asked


def _count(ratings: ArrayLike) -> _Counts:
    values = matrix(ratings)
    known = ~np.isnan(values)
    categories, codes = np.unique(values[known], return_inverse=True)
    cells = np.nonzero(known)[0] * categories.size + codes
    table = np.bincount(cells, minlength=len(values) * categories.size)
    table = table.reshape(len(values), categories.size)[known.any(axis=1)]
    raters = table.sum(axis=1)
    return _Counts(table, raters, _shares(table, raters), values.shape[1])


def _shares(table: NDArray[Any], raters: NDArray[Any]) -> NDArray[Any]:
    return np.asarray((table / raters[:, None]).sum(axis=0) / max(len(table), 1))


def _beyond_chance(
    measure: str,
    counts: _Counts,
    by_category: Callable[[NDArray[Any]], NDArray[Any]],
    confidence: float,
) -> Estimate:
    """Return agreement beyond chance, where chance is the sum of shares x `by_category` of them."""
    table, raters, shares, columns = counts
    n = int((raters >= 2).sum())
    result = Estimate(measure=measure, n=n, ci_method="gwet")
    if n == 0:
        return replace(result, status="no data" if columns > 1 else "too few raters")
    if shares.size < 2:
        return replace(result, status="constant")
    value, observed, influence = _influence(table, raters, by_category)
    result = replace(result, estimate=float(value))
    # subjects with one rating say nothing about agreement: they must not outweigh a few others
    if n < 2 or (n < 3 and n < len(table)) or value < -1:
        return replace(result, status="too few")
    if observed == 1:
        return replace(result, estimate=1.0, status="complete agreement")

    def exactly() -> NDArray[np.object_]:
        return np.asarray(_influence(fractions(table), fractions(raters), by_category)[2])

    return limits_by_influence(result, influence, exactly, confidence)


def _influence(
    table: NDArray[Any],
    raters: NDArray[Any],
    by_category: Callable[[NDArray[Any]], NDArray[Any]],
) -> tuple[Any, Any, NDArray[Any]]:
    """Return the coefficient, the observed agreement, and what each subject contributes.

    With fractions everything is exact.
    """
    shares, rated = _shares(table, raters), raters >= 2
    hard = by_category(shares)
    pairs = (table * (table - 1)).sum(axis=1)[rated] / (raters * (raters - 1))[rated]
    observed, expected = pairs.mean(), (shares * hard).sum()
    value = (observed - expected) / (1 - expected)
    influence = np.zeros(len(table), dtype=pairs.dtype)
    influence[rated] = (pairs - expected) / (1 - expected) * len(table) / len(pairs)
    by_chance = (table * hard).sum(axis=1) / raters
    influence -= 2 * (1 - value) * (by_chance - expected) / (1 - expected) + value
    return value, observed, influence
