"""The standard normal distribution, without the start-up cost of scipy.stats."""

from bonescint.special import ndtr, ndtri


def critical(confidence: float) -> float:
    """Return z such that a standard normal lies within ±z with probability `confidence`.

    Examples
    --------
    >>> round(critical(0.95), 4)
    1.96
    """
    return float(-ndtri((1 - confidence) / 2))


def two_sided(z: float) -> float:
    """Return the two-sided p-value of a standard normal `z`.

    Examples
    --------
    >>> round(two_sided(-1.96), 4)
    0.05
    """
    return float(2 * ndtr(-abs(z)))
