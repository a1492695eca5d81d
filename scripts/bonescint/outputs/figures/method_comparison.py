"""New version against old, case by case, with identity and the Passing-Bablok line."""

from functools import partial

from matplotlib.axes import Axes

from bonescint.files import Row, number
from bonescint.outputs.data import in_both, measured
from bonescint.outputs.estimates import find, with_limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import Panel, Picture
from bonescint.outputs.scatter import scattered
from bonescint.outputs.style import BLUE, DOTTED, VERMILION, empty_panel
from bonescint.text.width import broken

_ACROSS = 44  # Latin characters in a line of a title

FIGURE = {
    "order": 45,
    "section": "version_measurement",
    "needs": ["measurements", "version_measurement", "version_pairs"],
    "narrow": True,
    "where": ["versions"],
    "workbook": False,
}


def draw(
    measurements: list[Row],
    version_measurement: list[Row],
    version_pairs: list[list[str]],
    labels: Labels,
) -> Picture:
    """Draw a panel for each version pair and metric.

    The rows of Passing-Bablok give the line.
    """
    values = measured(measurements)

    def panel(ax: Axes, old: str, new: str, metric: str) -> None:
        both = in_both(values, old, new, metric)
        title = [labels("panel_counts", name=labels.word(metric), n=len(both))]
        if not both:
            ax.set_title(title[0])
            empty_panel(ax, labels("no_data"))
            return
        xs, ys = ([pair[i] for pair in both.values()] for i in (0, 1))
        low, top = min(0.0, *xs, *ys), max(*xs, *ys)
        scattered(ax, xs, ys, BLUE)
        room = 0.04 * (top - low) or 0.5
        ends = (low - room, top + room)
        ax.set(xlim=ends, ylim=ends, aspect="equal")
        said = labels.figure("identity", "method_comparison")
        ax.plot(ends, ends, **DOTTED, label=said)
        title += _line(ax, version_measurement, (old, new), metric, labels)
        ax.set_title("\n".join(title))
        zeros = sum(x == y == 0 for x, y in zip(xs, ys, strict=True))
        name = partial(labels.figure, "axis", "method_comparison", metric=labels.axis(metric))
        ax.set(
            ylabel=name(software=labels.software(new)),
            xlabel=f"{name(software=labels.software(old))}\n{labels('zeros', n=zeros)}",
        )  # fmt: skip
        ax.legend(loc="upper left")

    return Picture(
        labels.figure("title", "method_comparison"),
        [
            Panel(f"{old}-{new}-{metric}", partial(panel, old=old, new=new, metric=metric))
            for old, new, metric in labels.pairs(version_pairs)
        ],
        (3.8, 4.5),
        columns=3,
        note=labels.figure("note", "method_comparison"),
        empty=labels("no_pairs"),
    )


def _line(
    ax: Axes, rows: list[Row], pair: tuple[str, str], metric: str, labels: Labels
) -> list[str]:
    """Draw the Passing-Bablok line if there is one, and return its part of the title."""
    old, new = pair
    found = {
        key: find(rows, f"passing_bablok_{key}", new, metric, comparator=old)
        for key in ("slope", "intercept")
    }
    slope, intercept = (number(row["estimate"]) if row else None for row in found.values())
    if slope is None or intercept is None:
        return []
    ends = ax.get_xlim()
    ax.plot(
        ends, [intercept + slope * x for x in ends], color=VERMILION, linewidth=1.6,
        linestyle="--", label="Passing-Bablok",
    )  # fmt: skip
    said = {key: with_limits(row, labels) for key, row in found.items()}
    return [
        line
        for key, value in said.items()
        for line in broken(labels.figure(key, "method_comparison", value=value), _ACROSS)
    ]
