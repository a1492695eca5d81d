"""Where a condition changes, by bisection, because importing scipy.optimize takes longer."""

from collections.abc import Callable


def crossing(
    is_before: Callable[[float], bool], low: float, high: float, within: float = 0.0
) -> float:
    """Return where a condition stops holding, never a value at which it still holds.

    It holds from `low` to a point, and no longer from there to `high`. `within` is how far behind
    that point the value may lie; 0 means as close as numbers allow.

    Examples
    --------
    >>> crossing(lambda x: x**2 < 2, 0, 2) == 2**0.5
    True
    """
    while high - low > within and low < (middle := (low + high) / 2) < high:
        low, high = (middle, high) if is_before(middle) else (low, middle)
    return high
