"""Bland-Altman plots of the version pairs, with the limits' own confidence intervals."""

from functools import partial

from matplotlib.axes import Axes

from bonescint.files import Row, number
from bonescint.outputs.data import agreement_levels, decided, in_both, measured
from bonescint.outputs.labels import Labels
from bonescint.outputs.levels import Level, levels_beside
from bonescint.outputs.panels import Panel, Picture
from bonescint.outputs.rounding import rounded
from bonescint.outputs.scatter import scattered
from bonescint.outputs.style import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    LEADING,
    VERMILION,
    empty_panel,
    many,
    scale,
    small,
)
from bonescint.text.width import broken

FIGURE = {
    "order": 40,
    "section": "version_measurement",
    "needs": ["measurements", "reference", "version_measurement", "version_pairs"],
    "where": ["versions"],
    "workbook": False,
}

# by the readers' consensus: metastasis, none, undecided
_STATES = (
    (True, VERMILION, "s", "reference_yes"),
    (False, BLUE, "o", "reference_no"),
    (None, GREY, "x", "reference_open"),
)
_BIAS, _LIMIT = (BLACK, "-"), (GREEN, "--")
_BESIDE, _WITHIN = 26, 46  # Latin characters in a line beside the panel and in it


def _levels(ax: Axes, rows: list[Row], pair: tuple[str, str], metric: str, labels: Labels) -> None:
    """Draw the bias, and the limits of agreement that are first in the table."""
    found, why = agreement_levels(rows, pair, metric)
    levels_beside(
        ax,
        [
            Level(
                row,
                [*broken(labels.word(row["measure"]), _BESIDE), rounded(at)],
                *(_BIAS if row["measure"] == "bias" else _LIMIT),
            )
            for row in found
            if (at := number(row["estimate"])) is not None
        ],
        room=0.12,
    )
    if why:
        said = "\n".join(broken(labels.figure(why, "bland_altman"), _WITHIN))
        ax.text(
            0.02,
            0.02,
            said,
            transform=ax.transAxes,
            fontsize=small(),
            color=VERMILION,
            linespacing=LEADING,
        )


def _points(
    ax: Axes, cases: dict[str, tuple[float, float]], truth: dict[str, bool], labels: Labels
) -> None:
    if many(len(cases)):
        means = [(before + after) / 2 for before, after in cases.values()]
        scattered(ax, means, [after - before for before, after in cases.values()], GREY)
        return
    for state, colour, marker, key in _STATES:
        codes = [code for code in cases if truth.get(code) is state]
        if codes:
            ax.scatter(
                [sum(cases[code]) / 2 for code in codes],
                [cases[code][1] - cases[code][0] for code in codes],
                s=18, marker=marker, color=colour, alpha=0.65, linewidth=0.8, zorder=3,
                label=labels("panel_counts", name=labels(key), n=len(codes)),
            )  # fmt: skip


def draw(
    measurements: list[Row],
    reference: list[Row],
    version_measurement: list[Row],
    version_pairs: list[list[str]],
    labels: Labels,
) -> Picture:
    """Draw difference (new - old) against mean: rows are version pairs, columns are metrics.

    The bias and the limits of agreement that are first in the table (raw ones or quantiles) each
    give a line and a band.
    """
    values, truth = measured(measurements), decided(reference)
    pairs = labels.pairs(version_pairs)

    def panel(ax: Axes, old: str, new: str, metric: str) -> None:
        both = in_both(values, old, new, metric)
        name = f"{labels.software(old)} → {labels.software(new)}"
        ax.set_title(f"{name}\n{labels('panel_counts', name=labels.word(metric), n=len(both))}")
        if not both:
            empty_panel(ax, labels("no_data"))
            return
        scale(ax, "x", labels.values[metric], max(sum(pair) / 2 for pair in both.values()))
        _points(ax, both, truth, labels)
        ax.margins(y=0.2)
        _levels(ax, version_measurement, (old, new), metric, labels)
        zeros = sum(pair == (0, 0) for pair in both.values())
        ax.set_xlabel(labels("mean_axis", metric=labels.axis(metric), zeros=zeros))
        ax.set_ylabel(labels("difference_axis", metric=labels.axis(metric)))
        if not many(len(both)):
            ax.legend(loc="upper left")

    return Picture(
        labels.figure("title", "bland_altman"),
        [
            Panel(f"{old}-{new}-{metric}", partial(panel, old=old, new=new, metric=metric))
            for old, new, metric in pairs
        ],
        (4.8, 3.9),
        columns=max(len({metric for *_, metric in pairs}), 1),
        note=labels.figure("note", "bland_altman"),
        empty=labels("no_pairs"),
    )
