"""The step of the data, so that equality, lines and spread are decided in whole numbers.

A product prints BSI in hundredths, but 0.5 - 0.4 is not 0.1 in binary. A formula then gives a small
number instead of a 0, and no size limit tells it from a real difference. In steps of their printed
precision values are whole numbers, in any unit and after any shift. Sums, products and comparisons
of them are exact.
"""

from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

# A difference below this share of the largest value is rounding: 0.5 - 0.4 is not 0.4 - 0.3.
NEGLIGIBLE = 1e-12
_MOST_STEPS = 2**25  # products of two such numbers are exact in double precision
_HALF_DIGIT = 2.0**-52  # possible error of a difference, as a share of the largest value


def step(values: NDArray[np.float64]) -> float:
    """Return the largest step of which all differences of `values` are multiples; 0 if none is.

    Euclid's algorithm runs on all differences at once. Measurements without a printed precision,
    such as logarithms, have no step. All `values` are finite.

    Examples
    --------
    >>> step(np.array([0.1, 0.25, 0.4]))
    0.15
    """
    if values.size == 0:
        return 0.0
    rest = np.unique(values)
    rest = rest[1:] - rest[0]
    if rest.size == 0:
        return 0.0
    distances, spread = rest, float(rest[-1])
    doubt = _HALF_DIGIT * float(np.abs(values).max())
    rest = rest[rest > 4 * doubt]
    errors = np.full(rest.size, doubt)
    found = 0.0
    chain: list[float] = []
    while rest.size:
        least = int(np.argmin(rest))
        found, error = float(rest[least]), float(errors[least])
        if found * _MOST_STEPS < spread:
            return 0.0
        chain.append(found)
        times = np.rint(rest / found)
        left, errors = np.abs(rest - times * found), errors + times * error
        kept = left > 4 * errors
        rest, errors = left[kept], errors[kept]
        if rest.size:  # the found distance is divided again, too
            rest, errors = np.append(rest, found), np.append(errors, error)
    if not found:
        return 0.0
    reach = found
    # distances before the step in Euclid's chain are more exact multiples of it
    for distance in [*reversed(chain), *distances[distances > found / 2].tolist(), spread]:
        if distance >= 2 * reach or distance == spread:
            # once a near value fixes the multiple, a farther value gives the step more exactly
            found, reach = distance / round(distance / found), distance
    steps = np.rint(distances / found)
    printed = float(format(found, ".12g"))  # because 0.15 - 0.1 is not 0.05
    for one in (printed, found):
        if np.abs(distances - steps * one).max() <= 8 * doubt:
            return one
    return 0.0


def counted(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
    """Return `values` in steps from the smallest, and the step; unchanged, and 0, without a step.

    All `values` are finite.

    Examples
    --------
    >>> steps, size = counted(np.array([0.1, 0.25, 0.4]))
    >>> steps.tolist(), size
    ([0.0, 1.0, 2.0], 0.15)
    """
    size = step(values.ravel())
    return (np.rint((values - values.min()) / size), size) if size else (values, 0.0)


def uncounted(steps: ArrayLike, size: float) -> NDArray[np.float64]:
    """Return steps, or quarters of them, times their size as printed: 3 * 0.1 is not 0.3.

    Examples
    --------
    >>> uncounted([3], 0.1).tolist(), [3 * 0.1]
    ([0.3], [0.30000000000000004])
    """
    values = np.asarray(steps, dtype=float) * size
    if float(format(size, ".12g")) != size:  # no decimals, such as a third
        return values
    decimals = 2 - int(Decimal(repr(size)).as_tuple().exponent)
    return np.round(values, max(decimals, 0)) + 0.0  # turns -0 into 0


def fractions(values: ArrayLike) -> NDArray[np.object_]:
    """Return whole numbers as Python's fractions, with which numpy calculates exactly.

    Examples
    --------
    >>> fractions([1, 2]) / 3
    array([Fraction(1, 3), Fraction(2, 3)], dtype=object)
    """
    whole = np.asarray(values)
    exact = np.empty(whole.size, dtype=object)
    exact[:] = [Fraction(int(value)) for value in whole.ravel()]
    return exact.reshape(whole.shape)


def with_ties(values: NDArray[np.float64], largest: float | None = None) -> NDArray[np.float64]:
    """Return `values` with those that differ only by rounding made equal, so that they tie.

    Parameters
    ----------
    values
        Shape (n,), finite.
    largest
        Size of the numbers whose differences `values` are, which limits their exactness. By
        default it is the size of `values` themselves.

    Examples
    --------
    >>> with_ties(np.array([0.1 + 0.2, 0.3, 0.4])).tolist()
    [0.3, 0.3, 0.4]
    """
    if values.size < 2:
        return values
    distinct, codes = np.unique(values, return_inverse=True)
    noise = NEGLIGIBLE * (float(np.abs(distinct).max()) if largest is None else largest)
    apart = np.append(True, np.diff(distinct) > noise)
    firsts = distinct[apart]
    return np.asarray(firsts[np.cumsum(apart) - 1][codes])
