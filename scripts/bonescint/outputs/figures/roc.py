"""ROC curves of the metrics against the readers' consensus, one panel a software."""

import math

from matplotlib.figure import Figure

from bonescint.files import Row
from bonescint.outputs.data import roc_point_at, roc_points
from bonescint.outputs.estimates import find, with_limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.style import GREY, empty_panel, foot_note, new_figure, series

FIGURE = {
    "order": 20,
    "section": "accuracy",
    "needs": ["roc_curves", "accuracy", "first_cutoffs"],
    "where": ["readers"],
}


def draw(
    roc_curves: list[Row], accuracy: list[Row], first_cutoffs: dict[str, float], labels: Labels
) -> Figure:
    """Draw the ROC curves with the area under each and the point of the configured cut-off.

    Parameters
    ----------
    roc_curves
        Rows of results/metrics/roc_curves.csv.
    accuracy
        Estimate rows; those of the measure ``auc`` give the legend's figures.
    first_cutoffs
        Metric to cut-off; a value at or above it is positive.
    labels
        The figures' words; its software decides the panels, in the order of config.yaml.
    """
    shown = labels.software_keys
    figure = new_figure(
        0.4 + 3.3 * max(len(shown), 1), 4.3, labels.figure("title", "roc"), labels.synthetic
    )  # fmt: skip
    if not shown:
        empty_panel(figure.add_subplot(), labels("no_data"))
    panels = figure.subplots(1, len(shown), squeeze=False)[0] if shown else []
    for ax, software in zip(panels, shown, strict=True):
        ax.set_title(f"{labels.software(software)}\n{labels.tracer(software)}")
        drawn = False
        for metric in labels.metrics(software):
            colour, marker, dash = series(labels, metric)
            points = roc_points(roc_curves, software, metric)
            if not points:
                continue
            drawn = True
            estimate = find(accuracy, "auc", software, metric)
            text = f"{labels.word(metric)}: {with_limits(estimate, labels)}"
            fpr, tpr = [p[0] for p in points], [p[1] for p in points]
            # through every threshold: ties give a sloping piece, as the trapezoid area counts them
            ax.plot(fpr, tpr, color=colour, linestyle=dash, linewidth=1.8, label=text)
            cutoff = first_cutoffs.get(metric, math.nan)
            if at := roc_point_at(points, cutoff, labels.is_low(metric)):
                ax.plot(
                    *at, marker=marker, color=colour, markersize=7, markeredgecolor="white",
                    linestyle="none", zorder=5,
                    label=labels.at(metric, cutoff),
                )  # fmt: skip
        if not drawn:
            empty_panel(ax, labels("no_data"))
            continue
        ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))
        ax.set(
            xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal",
            xlabel=labels("one_minus_specificity"), ylabel=labels("sensitivity_axis"),
        )  # fmt: skip
        ax.legend(loc="lower right", title=labels("auc_legend"), title_fontsize=8)
    foot_note(figure, labels.figure("note", "roc"))
    return figure
