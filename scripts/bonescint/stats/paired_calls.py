"""Two yes-or-no calls of the same cases: which says yes more often, and by how much."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from bonescint.stats.estimate import NAN, OK, Estimate
from bonescint.stats.proportions import difference_paired, mcnemar

_METHODS: tuple[tuple[Literal["newcombe", "tango"], Literal["exact", "midp"]], ...] = (
    ("newcombe", "exact"),
    ("tango", "midp"),
)


def compare_calls(
    first: ArrayLike, second: ArrayLike, measure: str, confidence: float = 0.95
) -> list[Estimate]:
    """Return the share of yes in `first` minus that in `second`, by two pairs of methods.

    First come Newcombe's limits with the exact McNemar test, then Tango's with its mid-p version.
    `measure` is the name of the rows, such as ``sensitivity_difference``.

    Examples
    --------
    >>> rows = compare_calls([1, 1, 1, 0], [1, 0, 0, 0], "sensitivity")
    >>> [(row.measure, row.estimate, row.ci_method) for row in rows]
    [('sensitivity', 0.5, 'newcombe_paired'), ('sensitivity', 0.5, 'tango')]
    """
    cells = np.bincount(
        2 * ~np.asarray(first, dtype=bool) + ~np.asarray(second, dtype=bool), minlength=4
    )
    both, only_first, only_second, neither = (int(cell) for cell in cells)
    rows = []
    for limits, test in _METHODS:
        row = difference_paired(both, only_first, only_second, neither, limits, confidence)
        if row.status == OK:
            tested = mcnemar(only_first, only_second, test)
            row = replace(
                row,
                statistic=tested.statistic,
                p_value=tested.p_value,
                test=tested.test,
                status=tested.status,
            )
        if row.status != OK:
            row = replace(row, ci_low=NAN, ci_high=NAN)
        rows.append(
            # drop n_positive, because a comparison's one counts metastases, not calls
            replace(row, measure=measure, n_positive=None).noting(
                f"only_subject={only_first}", f"only_comparator={only_second}"
            )
        )
    return rows


def compare_accuracy(
    y: ArrayLike, first: ArrayLike, second: ArrayLike, confidence: float = 0.95
) -> list[Estimate]:
    """Return the differences in sensitivity, then in specificity, first minus second.

    Examples
    --------
    >>> rows = compare_accuracy([1, 1, 0, 0], [1, 1, 0, 1], [1, 0, 0, 0])
    >>> {row.measure: row.estimate for row in rows}
    {'sensitivity_difference': 0.5, 'specificity_difference': -0.5}
    """
    truth, one, other = (np.asarray(values, dtype=bool) for values in (y, first, second))
    rows = []
    for measure, among, right in (
        ("sensitivity_difference", truth, (one, other)),
        ("specificity_difference", ~truth, (~one, ~other)),
    ):
        for row in compare_calls(right[0][among], right[1][among], measure, confidence):
            status = "one class" if truth.size and not among.any() else row.status
            rows.append(replace(row, status=status, n=truth.size, n_positive=int(truth.sum())))
    return rows


def limits_of_accuracy(
    y: ArrayLike, first: ArrayLike, second: ArrayLike, confidence: float = 0.95
) -> list[Estimate]:
    """Return the differences of `compare_accuracy` once each, for callers that test nothing.

    Examples
    --------
    >>> rows = limits_of_accuracy([1, 1, 0, 0], [1, 1, 0, 1], [1, 0, 0, 0])
    >>> {row.measure: row.estimate for row in rows}
    {'sensitivity_difference': 0.5, 'specificity_difference': -0.5}
    """
    every = compare_accuracy(y, first, second, confidence)
    return [row for row in every if row.ci_method == "newcombe_paired"]
