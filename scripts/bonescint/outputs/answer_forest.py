"""The first screen's figure: a few estimates with their limits, as positions in a drawing."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from bonescint.files import Row, number
from bonescint.text.width import text_width

WIDTH = 360  # of the drawing, in its own units, which are pixels of a phone
_LEFT, _RIGHT = 12, 348
_TOP, _STEP, _FOOT = 22, 36, 24
_NAME = 54  # Latin characters that fit above a line


class ForestLine(NamedTuple):
    """One estimate: its name and value in words, and the positions of point and limits.

    A point without a number is None. Limits may be None alone.
    """

    name: str
    said: str
    y: int
    point: float | None
    low: float | None
    high: float | None


class ForestPanel(NamedTuple):
    """Estimates on one axis."""

    title: str
    height: int
    null: float
    ticks: list[tuple[float, str]]  # positions and numbers along the axis
    lines: list[ForestLine]


def forest_panel(
    title: str,
    found: Sequence[tuple[str, str, Row]],
    null: float,
    top: float | None = None,
) -> ForestPanel:
    """Return the positions of a panel's estimates.

    Parameters
    ----------
    found
        Name, value in words, and Estimate row of each line.
    null
        No difference, or chance; always on the axis.
    top
        The end of the axis; None for the largest value.
    """
    keys = ("estimate", "ci_low", "ci_high")
    values = [[number(row[key]) for key in keys] for _, _, row in found]
    there = [null, *(value for line in values for value in line if value is not None)]
    if top is not None:
        there.append(top)
    low, high = min(there), max(there)
    step = next(s for s in (0.1, 0.2, 0.5, 1.0, math.inf) if high - low <= 5 * s)
    step = 10 ** math.ceil(math.log10((high - low) / 5)) if step == math.inf else step
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)

    def place(value: float | None) -> float | None:
        if value is None:
            return None
        share = (value / step - first) / (last - first)
        return round(_LEFT + (_RIGHT - _LEFT) * share, 1)

    lines = [
        ForestLine(_shortened(name), said, _TOP + _STEP * n, *map(place, line))
        for n, ((name, said, _), line) in enumerate(zip(found, values, strict=True))
    ]
    marks = (round(step * n, 6) for n in range(first, last + 1))
    ticks = [(place(mark) or 0.0, f"{mark:g}".replace("-", "−")) for mark in marks]
    return ForestPanel(title, _TOP + _STEP * len(found) + _FOOT, place(null) or 0.0, ticks, lines)


def _shortened(name: str) -> str:
    """Return a name that fits. The middle is cut out, because versions differ at the end."""
    if text_width(name) <= _NAME:
        return name
    tail = name[-12:]
    head = name[:-12]
    while text_width(head) + text_width(tail) > _NAME - 2:
        head = head[:-1]
    return f"{head}…{tail}"
