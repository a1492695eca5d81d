"""Sensitivity at a matched specificity and partial AUC, for one score or two of the same cases.

Only the order of the scores counts. A version that measures twice as much of everything has the
same values as before, although it calls other cases positive at a fixed cut-off (Pepe 2003).

Limits come from a bootstrap by case within each class. Sensitivity: Zhou & Qin 2005 (BTI), the mean
and standard deviation of the replicates with z² / 2 cases added to both sides. Partial AUC: on the
logit scale, with the replicates' standard deviation around an equally shrunken centre, because
percentiles cover too little (tests/bench/coverage_roc.py). Differences: square-and-add of both
intervals with the replicates' correlation (Zou & Donner 2008).

Examples
--------
>>> rows = matched([0, 0, 1, 1], [[1, 3, 2, 4]], [0.5], None, Bootstrap(seed=1, replicates=50))
>>> [(row.measure, row.estimate, row.cutoff) for row in rows]
[('matched_sensitivity', 1.0, 2.0)]
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.estimate import NAN, OK, Estimate, write_number
from bonescint.stats.normal import critical
from bonescint.stats.printed import NEGLIGIBLE
from bonescint.stats.proportions import square_and_add
from bonescint.stats.roc.cases import complete_cases
from bonescint.stats.roc.cutoffs import descending_levels
from bonescint.stats.roc.shape import Steps, resampled_steps, steps_of

# with fewer cases the limits of sensitivity cover too little (tests/bench/coverage_roc.py)
FEW = 15

Replicates = NDArray[np.float64]
LimitsOf = Callable[[float, Replicates, int, float], tuple[float, float]]


class Bootstrap(NamedTuple):
    """How the limits are made: the seed of numpy's PCG64, and the number of replicates."""

    seed: int
    replicates: int = 2000


class _CurvePart(NamedTuple):
    """A part of the curve to judge, with its name."""

    measure: str
    height: Callable[[Steps], Replicates]
    limits: LimitsOf
    method: str
    note: str
    scale: tuple[float, float] = (0.0, 1.0)  # of the shown value: offset, factor
    specificity: float = NAN


def matched(
    y: ArrayLike,
    scores: Sequence[ArrayLike],
    specificities: Sequence[float],
    between: Sequence[float] | None,
    bootstrap: Bootstrap,
    confidence: float = 0.95,
) -> list[Estimate]:
    """Return sensitivity at each specificity and the partial AUC; for two scores the differences.

    The partial AUC is the area between two specificities, given unchanged and standardised to 0.5
    for chance and 1 for the best (McClish 1989). The row of a sensitivity has its cut-off: the
    lowest one that is specific enough, for each score separately.

    Parameters
    ----------
    scores
        One score, or two of the same cases, shape (n,) each; a case where one is NaN is left out.
    specificities
        The specificities of the sensitivities, between 0 and 1.
    between
        The lowest and the highest specificity of the partial AUC; None for none.
    """
    truth, values = complete_cases(y, *scores)
    n1 = int(truth.sum())
    parts = [*map(_sensitivity, specificities), *(_partial(*between) if between else ())]
    blank = [_blank(part, len(scores), truth.size, n1) for part in parts]
    if not parts or n1 in (0, truth.size):
        status = "one class" if truth.size else "no data"
        return [replace(row, status=status) for row in blank]
    ranked = [descending_levels(value) for value in values]
    levels = [level for _, level in ranked]
    data = [steps_of(level, truth) for level in levels]
    status = nothing_varies(truth, values, levels)
    # the replicates of each part of the curve, shape (scores, replicates)
    spread = _spread(parts, levels, truth, bootstrap) if status == OK else []
    found = []
    for i, (part, row) in enumerate(zip(parts, blank, strict=True)):
        point = [float(part.height(one)[0]) for one in data]
        offset, factor = part.scale
        if len(scores) == 1:
            value, cutoff = offset + factor * point[0], _own_cutoff(part, data[0], ranked[0][0])
        else:
            value, cutoff = factor * (point[0] - point[1]), NAN
        made = replace(row, estimate=value, cutoff=cutoff, status=status)
        if status == OK:
            made = _with_limits(made, part, point, spread[i], n1, confidence).noting(
                f"replicates={bootstrap.replicates}", f"seed={bootstrap.seed}"
            )
            if min(n1, truth.size - n1) < FEW:
                made = made.noting("few_in_class")
        found.append(made)
    return found


def _spread(
    parts: Sequence[_CurvePart],
    levels: Sequence[NDArray[np.int64]],
    truth: NDArray[np.bool_],
    bootstrap: Bootstrap,
) -> list[Replicates]:
    chunks = [
        [[part.height(one) for one in steps] for part in parts]
        for steps in resampled_steps(levels, truth, *bootstrap)
    ]
    return [np.concatenate([chunk[i] for chunk in chunks], axis=1) for i in range(len(parts))]


def _sensitivity(specificity: float) -> _CurvePart:
    return _CurvePart(
        "matched_sensitivity",
        lambda steps: steps.sensitivity(specificity),
        zhou_qin,
        "zhou_qin",
        f"matched_specificity={write_number(specificity)}",
        specificity=specificity,
    )


def _partial(low: float, high: float) -> list[_CurvePart]:
    width, chance = high - low, ((1 - low) ** 2 - (1 - high) ** 2) / 2
    free = 2 * (width - chance)
    return [
        _CurvePart(
            measure,
            lambda steps: steps.share(low, high),
            _logit,
            "bootstrap_logit",
            f"specificity_range={write_number(low)}-{write_number(high)}",
            scale,
        )
        for measure, scale in (
            ("partial_auc_standardised", (0.5 - chance / free, width / free)),
            ("partial_auc", (0.0, width)),
        )
    ]


def _blank(part: _CurvePart, scores: int, n: int, n1: int) -> Estimate:
    measure, method = (part.measure, part.method) if scores == 1 else (
        f"{part.measure}_difference", f"{part.method}_paired"
    )  # fmt: skip
    row = Estimate(measure=measure, n=n, n_positive=n1, ci_method=method)
    return row.noting(part.note, *(["scale_free"] if scores > 1 else []))


def nothing_varies(
    truth: NDArray[np.bool_], values: Sequence[Replicates], levels: Sequence[NDArray[np.int64]]
) -> str:
    """Return why nothing varies, judged by the order of the cases; ``ok`` where something does.

    Examples
    --------
    >>> score = np.array([1.0, 2, 3, 4])
    >>> nothing_varies(score > 2, [score], [descending_levels(score)[1]])
    'complete separation'
    """
    if min(truth.sum(), (~truth).sum()) < 2:
        return "too few"
    if len(levels) == 2 and np.array_equal(levels[0], levels[1]):
        return "identical" if np.array_equal(values[0], values[1]) else "same ranking"
    fixed = [_fixed(level, truth) for level in levels]
    if not all(fixed):
        return OK
    return fixed[0] if len(fixed) == 1 else "constant"


def _fixed(level: NDArray[np.int64], truth: NDArray[np.bool_]) -> str:
    if not np.ptp(level):
        return "constant"
    positive, negative = level[truth], level[~truth]
    apart = positive.max() < negative.min() or negative.max() < positive.min()
    return "complete separation" if apart else ""


def _own_cutoff(part: _CurvePart, steps: Steps, threshold: Replicates) -> float:
    """Return the lowest score that is specific enough as a cut-off; NaN if none is."""
    if np.isnan(part.specificity):
        return NAN
    last = int((steps.false_alarms[0] <= steps.allowed(part.specificity)).sum()) - 1
    return float(threshold[last - 1]) if last else NAN


def _with_limits(
    row: Estimate,
    part: _CurvePart,
    point: Sequence[float],
    spread: Replicates,
    n1: int,
    confidence: float,
) -> Estimate:
    still = [float(np.ptp(one)) <= NEGLIGIBLE for one in spread]
    if all(still):
        return replace(row, status="constant")
    z = critical(confidence)
    offset, factor = part.scale
    sides = [part.limits(p, one, n1, z) for p, one in zip(point, spread, strict=True)]
    if len(sides) == 1:
        ((low, high),) = sides
        return replace(row, ci_low=offset + factor * low, ci_high=offset + factor * high)
    related = 0.0 if any(still) else float(np.corrcoef(spread[0], spread[1])[0, 1])
    low, high = square_and_add(point[0], sides[0], point[1], sides[1], related)
    row = row.noting("one_without_variance") if any(still) else row
    return replace(row, ci_low=factor * low, ci_high=factor * high)


def zhou_qin(value: float, spread: Replicates, n1: int, z: float) -> tuple[float, float]:
    """Return the limits of a sensitivity from its replicates (Zhou & Qin 2005, BTI).

    Parameters
    ----------
    value, spread
        The sensitivity in the data, and in each replicate.
    n1
        Cases with metastasis.
    z
        Quantile of the normal distribution for the confidence.

    Examples
    --------
    >>> low, high = zhou_qin(0.8, np.array([0.7, 0.75, 0.8, 0.85, 0.9]), 20, 1.96)
    >>> round(low, 3), round(high, 3)
    (0.622, 0.882)
    """
    shrunk = (n1 * spread + z**2 / 2) / (n1 + z**2)
    centre, width = float(shrunk.mean()), z * float(shrunk.std(ddof=1))
    return max(min(centre - width, value), 0.0), min(max(centre + width, value), 1.0)


def _logit(value: float, spread: Replicates, n1: int, z: float) -> tuple[float, float]:
    centre = (n1 * value + z**2 / 2) / (n1 + z**2)
    width = z * float(spread.std(ddof=1)) / (centre * (1 - centre))
    middle = np.log(centre / (1 - centre))
    low, high = (float(1 / (1 + np.exp(-x))) for x in (middle - width, middle + width))
    return min(low, value), max(high, value)
