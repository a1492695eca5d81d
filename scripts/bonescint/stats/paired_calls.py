"""Two yes-or-no calls of the same cases: who says yes more often, and by how much."""

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


def paired_table(first: ArrayLike, second: ArrayLike) -> tuple[int, int, int, int]:
    """Return how many cases both call, only the first, only the second, neither.

    Parameters
    ----------
    first, second
        Calls of the same cases, boolean, shape (n,).
    """
    cells = np.bincount(
        2 * ~np.asarray(first, dtype=bool) + ~np.asarray(second, dtype=bool), minlength=4
    )
    both, only_first, only_second, neither = (int(cell) for cell in cells)
    return both, only_first, only_second, neither


def compare_calls(
    first: ArrayLike, second: ArrayLike, measure: str, confidence: float = 0.95
) -> list[Estimate]:
    """Return the share of yes in `first` minus that in `second`, by two pairs of methods.

    First Newcombe's limits with the exact McNemar test, then Tango's with its mid-p version.

    Parameters
    ----------
    first, second
        Calls of the same cases, boolean, shape (n,).
    measure
        What the rows are called, such as ``sensitivity_difference``.
    confidence
        Of the intervals.
    """
    both, only_first, only_second, neither = paired_table(first, second)
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
            replace(row, measure=measure).noting(
                f"only_subject={only_first}", f"only_comparator={only_second}"
            )
        )
    return rows
