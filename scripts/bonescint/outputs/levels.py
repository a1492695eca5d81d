"""Horizontal levels of a panel: a line, the band of its limits, and its text beside it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes

from bonescint.files import Row, number
from bonescint.outputs.style import LEADING, room_above, small

_LINE = 0.053  # height of a line of small type, as a share of the panel's height


class Level(NamedTuple):
    """One level."""

    row: Row
    said: Sequence[str]
    colour: str
    dash: str


def levels_beside(ax: Axes, levels: Iterable[Level], room: float = 0.0) -> None:
    """Draw levels. Texts that would overlap are moved apart, each with a line to its level.

    Parameters
    ----------
    ax
        The panel, with all its other content, because its vertical limits are fixed here.
    levels
        Those without a value are left out.
    room
        Space at the top for a legend, as a share of the panel's height.
    """
    shown = [(at, one) for one in levels if (at := number(one.row["estimate"])) is not None]
    for at, one in shown:
        ax.axhline(at, color=one.colour, linestyle=one.dash, linewidth=1.2, zorder=2)
        low, high = number(one.row["ci_low"]), number(one.row["ci_high"])
        if low is not None and high is not None:
            ax.axhspan(low, high, color=one.colour, alpha=0.12, linewidth=0, zorder=1)
    room_above(ax, room)
    shown.sort(key=lambda each: each[0])
    to_panel = ax.transScale + ax.transLimits
    places = [float(to_panel.transform((ax.get_xlim()[1], at))[1]) for at, _ in shown]
    apart = _spread(places, [_LINE * len(one.said) for _, one in shown])
    for (at, one), place, y in zip(shown, places, apart, strict=True):
        moved = {"arrowstyle": "-", "color": one.colour, "linewidth": 0.6}
        ax.annotate(
            "\n".join(one.said), (1.0, at), (1.03, y), xycoords=("axes fraction", "data"),
            textcoords="axes fraction", va="center", ha="left", fontsize=small(),
            linespacing=LEADING, color=one.colour, annotation_clip=False,
            arrowprops=moved | {"shrinkA": 0, "shrinkB": 0} if abs(y - place) > _LINE / 4 else None,
        )  # fmt: skip


def _spread(places: Sequence[float], heights: Sequence[float]) -> list[float]:
    """Return ascending places, moved as little as possible so that nothing overlaps."""
    if not places:
        return []
    # the places reduced by the heights below each: without overlap, these must be ascending
    below = np.concatenate([[0.0], np.cumsum((np.array(heights[1:]) + heights[:-1]) / 2)])
    wanted = np.array(places) - below
    # merge what is out of order: this gives the nearest ascending numbers
    pools: list[list[float]] = []
    for one in wanted.tolist():
        pools.append([one])
        while len(pools) > 1 and np.mean(pools[-2]) > np.mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    level = [float(np.mean(pool)) for pool in pools for _ in pool]
    return [at + down for at, down in zip(level, below.tolist(), strict=True)]
