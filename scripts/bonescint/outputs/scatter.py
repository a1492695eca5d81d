"""Cases as points, as density where points would cover each other, and as boxes."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import LogNorm

from bonescint.outputs.style import GREY, many

_CELLS = 48  # cells across a panel


def scattered(
    ax: Axes,
    xs: Sequence[float],
    ys: Sequence[float],
    colour: str,
    marker: str = "o",
    label: str = "",
) -> None:
    """Draw one point for each case. Beyond `many` cases, draw how many lie in each small cell.

    The panel's axes must already be scaled, because cells are equally wide on the page. Cells use
    only the label.
    """
    if not many(len(xs)):
        ax.scatter(
            xs, ys, s=18, marker=marker, color=colour, alpha=0.65, linewidth=0.8, zorder=3,
            label=label,
        )  # fmt: skip
        return
    axes = [getattr(ax, f"get_{axis}axis")().get_transform() for axis in "xy"]
    placed = [
        np.asarray(one.transform(np.asarray(values, float)))
        for one, values in zip(axes, (xs, ys), strict=True)
    ]
    counts, *edges = np.histogram2d(placed[0], placed[1], bins=_CELLS)
    back = [
        one.inverted().transform(edge) for one, edge in zip(axes, edges, strict=True)
    ]  # fmt: skip
    cells = np.ma.masked_less(counts.T, 1)
    # draw an image: as shapes, the mostly empty cells would take more bytes than the points;
    # the colours let a single case be seen on white
    drawn = ax.pcolormesh(
        *back, cells, cmap="Greys", norm=LogNorm(0.1, counts.max()), zorder=1.5, rasterized=True
    )
    # margins go beyond the cells as they would go beyond points
    drawn.sticky_edges.x.clear()
    drawn.sticky_edges.y.clear()
    ax.plot([], [], linestyle="none", marker="s", color="0.4", label=label)


def boxed(
    ax: Axes, groups: Sequence[Sequence[float]], colours: Sequence[str], places: Sequence[float]
) -> None:
    """Draw median, quartiles and whiskers of groups (Tukey: to the last case within 1.5 ranges).

    All boxes are one artist, because `Axes.boxplot` makes six for each box. Each group has the
    colour of its median and its place. An empty group is left out.
    """
    lines: list[list[tuple[float, float]]] = []
    medians: list[tuple[float, float, str]] = []
    for group, colour, x in zip(groups, colours, places, strict=True):
        if not group:
            continue
        low, median, high = np.percentile(group, (25, 50, 75))
        reach = 1.5 * (high - low)
        least = min((v for v in group if v >= low - reach), default=low)
        most = max((v for v in group if v <= high + reach), default=high)
        left, right = x - 0.27, x + 0.27
        lines.append([(left, low), (right, low), (right, high), (left, high), (left, low)])
        for edge, end in ((low, min(least, low)), (high, max(most, high))):
            lines.append([(x, edge), (x, end), (x - 0.13, end), (x + 0.13, end)])
        medians.append((x, float(median), colour))
    ax.add_collection(LineCollection(lines, colors=GREY, linewidths=1.0, zorder=2))
    for x, median, colour in medians:
        ax.plot([x - 0.27, x + 0.27], [median, median], color=colour, linewidth=1.8)
