"""Whether raters use the categories equally often."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from bonescint.special import chdtrc
from bonescint.stats.agreement.ratings import complete_subjects
from bonescint.stats.estimate import Estimate


def cochran_q(x: ArrayLike) -> Estimate:
    """Return Cochran's Q test that all raters say yes equally often (Cochran 1950).

    It is chi-squared with k - 1 degrees of freedom for k raters, as in statsmodels' ``cochrans_q``
    and R's ``friedman.test`` of yes/no. With two raters it is McNemar's chi-squared without
    correction.

    Parameters
    ----------
    x
        Subjects x raters, two values (0 and 1); a subject with a missing rating is left out.
        If the raters agree on every subject, the p-value is 1.

    Raises
    ------
    ValueError
        At more than two values.

    Examples
    --------
    >>> row = cochran_q([[1, 1, 0], [1, 1, 0], [1, 0, 0], [0, 1, 0], [1, 1, 1]])
    >>> round(row.statistic, 4), round(row.p_value, 4)
    (4.5, 0.1054)
    """
    values, result = complete_subjects(
        x, Estimate(measure="cochran_q", test="cochran_q"), at_least=1
    )
    if result.status != "ok":
        return result
    if np.unique(values).size > 2:
        raise ValueError("Cochran's Q is of two values")
    yes = values == values.max()
    by_subject, by_rater = yes.sum(axis=1), yes.sum(axis=0)
    k = by_rater.size
    spread = int((by_subject * (k - by_subject)).sum())
    if spread == 0:
        return replace(result, p_value=1.0, status="identical")
    total = int(by_subject.sum())
    statistic = (k - 1) * (k * int((by_rater**2).sum()) - total**2) / spread
    return replace(result, statistic=statistic, p_value=float(chdtrc(k - 1, statistic))).noting(
        f"df={k - 1}"
    )


def stuart_maxwell(table: ArrayLike) -> Estimate:
    """Return the Stuart-Maxwell test that two raters use every category equally often.

    It is chi-squared with the pseudo-inverse of the covariance of the differences of the margins,
    whose rank is the degrees of freedom (Stuart 1955; Maxwell 1970). Categories that no rater used,
    or without disagreement, have no effect. Those with equal margins have one (irr and DescTools
    leave them out with all their cases). This is coin's ``mh_test``. `table` has counts, first
    rater's categories x the second's. If the raters never disagree, the p-value is 1.

    Raises
    ------
    ValueError
        If the table is not square, or a count is negative or missing.

    Examples
    --------
    The example of R's ``DescTools::StuartMaxwellTest``, which prints 13.765 and 0.001026:
    >>> row = stuart_maxwell([[20, 10, 5], [3, 30, 15], [0, 5, 40]])
    >>> round(row.statistic, 3), round(row.p_value, 6)
    (13.765, 0.001026)
    """
    counts = np.asarray(table, dtype=float)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1]:
        raise ValueError("the table must be square")
    if not (counts >= 0).all():
        raise ValueError("the counts must be 0 or more")
    n = round(float(counts.sum()))
    result = Estimate(measure="stuart_maxwell", n=n, test="stuart_maxwell")
    if n == 0:
        return replace(result, status="no data")
    apart = counts + counts.T
    np.fill_diagonal(apart, 0)
    if not apart.any():
        return replace(result, p_value=1.0, status="identical")
    difference = counts.sum(axis=1) - counts.sum(axis=0)
    spreads, directions = np.linalg.eigh(np.diag(apart.sum(axis=1)) - apart)
    real = spreads > 1e-10 * spreads.max()  # the others are 0 except for rounding
    statistic = float(((difference @ directions)[real] ** 2 / spreads[real]).sum())
    df = int(real.sum())
    return replace(result, statistic=statistic, p_value=float(chdtrc(df, statistic))).noting(
        f"df={df}"
    )
