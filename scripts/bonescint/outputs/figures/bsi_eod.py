"""A share or an index of a software by the readers' extent of disease."""

from functools import partial

import numpy as np
from matplotlib.axes import Axes

from bonescint.files import Row, number
from bonescint.outputs.data import measured
from bonescint.outputs.estimates import find, with_limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import Panel, Picture
from bonescint.outputs.scatter import boxed
from bonescint.outputs.style import BLUE, LEADING, empty_panel, many, same_scale, small

FIGURE = {
    "order": 66,
    "section": "bsi_eod",
    "needs": ["measurements", "reference", "bsi_eod"],
    "where": ["bsi_eod"],
    "workbook": False,
}


def draw(
    measurements: list[Row], reference: list[Row], bsi_eod: list[Row], labels: Labels
) -> Picture:
    """Draw boxes and points by grade: a panel for each software and metric of the question.

    Kendall's coefficient is in the title.
    """
    values = measured(measurements)
    grades = {row["code"]: int(grade) for row in reference if (grade := number(row["eod"]))
              is not None}  # fmt: skip
    shown = sorted({*grades.values()})
    asked = {(row["subject"], row["metric"]) for row in bsi_eod}

    def panel(ax: Axes, software: str, metric: str) -> None:
        cases = {c: v for c, v in values.get((software, metric), {}).items() if c in grades}
        tau = with_limits(find(bsi_eod, "kendall", software, metric), labels)
        name = f"{labels.software(software)} · {labels.tracer(software)}"
        ax.set_title(f"{name}\n{labels.figure('tau', 'bsi_eod', n=len(cases), tau=tau)}")
        if not cases:
            empty_panel(ax, labels("no_data"))
            return
        of_metric = (group.values() for (_, one), group in values.items() if one == metric)
        same_scale(ax, labels.values[metric], [value for group in of_metric for value in group])
        groups = [[v for c, v in cases.items() if grades[c] == grade] for grade in shown]
        boxed(ax, groups, [BLUE] * len(shown), shown)
        if not many(len(cases)):
            jitter = np.random.default_rng(1).uniform(-0.2, 0.2, len(cases))
            xs = np.fromiter((grades[code] for code in cases), float) + jitter
            ax.scatter(
                xs, list(cases.values()), s=14, color=BLUE, alpha=0.55, linewidth=0, zorder=3
            )  # fmt: skip
        names = [
            f"{grade}\nn = {len(group)}\n{labels('zeros', n=group.count(0))}"
            for grade, group in zip(shown, groups, strict=True)
        ]
        ax.set_xticks(shown, names, fontsize=small(), linespacing=LEADING)
        ax.set_xlabel(labels.figure("eod", "bsi_eod"))
        ax.set_ylabel(labels.axis(metric))
        ax.grid(visible=False, axis="x")

    return Picture(
        labels.figure("title", "bsi_eod"),
        [
            Panel(f"{software}-{metric}", partial(panel, software=software, metric=metric))
            for software, metric in labels.lines()
            if (software, metric) in asked
        ],
        (3.4, 3.7),
        columns=3,
        note=labels.figure("note", "bsi_eod"),
    )
