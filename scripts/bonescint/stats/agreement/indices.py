"""What kappa depends on besides the agreement itself (Byrt, Bishop & Carlin 1993)."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from bonescint.stats.estimate import NAN, Estimate
from bonescint.stats.paired_calls import compare_calls


def prevalence_index(first: ArrayLike, second: ArrayLike) -> Estimate:
    """Return the share of cases that both call positive minus the share that both call negative.

    The farther from 0, the smaller kappa is at the same agreement. It has no limits here: where the
    share of findings was planned, it is a property of the plan and not a sample.

    Examples
    --------
    >>> prevalence_index([1, 1, 1, 0], [1, 1, 0, 0]).estimate  # (2 - 1) / 4
    0.25
    """
    one, other = (np.asarray(calls, dtype=bool) for calls in (first, second))
    result = Estimate(measure="prevalence_index", n=one.size)
    if not one.size:
        return replace(result, status="no data")
    both, neither = int((one & other).sum()), int((~one & ~other).sum())
    return replace(result, estimate=(both - neither) / one.size).noting(
        f"both_positive={both}", f"both_negative={neither}"
    )


def bias_index(first: ArrayLike, second: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the share of positive calls of `first` minus that of `second`.

    It shows who calls more cases positive, which neither the agreement nor kappa shows. The limits
    are Newcombe's for paired proportions.

    Examples
    --------
    >>> bias_index([1, 1, 1, 0], [1, 1, 0, 0]).estimate  # 3 / 4 - 2 / 4
    0.25
    """
    row = compare_calls(first, second, "bias_index", confidence)[0]
    return replace(row, statistic=NAN, p_value=NAN, test="")
