"""Forest plot of AUC, sensitivity and specificity with their confidence intervals."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bonescint.files import Row, number
from bonescint.outputs.estimates import PERFORMANCE, performance, with_limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.style import GREY, empty_panel, foot_note, new_figure, series

FIGURE = {
    "order": 30,
    "section": "overview",
    "needs": ["accuracy", "cutoffs", "first_cutoffs"],
    "where": ["readers"],
}


def draw(
    accuracy: list[Row], cutoffs: list[Row], first_cutoffs: dict[str, float], labels: Labels
) -> Figure:
    """Draw one panel a measure, one line a software and metric; of versions over the same cases.

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
    figure = new_figure(
        10.4, 1.3 + 0.42 * max(len(lines), 2), labels.figure("title", "forest"), labels.synthetic
    )
    found = {line: performance(accuracy, cutoffs, *line, first_cutoffs) for line in lines}
    if not any(row for rows in found.values() for row in rows.values()):
        empty_panel(figure.add_subplot(), labels("no_data"))
        return figure
    panels = figure.subplots(1, len(PERFORMANCE), sharey=True)
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.08)  # type: ignore[union-attr, call-arg]
    for ax, measure in zip(panels, PERFORMANCE, strict=True):
        ax.set_title(labels.word(measure))
        for y, (software, metric) in enumerate(lines):
            if measure == "auc" or metric in first_cutoffs:
                _line(ax, y, found[software, metric][measure], metric, labels)
        if measure == "auc":
            ax.axvline(0.5, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
        ax.set_xlim(0, 1.05)
        ax.grid(visible=False, axis="y")
    panels[0].set_yticks(
        range(len(lines)),
        [
            labels(
                "forest_line",
                software=labels.software(software),
                tracer=labels.tracer(software),
                metric=labels.word(metric),
                n=(found[software, metric]["auc"] or {}).get("n") or 0,
            )
            for software, metric in lines
        ],
    )
    panels[0].set_ylim(len(lines) - 0.4, -0.6)
    at = [labels.at(metric, cutoff) for metric, cutoff in first_cutoffs.items()]
    note = labels.figure("note", "forest", cutoffs=labels("separator").join(at))
    foot_note(figure, note)
    return figure


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
        (1.03, y), xycoords=("axes fraction", "data"), va="center", fontsize=8,
        annotation_clip=False,
    )  # fmt: skip
