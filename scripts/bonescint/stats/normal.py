"""The standard normal distribution, without the start-up cost of scipy.stats."""

from bonescint.special import ndtr, ndtri


def critical(confidence: float) -> float:
    """Return z such that a standard normal lies within ±z with probability `confidence`."""
    return float(-ndtri((1 - confidence) / 2))


def two_sided(z: float) -> float:
    """Return the two-sided p-value of a standard normal `z`."""
    return float(2 * ndtr(-abs(z)))
