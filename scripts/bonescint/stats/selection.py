"""The numbers at some places in the order of very many numbers, such as those of all pairs.

The pairs of 10,000 cases do not fit into memory. So they are made in blocks, again for each pass.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

AT_ONCE = 2**18  # pairs in a block, to fit into a processor's cache
SORTED_UP_TO = 2**20  # up to so many numbers, sorting replaces a further pass

_DIGIT = 16  # bits of a number that one pass finds
_LEAST = -(1 << 63)


def pair_blocks(n: int, same: bool = False) -> Iterator[tuple[Any, Any]]:
    """Yield both cases of every pair once, as indexes that numpy broadcasts, in blocks.

    With `same`, each case also makes a pair with itself.

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
    """Return the numbers at these places, counted from 0, in the order of all blocks' numbers.

    The result equals that of sorting, to the last bit. Counting how many numbers begin with each
    bit pattern gives the leading bits of the numbers sought. The next pass gives the next bits.
    `blocks` is called for each pass. It must always give the same numbers, `count` of them, without
    NaN.

    Examples
    --------
    >>> at_places(lambda: [np.array([3.0, 1]), np.array([2.0])], 3, [0, 2])
    {0: 1.0, 2: 3.0}
    """
    # for each place: the start of its range of keys, its place in the range, and the range's size
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
    """Return the block's numbers whose keys equal `low` except for the last `width` bits."""
    numbers = block.ravel() + 0.0  # turns -0 into 0: they are equal, their keys are not
    if width == 64:
        return numbers
    first, last = _number(low), _number(low + (1 << width) - 1)  # NaN beyond the infinities
    return numbers[~((numbers < first) | (numbers > last))]


def _keys(numbers: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole numbers that have the same order as the numbers."""
    bits = numbers.view(np.int64)
    return bits ^ (bits >> 63 & ~_LEAST)


def _number(key: int) -> float:
    return float(np.int64(key ^ (key >> 63 & ~_LEAST)).view(np.float64))


def pulls(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return for each case the number of cases that agree with it in order, less the others.

    Their sum is Kendall's score. Two cases agree if the one with the larger x has the larger y.
    Pairs that are equal in x or y do not count. This takes n log² n steps: the ranks of two cases
    that differ in x have a highest differing bit, and each bit is examined once. `x` and `y` have
    no NaN.

    Examples
    --------
    >>> pulls(np.array([1.0, 2, 3]), np.array([1.0, 3, 2])).tolist()
    [2, 0, 0]
    """
    (_, over), (distinct, up) = (np.unique(v, return_inverse=True) for v in (x, y))
    size = distinct.size
    found = np.zeros(over.size, np.int64)
    for bit in range(int(over.max(initial=0)).bit_length()):
        group = (over >> bit + 1) * size  # separates cases that differ in a higher bit
        place, upper = group + up, over >> bit & 1 == 1
        for own, sign in ((upper, 1), (~upper, -1)):
            others, at, first = np.sort(place[~own]), place[own], group[own]
            below, until = np.searchsorted(others, [first, first + size])
            smaller = np.searchsorted(others, at) - below
            larger = until - np.searchsorted(others, at, side="right")
            found[own] += sign * (smaller - larger)
    return found
