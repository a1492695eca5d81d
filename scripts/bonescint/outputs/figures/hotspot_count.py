"""A count of a software against the readers' number of metastases, with the fitted line."""

from functools import partial

import numpy as np
from matplotlib.axes import Axes

from bonescint.files import Row, number
from bonescint.outputs.data import measured
from bonescint.outputs.estimates import find, with_limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import Panel, Picture
from bonescint.outputs.scatter import scattered
from bonescint.outputs.style import BLUE, GREY, VERMILION, empty_panel, scale

FIGURE = {
    "order": 64,
    "section": "hotspot_count",
    "needs": ["measurements", "reference", "hotspot_fit", "hotspot_count"],
    "narrow": True,
    "where": ["hotspot_count"],
    "workbook": False,
}


def draw(
    measurements: list[Row],
    reference: list[Row],
    hotspot_fit: list[Row],
    hotspot_count: list[Row],
    labels: Labels,
) -> Picture:
    """Draw a panel a software and count.

    Parameters
    ----------
    measurements, reference
        Rows of results/measurements.csv and results/reference.csv.
    hotspot_fit
        Rows of results/metrics/hotspot_fit.csv: the mean that the fit expects for each count read.
    hotspot_count
        Estimate rows; Spearman's coefficient stands in the legend.
    labels
        The figures' words.
    """
    values = measured(measurements)
    read = {
        row["code"]: n for row in reference if (n := number(row["n_metastases"])) is not None
    }  # fmt: skip

    def panel(ax: Axes, software: str, metric: str) -> None:
        counts = {c: v for c, v in values.get((software, metric), {}).items() if c in read}
        name = f"{labels.software(software)} · {labels.tracer(software)}"
        ax.set_title(f"{name}\n{labels('panel_counts', name=labels.word(metric), n=len(counts))}")
        if not counts:
            empty_panel(ax, labels("no_data"))
            return
        top = max(*counts.values(), *(read[code] for code in counts), 1.0)
        for axis in "xy":
            scale(ax, axis, labels.values[metric], top)
        # cases of one place are moved a little, the same way on every run
        shift = np.random.default_rng(1).uniform(-0.12, 0.12, (2, len(counts)))
        xs = np.fromiter((read[code] for code in counts), float) + shift[0]
        rank = find(hotspot_count, "spearman", software, metric)
        said = labels.figure("cases", "hotspot_count", rho=with_limits(rank, labels))
        scattered(ax, xs.tolist(), (np.fromiter(counts.values(), float) + shift[1]).tolist(), BLUE,
                  label=said)  # fmt: skip
        said = labels.figure("identity", "hotspot_count")
        ax.plot([0, top], [0, top], color=GREY, linewidth=0.9, linestyle=(0, (1, 2)), label=said)
        fit = [
            (float(row["read"]), float(row["fitted"]))
            for row in hotspot_fit
            if (row["software"], row["metric"]) == (software, metric) and row["fitted"]
        ]
        if fit:
            said = labels.figure("fit", "hotspot_count")
            ax.plot(*zip(*sorted(fit), strict=True), color=VERMILION, linestyle="--", label=said)
        ax.set_xlabel(labels.figure("read", "hotspot_count"))
        ax.set_ylabel(labels.axis(metric))
        ax.legend(loc="upper left")

    return Picture(
        labels.figure("title", "hotspot_count"),
        [
            Panel(f"{software}-{metric}", partial(panel, software=software, metric=metric))
            for metric in labels.values
            if labels.values[metric]["kind"] == "count"
            for software in labels.software_keys
            if metric in labels.metrics(software)
        ],
        (3.5, 3.9),
        columns=3,
        note=labels.figure("note", "hotspot_count"),
    )
