"""Number the components of a mask: pixels that touch each other, also by a corner."""

import numpy as np
from numpy.typing import NDArray

from bonescint.deid.bits import Mask, Places


def components(mask: Mask) -> tuple[NDArray[np.int32], int]:
    """Return the number of each pixel's component, from 1 in the order of their first pixels.

    `scipy.ndimage.label` gives the same. Its import alone takes longer than a hundred files.

    Parameters
    ----------
    mask
        Rows x columns.

    Returns
    -------
    labels
        0 outside the mask.
    number
        How many components there are.
    """
    rows, columns = mask.shape
    # one empty column keeps the rows apart
    wide = np.zeros((rows, columns + 1), np.int8)
    wide[:, :-1] = mask
    change = np.diff(wide.reshape(-1), prepend=np.int8(0))
    starts, ends = np.flatnonzero(change == 1), np.flatnonzero(change == -1)
    one, other = _touching(starts, ends, columns + 1)
    roots = _joined(starts.size, one, other)
    first = roots == np.arange(starts.size)
    number = np.cumsum(first)[roots]
    change = np.zeros(wide.size, np.int32)
    change[starts] = number
    change[ends] -= number
    labels = np.cumsum(change, dtype=np.int32).reshape(rows, columns + 1)[:, :-1]
    return np.ascontiguousarray(labels), int(np.count_nonzero(first))


def _touching(starts: Places, ends: Places, width: int) -> tuple[Places, Places]:
    """Return the pairs of runs, of which the second touches the first from the row below."""
    first = np.searchsorted(ends, starts + width)
    behind = np.searchsorted(starts, ends + width, side="right")
    many = np.maximum(behind - first, 0)
    one = np.repeat(np.arange(starts.size), many)
    return one, np.arange(one.size) - np.repeat(np.cumsum(many) - many - first, many)


def _joined(size: int, one: Places, other: Places) -> Places:
    """Return for each run the first run of its component."""
    roots = np.arange(size)
    while True:
        lower = np.minimum(roots[one], roots[other])
        before = roots.copy()
        # the root of a run that is joined to another follows it
        np.minimum.at(roots, before[one], lower)
        np.minimum.at(roots, before[other], lower)
        while (next_roots := roots[roots]).tobytes() != roots.tobytes():
            roots = next_roots
        if np.array_equal(roots, before):
            return roots
