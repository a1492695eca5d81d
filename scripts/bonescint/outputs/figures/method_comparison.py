"""New version against old, case by case, with identity and the Passing-Bablok line."""

from functools import partial

from matplotlib.axes import Axes

from bonescint.files import Row, number
from bonescint.outputs.data import measured
from bonescint.outputs.estimates import find, with_limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import Panel, Picture
from bonescint.outputs.scatter import scattered
from bonescint.outputs.style import BLUE, GREY, VERMILION, empty_panel

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
    """Draw a panel a version pair and metric.

    Parameters
    ----------
    measurements
        Rows of results/measurements.csv.
    version_measurement
        Estimate rows; those of Passing-Bablok give the line.
    version_pairs
        Software keys [old, new].
    labels
        The figures' words.
    """
    values = measured(measurements)

    def panel(ax: Axes, old: str, new: str, metric: str) -> None:
        before, after = values.get((old, metric), {}), values.get((new, metric), {})
        both = [code for code in before if code in after]
        ax.set_title(labels("panel_counts", name=labels.word(metric), n=len(both)))
        if not both:
            empty_panel(ax, labels("no_data"))
            return
        xs, ys = [before[code] for code in both], [after[code] for code in both]
        top = max(*xs, *ys)
        low = min(0.0, *xs, *ys)
        scattered(ax, xs, ys, BLUE)
        room = 0.04 * (top - low) or 0.5
        ends = (low - room, top + room)
        said = labels.figure("identity", "method_comparison")
        ax.plot(ends, ends, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)), label=said)
        slope, intercept = (
            find(version_measurement, f"passing_bablok_{one}", new, metric, comparator=old)
            for one in ("slope", "intercept")
        )
        a = number(slope["estimate"]) if slope else None
        b = number(intercept["estimate"]) if intercept else None
        if a is not None and b is not None:
            said = labels.figure(
                "line", "method_comparison", slope=with_limits(slope, labels),
                intercept=with_limits(intercept, labels),
            )  # fmt: skip
            line = [b + a * x for x in ends]
            ax.plot(ends, line, color=VERMILION, linewidth=1.6, linestyle="--", label=said)
        zeros = sum(x == y == 0 for x, y in zip(xs, ys, strict=True))
        name = partial(labels.figure, "axis", "method_comparison", metric=labels.axis(metric))
        ax.set(
            xlim=ends, ylim=ends, aspect="equal", ylabel=name(software=labels.software(new)),
            xlabel=f"{name(software=labels.software(old))}\n{labels('zeros', n=zeros)}",
        )  # fmt: skip
        ax.legend(loc="upper left")

    return Picture(
        labels.figure("title", "method_comparison"),
        [
            Panel(f"{old}-{new}-{metric}", partial(panel, old=old, new=new, metric=metric))
            for old, new in version_pairs
            for metric in labels.values
            if labels.have((old, new), metric)
        ],
        (3.8, 4.0),
        columns=3,
        note=labels.figure("note", "method_comparison"),
        empty=labels("no_pairs"),
    )
