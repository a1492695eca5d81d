"""Where a condition changes, by bisection: importing scipy.optimize takes longer than this."""

from collections.abc import Callable


def crossing(
    is_before: Callable[[float], bool], low: float, high: float, within: float = 0.0
) -> float:
    """Return the end of where a condition holds, never a value at which it holds.

    Parameters
    ----------
    is_before
        Holds from `low` to a point, and from there to `high` not any more.
    low, high
        The range.
    within
        How far behind that point the value may lie; 0 is as close as numbers are.

    Examples
    --------
    >>> crossing(lambda x: x**2 < 2, 0, 2) == 2**0.5
    True
    """
    while high - low > within and low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if is_before(middle) else (low, middle)
    return high
