"""Agreement on a measurement: intraclass correlation.

Examples
--------
Six targets and four judges of Shrout & Fleiss 1979, who print 0.29 and 0.71:
>>> judged = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9]]
>>> judged.append([6, 2, 4, 7])
>>> [round(icc(judged, form).estimate, 2) for form in ("A1", "C1")]
[0.29, 0.71]
"""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.special import fdtrc, fdtri
from bonescint.stats.agreement.ratings import complete_subjects
from bonescint.stats.estimate import Estimate, one_of
from bonescint.stats.printed import NEGLIGIBLE, counted

Form = Literal["A1", "Ak", "C1", "Ck"]
_CI_METHODS = {"A1": "satterthwaite", "Ak": "spearman_brown", "C1": "f", "Ck": "f"}


def icc(ratings: ArrayLike, form: Form = "A1", confidence: float = 0.95) -> Estimate:
    """Return an intraclass correlation of the two-way analysis of variance.

    Parameters
    ----------
    ratings
        Subjects x raters; a subject with a missing rating is left out.
    form
        ``A`` absolute agreement, ``C`` consistency; ``1`` of one rater, ``k`` of the raters' mean
        (McGraw & Wong 1996). A1, Ak, C1, Ck are ICC2, ICC2k, ICC3, ICC3k of Shrout & Fleiss 1979
        and of psych with ``lmer = FALSE`` (mean squares; negative components stay negative).
    confidence
        Level of the interval. C1, Ck: from the F distribution. A1: Satterthwaite's degrees of
        freedom (McGraw & Wong 1996, table 7). Ak: Spearman-Brown of A1's limits, as in psych.
        Limits are not cut.

    Notes
    -----
    The test of no variance but error between subjects is F on n - 1 and (n - 1)(k - 1) degrees of
    freedom for every form. It is **one-sided** as in psych.
    """
    one_of(form, "A1", "Ak", "C1", "Ck")
    values, result = complete_subjects(
        ratings, Estimate(measure=f"icc_{form.lower()}", ci_method=_CI_METHODS[form])
    )
    if result.status != "ok":
        return result
    if not np.ptp(values):
        return replace(result, status="constant")
    n, k = values.shape
    subjects, raters, error = _mean_squares(values)
    freedom = (n - 1) * (k - 1)
    if error > 0:
        statistic = subjects / error
        result = replace(
            result,
            statistic=statistic,
            p_value=float(fdtrc(n - 1, freedom, statistic)),
            test="icc_f",
        ).noting(f"df1={n - 1}", f"df2={freedom}")
    elif subjects > 0 and (form in ("C1", "Ck") or raters == 0):
        return replace(result, estimate=1.0, status="complete agreement")
    result = replace(result, estimate=_coefficient(form, subjects, raters, error, n, k))
    if subjects == 0:
        return replace(result, status="no subject variance")
    below: float = freedom
    if form in ("A1", "Ak"):
        single = _coefficient("A1", subjects, raters, error, n, k)
        between = k * single * raters
        rest = (n * (1 + (k - 1) * single) - k * single) * error
        spread = between**2 / (k - 1) + rest**2 / freedom
        below = (between + rest) ** 2 / spread if spread > 0 else float("nan")
    # the limits of each form are its own formula with the extreme subjects' mean squares under F
    low, high = (
        _coefficient(form, subjects * float(fdtri(below, n - 1, p)), raters, error, n, k)
        for p in ((1 - confidence) / 2, (1 + confidence) / 2)
    )
    if not low <= result.estimate <= high:  # subjects differ less than the error: F fails
        return replace(result, status="no subject variance")
    return replace(result, ci_low=low, ci_high=high)


def _coefficient(form: Form, subjects: float, raters: float, error: float, n: int, k: int) -> float:
    """Return McGraw & Wong's formula in the mean squares, NaN where its divisor is not positive."""
    match form:
        case "A1":
            whole = subjects + (k - 1) * error + k * (raters - error) / n
        case "Ak":
            whole = subjects + (raters - error) / n
        case "C1":
            whole = subjects + (k - 1) * error
        case "Ck":
            whole = subjects
    return (subjects - error) / whole if whole > 0 else float("nan")


def _mean_squares(values: NDArray[np.float64]) -> tuple[float, float, float]:
    """Return the mean squares between subjects, between raters, and of the error, in one unit."""
    n, k = values.shape
    values, size = counted(values)
    # whole numbers times the number of cells have whole means; others need a bound of rounding
    values = values * (n * k)
    noise = 0.0 if size else NEGLIGIBLE * float(np.abs(values).max())
    values = values - values.sum() / (n * k)
    by_subject, by_rater = values.mean(axis=1), values.mean(axis=0)

    def square(deviations: NDArray[np.float64]) -> float:
        return float((deviations[np.abs(deviations) > noise] ** 2).sum())

    return (
        k * square(by_subject) / (n - 1),
        n * square(by_rater) / (k - 1),
        square(values - by_subject[:, None] - by_rater) / ((n - 1) * (k - 1)),
    )
