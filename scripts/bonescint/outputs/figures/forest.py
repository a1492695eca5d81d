"""Forest plot of AUC, sensitivity and specificity with their confidence intervals."""

from functools import partial

from matplotlib.axes import Axes

from bonescint.files import Row, number
from bonescint.outputs.estimates import PERFORMANCE, performance, with_limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import OtherForm, Panel, Picture, split
from bonescint.outputs.style import DOTTED, LEADING, series, small

FIGURE = {
    "order": 30,
    "section": "overview",
    "needs": ["accuracy", "cutoffs", "first_cutoffs"],
    "where": ["readers"],
}


def draw(
    accuracy: list[Row], cutoffs: list[Row], first_cutoffs: dict[str, float], labels: Labels
) -> Picture:
    """Draw a column for each measure, a line for each software and metric.

    Versions of one product are drawn over the same cases.
    """
    lines = labels.lines()
    found = {line: performance(accuracy, cutoffs, *line, first_cutoffs) for line in lines}
    names = {
        (software, metric): labels(
            "forest_line", software=labels.software(software), tracer=labels.tracer(software),
            metric=labels.word(metric), n=(found[software, metric]["auc"] or {}).get("n") or 0,
        )
        for software, metric in lines
    }  # fmt: skip

    def column(ax: Axes, measure: str, is_alone: bool) -> None:
        ax.set_title(labels.word(measure))
        has = {line for line in lines if measure == "auc" or line[1] in first_cutoffs}
        shown = [line for line in lines if line in has or not is_alone]
        for y, line in enumerate(shown):
            if line in has:
                _line(ax, y, found[line][measure], line[1], labels)
        if measure == "auc":
            ax.axvline(0.5, **DOTTED)
        ax.set(xlim=(0, 1.05), ylim=(len(shown) - 0.4, -0.6))
        is_named = is_alone or measure == PERFORMANCE[0]
        said = [names[line] if is_named else "" for line in shown]
        ax.set_yticks(range(len(shown)), said, linespacing=LEADING)
        ax.grid(visible=False, axis="y")

    def panel(ax: Axes) -> None:
        for one, measure in zip(split(ax, len(PERFORMANCE)), PERFORMANCE, strict=True):
            column(one, measure, is_alone=False)

    at = [labels.at(metric, cutoff) for metric, cutoff in first_cutoffs.items()]
    is_known = any(row for rows in found.values() for row in rows.values())
    below = [Panel(one, partial(column, measure=one, is_alone=True)) for one in PERFORMANCE]
    return Picture(
        labels.figure("title", "forest"),
        [Panel("all", panel)] if is_known else [],
        (8.8, 0.9 + 0.42 * max(len(lines), 2)),
        note=labels.figure("note", "forest", cutoffs=labels("separator").join(at)),
        narrower=[OtherForm(below, (3.9, 0.6 + 0.38 * max(len(lines), 2)), 3)] if is_known else [],
    )


def _line(ax: Axes, y: int, estimate: Row | None, metric: str, labels: Labels) -> None:
    colour, marker, _ = series(labels, metric)
    point = number(estimate["estimate"]) if estimate else None
    low = number(estimate["ci_low"]) if estimate else None
    high = number(estimate["ci_high"]) if estimate else None
    if low is not None and high is not None:
        ax.plot([low, high], [y, y], color=colour, linewidth=1.6)
    if point is not None:
        ax.plot(point, y, marker=marker, color=colour, markersize=6.5, clip_on=False)
    ax.annotate(
        with_limits(estimate, labels),
        (1, y), (5, 0), xycoords=("axes fraction", "data"), textcoords="offset points",
        va="center", fontsize=small(), annotation_clip=False,
    )  # fmt: skip
