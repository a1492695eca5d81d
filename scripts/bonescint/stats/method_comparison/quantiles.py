"""Limits of agreement without an assumed distribution, and which limits are the main ones."""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.special import bdtr, bdtrc
from bonescint.stats.estimate import OK, Estimate, write_number
from bonescint.stats.method_comparison.limits import bland_altman
from bonescint.stats.pairs import Pairs, pair_status, paired, tied
from bonescint.stats.printed import NEGLIGIBLE, uncounted, with_ties
from bonescint.stats.ranks import kendall

ALPHA = 0.05  # below it, the spread of the differences is assumed to change with the size


def limits_of_agreement(x: ArrayLike, y: ArrayLike, confidence: float = 0.95) -> list[Estimate]:
    """Return bias, raw limits and quantile limits of x - y, first those whose assumptions hold.

    Raw limits assume one normal spread. Where `spread` finds that the differences vary more for
    large (or for small) values, the quantile limits come first, and the raw ones have the note
    ``spread_grows`` (or ``spread_shrinks``). Quantiles hold for the cases together, as their note
    ``all_together`` says. For a given size only limits that change with it are valid
    (`bland_altman_regression`).

    Examples
    --------
    >>> rows = limits_of_agreement([1, 2, 4, 9, 5], [1, 3, 4, 7, 5])
    >>> [row.measure for row in rows]
    ['bias', 'limit_low', 'limit_high', 'quantile_low', 'quantile_high', 'spread_tau']
    """
    raw = bland_altman(x, y, confidence)
    quantiles = [*quantile_limits(x, y, confidence).values()]
    test = spread(x, y, confidence)
    if not test.p_value < ALPHA:
        return [*raw.values(), *quantiles, test]
    way = "spread_grows" if test.estimate > 0 else "spread_shrinks"
    first = [row.noting("all_together") for row in quantiles]
    return [*first, raw["bias"], raw["lower"].noting(way), raw["upper"].noting(way), test]


def spread(x: ArrayLike, y: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return whether the spread of x - y changes with the size, as a rank correlation.

    It is Kendall's tau-b between the distance of each difference from their median and the mean of
    both measurements. Bland & Altman (1996, BMJ 313:106) test in this way whether an error depends
    on the size. With ranks, a few large cases do not decide. Without such a dependence all pairings
    of differences and means are equally likely, so p holds for any distributions.

    Examples
    --------
    >>> round(spread([1, 2, 4, 9, 5], [1, 2, 5, 7, 8]).estimate, 3)
    0.738
    """
    pairs = paired(x, y)
    d = pairs.x - pairs.y
    sizes = np.abs(d - np.median(d)) if d.size else d
    if pairs.noise:
        sizes = with_ties(sizes, largest=pairs.noise / NEGLIGIBLE)
    return replace(kendall(sizes, pairs.x + pairs.y, confidence), measure="spread_tau")


def quantile_limits(
    x: ArrayLike, y: ArrayLike, confidence: float = 0.95, coverage: float = 0.95
) -> dict[str, Estimate]:
    """Return nonparametric limits of agreement of x - y as ``lower`` and ``upper``.

    The quantiles are at place p (n + 1) of the ordered differences (type 6 of Hyndman & Fan 1996,
    as laboratories compute reference limits). On average, the share `coverage` of further
    differences lies between them, whatever their distribution. They need 39 cases at 0.95.

    Parameters
    ----------
    confidence
        Level of the intervals: two of the ordered differences, by the binomial distribution. The
        outer one needs 146 cases at 0.95. Without it there is no interval and the status is
        ``no outer limit``. The note then says how many cases are needed and gives the inner limit,
        which alone is exact with half of the error.
    coverage
        Share of differences between the limits.

    Examples
    --------
    >>> x = np.arange(100.0)
    >>> {key: round(row.estimate, 1) for key, row in quantile_limits(x + x % 10, x).items()}
    {'lower': 0.0, 'upper': 9.0}
    """
    pairs = paired(x, y)
    d = np.sort(pairs.x - pairs.y)
    n = d.size
    row = Estimate(measure="quantile_low", n=n, ci_method="order_statistics")
    rows = {"lower": row, "upper": replace(row, measure="quantile_high")}
    status = pair_status(pairs, fewest=2)
    share, tail = round((1 - coverage) / 2, 12), round((1 - confidence) / 2, 12)
    fewest = math.ceil(round(1 / share - 1, 6))
    if status == OK and n < fewest:
        return {
            key: replace(one, status="too few").noting(f"limit_needs={fewest}")
            for key, one in rows.items()
        }
    if status != OK:
        same = pairs.size * float(d[0]) if status in ("identical", "constant") else math.nan
        return {key: replace(one, estimate=same, status=status) for key, one in rows.items()}

    place = share * (n + 1)
    before = int(place)
    for key, way in (("lower", 1), ("upper", -1)):
        ordered = d[::way]
        step = float(ordered[before] - ordered[before - 1])
        found = pairs.size * (float(ordered[before - 1]) + (place - before) * step)
        row = replace(rows[key], estimate=found + 0.0)
        rows[key] = _ordered_limits(row, ordered, pairs, tail, share)
    return rows


def _ordered_limits(
    row: Estimate, ordered: NDArray[np.float64], pairs: Pairs, tail: float, share: float
) -> Estimate:
    """Return one quantile's row with its limits, from differences ordered towards the middle."""
    places = np.arange(ordered.size)
    outer = int((bdtr(places, ordered.size, share) <= tail).sum())
    inner = int((bdtrc(places, ordered.size, share) > tail).sum()) + 1
    near, far = (
        float(value) if pairs.noise else float(uncounted(value, pairs.size))
        for value in (ordered[inner - 1], ordered[max(outer, 1) - 1])
    )
    if not outer:
        takes = math.ceil(math.log(tail) / math.log1p(-share))
        notes = f"inner_limit={write_number(near)}", f"interval_needs={takes}"
        return replace(row, status="no outer limit").noting(*notes)
    if tied(far, near, float(np.ptp(ordered)) if pairs.noise else 0.0):
        return replace(row, status="tied")
    return replace(row, ci_low=min(far, near), ci_high=max(far, near))
