"""Agreement of readers on a category: ratings are subjects x raters, NaN a missing reader."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit

from bonescint.stats.estimate import Estimate
from bonescint.stats.normal import critical, two_sided
from bonescint.stats.proportions import wilson


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
        Of the interval: Gwet's variance over subjects, t with n - 1 degrees of freedom, cut at ±1.
        The test (kappa = 0) has the standard error of Fleiss, Nee & Landis 1979 and needs all
        ratings.
    """
    values = _matrix(ratings)
    categories = np.unique(values[~np.isnan(values)])
    table = (values[:, :, None] == categories).sum(axis=1)
    table = table[table.sum(axis=1) > 0]
    raters = table.sum(axis=1)
    rated = raters >= 2
    n = int(rated.sum())
    result = Estimate(measure="fleiss_kappa", n=n, ci_method="gwet")
    if n == 0:
        return replace(result, status="no data" if values.shape[1] > 1 else "too few raters")
    shares = (table / raters[:, None]).mean(axis=0)
    pairs = (table * (table - 1)).sum(axis=1)[rated] / (raters * (raters - 1))[rated]
    observed, expected = pairs.mean(), (shares**2).sum()
    if table.any(axis=0).sum() < 2:
        return replace(result, status="constant")
    kappa = float((observed - expected) / (1 - expected))
    result = replace(result, estimate=kappa)
    if (raters == raters[0]).all():
        statistic = kappa / _fleiss_null_error(shares, table.shape[0], int(raters[0]))
        result = replace(result, statistic=statistic, p_value=two_sided(statistic), test="fleiss_z")
    if n < 2:
        return replace(result, status="too few")
    if observed == 1:
        return replace(result, status="complete agreement")
    subjects = len(table)
    terms = np.zeros(subjects)
    terms[rated] = subjects / n * (pairs - expected) / (1 - expected)
    by_chance = (table * shares).sum(axis=1) / raters
    terms -= 2 * (1 - kappa) * (by_chance - expected) / (1 - expected)
    error = float(np.sqrt(((terms - kappa) ** 2).sum() / (subjects * (subjects - 1))))
    width = float(stdtrit(subjects - 1, (1 + confidence) / 2)) * error
    return replace(result, ci_low=max(kappa - width, -1.0), ci_high=min(kappa + width, 1.0))


def cohen_kappa(
    r1: ArrayLike,
    r2: ArrayLike,
    weights: Literal["linear", "quadratic"] | None = None,
    confidence: float = 0.95,
) -> Estimate:
    """Return Cohen's kappa of two raters with the standard error of Fleiss, Cohen & Everitt 1969.

    Parameters
    ----------
    r1, r2
        Ratings, shape (n,); a subject with a NaN is left out.
    weights
        None for categories; ``linear`` or ``quadratic`` in the values of the ratings for grades.
    confidence
        Of the interval, cut at ±1.
    """
    ratings = np.column_stack([np.asarray(r, dtype=float) for r in (r1, r2)])
    ratings = ratings[~np.isnan(ratings).any(axis=1)]
    n = len(ratings)
    result = Estimate(
        measure=f"cohen_kappa_{weights}" if weights else "cohen_kappa",
        n=n,
        ci_method="fleiss_cohen_everitt",
    )
    if n == 0:
        return replace(result, status="no data")
    categories, codes = np.unique(ratings, return_inverse=True)
    if categories.size < 2:
        return replace(result, status="constant")
    joint = np.zeros((categories.size, categories.size))
    np.add.at(joint, tuple(codes.reshape(ratings.shape).T), 1 / n)
    gap = np.abs(categories[:, None] - categories)
    match weights:
        case None:
            weight = np.eye(categories.size)
        case "linear":
            weight = 1 - gap / gap.max()
        case "quadratic":
            weight = 1 - (gap / gap.max()) ** 2
    rows, columns = joint.sum(axis=1), joint.sum(axis=0)
    observed = float((weight * joint).sum())
    expected = float((weight * np.outer(rows, columns)).sum())
    kappa = (observed - expected) / (1 - expected)
    result = replace(result, estimate=kappa)
    if n < 2:
        return replace(result, status="too few")
    if (ratings[:, 0] == ratings[:, 1]).all():
        return replace(result, estimate=1.0, status="complete agreement")
    marginal = (weight @ columns)[:, None] + (weight.T @ rows)[None, :]
    spread = (joint * (weight * (1 - expected) - marginal * (1 - observed)) ** 2).sum()
    variance = (spread - (observed * expected - 2 * expected + observed) ** 2) / (
        n * (1 - expected) ** 4
    )
    if variance < 1e-15:  # one rater constant: kappa is 0 whatever the data say
        return replace(result, status="constant")
    width = critical(confidence) * float(np.sqrt(variance))
    return replace(result, ci_low=max(kappa - width, -1.0), ci_high=min(kappa + width, 1.0))


def percent_agreement(ratings: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the share of subjects on which all raters agree, with Wilson's interval.

    Parameters
    ----------
    ratings
        Subjects x raters; a subject with a missing rating is left out.
    confidence
        Of the interval.
    """
    values = _matrix(ratings)
    if values.shape[1] < 2:
        return Estimate(
            measure="percent_agreement", n=0, ci_method="wilson", status="too few raters"
        )
    complete = values[~np.isnan(values).any(axis=1)]
    count = int((complete == complete[:, :1]).all(axis=1).sum())
    result = wilson(count, len(complete), confidence)
    return replace(result, measure="percent_agreement", n_positive=None).noting(
        f"count={count}/{len(complete)}"
    )


def _matrix(ratings: ArrayLike) -> NDArray[np.float64]:
    values: NDArray[np.float64] = np.asarray(ratings, dtype=float)
    if values.ndim != 2:
        raise ValueError("ratings must be subjects x raters")
    return values


def _fleiss_null_error(shares: NDArray[np.float64], n: int, m: int) -> float:
    """Return the standard error of kappa if the raters agree by chance alone."""
    products = shares * (1 - shares)
    spread = products.sum() ** 2 - (products * (1 - 2 * shares)).sum()
    return float(np.sqrt(2 * spread / (n * m * (m - 1))) / products.sum())
