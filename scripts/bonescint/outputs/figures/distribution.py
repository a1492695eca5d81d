"""The metrics by the readers' consensus, every case a point."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bonescint.files import Row
from bonescint.outputs.data import decided, measured
from bonescint.outputs.labels import Labels
from bonescint.outputs.style import (
    BLUE,
    GREY,
    VERMILION,
    empty_panel,
    foot_note,
    new_figure,
    scale,
)

FIGURE = {
    "order": 60,
    "section": "accuracy",
    "needs": ["measurements", "reference", "first_cutoffs"],
    "where": ["readers"],
}


def _group(ax: Axes, x: int, values: list[float], colour: str, marker: str, metric: str) -> None:
    ax.boxplot(
        [values], positions=[x], widths=0.5, showfliers=False,
        medianprops={"color": colour, "linewidth": 1.8}, boxprops={"color": GREY},
        whiskerprops={"color": GREY}, capprops={"color": GREY},
    )  # fmt: skip
    # side-steps from a seeded generator: the same cases stand at the same place on every run
    jitter = np.random.default_rng(x).uniform(-0.2, 0.2, len(values))
    ax.scatter(
        x + jitter, values, s=14, marker=marker, facecolor=colour, alpha=0.55, linewidth=0,
        zorder=3,
    )  # fmt: skip


def draw(
    measurements: list[Row], reference: list[Row], first_cutoffs: dict[str, float], labels: Labels
) -> Figure:
    """Draw box and points by reference, a column a software, a row a metric.

    Parameters
    ----------
    measurements, reference
        Rows of results/measurements.csv and results/reference.csv.
    first_cutoffs
        Metric to cut-off, drawn as a dotted line.
    labels
        The figures' words; its software decides the columns.
    """
    values, truth = measured(measurements), decided(reference)
    shown = labels.software_keys
    width = 0.6 + 2.9 * max(len(shown), 1)
    height = 0.4 + 3.1 * max(len(labels.values), 1)
    figure = new_figure(width, height, labels.figure("title", "distribution"), labels.synthetic)
    if not shown:
        empty_panel(figure.add_subplot(), labels("no_data"))
        return figure
    panels = figure.subplots(len(labels.values), len(shown), squeeze=False, sharey="row")
    for row, metric in zip(panels, labels.values, strict=True):
        for ax, software in zip(row, shown, strict=True):
            cases = values.get((software, metric), {})
            groups = [
                [value for code, value in cases.items() if truth.get(code) is state]
                for state in (False, True)
            ]
            if ax in panels[0]:
                ax.set_title(f"{labels.software(software)}\n{labels.tracer(software)}")
            if metric not in labels.metrics(software):
                ax.set_axis_off()
                continue
            top = max([v for key in shown for v in values.get((key, metric), {}).values()] or [1.0])
            scale(ax, "y", labels.values[metric], top)
            ax.set_xlim(-0.6, 1.6)
            names = []
            for x, group in enumerate(groups):
                name = labels("reference_yes" if x else "reference_no")
                zeros = sum(value == 0 for value in group)
                names.append(labels("group_counts", name=name, n=len(group), zeros=zeros))
                if group:
                    _group(ax, x, group, *((VERMILION, "s") if x else (BLUE, "o")), metric)
            ax.set_xticks([0, 1], names, fontsize=8)
            ax.grid(visible=False, axis="x")
            if not any(groups):
                ax.text(
                    0.5, 0.5, labels("no_data"), transform=ax.transAxes, ha="center", color=GREY
                )
            if metric in first_cutoffs:
                ax.axhline(first_cutoffs[metric], color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
        first = next(
            ax for ax, key in zip(row, shown, strict=True) if metric in labels.metrics(key)
        )
        first.set_ylabel(labels.axis(metric))
        first.tick_params(labelleft=True)
    foot_note(figure, labels.figure("note", "distribution"))
    return figure
