"""Find possible strokes of drawn text: runs of one value and gaps that differ from both sides."""

import numpy as np
from numpy.typing import NDArray

Flat = NDArray[np.integer]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]

# a frame has a hundred rows of three equal pixels by chance, but hardly one of five that is apart
RUN = 5
DEEP, FEWEST_GAPS = 8, 6
LARGEST_GLYPH, WIDEST_STROKE = 128, 6
# the width of the window in which runs are counted: a word has many there, chance spreads them
WINDOW = 128
_CELL = WINDOW // 2
_REACH = np.arange(1, WIDEST_STROKE + 1)[:, None]


def starts_of(mask: Mask, length: int, step: int) -> Mask:
    """Tell where `length` true places in a row begin, `step` apart. The array is shorter."""
    done = 1
    while done < length:
        more = min(done, length - done)
        mask = mask[: -more * step] & mask[more * step :]
        done += more
    return mask


def long_rows(mask: Mask, size: int, step: int, length: int = LARGEST_GLYPH // 2) -> Mask:
    """Tell which of `size` places have `length` in a row, `step` apart, before or behind them."""
    starts = starts_of(mask, length, step)
    long = np.zeros(size, bool)
    long[: starts.size] = starts
    long[length * step :] |= starts[: max(0, size - length * step)]
    return long


def runs_apart(flat: Flat, bright: Mask, columns: int, near: int) -> Places:
    """Return the middles of runs of five equal pixels that both sides differ from by > `near`."""
    beside, below = flat[1:] == flat[:-1], flat[columns:] == flat[:-columns]
    found = []
    for equal, along, other, across in ((below, columns, beside, 1), (beside, 1, below, columns)):
        five = starts_of(equal, RUN - 1, along)
        # the background has such runs everywhere
        five &= bright[: five.size]
        if np.count_nonzero(five) > flat.size >> 5:
            # long stripes and wide areas are no strokes
            no_stroke = long_rows(equal, flat.size, along)
            no_stroke |= long_rows(other, flat.size, across, WIDEST_STROKE)
            five &= ~no_stroke[2 * along : 2 * along + five.size]
        found.append(np.flatnonzero(five) + 2 * along)
    middle = np.concatenate(found)
    beyond = np.repeat(np.array([1, columns]), [len(part) for part in found])
    for sign in (1, -1):
        # the first pixel with another value decides; a stroke that is too wide reaches none
        apart = np.zeros(middle.size, bool)
        place, step, waiting = middle, beyond * sign, np.arange(middle.size)
        value = flat[middle].astype(np.int64)
        for _ in range(WIDEST_STROKE):
            place = place + step
            difference = np.abs(flat.take(place, mode="clip").astype(np.int64) - value)
            apart[waiting[difference > near]] = True
            equal = np.flatnonzero(difference == 0)
            if not equal.size:
                break
            place, step, value, waiting = place[equal], step[equal], value[equal], waiting[equal]
        middle, beyond = middle[apart], beyond[apart]
    return middle


def gathered(places: Places, kinds: Places, columns: int) -> Places:
    """Return for each place how many of its kind share a window of 128 x 128 pixels around it.

    Parameters
    ----------
    places, kinds
        Flat indices of pixels, and the number of the kind of each.
    """
    row, column = places // columns // _CELL, places % columns // _CELL
    shape = int(kinds.max()) + 1, int(row.max()) + 3, int(column.max()) + 3
    cell = np.ravel_multi_index((kinds, row + 1, column + 1), shape)
    cells = np.bincount(cell, minlength=int(np.prod(shape))).reshape(shape)
    # windows of two by two cells overlap, so that none of their borders divides a word
    window = cells[:, :-1] + cells[:, 1:]
    window = window[..., :-1] + window[..., 1:]
    most = np.maximum(window[:, :-1], window[:, 1:])
    most = np.maximum(most[..., :-1], most[..., 1:])
    crowd: Places = most[kinds, row, column]
    return crowd


def gaps_between(flat: Flat, dark: Mask, columns: int, length: int) -> Places:
    """Return background pixels between much higher counts over `length` rows, if not few."""
    none = np.empty(0, np.intp)
    high = int(flat.min()) + DEEP
    if high > np.iinfo(flat.dtype).max:
        return none
    edge = flat[1:] >= high
    edge &= dark[:-1]
    # the last pixel of a row and the first of the next one are no neighbours
    edge[columns - 1 :: columns] = False
    starts = starts_of(edge, length, columns)
    if np.count_nonzero(starts) < FEWEST_GAPS:
        return none
    if np.count_nonzero(starts) > flat.size >> 5:
        starts &= ~long_rows(edge, flat.size, columns)[: starts.size]
    places = np.flatnonzero(starts)
    # dark areas beside the field of view or below a shield have only one edge
    left = flat.take(places - _REACH, mode="clip") >= high
    left &= places % columns >= _REACH
    places = places[np.any(left, axis=0)]
    return places if places.size >= FEWEST_GAPS else none
