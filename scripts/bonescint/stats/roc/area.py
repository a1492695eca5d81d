"""Areas under ROC curves and their comparison.

DeLong's variance (DeLong, DeLong & Clarke-Pearson 1988) by midranks (Sun & Xu 2014): every case
gets twice the number of cases of the other class that it exceeds, with ties counted as one. These
counts are whole numbers, so equal and constant scores are recognised exactly, without tolerance.
"""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.special import stdtr, stdtrit
from bonescint.stats.estimate import Estimate, one_of, write_number
from bonescint.stats.normal import critical, two_sided
from bonescint.stats.roc.cases import complete_cases
from bonescint.stats.roc.separation import binormal_limit, separation_limit

Counts = NDArray[np.int64]


def auc(
    y: ArrayLike,
    score: ArrayLike,
    ci: Literal["logit", "wald"] = "logit",
    confidence: float = 0.95,
) -> Estimate:
    """Return the area under the ROC curve with DeLong's standard error.

    Parameters
    ----------
    score
        Shape (n,); NaN is a missing result, whose case is left out.
    ci
        ``logit`` keeps the limits inside 0..1 and covers in small samples (Pepe 2003); ``wald`` is
        what pROC prints. Where the classes do not overlap, an AUC has no variance. Then ``logit``
        gives the exact limit of `separation_limit`, with the note ``complete_separation`` and the
        limit of the binormal model. ``wald`` gives none.

    Examples
    --------
    >>> auc([0, 0, 0, 1, 1], [1, 2, 3, 2, 4]).estimate  # 4.5 of 6 pairs
    0.75
    """
    one_of(ci, "logit", "wald")
    y, scores = complete_cases(y, score)
    n1 = int(y.sum())
    n0 = y.size - n1
    result = Estimate(measure="auc", n=y.size, n_positive=n1, ci_method=f"delong_{ci}")
    if n1 == 0 or n0 == 0:
        return replace(result, status="one class" if y.size else "no data")
    above, below = _wins(y, scores[0])
    area = float(above.sum()) / (2 * n0 * n1)
    result = replace(result, estimate=area)
    if min(n1, n0) < 2:
        return replace(result, status="too few")
    if not (np.ptp(above) or np.ptp(below)):
        if area == 0.5:
            return replace(result, status="constant")
        if ci == "wald":
            return replace(result, status="complete separation")
        return _separated(result, n1, n0, (1 - confidence) / 2)
    z, error = critical(confidence), float(np.sqrt(_variance(above, below)))
    if ci == "wald":
        low, high = area - z * error, area + z * error
        return replace(result, ci_low=max(low, 0.0), ci_high=min(high, 1.0))
    centre, width = np.log(area / (1 - area)), z * error / (area * (1 - area))
    low, high = (float(1 / (1 + np.exp(-x))) for x in (centre - width, centre + width))
    return replace(result, ci_low=low, ci_high=high)


def compare_paired(y: ArrayLike, a: ArrayLike, b: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return AUC of `a` minus AUC of `b` on the same cases, with DeLong's test.

    A case where one score is NaN is left out. The interval is Wald's.

    Examples
    --------
    >>> row = compare_paired([0, 0, 0, 1, 1, 1], [1, 2, 3, 2, 4, 5], [3, 2, 1, 2, 4, 1])
    >>> round(row.estimate, 4), round(row.p_value, 3)
    (0.2778, 0.451)
    """
    y, scores = complete_cases(y, a, b)
    n1 = int(y.sum())
    n0 = y.size - n1
    result = Estimate(
        measure="auc_difference",
        n=y.size,
        n_positive=n1,
        ci_method="delong_wald",
        test="delong_paired",
    )
    if n1 == 0 or n0 == 0:
        return replace(result, status="one class" if y.size else "no data")
    wins_a, wins_b = _wins(y, scores[0]), _wins(y, scores[1])
    above, below = wins_a[0] - wins_b[0], wins_a[1] - wins_b[1]
    difference = float(above.sum()) / (2 * n0 * n1)
    result = replace(result, estimate=difference)
    if not (above.any() or below.any()):
        same = np.array_equal(scores[0], scores[1])
        return replace(result, p_value=1.0, status="identical" if same else "same ranking")
    if min(n1, n0) < 2:
        return replace(result, status="too few")
    if not (np.ptp(above) or np.ptp(below)):
        return replace(result, status="constant")
    if min(_variance(*wins_a), _variance(*wins_b)) == 0:
        result = result.noting("one_without_variance")
    error = float(np.sqrt(_variance(above, below)))
    z, width = difference / error, critical(confidence) * error
    return replace(
        result,
        ci_low=difference - width,
        ci_high=difference + width,
        statistic=z,
        p_value=two_sided(z),
    )


def compare_unpaired(
    y1: ArrayLike, s1: ArrayLike, y2: ArrayLike, s2: ArrayLike, confidence: float = 0.95
) -> Estimate:
    """Return AUC of the first minus AUC of the second group of different cases.

    Statistic and p are pROC's: t with Welch's degrees of freedom. The note has df and the p of the
    normal test. The limits are by the same t distribution.

    Examples
    --------
    >>> row = compare_unpaired([0, 0, 1, 1], [1, 3, 2, 4], [0, 0, 1, 1], [1, 4, 2, 3])
    >>> row.estimate
    0.25
    """
    groups = [complete_cases(y, s) for y, s in ((y1, s1), (y2, s2))]
    sizes = [truth.size for truth, _ in groups]
    positives = [int(truth.sum()) for truth, _ in groups]
    result = Estimate(
        measure="auc_difference",
        n=sum(sizes),
        n_positive=sum(positives),
        ci_method="delong_t",
        test="delong_unpaired",
    )
    smaller = [min(p, n - p) for p, n in zip(positives, sizes, strict=True)]
    if min(smaller) == 0:
        return replace(result, status="one class" if min(sizes) else "no data")
    wins = [_wins(truth, scores[0]) for truth, scores in groups]
    areas = [float(above.mean()) / (2 * below.size) for above, below in wins]
    difference = areas[0] - areas[1]
    result = replace(result, estimate=difference)
    if min(smaller) < 2:
        return replace(result, status="too few")
    v1, v2 = (_variance(above, below) for above, below in wins)
    if v1 + v2 == 0:
        return replace(result, status="constant")
    if min(v1, v2) == 0:
        result = result.noting("one_without_variance")
    error = float(np.sqrt(v1 + v2))
    df = (v1 + v2) ** 2 / (v1**2 / (sizes[0] - 1) + v2**2 / (sizes[1] - 1))
    t = difference / error
    width = float(stdtrit(df, (1 + confidence) / 2)) * error
    return replace(
        result,
        ci_low=difference - width,
        ci_high=difference + width,
        statistic=t,
        p_value=float(2 * stdtr(df, -abs(t))),
    ).noting(f"df={write_number(df)}", f"z={write_number(t)}", f"z_p={write_number(two_sided(t))}")


def _separated(result: Estimate, n1: int, n0: int, tail: float) -> Estimate:
    """Return an AUC of 1 or 0 with the limit for separate classes."""
    limit, binormal = separation_limit(n1, n0, tail), binormal_limit(n1, n0, tail)
    if result.estimate == 0:
        limit, binormal = 1 - limit, 1 - binormal
    return replace(
        result,
        ci_low=min(limit, result.estimate),
        ci_high=max(limit, result.estimate),
        ci_method="separation",
    ).noting("complete_separation", f"binormal_limit={write_number(binormal)}")


def _wins(y: NDArray[np.bool_], score: NDArray[np.float64]) -> tuple[Counts, Counts]:
    """Return, doubled, the negatives below each positive and the positives above each negative."""
    order = np.argsort(score)
    ranked, truth = score[order], y[order]
    group = np.cumsum(np.append(False, ranked[1:] != ranked[:-1])[: truth.size])
    tied_positive = np.bincount(group[truth], minlength=group[-1] + 1)
    tied_negative = np.bincount(group) - tied_positive
    wins = np.empty(truth.size, dtype=np.int64)
    wins[order] = np.where(
        truth,
        (2 * np.cumsum(tied_negative) - tied_negative)[group],
        (2 * (tied_positive.sum() - np.cumsum(tied_positive)) + tied_positive)[group],
    )
    return wins[y], wins[~y]


def _variance(above: Counts, below: Counts) -> float:
    """Return DeLong's variance of an AUC, or of a difference if the counts are differences."""
    n1, n0 = above.size, below.size
    return float(np.var(above, ddof=1)) / (4 * n0**2 * n1) + float(np.var(below, ddof=1)) / (
        4 * n1**2 * n0
    )
