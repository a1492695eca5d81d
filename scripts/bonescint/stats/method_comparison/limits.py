"""Bland and Altman's limits of agreement: plain, as ratios, and changing with the magnitude.

Examples
--------
>>> rows = bland_altman_regression([1, 2, 4, 9], [1, 3, 4, 7])
>>> round(rows["slope"].estimate, 3)
0.354
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.special import nctdtrit, stdtr, stdtrit
from bonescint.stats.estimate import NAN, OK, Estimate, write_number
from bonescint.stats.normal import critical
from bonescint.stats.pairs import (
    EXACT,
    Pairs,
    complete_pairs,
    on_a_line,
    pair_status,
    paired,
    rounding,
)
from bonescint.stats.printed import NEGLIGIBLE


def bland_altman(
    x: ArrayLike, y: ArrayLike, confidence: float = 0.95, coverage: float = 0.95
) -> dict[str, Estimate]:
    """Return bias and limits of agreement of x - y as ``bias``, ``lower`` and ``upper``.

    Parameters
    ----------
    confidence
        Level of the intervals: Student's t for the bias; for the limits the exact noncentral t
        (Carkeet 2015) instead of Bland & Altman's approximation, which is too narrow at n = 25.
    coverage
        Share of differences between the limits: bias ± 1.96 SD (n - 1) at 0.95.

    Examples
    --------
    Peak flow of 17 subjects by two meters (Bland & Altman 1986: -2.1 l/min):
    >>> large = "494 395 516 434 476 557 413 442 650 433 417 656 267 478 178 423 427".split()
    >>> mini = "512 430 520 428 500 600 364 380 658 445 432 626 260 477 259 350 451".split()
    >>> {key: round(row.estimate, 1) for key, row in bland_altman(large, mini).items()}
    {'bias': -2.1, 'lower': -78.1, 'upper': 73.9}
    """
    return _limits(paired(x, y), confidence, coverage)


def bland_altman_log(
    x: ArrayLike,
    y: ArrayLike,
    offset: float = 1.0,
    confidence: float = 0.95,
    coverage: float = 0.95,
) -> dict[str, Estimate]:
    """Return geometric mean and limits of agreement of the ratio (x + offset) / (y + offset).

    Bland & Altman 1999, section 4: the limits of log(x + offset) - log(y + offset), natural
    logarithm, back-transformed. The keys are those of `bland_altman`; 1 means agreement. With an
    offset the rows have other names (``offset_ratio_bias``). Where many values are smaller than the
    offset, it pulls the ratio towards 1, and the result is not x / y.

    Parameters
    ----------
    offset
        In that unit, so that a 0 has a logarithm; 0 for the ratio x / y. If a value has no
        logarithm, the status is ``not positive``.
    confidence, coverage
        As for `bland_altman`.

    Examples
    --------
    >>> rows = bland_altman_log([1, 2, 4, 9], [1, 3, 4, 7], offset=1)
    >>> round(rows["bias"].estimate, 3)
    0.984
    """
    first, second = complete_pairs(x, y)
    if first.size and min(first.min(), second.min()) + offset <= 0:
        rows = {
            name: replace(row, n=first.size, status="not positive")
            for name, row in _limits(paired([], []), confidence, coverage).items()
        }
    else:
        logs = np.log(first + offset), np.log(second + offset)
        # a logarithm is as exact as its number, relative to 1 even where the logarithm is 0
        noise = max(NEGLIGIBLE, rounding(*logs)) if first.size else 0.0
        rows = _limits(Pairs(*logs, 1.0, 0.0, noise), confidence, coverage)
    ratio, notes = ("offset_ratio", [f"offset={write_number(offset)}"]) if offset else ("ratio", [])
    with np.errstate(over="ignore"):  # the limits of two cases may exceed any number
        return {
            name: replace(
                row,
                measure=f"{ratio}_{row.measure}",
                estimate=float(np.exp(row.estimate)),
                ci_low=float(np.exp(row.ci_low)),
                ci_high=float(np.exp(row.ci_high)),
            ).noting(*notes)
            for name, row in rows.items()
        }


def bland_altman_regression(
    x: ArrayLike, y: ArrayLike, confidence: float = 0.95, coverage: float = 0.95
) -> dict[str, Estimate]:
    """Return limits of agreement of x - y that change with the mean A = (x + y) / 2.

    Bland & Altman 1999, section 3.2: x - y is regressed on A. The absolute residuals times
    sqrt(pi / 2), whose mean is an SD if they are normal, are also regressed on A. The limits at A
    are intercept + slope A ± 1.96 (sd_intercept + sd_slope A).

    Parameters
    ----------
    confidence
        Level of the intervals of the four coefficients: ordinary least squares, t with n - 2 df.
    coverage
        Share of differences between the limits, 1.96 for 0.95.

    Returns
    -------
    dict
        ``intercept``, ``slope`` (its p shows whether the bias changes with the magnitude),
        ``sd_intercept``, ``sd_slope`` (whether the spread does), and ``lower`` and ``upper``. These
        are the limits at the mean of A, which is in their note. They have no interval.
    """
    pairs = paired(x, y)
    n = pairs.x.size
    rows = {
        key: Estimate(measure=f"agreement_{key}", n=n, ci_method=method, test=test)
        for key, method, test in (
            ("intercept", "t", ""),
            ("slope", "t", "t"),
            ("sd_intercept", "t", ""),
            ("sd_slope", "t", "t"),
            ("lower", "", ""),
            ("upper", "", ""),
        )
    }
    status = pair_status(pairs, fewest=3)
    a, d = (pairs.x + pairs.y) / 2, pairs.x - pairs.y
    if status == OK and np.ptp(a) <= pairs.noise:
        status = "constant"
    if status != OK:
        p = 1.0 if status == "identical" else NAN
        return {
            key: replace(row, p_value=p if row.test else NAN, status=status)
            for key, row in rows.items()
        }
    size, zero = pairs.size, -pairs.origin / pairs.size
    lines = (rows["intercept"], rows["slope"]), (rows["sd_intercept"], rows["sd_slope"])
    fitted, residuals = _line((a, zero), d, lines[0], confidence, size, on_a_line(pairs))
    spread = np.abs(residuals) * math.sqrt(math.pi / 2)
    spreads, _ = _line((a, zero), spread, lines[1], confidence, size)
    middle, half = size * float(d.mean()), critical(coverage) * size * float(spread.mean())
    at = f"at={write_number(pairs.origin + size * float(a.mean()))}"
    limits = (
        replace(rows[key], estimate=middle + width, status=fitted[0].status).noting(at)
        for key, width in (("lower", -half), ("upper", half))
    )
    return dict(zip(rows, (*fitted, *spreads, *limits), strict=True))


def _limits(pairs: Pairs, confidence: float, coverage: float) -> dict[str, Estimate]:
    n = pairs.x.size
    d = pairs.x - pairs.y
    bias = Estimate(measure="bias", n=n, ci_method="t")
    lower = Estimate(measure="limit_low", n=n, ci_method="noncentral_t")
    upper = replace(lower, measure="limit_high")
    if n:
        bias = replace(bias, estimate=pairs.size * float(d.mean()))
    status = pair_status(pairs, fewest=2)
    if status != OK:
        rows = {"bias": bias, "lower": lower, "upper": upper}
        return {name: replace(row, status=status) for name, row in rows.items()}
    mean, sd, root = bias.estimate, pairs.size * float(d.std(ddof=1)), math.sqrt(n)
    tails = (1 - confidence) / 2, (1 + confidence) / 2
    z = critical(coverage)
    near, far = (float(nctdtrit(n - 1, z * root, tail)) * sd / root for tail in tails)
    width = float(stdtrit(n - 1, tails[1])) * sd / root
    return {
        "bias": replace(bias, ci_low=mean - width, ci_high=mean + width),
        "lower": replace(lower, estimate=mean - z * sd, ci_low=mean - far, ci_high=mean - near),
        "upper": replace(upper, estimate=mean + z * sd, ci_low=mean + near, ci_high=mean + far),
    }


def _line(
    at: tuple[NDArray[np.float64], float],
    values: NDArray[np.float64],
    rows: tuple[Estimate, Estimate],
    confidence: float,
    size: float,
    exact: bool | None = None,
) -> tuple[tuple[Estimate, Estimate], NDArray[np.float64]]:
    """Return `rows`, intercept and slope, filled by least squares, and the residuals.

    `at` has the values of A and the zero of their scale. `size` is the unit of the values. `exact`
    is whether they lie on a line, if that is known.
    """
    a, zero = at
    n, centre = a.size, float(a.mean())
    sxx = float(((a - centre) ** 2).sum())
    slope = float(((a - centre) * (values - values.mean())).sum()) / sxx
    residuals = values - values.mean() - slope * (a - centre)
    intercept = float(values.mean()) + slope * (zero - centre)
    found = replace(rows[0], estimate=size * intercept), replace(rows[1], estimate=slope)
    if np.abs(residuals).max() <= rounding(a, values) if exact is None else exact:
        return (replace(found[0], status=EXACT), replace(found[1], status=EXACT)), residuals
    error = math.sqrt(float((residuals**2).sum()) / (n - 2))
    errors = size * error * math.sqrt(1 / n + (zero - centre) ** 2 / sxx), error / math.sqrt(sxx)
    wide = float(stdtrit(n - 2, (1 + confidence) / 2))
    start, rise = (
        replace(row, ci_low=row.estimate - wide * one, ci_high=row.estimate + wide * one)
        for row, one in zip(found, errors, strict=True)
    )
    t = slope / errors[1]
    rise = replace(rise, statistic=t, p_value=float(2 * stdtr(n - 2, -abs(t))))
    return (start, rise), residuals
