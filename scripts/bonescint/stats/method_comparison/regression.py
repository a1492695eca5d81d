"""Lines through two measurements that both have errors: Passing-Bablok and Deming.

Examples
--------
>>> rows = passing_bablok([1, 2, 3, 4, 5], [3, 5, 7, 9, 12])
>>> {key: round(row.estimate, 3) for key, row in rows.items()}
{'slope': 2.0, 'intercept': 1.0}
>>> rows = deming([1, 2, 3, 4, 5], [3, 5, 7, 9, 12])
>>> {key: round(row.estimate, 3) for key, row in rows.items()}
{'slope': 2.215, 'intercept': 0.555}
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.special import stdtrit
from bonescint.stats.estimate import NAN, OK, Estimate, write_number
from bonescint.stats.normal import critical
from bonescint.stats.pairs import (
    EXACT,
    Pairs,
    on_a_line,
    pair_status,
    paired,
    rounding,
    tied,
)
from bonescint.stats.printed import NEGLIGIBLE
from bonescint.stats.selection import at_places, pair_blocks, pulls

_NO_PAIR = -math.inf  # replaces the slope of a pair without one; values below -1 have no effect
NO_SLOPE = "no slope"  # status: the line is vertical or has no direction


def passing_bablok(x: ArrayLike, y: ArrayLike, confidence: float = 0.95) -> dict[str, Estimate]:
    """Return ``slope`` and ``intercept`` of y = intercept + slope x by Passing & Bablok 1983.

    The slope is the median of the slopes of all pairs of cases, shifted by the number of slopes
    below -1. Identical cases and slopes of -1 are left out. Equal x make a vertical slope. The
    intercept is the median of y - slope x. Where R differs from the paper, the conventions are
    those of ``mcr::mcreg(method.reg = "PaBa", method.ci = "analytical")``: the middle of two slopes
    is the middle of their angles, and the positions of the limits are rounded to halves. If
    Kendall's correlation is negative, y is mirrored (slopes above 1 shift the median).

    Time grows with n squared, to about 1 s for 5,000 cases. Memory does not grow with it.

    Parameters
    ----------
    x, y
        Reference (horizontal) and tested measurement, shape (n,); a case with a NaN is left out.
        They must not be negative. Otherwise the limits of the intercept, which use those of the
        slope, may both lie on one side of it.
    confidence
        Level of the intervals, from the variance of Kendall's statistic. There is no interval, and
        the status is ``too few``, if there are too few slopes or a limit would be vertical.
    """
    pairs = paired(x, y)
    first, second, n = pairs.x, pairs.y, pairs.x.size
    slope = Estimate(measure="passing_bablok_slope", n=n, ci_method="passing_bablok")
    rows = {"slope": slope, "intercept": replace(slope, measure="passing_bablok_intercept")}
    status = _line_status(pairs)
    if status in ("no data", "constant") or n < 2:
        return _all(rows, status)
    sign = -1 if pulls(first, second).sum() < 0 else 1
    middle, low, high = _median_slope(pairs._replace(y=sign * second), confidence)
    if math.isnan(middle):
        return _all(rows, NO_SLOPE)
    if status == OK and math.isnan(low + high):
        status = "too few"
    if status != OK:
        low = high = NAN
    lines = [sign * b + 0.0 for b in (middle, low, high)]  # undoes the mirroring; no -0
    crossings = [
        pairs.size * float(np.median(second - b * first)) + pairs.origin * (1 - b) for b in lines
    ]
    spread = float(np.ptp(second))
    # slopes of whole numbers are exactly equal or not; other slopes may differ by rounding
    scale = 0.0 if pairs.noise == 0 else spread / float(np.ptp(first))
    for name, (value, one_end, other_end), one in (
        ("slope", lines, scale),
        ("intercept", crossings, pairs.size * spread),
    ):
        found = replace(rows[name], estimate=value, status=status)
        if status == OK and tied(one_end, other_end, one):  # many cases have the same digits
            found = replace(found, status="tied")
        else:
            found = replace(found, ci_low=min(one_end, other_end), ci_high=max(one_end, other_end))
        rows[name] = found
    return rows


def _median_slope(pairs: Pairs, confidence: float) -> list[float]:
    """Return the shifted median of the slopes of all pairs of cases, and its limits."""
    n = pairs.x.size
    every, count, above = n * (n - 1) // 2, 0, 0
    for slopes in _pair_slopes(pairs):
        count += int(np.count_nonzero(slopes != _NO_PAIR))
        above += int(np.count_nonzero(slopes > -1))
    distance = critical(confidence) * math.sqrt(n * (n - 1) * (2 * n + 5) / 18)
    doubled = [count, round(count - distance), round(count + distance)]
    # leaving out the slopes below -1 turns the shifted positions into plain positions
    below = every - above
    places = {(twice + i - 1) // 2 for twice in doubled for i in (0, 1)}
    found = at_places(
        lambda: _pair_slopes(pairs), every, [below + p for p in places if 0 <= p < above]
    )
    slopes_at = {place - below: slope for place, slope in found.items()}
    return [_at(slopes_at, twice, above) for twice in doubled]


def _pair_slopes(pairs: Pairs) -> Iterator[NDArray[np.float64]]:
    """Yield the slopes of all pairs of cases in blocks. Pairs that do not count get `_NO_PAIR`."""
    x, y, noise = pairs.x, pairs.y, pairs.noise
    for one, other in pair_blocks(x.size):
        dx, dy = x[other] - x[one], y[other] - y[one]
        with np.errstate(divide="ignore", invalid="ignore"):
            slopes = dy / dx
        slopes[np.abs(dx) <= noise] = math.inf
        slopes[np.abs(dx + dy) <= noise] = _NO_PAIR
        yield slopes


def deming(
    x: ArrayLike, y: ArrayLike, ratio: float = 1.0, confidence: float = 0.95
) -> dict[str, Estimate]:
    """Return ``slope`` and ``intercept`` of y = intercept + slope x by Deming's regression.

    Linnet 1990, 1993: standard errors come from the jackknife's pseudovalues. Intervals lie around
    the estimate by t with n - 2 df, as in R's ``mcr::mcreg(method.reg = "Deming", method.ci =
    "jackknife")``.

    Parameters
    ----------
    x, y
        Reference (horizontal) and tested measurement, shape (n,); a case with a NaN is left out.
    ratio
        Variance of the errors of x over that of y (mcr's ``error.ratio``; some texts use lambda or
        delta for the inverse). 1 is orthogonal regression.
    confidence
        Level of the intervals. If the line depends on a single case, leaving it out leaves no
        line. Then there is no interval and the status is ``too few``.

    Returns
    -------
    dict
        The standard errors are in the notes, as ``se``.

    Raises
    ------
    ValueError
        If the ratio is not positive.
    """
    if not 0 < ratio < math.inf:
        raise ValueError("the ratio of error variances must be positive")
    pairs = paired(x, y)
    first, second, n = pairs.x, pairs.y, pairs.x.size
    slope = Estimate(measure="deming_slope", n=n, ci_method="jackknife")
    rows = {"slope": slope, "intercept": replace(slope, measure="deming_intercept")}
    status = _line_status(pairs)
    if status in ("no data", "constant") or n < 2:
        return _all(rows, status)
    slopes = _deming_slopes(pairs, ratio)
    if math.isnan(slopes[0]):
        return _all(rows, NO_SLOPE)
    # first of all cases, then with each case left out once
    mean_x, mean_y = (np.append(v.mean(), (v.sum() - v) / (n - 1)) for v in (first, second))
    intercepts = pairs.size * (mean_y - slopes * mean_x) + pairs.origin * (1 - slopes)
    spread = float(np.ptp(second))
    values = {
        "slope": (slopes, spread / float(np.ptp(first))),
        "intercept": (intercepts, pairs.size * spread),
    }
    rows = {name: replace(row, estimate=float(values[name][0][0])) for name, row in rows.items()}
    if status != OK:
        return _all(rows, status)
    if np.isnan(slopes).any():
        return _all(rows, "too few")
    found = {
        name: _jackknifed(rows[name], all_[1:], scale, confidence)
        for name, (all_, scale) in values.items()
    }
    return found if found["slope"].status == OK else _all(rows, found["slope"].status)


def _jackknifed(
    row: Estimate, left_out: NDArray[np.float64], spread: float, confidence: float
) -> Estimate:
    """Return `row` with limits from its values with each case left out once."""
    if tied(left_out.min(), left_out.max(), spread):  # the same value without any one case
        return replace(row, status="tied")
    n = left_out.size
    se = (n - 1) / math.sqrt(n) * float(left_out.std(ddof=1))  # SD of pseudovalues / sqrt(n)
    wide = float(stdtrit(n - 2, (1 + confidence) / 2))
    return replace(row, ci_low=row.estimate - wide * se, ci_high=row.estimate + wide * se).noting(
        f"se={write_number(se)}"
    )


def _deming_slopes(pairs: Pairs, ratio: float) -> NDArray[np.float64]:
    """Return the slope of all cases, then the slopes with each case left out once.

    It is NaN where the line is vertical or has no direction. This is the case where the sum of
    products is 0 and the sums of squares do not make the line flat.
    """
    xx, yy, xy = _exact_moments(pairs) if pairs.noise == 0 else _moments(pairs)
    gap = ratio * yy - xx
    gap[np.abs(gap) <= NEGLIGIBLE * (ratio * yy + xx)] = 0
    root = np.sqrt(gap**2 + 4 * ratio * xy**2)
    known = (xy != 0) | (gap < 0)
    # the root of the quadratic in two forms, so that nearly equal numbers are never subtracted
    steep = gap > 0
    top = np.where(steep, gap + root, 2 * xy)
    bottom = np.where(steep, 2 * ratio * xy, root - gap)
    return np.where(known, top / np.where(known, bottom, 1), NAN)


def _exact_moments(pairs: Pairs) -> tuple[NDArray[np.float64], ...]:
    """Return sums of squares of x, of y and of products, times the cases, in whole numbers."""
    n = pairs.x.size
    cases = np.array([n, *[n - 1] * n], dtype=object)
    x, y = (np.array([int(one) for one in v], dtype=object) for v in (pairs.x, pairs.y))

    def left_out(values: NDArray[np.object_]) -> NDArray[np.object_]:
        return np.append(values.sum(), values.sum() - values)

    sum_x, sum_y = left_out(x), left_out(y)
    return tuple(
        (cases * left_out(product) - sums).astype(float)
        for product, sums in ((x * x, sum_x**2), (y * y, sum_y**2), (x * y, sum_x * sum_y))
    )


def _moments(pairs: Pairs) -> tuple[NDArray[np.float64], ...]:
    """Return the same sums for measurements without a step; products that are rounding become 0."""
    x, y, n = pairs.x, pairs.y, pairs.x.size
    dx, dy = x - x.mean(), y - y.mean()
    sxx, syy, sxy = float((dx**2).sum()), float((dy**2).sum()), float((dx * dy).sum())
    share = n / (n - 1)  # a sum of squares without a case is less by this times that case's square
    xx, yy, xy = (
        np.append(total, total - share * square)
        for total, square in ((sxx, dx**2), (syy, dy**2), (sxy, dx * dy))
    )
    # the noise of one deviation is its rounding; that of their sum follows from Cauchy's inequality
    noise = rounding(x) * math.sqrt(n * syy) + rounding(y) * math.sqrt(n * sxx)
    xy[np.abs(xy) <= noise] = 0
    return xx, yy, xy


def _at(slopes: Mapping[int, float], twice: int, count: int) -> float:
    """Return the slope at position `twice` / 2, counted from 1; NaN if outside or vertical.

    `slopes` has the slopes that were looked up among `count`, by position counted from 0.
    """
    half = (twice + 1) // 2
    if not 1 <= half <= count or twice == 2 * count:
        return NAN
    first, last = slopes[half - 1], slopes[half - twice % 2]
    if math.isinf(first):
        return NAN
    # return it directly, because tan(atan(1)) is not 1
    return first if first == last else math.tan((math.atan(first) + math.atan(last)) / 2)


def _line_status(pairs: Pairs) -> str:
    """Return `pair_status`, ``constant`` if a measurement does not vary, or ``exact line``."""
    status = pair_status(pairs, fewest=3)
    if pairs.x.size > 1 and min(np.ptp(pairs.x), np.ptp(pairs.y)) <= pairs.noise:
        return "constant"
    if status not in (OK, "constant"):
        return status
    return EXACT if on_a_line(pairs) else OK


def _all(rows: dict[str, Estimate], status: str) -> dict[str, Estimate]:
    return {name: replace(row, status=status) for name, row in rows.items()}
