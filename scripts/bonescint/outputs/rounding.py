"""Numbers as people read them: rounded, but never so far that they say something else."""

import math
from collections.abc import Sequence

DIGITS = 2
MOST = 6  # a value that would round to its neighbour even so gets an exponent
NULLS = (0.0, 1.0)  # no difference, and a ratio or an agreement of 1
CHANCE = 0.5  # the AUC of a coin toss


def rounded(value: float, against: Sequence[float] = NULLS, digits: int = DIGITS) -> str:
    """Return a number with at least `digits` decimals, and a true minus sign.

    Rounding moves no value to one of `against`, nor past it. A limit of 0.004 is not shown as 0.00,
    because that would read as "no difference is possible". `against` is what readers compare it
    with, such as 0 for a difference and a margin.
    """
    for decimals in range(digits, MOST + 1):
        text = f"{value:.{decimals}f}"
        if all(_side(float(text), one) == _side(value, one) for one in against):
            break
    else:
        text = f"{value:.1e}"
    return text.replace("-", "−") if float(text) else text.removeprefix("-")


def rounded_p(p: float, error: float) -> str:
    """Return a p-value with three decimals, or more where it would round to the error's level.

    `error` is the level at which a test is significant, such as 0.05.
    """
    return "<0.001" if p < 0.001 else rounded(p, (error,), 3)


def _side(value: float, of: float) -> int:
    """Return -1, 0 or 1 for below, at or above."""
    if math.isclose(value, of, rel_tol=1e-9, abs_tol=1e-9):
        return 0
    return 1 if value > of else -1
