"""What an interval allows to say about a difference: a few verdicts.

A verdict never says more than its interval. It is symmetric: with the same numbers, "better"
from one side is "worse" from the other.
"""

import math
from typing import Literal

Judgement = Literal[
    "better", "worse", "equivalent", "better_within", "worse_within", "neither", "not_assessed"
]


def verdict(
    low: float,
    high: float,
    margin: float | None = None,
    within: tuple[float, float] | None = None,
) -> Judgement:
    """Return what can be said about a difference, subject minus comparator.

    Parameters
    ----------
    low, high
        The limits of its interval; NaN where none could be computed.
    margin
        Up to which a difference does not matter, from the protocol; None if none was fixed.
    within
        The limits of the interval for twice the error (90 % where the study's are 95 %), which are
        compared with the margin. None means `low` and `high`, which are wider.

    Returns
    -------
    str
        ``better`` or ``worse``: the whole interval lies on one side of 0. ``equivalent``: it
        contains 0 and lies within the margin. ``better_within``, ``worse_within``: it lies on one
        side of 0 and within the margin: there is a difference, but it does not matter.
        ``neither``: none of these. ``not_assessed``: there is no interval.
    """
    if math.isnan(low) or math.isnan(high):
        return "not_assessed"
    inside = within or (low, high)
    equivalent = margin is not None and -margin < inside[0] and inside[1] < margin
    if low > 0:
        return "better_within" if equivalent else "better"
    if high < 0:
        return "worse_within" if equivalent else "worse"
    return "equivalent" if equivalent else "neither"
