"""Find text that was drawn into the picture, without reading it (R15).

Counts are noisy and blurred. Drawn strokes are not: they make runs of five equal pixels in a row
that differ from the pixels on both sides. Many such runs of one value in one place do not occur in
a scan, whatever its mean, scale or smoothing. Drawn text consists of them.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bonescint.deid.components import components
from bonescint.deid.strokes import (
    FEWEST_GAPS,
    LARGEST_GLYPH,
    WIDEST_STROKE,
    WINDOW,
    Flat,
    Mask,
    Places,
    gaps_between,
    gathered,
    long_rows,
    runs_apart,
    starts_of,
)


class _StrokeRule(NamedTuple):
    """What makes a component a glyph."""

    # levels that differ by no more than this are not apart
    near: int
    # share of the surrounding pixels that may resemble it
    most_alike: float
    # a thinner component is a straight line, perhaps the edge of a detector or of a mask
    least_width: int
    # whether only darker pixels around it count as apart
    brighter: bool


# one value, unlike the pixels around it
_APART = _StrokeRule(near=2, most_alike=0.1, least_width=1, brighter=False)
# one value far more frequent than similar values, whatever pixels are around it
_ALONE = _StrokeRule(near=2, most_alike=1.0, least_width=3, brighter=False)
# one power of two, with edges sharper than a collimator allows: text over bone that is antialiased
# or inverted
_SHARP = _StrokeRule(near=1, most_alike=0.3, least_width=3, brighter=True)
_FEWEST_RUNS = 8
# a page of text has fewer runs; a frame with more is looked at in full
_MANY_RUNS = 1 << 13
# an edge has at least this value, and four times its neighbour's
_HIGH, _STEEP, _FEWEST_EDGES = 32, 2, 10
_UPRIGHT, _FEWEST_UPRIGHT = 3, 4
_LOWEST_POWER = 3
_TIMES_NEIGHBOURS = 4
# bounds of the time: so many levels that stand out most, and so many components of each
_MOST_LEVELS, _MOST_GLYPHS = 3, 512
# so many values that are far more frequent than similar ones are not text but a stretched window
_FEWEST_TEETH = 4
_FEWEST_GLYPHS = 3
# at least half of the shapes around a glyph are glyphs
_LEAST_SHARE = 2
# small frames are screened together because one numpy call costs as much as thousands of pixels
_TOGETHER = 1 << 20


def find_text(frames: NDArray[np.integer]) -> str:
    """Look for drawn text, e.g. a patient's name, in the pixels.

    Parameters
    ----------
    frames
        Counts (frames, rows, columns) of any integer type.

    Returns
    -------
    str
        Empty if there is none. Otherwise where and how much, such as ``frame 2: 14 components of
        one value`` (frames from 1). It says nothing else about the picture.
    """
    for number, glyphs, what in _looks(frames):
        if glyphs:
            return f"frame {number}: {glyphs} components {what}"
    return ""


def text_score(frames: NDArray[np.integer]) -> int:
    """Return how much in the pixels resembles text. A person looks at the highest scores first.

    Parameters
    ----------
    frames
        As for `find_text`.

    Returns
    -------
    int
        0: nothing; 1: more runs and edges than chance makes, but no glyphs in a line; otherwise
        the number of glyphs.
    """
    return max((glyphs or 1 for _, glyphs, _ in _looks(frames)), default=0)


def _looks(frames: NDArray[np.integer]) -> Iterator[tuple[int, int, str]]:
    """Yield number, glyphs in a line and kind of each frame that deserves a closer look."""
    if frames.size == 0:
        return
    frames = np.ascontiguousarray(frames, frames.dtype.newbyteorder("="))
    if frames.itemsize > 1 and frames.min() >= 0 and frames.max() <= 0xFF:
        # half as many bytes take half the time
        frames = frames.astype(np.uint8)
    columns = frames.shape[2]
    together = max(1, _TOGETHER // frames[0].size)
    for start in range(0, len(frames), together):
        stack = frames[start : start + together]
        if not _suspected(stack.reshape(-1), columns):
            continue
        for number, frame in enumerate(stack, start + 1):
            if len(stack) > 1 and not _suspected(frame.reshape(-1), columns):
                continue
            levels = _levels(frame)
            if glyphs := _drawn(levels, _APART):
                yield number, glyphs, "of one value"
            else:
                yield number, _drawn(_powers(levels), _SHARP), "with edges too sharp"


def _suspected(flat: Flat, columns: int) -> bool:
    """Tell quickly whether frames, row by row, have more runs, gaps or edges than chance makes."""
    lowest = flat.min()
    bright = flat != lowest
    runs = runs_apart(flat, bright, columns, _APART.near)
    if runs.size > _MANY_RUNS:
        return True
    kinds, counts = np.unique(flat[runs], return_inverse=True, return_counts=True)[1:]
    often = counts >= _FEWEST_RUNS
    if often.any():
        runs, kinds = runs[often[kinds]], (np.cumsum(often) - 1)[kinds[often[kinds]]]
        if gathered(runs, kinds, columns).max() >= _FEWEST_RUNS:
            return True
    # every second row shows whether a look at all rows is worth its time
    half = flat.reshape(-1, columns)[::2].reshape(-1)
    if gaps_between(half, half == lowest, columns, 2).size:
        gaps = gaps_between(flat, ~bright, columns, 3)
        if gaps.size and gathered(gaps, np.zeros_like(gaps), columns).max() >= FEWEST_GAPS:
            return True
    if np.count_nonzero(_falls(half)) < _FEWEST_EDGES:
        return False
    falls = _falls(flat)
    falls[columns - 1 :: columns] = False
    chance = np.count_nonzero(falls) / flat.size
    upright = starts_of(falls, _UPRIGHT, columns)
    upright &= ~long_rows(falls, flat.size, columns)[: upright.size]
    expected = flat.size * chance**_UPRIGHT
    return bool(np.count_nonzero(upright) >= _FEWEST_UPRIGHT + expected + 4 * expected**0.5)


def _falls(flat: Flat) -> Mask:
    """Tell which pixels are high and at least four times their right neighbour."""
    steep = flat[:-1] >> _STEEP
    falls: Mask = flat[1:] < steep
    falls &= steep >= _HIGH >> _STEEP
    return falls


def _levels(frame: Flat) -> Flat:
    """Return each pixel's rank among the values that occur, so that no scale or table matters."""
    if int(frame.max()) - int(frame.min()) >= 1 << 16:
        inverse = np.unique(frame, return_inverse=True)[1]
        return inverse.reshape(frame.shape).astype(np.int32)
    # the difference may overflow a signed type; its bytes are right as an unsigned number
    offset = (frame - frame.min()).view(f"u{frame.itemsize}").astype(np.intp)
    rank = np.cumsum(np.bincount(offset.reshape(-1)) > 0) - 1
    levels: Flat = rank.astype(np.uint16).take(offset)
    return levels


def _powers(levels: Flat) -> Flat:
    """Return how many binary digits the levels have, the lowest ones taken together."""
    exponent = levels.astype(np.float32).view(np.int32) >> 23
    lowest = 126 + _LOWEST_POWER
    powers: Flat = (np.maximum(exponent, lowest) - lowest).astype(np.uint8)
    return powers


def _drawn(levels: Flat, rule: _StrokeRule) -> int:
    """Return how many glyphs of one level, except 0, stand in a line of a frame; 0 if too few."""
    flat, columns = levels.reshape(-1), levels.shape[1]
    bright = flat != 0
    words = [0]
    for level, places, alone in _standing_out(
        flat, runs_apart(flat, bright, columns, rule.near), columns
    ):
        # the lowest and the highest level may be frequent without text: isolated counts, saturation
        alone &= rule is _APART and rule.near < level < flat.max() and not _comb(flat)
        words.append(_word(levels, level, places, [rule, _ALONE] if alone else [rule]))
    if rule is _APART:
        gaps = gaps_between(flat, ~bright, columns, 2)
        if gaps.size:
            words.append(_word(levels, 0, gaps, [rule]))
    return max(words) if max(words) >= _FEWEST_GLYPHS else 0


def _comb(flat: Flat) -> bool:
    """Tell whether many values are far more frequent than similar ones: a stretched window."""
    share = np.bincount(flat)
    teeth = share[1:-1] > _TIMES_NEIGHBOURS * np.maximum(share[:-2], share[2:])
    teeth &= share[1:-1] >= _FEWEST_RUNS**2
    return bool(np.count_nonzero(teeth) >= _FEWEST_TEETH)


def _standing_out(flat: Flat, runs: Places, columns: int) -> list[tuple[int, Places, bool]]:
    """Return the levels with enough runs (their middles) in one place, the least likely first.

    Returns
    -------
    list of (int, Places, bool)
        Level, the runs that stand together, whether the level is far more frequent than others.
    """
    kinds = flat[runs]
    counts = np.bincount(kinds)
    often = np.flatnonzero(counts >= _FEWEST_RUNS)
    if not often.size:
        return []
    number = np.zeros(counts.size, np.intp)
    number[often] = np.arange(often.size)
    enough = counts[kinds] >= _FEWEST_RUNS
    runs, kinds = runs[enough], kinds[enough]
    crowd = gathered(runs, number[kinds], columns)
    most = np.zeros(counts.size, np.intp)
    np.maximum.at(most, kinds, crowd)
    levels = np.flatnonzero(most >= _FEWEST_RUNS)
    near = np.arange(-4, 5)
    near = levels + near[near != 0, None]
    inside = (near >= 0) & (near < counts.size)
    # runs made by chance spread evenly over the frame and over similar values
    spread = (counts[levels] - most[levels]) * WINDOW**2 / flat.size
    others = np.where(inside, most.take(near, mode="clip"), 0).mean(axis=0)
    chance = np.maximum(spread, others)
    excess = (most[levels] - chance) / np.sqrt(chance + 1)
    most_beside = np.where(inside, counts.take(near, mode="clip"), 0).max(axis=0)
    alone = counts[levels] - _TIMES_NEIGHBOURS * most_beside >= _FEWEST_RUNS
    found = []
    for i in np.argsort(-excess, kind="stable")[:_MOST_LEVELS].tolist():
        together = (kinds == levels[i]) & (crowd >= _FEWEST_RUNS)
        found.append((int(levels[i]), runs[together], bool(alone[i])))
    return found


def _word(levels: Flat, level: int, places: Places, rules: list[_StrokeRule]) -> int:
    """Return the most glyphs in a line, among the thin components of a level that hold a place.

    Parameters
    ----------
    levels
        One frame (rows, columns).
    level, places
        The level, and flat indices of pixels of it.
    rules
        The rules for a glyph, of which one is enough: `_APART` or `_SHARP`, perhaps with `_ALONE`.
    """
    crop, labels, wanted = _thin(levels, level, places)
    height, width = crop.shape
    flat = labels.reshape(-1)
    pixels = np.flatnonzero(wanted[flat])
    if not pixels.size:
        return 0
    glyph = (np.cumsum(wanted) - 1)[flat[pixels]]
    row, column = np.divmod(pixels, width)
    box = np.empty((4, int(glyph.max()) + 1), np.intp)
    box[:2], box[2:] = max(height, width), 0
    np.minimum.at(box[0], glyph, row)
    np.minimum.at(box[1], glyph, column)
    np.maximum.at(box[2], glyph, row + 1)
    np.maximum.at(box[3], glyph, column + 1)
    box[2:] -= box[:2]
    fits = box[2:].max(axis=0) <= LARGEST_GLYPH
    fits &= box[2:].min(axis=0) >= min(rule.least_width for rule in rules)
    if _in_line(box, fits, fits) < _FEWEST_GLYPHS:
        return 0
    # neighbouring pixels of a component have another level, otherwise they would be part of it
    steps = np.array([-width - 1, -width, 1 - width, -1, 1, width - 1, width, width + 1])
    pixels, glyph = pixels[fits[glyph]], glyph[fits[glyph]]
    around = pixels + steps[:, None]
    outside = flat[around] == 0
    keys = np.unique((glyph * flat.size + around)[outside])
    glyph, around = keys // flat.size, keys % flat.size
    apart = level - crop.reshape(-1)[around].astype(np.int64)
    total = np.maximum(np.bincount(glyph, minlength=fits.size), 1)
    mean = np.bincount(glyph, apart, fits.size) / total
    spread = np.bincount(glyph, (apart - mean[glyph]) ** 2, fits.size) / total
    if not rules[0].brighter:
        apart = np.abs(apart)
    alike = (apart <= rules[0].near) | (apart <= np.sqrt(spread)[glyph])
    share = np.bincount(glyph, alike, fits.size) / total
    words = []
    for rule in rules:
        wide = fits & (box[2:].min(axis=0) >= rule.least_width)
        words.append(_in_line(box, wide, wide & (share <= rule.most_alike)))
    return max(words)


def _thin(levels: Flat, level: int, places: Places) -> tuple[Flat, Flat, Mask]:
    """Return the part of a frame around `places`, its components' numbers, and which are thin."""
    # no glyph reaches beyond this crop; components at its border are padding or the corners of a
    # reconstruction
    row, column = np.divmod(places, levels.shape[1])
    first_row, first_column = (
        max(0, int(row.min()) - LARGEST_GLYPH),
        max(0, int(column.min()) - LARGEST_GLYPH),
    )
    crop = np.ascontiguousarray(
        levels[
            first_row : int(row.max()) + LARGEST_GLYPH + 1,
            first_column : int(column.max()) + LARGEST_GLYPH + 1,
        ]
    )
    labels, number = components(crop == level)
    wanted: Mask = np.zeros(number + 1, bool)
    wanted[labels[row - first_row, column - first_column]] = True
    flat = labels.reshape(-1)
    # thick components are blobs, not strokes
    square = starts_of(flat > 0, WIDEST_STROKE + 1, 1)
    square = starts_of(square, WIDEST_STROKE + 1, crop.shape[1])
    wanted[flat[: square.size][square]] = False
    for border in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        wanted[border] = False
    wanted[np.flatnonzero(wanted)[_MOST_GLYPHS:]] = False
    return crop, labels, wanted


def _in_line(box: Places, shapes: Mask, glyphs: Mask) -> int:
    """Return the most glyphs that lie near one of them in a line, as in a word, across or upright.

    Parameters
    ----------
    box
        Top, left, height and width of each component.
    shapes, glyphs
        Which could be glyphs, and which of them are. Among shapes made by chance only some are.
    """
    top, left, height, width = box[:, shapes, None].astype(np.float32)
    glyphs = glyphs[shapes]
    if np.count_nonzero(glyphs) < _FEWEST_GLYPHS:
        return 0
    down, right, size = top + height / 2, left + width / 2, np.maximum(height, width)
    size = np.maximum(size, size.T)
    down, right = np.abs(down - down.T) / size, np.abs(right - right.T) / size
    most = 0
    for reach in (down <= 1) & (right <= 3), (right <= 1) & (down <= 3):
        reach &= glyphs[:, None]
        among, word = reach.sum(axis=1), reach[:, glyphs].sum(axis=1)
        most = max(most, int(word[word * _LEAST_SHARE >= among].max()))
    return most
