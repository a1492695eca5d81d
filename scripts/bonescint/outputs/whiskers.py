"""Estimates across a panel: for each a point and a line with its limits."""

from collections.abc import Sequence

from matplotlib.axes import Axes

from bonescint.files import Row, number


def whiskers(
    ax: Axes,
    places: Sequence[float],
    rows: Sequence[Row],
    colour: str,
    marker: str,
    width: float = 1.6,
) -> None:
    """Draw Estimate rows. Rows without a value are left out.

    `places` are the positions of the rows on the panel's vertical axis.
    """
    points: list[tuple[float, float]] = []
    lines: list[tuple[float, float, float]] = []
    for y, row in zip(places, rows, strict=True):
        point, low, high = (number(row[key]) for key in ("estimate", "ci_low", "ci_high"))
        if point is not None:
            points.append((point, y))
        if low is not None and high is not None:
            lines.append((y, low, high))
    at, lows, highs = ([line[i] for line in lines] for i in range(3))
    ax.hlines(at, lows, highs, colors=colour, linewidth=width)
    xs, ys = ([point[i] for point in points] for i in range(2))
    ax.plot(xs, ys, color=colour, marker=marker, markersize=6, linestyle="none")
