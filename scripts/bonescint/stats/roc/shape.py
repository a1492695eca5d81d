"""Parts of a ROC curve: its height at a specificity, and the area over a range of them.

Curves are counts of cases, of the data or of many bootstrap replicates at once. Between its points
a curve is a straight line, as pROC draws it. So it has a height at 0.9 even where no cut-off has
exactly this specificity, and two curves are compared at the same place.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bonescint.stats.roc.bootstrap import ENTRIES_AT_ONCE, level_counts


class Steps(NamedTuple):
    """Curves as counts, shape (curves, points): from no case called to all of them."""

    hits: NDArray[np.int64]
    false_alarms: NDArray[np.int64]

    def sensitivity(self, specificity: float) -> NDArray[np.float64]:
        """Return the height of each curve at a specificity (above 0)."""
        return self.heights([specificity])[:, 0]

    def heights(self, specificities: Sequence[float]) -> NDArray[np.float64]:
        """Return the height of each curve at each specificity, shape (curves, specificities)."""
        allowed = np.array([self.allowed(one) for one in specificities])
        # search all curves at once, each in a separate range of whole numbers
        apart = np.arange(len(self.hits))[:, None] * (self.false_alarms[0, -1] + 1)
        wanted = apart + np.floor(allowed).astype(np.int64)
        found = np.searchsorted((apart + self.false_alarms).ravel(), wanted.ravel(), side="right")
        # the last point that is specific enough, and the next one
        last = found.reshape(wanted.shape) - 1
        below, above = (self.false_alarms.ravel()[last + i] for i in (0, 1))
        low, high = (self.hits.ravel()[last + i] for i in (0, 1))
        part = (allowed - below) / (above - below)
        return np.asarray((low + part * (high - low)) / self.hits[0, -1])

    def share(self, low: float, high: float) -> NDArray[np.float64]:
        """Return the mean height of each curve between two specificities, 0 to 1."""
        start, end = self.allowed(high), self.allowed(low)
        x, y = self.false_alarms.astype(float), self.hits.astype(float)
        width, rise = np.diff(x, axis=1), np.diff(y, axis=1)
        slope = np.divide(rise, width, out=np.zeros_like(rise), where=width > 0)
        a, b = (np.clip(side, start, end) for side in (x[:, :-1], x[:, 1:]))
        heights = y[:, :-1] + slope * ((a + b) / 2 - x[:, :-1])
        area = ((b - a) * heights).sum(axis=1)
        return np.asarray(area / ((end - start) * self.hits[0, -1]))

    def allowed(self, specificity: float) -> float:
        """Return how many false alarms a specificity allows, exactly: 1 - 0.9 is not 0.1."""
        return float((1 - Fraction(repr(specificity))) * int(self.false_alarms[0, -1]))


def steps_of(levels: NDArray[np.int64], truth: NDArray[np.bool_]) -> Steps:
    """Return the single curve of the data.

    `levels` has the level of each case, 0 for the highest score (`descending_levels`).

    Examples
    --------
    >>> steps = steps_of(np.array([2, 1, 0]), np.array([False, True, True]))
    >>> steps.hits.tolist(), steps.sensitivity(0.5).tolist()
    ([[0, 1, 2, 2]], [1.0])
    """
    return _steps(levels[truth][None], levels[~truth][None], int(levels.max()) + 1)


def resampled_steps(
    levels: Sequence[NDArray[np.int64]], truth: NDArray[np.bool_], seed: int, replicates: int
) -> Iterator[list[Steps]]:
    """Yield bootstrap replicates of the curve of each score, drawn by case within each class.

    Parameters
    ----------
    levels
        Levels of one score, or of several scores of the same cases, which are drawn together.
    seed
        Seed of numpy's PCG64: same seed, same numbers.
    replicates
        How many in total. They come in parts, which bounds the memory.

    Examples
    --------
    >>> (drawn,) = resampled_steps([np.array([2, 1, 0])], np.array([False, True, True]), 1, 4)
    >>> drawn[0].hits.shape
    (4, 4)
    """
    generator = np.random.Generator(np.random.PCG64(seed))
    sides = np.flatnonzero(truth), np.flatnonzero(~truth)
    at_once = max(ENTRIES_AT_ONCE // truth.size, 1)
    for start in range(0, replicates, at_once):
        rows = min(at_once, replicates - start)
        drawn = [side[generator.integers(side.size, size=(rows, side.size))] for side in sides]
        yield [_steps(score[drawn[0]], score[drawn[1]], int(score.max()) + 1) for score in levels]


def _steps(positive: NDArray[np.int64], negative: NDArray[np.int64], width: int) -> Steps:
    # the first point has no calls, so it needs a column before the levels
    return Steps(
        *(np.cumsum(level_counts(side + 1, width + 1), axis=1) for side in (positive, negative))
    )
