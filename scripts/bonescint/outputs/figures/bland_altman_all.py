"""All limits of agreement of a version pair: of differences, as quantiles, and of ratios."""

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, NullLocator

from bonescint.files import Row, number
from bonescint.outputs.data import in_both, measured
from bonescint.outputs.estimates import find, noted
from bonescint.outputs.labels import Labels
from bonescint.outputs.levels import Level, levels_beside
from bonescint.outputs.panels import Panel, Picture
from bonescint.outputs.rounding import rounded
from bonescint.outputs.scatter import scattered
from bonescint.outputs.style import BLACK, BLUE, GREEN, empty_panel, scale
from bonescint.text.width import broken

FIGURE = {
    "order": 42,
    "section": "version_measurement",
    "needs": ["measurements", "version_measurement", "version_pairs"],
    "where": ["versions"],
    "report": False,
    "workbook": False,
}

_ACROSS = 32  # Latin characters in a line of a title
_CENTRE, _LIMIT = (BLACK, "-"), (GREEN, "--")
# kind -> measures of the centre and of the limits
_KINDS = {
    "differences": ("bias", "limit_low", "limit_high"),
    "quantiles": ("bias", "quantile_low", "quantile_high"),
    "ratios": ("offset_ratio_bias", "offset_ratio_limit_low", "offset_ratio_limit_high"),
}


def draw(
    measurements: list[Row],
    version_measurement: list[Row],
    version_pairs: list[list[str]],
    labels: Labels,
) -> Picture:
    """Draw a row for each version pair and metric, a column for each kind of limits."""
    values = measured(measurements)

    def panel(ax: Axes, old: str, new: str, metric: str, kind: str) -> None:
        both = in_both(values, old, new, metric)
        name = broken(f"{labels.software(old)} → {labels.software(new)}", _ACROSS)
        name.append(labels("panel_counts", name=labels.word(metric), n=len(both)))
        ax.set_title("\n".join([*name, labels.figure(kind, "bland_altman_all")]))
        rows = [find(version_measurement, one, new, metric, old) for one in _KINDS[kind]]
        if not both or not (centre := rows[0]) or not centre["estimate"]:
            return empty_panel(ax, labels("no_data"))
        was, now = np.array([*both.values()]).T
        scale(ax, "x", labels.values[metric], float((mean := (was + now) / 2).max()))
        ys, key = now - was, {"metric": labels.axis(metric)}
        if kind == "ratios":
            c = number(noted(centre).get("offset", "")) or 0.0
            ys, key = (now + c) / (was + c), {"offset": f"{c:g}"}
            _scale_ratios(ax)
        scattered(ax, mean.tolist(), ys.tolist(), BLUE)
        ax.margins(y=0.15)
        levels_beside(ax, _levels(rows, centre))
        ax.set_xlabel(labels.figure("mean", "bland_altman_all", metric=labels.axis(metric)))
        ax.set_ylabel(labels.figure(f"{kind}_axis", "bland_altman_all", **key))

    return Picture(
        labels.figure("title", "bland_altman_all"),
        [
            Panel(
                f"{old}-{new}-{metric}-{kind}",
                partial(panel, old=old, new=new, metric=metric, kind=kind),
            )
            for old, new, metric in labels.pairs(version_pairs)
            for kind in _KINDS
        ],
        (3.5, 3.7),
        columns=3,
        note=labels.figure("note", "bland_altman_all"),
        empty=labels("no_pairs"),
    )


def _scale_ratios(ax: Axes) -> None:
    ax.set_yscale("log")
    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter("{x:g}")
    ax.yaxis.set_minor_locator(NullLocator())


def _levels(rows: Sequence[Row | None], centre: Row) -> Iterator[Level]:
    for row in rows:
        if row and (at := number(row["estimate"])) is not None:
            yield Level(row, [rounded(at)], *(_CENTRE if row is centre else _LIMIT))
