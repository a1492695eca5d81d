"""Limits of an AUC of 1 (or 0): it has no variance, but separate classes may be due to chance."""

import numpy as np

from bonescint.special import ndtr
from bonescint.stats.bisection import crossing

_GRID = np.linspace(-9.0, 14.0, 4601)  # of the scores without metastasis, in their SD


def separation_limit(n1: int, n0: int, tail: float) -> float:
    """Return the smallest true AUC at which the classes separate with probability `tail`.

    It holds for any distributions. Every case of the smaller class can be paired with a different
    case of the larger class. The pairs are independent, and each is in the right order with a
    probability of at most the AUC. If the classes separate, all pairs are in order. So separation
    has at most the probability AUC ** min(n1, n0), which is reached where the larger class has no
    spread. It is the exact limit (Clopper & Pearson 1934) of min(n1, n0) pairs that are all right.

    Parameters
    ----------
    n1, n0
        Cases with and without metastasis.
    tail
        The error on this side: 0.025 for a 95 % interval.

    Examples
    --------
    >>> round(separation_limit(10, 20, tail=0.025), 4)  # 0.025 ** (1 / 10)
    0.6915
    """
    return float(tail ** (1 / min(n1, n0)))


def binormal_limit(n1: int, n0: int, tail: float, ratio: float = 1.0) -> float:
    """Return the same limit if both classes are normal on some scale of the score.

    Obuchowski & Lieber 2002 print it with a tail of 0.05. It is closer, but needs scores with such
    a scale. It does not hold where half of the cases have the value 0. `ratio` is the SD with
    metastasis over the SD without.

    Examples
    --------
    >>> round(binormal_limit(5, 5, tail=0.05), 3)
    0.721
    """
    highest = np.diff(ndtr(_GRID) ** n0)  # of the negative cases
    middle = (_GRID[1:] + _GRID[:-1]) / 2

    def separated(shift: float) -> float:
        return float(highest @ ndtr((shift - middle) / ratio) ** n1)

    shift = crossing(lambda shift: separated(shift) < tail, -10.0, 14.0, within=1e-10)
    return float(ndtr(shift / (1 + ratio**2) ** 0.5))
