"""Forest plot of AUC, sensitivity and specificity with their confidence intervals."""

from matplotlib.axes import Axes

from bonescint.files import Row, number
from bonescint.outputs.estimates import PERFORMANCE, performance, with_limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import Panel, Picture, split
from bonescint.outputs.style import GREY, series, small

FIGURE = {
    "order": 30,
    "section": "overview",
    "needs": ["accuracy", "cutoffs", "first_cutoffs"],
    "where": ["readers"],
}


def draw(
    accuracy: list[Row], cutoffs: list[Row], first_cutoffs: dict[str, float], labels: Labels
) -> Picture:
    """Draw one column a measure, one line a software and metric; of versions over the same cases.

    Parameters
    ----------
    accuracy, cutoffs
        Rows of results/metrics/accuracy.csv (AUC) and cutoffs.csv (sensitivity, specificity).
    first_cutoffs
        Metric to the cut-off that sensitivity and specificity were taken at.
    labels
        The figures' words; its software decides the lines.
    """
    lines = [
        (software, metric)
        for metric in labels.values
        for software in labels.software_keys
        if metric in labels.metrics(software)
    ]
    found = {line: performance(accuracy, cutoffs, *line, first_cutoffs) for line in lines}
    names = [
        labels(
            "forest_line",
            software=labels.software(software),
            tracer=labels.tracer(software),
            metric=labels.word(metric),
            n=(found[software, metric]["auc"] or {}).get("n") or 0,
        )
        for software, metric in lines
    ]

    def panel(ax: Axes) -> None:
        for column, measure in zip(split(ax, len(PERFORMANCE)), PERFORMANCE, strict=True):
            column.set_title(labels.word(measure))
            for y, (software, metric) in enumerate(lines):
                if measure == "auc" or metric in first_cutoffs:
                    _line(column, y, found[software, metric][measure], metric, labels)
            if measure == "auc":
                column.axvline(0.5, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
            column.set_xlim(0, 1.05)
            column.set_ylim(len(lines) - 0.4, -0.6)
            column.set_yticks(range(len(lines)), names if measure == PERFORMANCE[0] else [])
            column.grid(visible=False, axis="y")

    at = [labels.at(metric, cutoff) for metric, cutoff in first_cutoffs.items()]
    is_known = any(row for rows in found.values() for row in rows.values())
    return Picture(
        labels.figure("title", "forest"),
        [Panel("all", panel)] if is_known else [],
        (10.4, 0.9 + 0.42 * max(len(lines), 2)),
        note=labels.figure("note", "forest", cutoffs=labels("separator").join(at)),
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
        (1.03, y), xycoords=("axes fraction", "data"), va="center", fontsize=small(),
        annotation_clip=False,
    )  # fmt: skip
