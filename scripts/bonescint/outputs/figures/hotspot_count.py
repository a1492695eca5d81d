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
from bonescint.outputs.style import BLUE, DOTTED, VERMILION, empty_panel, room_above, scale

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
    """Draw a panel for each software and count.

    `hotspot_fit` has the fitted mean for each number of metastases read. Spearman's coefficient is
    in the legend.
    """
    values = measured(measurements)
    found = ((row["code"], number(row["n_metastases"])) for row in reference)
    read = {code: n for code, n in found if n is not None}

    def panel(ax: Axes, software: str, metric: str) -> None:
        spots = {c: v for c, v in values.get((software, metric), {}).items() if c in read}
        name = f"{labels.software(software)} · {labels.tracer(software)}"
        ax.set_title(f"{name}\n{labels('panel_counts', name=labels.word(metric), n=len(spots))}")
        if not spots:
            empty_panel(ax, labels("no_data"))
            return
        top = max(*spots.values(), *(read[code] for code in spots), 1.0)
        for axis in "xy":
            scale(ax, axis, labels.values[metric], top)
        rank = find(hotspot_count, "spearman", software, metric)
        said = labels.figure("cases", "hotspot_count", rho=with_limits(rank, labels))
        _cases(ax, [read[code] for code in spots], [*spots.values()], said)
        said = labels.figure("identity", "hotspot_count")
        ax.plot([0, top], [0, top], **DOTTED, label=said)
        of_this = [r for r in hotspot_fit if (r["software"], r["metric"]) == (software, metric)]
        if fit := sorted((float(r["read"]), float(r["fitted"])) for r in of_this if r["fitted"]):
            said = labels.figure("fit", "hotspot_count")
            ax.plot(*zip(*fit, strict=True), color=VERMILION, linestyle="--", label=said)
        ax.set(xlabel=labels.figure("read", "hotspot_count"), ylabel=labels.axis(metric))
        ax.legend(loc="upper left")
        room_above(ax, 0.15)

    return Picture(
        labels.figure("title", "hotspot_count"),
        [
            Panel(f"{software}-{metric}", partial(panel, software=software, metric=metric))
            for software, metric in labels.lines()
            if labels.values[metric]["kind"] == "count"
        ],
        (3.5, 3.9),
        columns=3,
        note=labels.figure("note", "hotspot_count"),
    )


def _cases(ax: Axes, read: list[float], counted: list[float], said: str) -> None:
    # cases at the same place are moved a little, with a fixed seed so that every run is the same
    shift = np.random.default_rng(1).uniform(-0.12, 0.12, (2, len(read)))
    scattered(ax, (read + shift[0]).tolist(), (counted + shift[1]).tolist(), BLUE, label=said)
