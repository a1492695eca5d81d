"""Find possible strokes of drawn text: runs of one value and gaps that differ from both sides."""

import numpy as np
from numpy.typing import NDArray

from bonescint.deid.bits import (
    Bits,
    Mask,
    Places,
    ahead,
    count,
    even_rows,
    long_rows,
    not_last,
    packed,
    places,
    starts_of,
)

Flat = NDArray[np.integer]

# a frame has a hundred rows of three equal pixels by chance, but hardly one of five that is apart
RUN = 5
DEEP, FEWEST_GAPS = 8, 6
LARGEST_GLYPH, WIDEST_STROKE = 128, 6
# the width of the window in which runs are counted: a word has many there, chance spreads them
WINDOW = 128
_CELL = WINDOW // 2
# a longer row of one value belongs to no glyph
LONG = LARGEST_GLYPH // 2
_REACH = np.arange(1, WIDEST_STROKE + 1)[:, None]


def runs_apart(flat: Flat, bright: Mask, columns: int, near: int) -> Places:
    """Return the middles of runs of five equal pixels that differ from the pixels on both sides.

    Parameters
    ----------
    flat, bright
        The pixels, and whether they are above the background.
    columns
        Length of a row.
    near
        Pixels that differ by no more than this are not apart.
    """
    beside = packed(flat[1:] == flat[:-1], flat.size)
    below = packed(flat[columns:] == flat[:-columns], flat.size)
    # the background has such runs everywhere
    above = packed(bright, flat.size)
    found = []
    for equal, along, other, across in ((below, columns, beside, 1), (beside, 1, below, columns)):
        five = starts_of(equal, RUN - 1, along) & above
        if count(five) > flat.size >> 5:
            # long stripes and wide areas are no strokes
            no_stroke = long_rows(equal, along, LONG)
            no_stroke |= long_rows(other, across, WIDEST_STROKE)
            five &= ~ahead(no_stroke, 2 * along)
        found.append(places(five) + 2 * along)
    middle = np.concatenate(found)
    beyond = np.repeat(np.array([1, columns]), [len(part) for part in found])
    # the first pixel with another value decides; a stroke that is too wide reaches none
    apart = np.zeros(2 * middle.size, bool)
    place, step = np.concatenate([middle, middle]), np.concatenate([beyond, -beyond])
    value, waiting = flat[place].astype(np.int64), np.arange(apart.size)
    for _ in range(WIDEST_STROKE):
        place = place + step
        difference = np.abs(flat.take(place, mode="clip").astype(np.int64) - value)
        apart[waiting[difference > near]] = True
        alike = np.flatnonzero(difference == 0)
        if not alike.size:
            break
        place, step, value, waiting = place[alike], step[alike], value[alike], waiting[alike]
    middle = middle[apart[: middle.size] & apart[middle.size :]]
    return middle


def gathered(places: Places, kinds: Places, columns: int) -> Places:
    """Return for each place how many of its kind share a window of 128 x 128 pixels around it.

    Parameters
    ----------
    places, kinds
        Flat indices of pixels, and the number of the kind of each.
    columns
        Length of a row.
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


def gaps_between(
    flat: Flat, dark: Mask, columns: int, length: int, screened: bool = False
) -> Places:
    """Return background pixels between much higher counts, if there are more than a few.

    Parameters
    ----------
    flat, dark
        The pixels, and whether they are background.
    columns
        Length of a row.
    length
        A gap must continue over so many rows.
    screened
        Whether to return none unless every second row has gaps, too, that continue over two of
        these rows.
    """
    high = int(flat.min()) + DEEP
    if high > np.iinfo(flat.dtype).max:
        return np.empty(0, np.intp)
    # the last pixel of a row and the first of the next one are no neighbours
    edge = ahead(packed(flat >= high, flat.size), 1) & packed(dark, flat.size)
    edge &= not_last(flat.size, columns)
    if screened:
        half = edge & even_rows(flat.size, columns)
        if not _gaps(flat, half, columns, (2, 2), high).size:
            return np.empty(0, np.intp)
    return _gaps(flat, edge, columns, (length, 1), high)


def _gaps(flat: Flat, edge: Bits, columns: int, rows: tuple[int, int], high: int) -> Places:
    """Return the edges that go on over so many rows, so many rows apart, and end a gap."""
    none = np.empty(0, np.intp)
    length, apart = rows
    starts = starts_of(edge, length, apart * columns)
    number = count(starts)
    if number < FEWEST_GAPS:
        return none
    if number > -(-flat.size // columns // apart) * columns >> 5:
        starts &= ~long_rows(edge, apart * columns, LONG)
    found = places(starts)
    # dark areas beside the field of view or below a shield have only one edge
    left = flat.take(found - _REACH, mode="clip") >= high
    left &= found % columns >= _REACH
    found = found[np.any(left, axis=0)]
    return found if found.size >= FEWEST_GAPS else none
