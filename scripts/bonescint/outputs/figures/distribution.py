"""The metrics by the readers' consensus, every case a point."""

from functools import partial

import numpy as np
from matplotlib.axes import Axes

from bonescint.files import Row
from bonescint.outputs.data import decided, measured
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import Panel, Picture
from bonescint.outputs.scatter import boxed
from bonescint.outputs.style import BLUE, DOTTED, GREY, LEADING, VERMILION, many, same_scale, small

FIGURE = {
    "order": 60,
    "section": "accuracy",
    "needs": ["measurements", "reference", "first_cutoffs"],
    "where": ["readers"],
    "workbook": False,
}


def _points(ax: Axes, x: int, values: list[float], colour: str, marker: str) -> None:
    # a fixed seed: the same cases are at the same places on every run
    jitter = np.random.default_rng(x).uniform(-0.2, 0.2, len(values))
    ax.scatter(
        x + jitter, values, s=14, marker=marker, facecolor=colour, alpha=0.55, linewidth=0,
        zorder=3,
    )  # fmt: skip


def draw(
    measurements: list[Row], reference: list[Row], first_cutoffs: dict[str, float], labels: Labels
) -> Picture:
    """Draw boxes and points by reference: a column for each software, a row for each metric."""
    values, truth = measured(measurements), decided(reference)
    shown = labels.software_keys

    def panel(ax: Axes, software: str, metric: str) -> None:
        cases = values.get((software, metric), {})
        ax.set_title(f"{labels.software(software)}\n{labels.tracer(software)}")
        # all software share the scale of a metric
        every = [v for key in shown for v in values.get((key, metric), {}).values()]
        same_scale(ax, labels.values[metric], every)
        ax.set_xlim(-0.6, 1.6)
        groups = [
            [value for code, value in cases.items() if truth.get(code) is state]
            for state in (False, True)
        ]
        boxed(ax, groups, [BLUE, VERMILION], [0, 1])
        names = []
        for x, group in enumerate(groups):
            name = labels("reference_yes" if x else "reference_no")
            names.append(labels("group_counts", name=name, n=len(group), zeros=group.count(0)))
            if group and not many(len(cases)):
                _points(ax, x, group, *((VERMILION, "s") if x else (BLUE, "o")))
        ax.set_xticks([0, 1], names, fontsize=small(), linespacing=LEADING)
        ax.grid(visible=False, axis="x")
        ax.set_ylabel(labels.axis(metric))
        if not any(truth.get(code) is not None for code in cases):
            said = labels("no_data")
            ax.text(0.5, 0.5, said, transform=ax.transAxes, ha="center", color=GREY)
        if metric in first_cutoffs:
            ax.axhline(first_cutoffs[metric], **DOTTED)

    return Picture(
        labels.figure("title", "distribution"),
        [
            Panel(f"{software}-{metric}", partial(panel, software=software, metric=metric))
            for software, metric in labels.lines()
        ],
        (3.1, 3.3),
        columns=max(len(shown), 1),
        note=labels.figure("note", "distribution"),
    )
