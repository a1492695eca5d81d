"""Each reader against the majority of the others, and a program against the same majorities.

In the consensus of all readers each reader has a vote. So a comparison with it favours readers over
a program. Here no reader has a vote on their own cases: a reader's panel is the others, and both
reader and program are compared with it over the same cases.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bonescint.stats.consensus import majority
from bonescint.stats.estimate import Estimate, write_number
from bonescint.stats.normal import critical
from bonescint.stats.proportions import square_and_add, wilson_limits
from bonescint.stats.samples import Ratings

Numbers = NDArray[np.float64]
MEASURES = ("sensitivity", "specificity")


class OtherReaders(NamedTuple):
    """One reader and what the majority of the others says."""

    reader: str  # the reader who is judged
    # code -> 1 or 0, for cases that the reader read and the others decided: their answer, and the
    # reader's
    truth: Mapping[str, float]
    calls: Mapping[str, float]
    tied: set[str]  # cases on which the others are divided equally
    unread: set[str]  # cases that the reader, or all of the others, did not read


def leave_one_out(ratings: Ratings) -> list[OtherReaders]:
    """Return each reader's panel: the majority of the others who read the case.

    As in the reference standard (`bonescint.stats.consensus.majority`), only those who read the
    case count, and a tie decides nothing. `ratings` is yes or no of every reader.

    Examples
    --------
    >>> values = np.array([[1.0, 1, 0], [0, 0, 0]])
    >>> ratings = Ratings(["r1", "r2", "r3"], ["A", "B"], values, np.full((2, 3), True))
    >>> panels = leave_one_out(ratings)
    >>> panels[2].reader, panels[2].truth, panels[0].tied
    ('r3', {'A': 1.0, 'B': 0.0}, {'A'})
    """
    return [_panel(ratings, j) for j in range(len(ratings.readers))]


def _panel(ratings: Ratings, j: int) -> OtherReaders:
    panel = OtherReaders(ratings.readers[j], {}, {}, set(), set())
    truth, calls = dict[str, float](), dict[str, float]()
    for code, said in zip(ratings.codes, ratings.values, strict=True):
        others = np.delete(said, j)
        others = others[~np.isnan(others)]
        if math.isnan(said[j]) or not others.size:
            panel.unread.add(code)
        elif (decided := majority(int((others == 1).sum()), others.size)) is None:
            panel.tied.add(code)
        else:
            truth[code], calls[code] = float(decided), float(said[j])
    return panel._replace(truth=truth, calls=calls)


def compare_with_readers(
    truth: Numbers, program: NDArray[np.bool_], readers: Numbers, confidence: float = 0.95
) -> list[Estimate]:
    """Return a program's sensitivity and specificity minus the readers' mean, over their panels.

    In each panel the difference is the program's rate minus the reader's. The result is the mean
    over the panels, with equal weights. The readers are fixed: the limits apply to them, not to
    others.

    Newcombe's square-and-add (1998, method 10) uses variances over the cases instead of the
    binomial ones (Zou & Donner 2008). It combines Wilson's limits of each mean rate, with the
    number of cases that its variance implies, and the correlation of both. A program has one call a
    case, so its number is never above the number of cases.

    Percentiles of a bootstrap over cases cover 75 to 94 % at 25 + 25, so they are not given. These
    limits cover 94 to 98 % (tests/bench/coverage_leave_one_out.py).

    Parameters
    ----------
    truth
        The answer of each reader's panel, shape (cases, readers): 1, 0, or NaN where it has none.
    program
        The program's calls, shape (cases,); of shape (cases, readers) where a failure counts as
        wrong in every panel.
    readers
        The readers' calls, shape (cases, readers); used where `truth` is not NaN.

    Examples
    --------
    >>> truth = np.array([[1.0, 1], [1, 1], [0, 0], [0, 0]])  # cases x panels
    >>> readers = np.array([[1.0, 0], [1, 1], [0, 0], [0, 1]])
    >>> rows = compare_with_readers(truth, np.array([True, True, False, True]), readers)
    >>> [(row.measure, row.estimate) for row in rows]
    [('sensitivity_difference', 0.25), ('specificity_difference', -0.25)]
    """
    if program.ndim == 1:
        program = program[:, None]
    rows = []
    in_any = ~np.isnan(truth).all(axis=1)
    for measure, which in zip(MEASURES, (1, 0), strict=True):
        judged = truth == which
        row = _mean_difference(
            judged, judged & (program == which), judged & (readers == which), confidence
        )
        rows.append(
            replace(
                row,
                measure=f"{measure}_difference",
                n=int(in_any.sum()),
                n_positive=int((truth == 1).any(axis=1).sum()),
            )
        )
    return rows


def _mean_difference(
    judged: NDArray[np.bool_],
    program: NDArray[np.bool_],
    readers: NDArray[np.bool_],
    confidence: float,
) -> Estimate:
    """Return the mean difference of the rates. All three arrays have the shape (cases, readers)."""
    result = Estimate(ci_method="newcombe_cases")
    asked = judged.any(axis=0)
    if asked.sum() < 2:
        return replace(result, status="too few raters" if asked.any() else "no data")
    some = judged.any(axis=1)
    judged, program, readers = (array[some][:, asked] for array in (judged, program, readers))
    sizes = judged.sum(axis=0)
    rates = [array.sum(axis=0) / sizes for array in (program, readers)]
    means = [float(rate.mean()) for rate in rates]
    more = program.sum(axis=0) - readers.sum(axis=0)
    exact = sum((Fraction(int(a), int(b)) for a, b in zip(more, sizes, strict=True)), Fraction())
    difference = float(exact / sizes.size)  # exact first, because 1/3 - 1/6 - 1/6 is 0
    result = replace(result, estimate=difference).noting(
        f"mean_subject={write_number(means[0])}",
        f"mean_comparator={write_number(means[1])}",
        f"readers={int(asked.sum())}",
    )
    if np.array_equal(program, readers):
        return replace(result, status="no discordant pairs")
    if sizes.min() < 2:
        return replace(result, status="too few")
    low, high = _limits(judged, (program, readers), rates, critical(confidence))
    # rounding must not leave the mean difference outside the limits
    return replace(result, ci_low=min(low, difference), ci_high=max(high, difference))


def _limits(
    judged: NDArray[np.bool_],
    right: Sequence[NDArray[np.bool_]],
    rates: Sequence[Numbers],
    z: float,
) -> tuple[float, float]:
    n, sizes = judged.shape[0], judged.sum(axis=0)
    # contribution of each case to a mean rate
    pulls = [
        ((array - rate * judged) / sizes).mean(axis=1)
        for array, rate in zip(right, rates, strict=True)
    ]
    covariance = n / (n - 1) * np.array([[float(a @ b) for b in pulls] for a in pulls])
    spread = np.diagonal(covariance)
    means = [float(rate.mean()) for rate in rates]
    cases = [
        mean * (1 - mean) / variance if 0 < mean < 1 and variance > 0 else float(n)
        for mean, variance in zip(means, spread, strict=True)
    ]
    cases[0] = min(cases[0], float(n))
    scale = float(np.sqrt(spread[0] * spread[1]))
    correlation = float(covariance[0, 1]) / scale if scale > 0 else 0.0
    limits = [wilson_limits(m * k, k, z) for m, k in zip(means, cases, strict=True)]
    return square_and_add(means[0], limits[0], means[1], limits[1], correlation)
