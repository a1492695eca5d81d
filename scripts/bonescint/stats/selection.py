"""The numbers at some places in the order of very many, such as all pairs of cases make.

The pairs of 10,000 cases do not fit into memory: they are made in blocks, anew for each look.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 2**18  # pairs in a block: what a processor's cache holds
SORTED_UP_TO = 2**20  # numbers that are sorted rather than looked at once more

_DIGIT = 16  # bits of a number that one look tells
_LEAST = -(1 << 63)


def pair_blocks(n: int, same: bool = False) -> Iterator[tuple[Any, Any]]:
    """Yield both cases of every pair once, as indexes that numpy broadcasts, in blocks.

    Parameters
    ----------
    n
        Cases.
    same
        Whether each case makes a pair with itself, too.

    Examples
    --------
    >>> [(one.tolist(), other.tolist()) for one, other in pair_blocks(3)]
    [([0, 0, 1], [1, 2, 2])]
    """
    start = 0
    while start < n:
        stop = min(start + max(AT_ONCE // (n - start), 1), n)
        one, other = np.triu_indices(stop - start, 0 if same else 1)
        yield start + one, start + other
        if stop < n:
            yield (slice(start, stop), None), slice(stop, n)
        start = stop


def at_places(
    blocks: Callable[[], Iterable[NDArray[np.float64]]], count: int, places: Iterable[int]
) -> dict[int, float]:
    """Return the numbers at these places, counted from 0, of all blocks' numbers in order.

    It is what sorting would find, to the last bit. The leading bits of what is sought are found by
    counting how many numbers begin with each, then the next bits among those.

    Parameters
    ----------
    blocks
        Called for each look; always the same numbers, no NaN.
    count
        How many numbers there are.
    places
        Each below `count`.

    Examples
    --------
    >>> at_places(lambda: [np.array([3.0, 1]), np.array([2.0])], 3, [0, 2])
    {0: 1.0, 2: 3.0}
    """
    # of each place: where its range of keys begins, its place in the range and the range's size
    known = {place: (_LEAST, place, count) for place in places}
    for width in range(64, 0, -_DIGIT):
        ranges = {low: size for low, _, size in known.values()}
        if sum(ranges.values()) <= SORTED_UP_TO:
            held = {
                low: np.sort(np.concatenate([_within(block, low, width) for block in blocks()]))
                for low in ranges
            }
            return {place: float(held[low][at]) for place, (low, at, _) in known.items()}
        shift = width - _DIGIT
        tables = {low: np.zeros(1 << _DIGIT, np.int64) for low in ranges}
        for block in blocks():
            for low, table in tables.items():
                digits = (_keys(_within(block, low, width)) >> shift) - (low >> shift)
                table += np.bincount(digits, minlength=table.size)
        for place, (low, at, _) in known.items():
            until = np.cumsum(tables[low])
            digit = int(np.searchsorted(until, at, side="right"))
            size = int(tables[low][digit])
            known[place] = (low + (digit << shift), at - int(until[digit]) + size, size)
    return {place: _number(low) for place, (low, _, _) in known.items()}


def _within(block: NDArray[np.float64], low: int, width: int) -> NDArray[np.float64]:
    """Return the block's numbers whose keys begin as `low` does, all but the last `width` bits."""
    numbers = block.ravel() + 0.0  # of 0 and -0, which are equal, the keys are not
    if width == 64:
        return numbers
    first, last = _number(low), _number(low + (1 << width) - 1)  # NaN beyond the infinities
    return numbers[~((numbers < first) | (numbers > last))]


def _keys(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole numbers that are in order as the numbers are."""
    bits = numbers.view(np.int64)
    return bits ^ (bits >> 63 & ~_LEAST)


def _number(key: int) -> float:
    return float(np.int64(key ^ (key >> 63 & ~_LEAST)).view(np.float64))


def pulls(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return of each case the cases that agree with it in order, less those that do not.

    Kendall's score is their sum. Two cases agree if the one with the larger x has the larger y, and
    count for nothing where they are equal in either. In n log² n steps: the ranks of two cases that
    differ in x have a highest bit in which they do, and each bit is looked at once.

    Parameters
    ----------
    x, y
        Shape (n,), no NaN.

    Examples
    --------
    >>> pulls(np.array([1.0, 2, 3]), np.array([1.0, 3, 2])).tolist()
    [2, 0, 0]
    """
    (_, over), (distinct, up) = (np.unique(v, return_inverse=True) for v in (x, y))
    size = distinct.size
    found = np.zeros(over.size, np.int64)
    for bit in range(int(over.max(initial=0)).bit_length()):
        group = (over >> bit + 1) * size  # cases that differ in a higher bit never meet
        place, upper = group + up, over >> bit & 1 == 1
        for own, sign in ((upper, 1), (~upper, -1)):
            others, at, first = np.sort(place[~own]), place[own], group[own]
            below, until = np.searchsorted(others, [first, first + size])
            smaller = np.searchsorted(others, at) - below
            larger = until - np.searchsorted(others, at, side="right")
            found[own] += sign * (smaller - larger)
    return found
