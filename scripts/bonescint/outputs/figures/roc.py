"""ROC curves of the metrics against the readers' consensus, with a panel for each software."""

import math
from functools import partial

from matplotlib.axes import Axes

from bonescint.files import Row
from bonescint.outputs.data import roc_band, roc_point_at, roc_points
from bonescint.outputs.estimates import find, with_limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import Panel, Picture
from bonescint.outputs.style import GREY, empty_panel, series, small

FIGURE = {
    "order": 20,
    "section": "accuracy",
    "needs": ["roc_curves", "roc_bands", "accuracy", "first_cutoffs"],
    "where": ["readers"],
    "workbook": False,
}


def draw(
    roc_curves: list[Row],
    roc_bands: list[Row],
    accuracy: list[Row],
    first_cutoffs: dict[str, float],
    labels: Labels,
) -> Picture:
    """Draw the ROC curves with the area under each and the point of the configured cut-off."""

    def curve(ax: Axes, software: str, metric: str) -> bool:
        points = roc_points(roc_curves, software, metric)
        if not points:
            return False
        colour, marker, dash = series(labels, metric)
        estimate = find(accuracy, "auc", software, metric)
        text = f"{labels.word(metric)}: {with_limits(estimate, labels)}"
        fpr, tpr = [p[0] for p in points], [p[1] for p in points]
        # a point for each threshold: ties give a sloping piece, as the trapezoid area assumes
        ax.plot(fpr, tpr, color=colour, linestyle=dash, linewidth=1.8, label=text)
        false_alarms, low, high = roc_band(roc_bands, software, metric)
        ax.fill_between(false_alarms, low, high, color=colour, alpha=0.1, linewidth=0)
        cutoff = first_cutoffs.get(metric, math.nan)
        if at := roc_point_at(points, cutoff, labels.is_low(metric)):
            ax.plot(
                *at, marker=marker, color=colour, markersize=7, markeredgecolor="white",
                linestyle="none", zorder=5,
                label=labels.at(metric, cutoff),
            )  # fmt: skip
        return True

    def panel(ax: Axes, software: str) -> None:
        ax.set_title(f"{labels.software(software)}\n{labels.tracer(software)}")
        if not any([curve(ax, software, metric) for metric in labels.metrics(software)]):
            empty_panel(ax, labels("no_data"))
            return
        _frame(ax, labels)

    return Picture(
        labels.figure("title", "roc"),
        [Panel(key, partial(panel, software=key)) for key in labels.software_keys],
        (3.4, 3.9),
        columns=max(len(labels.software_keys), 1),
        note=labels.figure("note", "roc"),
    )


def _frame(ax: Axes, labels: Labels) -> None:
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.8, linestyle=(0, (1, 2)))
    ax.set(
        xlim=(-0.02, 1.02), ylim=(-0.02, 1.02), aspect="equal",
        xlabel=labels("one_minus_specificity"), ylabel=labels("sensitivity_axis"),
    )  # fmt: skip
    # the legend may cover the line of chance
    ax.legend(
        loc="lower right", title=labels("auc_legend"), title_fontsize=small(), frameon=True,
        edgecolor="none", framealpha=0.85,
    )  # fmt: skip
