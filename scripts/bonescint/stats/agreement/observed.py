"""Agreement as observed, chance included: on every category, or on one."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from bonescint.special import expit, logit
from bonescint.stats.agreement.ratings import matrix
from bonescint.stats.estimate import Estimate, one_of
from bonescint.stats.normal import critical
from bonescint.stats.proportions import wilson


def percent_agreement(ratings: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the share of subjects on which all raters agree, with Wilson's interval.

    A subject with a missing rating is left out.

    Examples
    --------
    >>> percent_agreement([[1, 1], [1, 0], [0, 0], [1, 1]]).estimate
    0.75
    """
    values = matrix(ratings)
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


def specific_agreement(
    ratings: ArrayLike,
    category: float = 1,
    confidence: float = 0.95,
    *,
    ci: Literal["logit", "wald"] = "logit",
) -> Estimate:
    """Return the agreement on one category: where a rater chose it, how often another did, too.

    Over subjects of which c of r ratings are in the category, the sum of c (c - 1) over the sum of
    c (r - 1); with two raters 2a / (2a + b + c) (Cicchetti & Feinstein 1990; Uebersax 1982 for
    more raters). Category 1 of yes/no is positive agreement, category 0 negative agreement.

    Parameters
    ----------
    ratings
        Subjects x raters; NaN is a missing rating, a subject with fewer than two ratings is left
        out.
    confidence
        Level of the interval (normal).
    ci
        Limits by the delta method over subjects; for two raters this is Graham & Bull 1998. They
        are on the logit scale, or symmetric (``wald``), which covers too rarely at n = 25.

    Examples
    --------
    >>> specific_agreement([[1, 1], [1, 0], [0, 0], [1, 1]]).estimate  # 4 / 5
    0.8
    """
    one_of(ci, "logit", "wald")
    values = matrix(ratings)
    raters = (~np.isnan(values)).sum(axis=1)
    chosen, others = (values == category).sum(axis=1)[raters >= 2], raters[raters >= 2] - 1
    result = Estimate(measure="specific_agreement", n=chosen.size, ci_method=f"delta_{ci}").noting(
        f"category={category:g}"
    )
    if values.shape[1] < 2:
        return replace(result, status="too few raters")
    agreeing, possible = chosen * (chosen - 1), chosen * others
    pairs = int(possible.sum())
    if pairs == 0:
        return replace(result, status="no data")
    share = float(agreeing.sum() / pairs)
    result = replace(result, estimate=share)
    if share == 1:
        return replace(result, status="complete agreement")
    if share == 0:
        return replace(result, status="no agreement")
    if (agreeing * pairs == possible * agreeing.sum()).all():  # all subjects agree equally
        return replace(result, status="constant")
    error = float(np.sqrt(((agreeing - share * possible) ** 2).sum()) / pairs)
    width = critical(confidence) * error
    if ci == "wald":
        return replace(result, ci_low=max(share - width, 0.0), ci_high=min(share + width, 1.0))
    centre, width = logit(share), width / (share * (1 - share))
    return replace(
        result, ci_low=float(expit(centre - width)), ci_high=float(expit(centre + width))
    )


def yes_no_agreement(ratings: ArrayLike, confidence: float = 0.95) -> list[Estimate]:
    """Return the agreement on yes or no: on both, on yes and on no.

    Examples
    --------
    >>> rows = yes_no_agreement([[1, 1], [1, 0], [0, 0], [1, 1]])
    >>> [(row.measure, round(row.estimate, 3)) for row in rows]
    [('percent_agreement', 0.75), ('positive_agreement', 0.8), ('negative_agreement', 0.667)]
    """
    found = [percent_agreement(ratings, confidence)]
    for measure, category in (("positive_agreement", 1), ("negative_agreement", 0)):
        row = specific_agreement(ratings, category, confidence)
        found.append(replace(row, measure=measure, note=""))
    return found
