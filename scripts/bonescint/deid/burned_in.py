"""Text that was drawn into the picture, found without reading it (R15).

Counts are noisy and blurred: five equal neighbours in a row that stand apart from both sides, many
times over and of one value alone, do not occur in a scan, whatever its mean, scale or smoothing.
A pen writes nothing else.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Flat = NDArray[np.integer]
Mask = NDArray[np.bool_]
Places = NDArray[np.intp]


class _Rule(NamedTuple):
    """What makes a component a glyph."""

    # largest difference of levels that is not apart
    near: int
    # share of the pixels around that may resemble it
    most_alike: float
    # a straight line may be the edge of a detector or of a mask
    least_width: int
    # whether only what is darker around it is apart
    brighter: bool


# one value, unlike all around it
_APART = _Rule(near=2, most_alike=0.1, least_width=1, brighter=False)
# one value that is far more frequent than its neighbours, whatever is around it
_ALONE = _Rule(near=2, most_alike=1.0, least_width=3, brighter=False)
# one power of two with edges that no collimator shows: antialiased or inverted text over bone
_SHARP = _Rule(near=1, most_alike=0.3, least_width=3, brighter=True)
# three equal neighbours in a row occur by chance a hundred times a frame, five hardly ever apart
_RUN, _FEWEST_RUNS = 5, 8
_DEEP, _FEWEST_GAPS = 8, 6
# an edge: at least so high, and four times its neighbour
_HIGH, _STEEP, _FEWEST_EDGES = 32, 2, 10
_LOWEST_POWER = 3
_TIMES_NEIGHBOURS = 4
_FEWEST_GLYPHS, _LARGEST_GLYPH = 3, 128
_WIDEST_STROKE = 6
_REACH = np.arange(1, _WIDEST_STROKE + 1)[None, :, None] * np.array([1, -1])[:, None, None]
# smaller frames are screened together: a numpy call costs as much as thousands of pixels
_TOGETHER = 1 << 18


def find_text(frames: NDArray[np.integer]) -> str:
    """Look for drawn text, e.g. a patient's name, in the pixels.

    Parameters
    ----------
    frames
        Counts (frames, rows, columns) of any integer type.

    Returns
    -------
    str
        Empty if there is none; else where and how much, as ``frame 2: 14 components of one value``
        (frames from 1). It says nothing else of the picture.
    """
    if frames.size == 0:
        return ""
    frames = np.ascontiguousarray(frames, frames.dtype.newbyteorder("="))
    together = max(1, _TOGETHER // frames[0].size)
    for start in range(0, len(frames), together):
        stack = frames[start : start + together]
        if not _suspected(stack.reshape(-1), frames.shape[2]):
            continue
        for number, frame in enumerate(stack, start + 1):
            levels = _levels(frame)
            glyphs = _drawn(levels, _APART)
            if glyphs:
                return f"frame {number}: {glyphs} components of one value"
            powers = np.frexp(levels.astype(np.float32))[1].astype(np.int64)
            glyphs = _drawn(np.maximum(powers - _LOWEST_POWER, 0), _SHARP)
            if glyphs:
                return f"frame {number}: {glyphs} components with edges too sharp"
    return ""


def _suspected(flat: Flat, columns: int) -> bool:
    """Tell whether there is more of what text is made of than chance makes, at little cost.

    Parameters
    ----------
    flat
        The pixels of one or more frames, row by row.
    columns
        Length of a row.
    """
    lowest = flat.min()
    bright = flat != lowest
    steps = (columns, 1), (1, columns)
    places = [_strokes(flat, bright, along, across, _APART.near) for along, across in steps]
    counts = np.unique(flat[np.concatenate(places)], return_counts=True)[1]
    if counts.size and counts.max() >= _FEWEST_RUNS:
        return True
    # every other row tells enough
    flat = flat.reshape(-1, columns)[::2].reshape(-1)
    if _gaps(flat, flat == lowest, columns).size >= _FEWEST_GAPS:
        return True
    steep = flat[:-1] >> _STEEP
    edges = flat[1:] < steep
    edges &= steep >= _HIGH >> _STEEP
    return bool(np.count_nonzero(edges) >= _FEWEST_EDGES)


def _strokes(flat: Flat, bright: Mask, along: int, across: int, near: int) -> Places:
    """Return the middles of runs of five equal pixels which stand apart from both sides.

    Parameters
    ----------
    flat, bright
        The pixels, and whether they are above the background.
    along, across
        Distance of neighbours in the run's direction and across it.
    near
        Largest difference that is not apart.
    """
    if flat.size < _RUN * along:
        return np.empty(0, np.intp)
    equal = flat[along:] == flat[:-along]
    three = equal[along:] & equal[:-along]
    five = three[2 * along :] & three[: -2 * along]
    # background runs everywhere
    five &= bright[: five.size]
    middle = np.flatnonzero(five) + 2 * along
    beside = flat.take(middle + across * _REACH, mode="clip").astype(np.int64)
    apart = np.abs(beside - flat[middle])
    # the first that differs, on each side; a stroke wider than the reach has none
    first = (apart > 0).argmax(axis=1, keepdims=True)
    last = np.take_along_axis(apart, first, axis=1)
    return middle[np.all(last > near, axis=(0, 1))]


def _gaps(flat: Flat, dark: Mask, columns: int) -> Places:
    """Return background pixels between much higher counts, if there are more than a few.

    Parameters
    ----------
    flat, dark
        The pixels, and whether they are background.
    columns
        Length of a row.
    """
    none = np.empty(0, np.intp)
    high = int(flat.min()) + _DEEP
    if flat.size <= columns or high > np.iinfo(flat.dtype).max:
        return none
    edge = flat[1:] >= high
    edge &= dark[:-1]
    # so in two rows
    edge = edge[columns:] & edge[:-columns]
    if np.count_nonzero(edge) < _FEWEST_GAPS:
        return none
    places = np.flatnonzero(edge)
    # the dark beside the field of view, or below a shield, has one edge
    left = flat.take(places - _REACH[0], mode="clip") >= high
    return places[np.any(left, axis=0)]


def _levels(frame: Flat) -> NDArray[np.int64]:
    """Return each pixel's place among the values that occur, so that no scale or table matters."""
    lowest = int(frame.min())
    if int(frame.max()) - lowest > 1 << 16:
        inverse: NDArray[np.int64] = np.unique(frame, return_inverse=True)[1]
        return inverse.reshape(frame.shape)
    offset = frame.astype(np.int64) - lowest
    place: NDArray[np.int64] = np.cumsum(np.bincount(offset.reshape(-1)) > 0) - 1
    return place[offset]


def _drawn(levels: NDArray[np.int64], rule: _Rule) -> int:
    """Return how many glyphs of one level stand in a line, or 0 if too few.

    Parameters
    ----------
    levels
        One frame (rows, columns); 0 is background.
    rule
        What a glyph is.
    """
    flat, columns = levels.reshape(-1), levels.shape[1]
    bright = flat != 0
    steps = (columns, 1), (1, columns)
    runs = np.concatenate(
        [_strokes(flat, bright, along, across, rule.near) for along, across in steps]
    )
    top = int(flat.max())
    counts = np.bincount(flat[runs], minlength=top + 1)
    words = [0]
    for level in np.flatnonzero(counts >= _FEWEST_RUNS).tolist():
        places = runs[flat[runs] == level]
        words.append(_in_line(_glyphs(levels, level, places, rule)))
        beside = counts[max(0, level - 4) : level + 5].copy()
        beside[min(level, 4)] = 0
        excess = counts[level] - _TIMES_NEIGHBOURS * beside.max()
        # saturation gathers at the top and isolated counts at the bottom
        if rule is _APART and rule.near < level < top and excess >= _FEWEST_RUNS:
            words.append(_in_line(_glyphs(levels, level, places, _ALONE)))
    if rule is _APART:
        gaps = _gaps(flat, ~bright, columns)
        if gaps.size >= _FEWEST_GAPS:
            words.append(_in_line(_glyphs(levels, 0, gaps, rule)))
    return max(words) if max(words) >= _FEWEST_GLYPHS else 0


def _glyphs(
    levels: NDArray[np.int64], level: int, places: Places, rule: _Rule
) -> list[tuple[int, int, int, int]]:
    """Return top, left, height and width of the thin components of a level that hold a place.

    Parameters
    ----------
    levels
        One frame (rows, columns).
    level, places
        The level, and flat indices of pixels of it.
    rule
        What a glyph is.
    """
    from scipy import ndimage

    box = np.ones((3, 3), bool)
    labels, _ = ndimage.label(levels == level, box)
    wanted = set(labels.reshape(-1)[places].tolist())
    found = []
    for number, (rows, columns) in enumerate(ndimage.find_objects(labels), 1):
        top, left = rows.start, columns.start
        height, width = rows.stop - top, columns.stop - left
        if number not in wanted or max(height, width) > _LARGEST_GLYPH:
            continue
        # padding and the corners of a reconstruction lie at the border
        if not top or not left or rows.stop == len(levels) or columns.stop == levels.shape[1]:
            continue
        window = slice(top - 1, rows.stop + 1), slice(left - 1, columns.stop + 1)
        shape = labels[window] == number
        thick = ndimage.binary_erosion(shape, np.ones((_WIDEST_STROKE + 1,) * 2, bool)).any()
        if min(height, width) < rule.least_width or thick:
            continue
        around = levels[window][ndimage.binary_dilation(shape, box) & ~shape]
        apart = level - around if rule.brighter else np.abs(around - level)
        alike = (apart <= rule.near) | (apart <= around.std())
        if alike.mean() <= rule.most_alike:
            found.append((top, left, height, width))
    return found


def _in_line(glyphs: list[tuple[int, int, int, int]]) -> int:
    """Return the most glyphs with one of them in reach of all, as in a word, either way up."""
    if not glyphs:
        return 0
    top, left, height, width = np.array(glyphs).T[:, :, None]
    down, right, size = top + height / 2, left + width / 2, np.maximum(height, width)
    size = np.maximum(size, size.T)
    down, right = np.abs(down - down.T) / size, np.abs(right - right.T) / size
    lying, standing = (down <= 1) & (right <= 3), (right <= 1) & (down <= 3)
    return int(max(lying.sum(axis=1).max(), standing.sum(axis=1).max()))
