"""The change from one version to the next, case by case, coloured by reclassification."""

import math
from functools import partial

import numpy as np
from matplotlib.axes import Axes

from bonescint.files import Row
from bonescint.outputs.data import decided, in_both, measured
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import Panel, Picture
from bonescint.outputs.style import (
    BLUE,
    DOTTED,
    ORANGE,
    VERMILION,
    empty_panel,
    many,
    same_scale,
    small,
)

FIGURE = {
    "order": 50,
    "section": "version_diagnosis",
    "needs": ["measurements", "reference", "version_pairs", "first_cutoffs"],
    "narrow": True,
    "where": ["readers", "versions"],
    "workbook": False,
}

# (positive before, positive after): colour, marker, dash, width
_CHANGES = {
    (False, False): ("#9A9A9A", "o", "-", 0.8),
    (True, True): (BLUE, "o", "-", 0.8),
    (False, True): (VERMILION, "^", "-", 1.6),
    (True, False): (ORANGE, "v", "--", 1.6),
}
_NAMES = {
    (False, False): "stays_negative",
    (True, True): "stays_positive",
    (False, True): "becomes_positive",
    (True, False): "becomes_negative",
}


def _panel(
    ax: Axes, pairs: list[tuple[float, float]], cutoff: float, is_low: bool, labels: Labels
) -> None:
    def called(value: float) -> bool:
        return value <= cutoff if is_low else value >= cutoff

    for change, (colour, marker, dash, width) in _CHANGES.items():
        group = [(a, b) for a, b in pairs if (called(a), called(b)) == change]
        if group and many(len(pairs)):
            # 5th percentile, median and 95th percentile
            ends = np.percentile(np.array(group), (5, 50, 95), axis=0)
            ax.fill_between([0, 1], ends[0], ends[2], color=colour, alpha=0.25, linewidth=0)
            group_drawn = [tuple(ends[1])]
        else:
            group_drawn = group
        # one line with gaps is drawn ten times as fast as many lines
        ax.plot(
            [0, 1, math.nan] * len(group_drawn),
            [y for a, b in group_drawn for y in (a, b, math.nan)],
            color=colour, marker=marker, markersize=4, linestyle=dash, linewidth=width, alpha=0.8,
        )  # fmt: skip
        # an empty line makes the legend's entry, so that a count of zero is shown, too
        ax.plot(
            [], [], color=colour, marker=marker, linestyle=dash, linewidth=width,
            label=labels("change_count", change=labels(_NAMES[change]), n=len(group)),
        )  # fmt: skip
    ax.axhline(cutoff, **DOTTED)
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    low, high = ax.get_ylim()
    if not low <= 0 <= high:
        return  # no value is, or can be, 0
    for x, ha, offset in ((0, "right", -5), (1, "left", 5)):
        zeros = sum(pair[x] == 0 for pair in pairs)
        ax.annotate(
            labels("zeros", n=zeros), (x, 0), (offset, 0), textcoords="offset points",
            ha=ha, va="center", fontsize=small(),
        )  # fmt: skip


def draw(
    measurements: list[Row],
    reference: list[Row],
    version_pairs: list[list[str]],
    first_cutoffs: dict[str, float],
    labels: Labels,
) -> Picture:
    """Draw the paired values of each version pair, split by the readers' consensus.

    It draws the first metric with a cut-off that both versions of a pair have.
    """
    values, truth = measured(measurements), decided(reference)
    cut = [key for key in labels.values if key in first_cutoffs]
    drawn = next((m for m in cut if any(labels.have(pair, m) for pair in version_pairs)), "")
    pairs = version_pairs if drawn else []

    def panel(ax: Axes, old: str, new: str, state: bool) -> None:
        both = in_both(values, old, new, drawn)
        cases = [pair for code, pair in both.items() if truth.get(code) is state]
        name = labels("reference_yes" if state else "reference_no")
        ax.set_title(labels("panel_counts", name=name, n=len(cases)))
        if not cases:
            empty_panel(ax, labels("no_data"))
            return
        # both groups of a pair have one scale
        same_scale(ax, labels.values[drawn], [v for pair in both.values() for v in pair])
        ax.set_xlim(-0.35, 1.35)
        ax.set_xticks([0, 1], [labels.software(old), labels.software(new)])
        ax.grid(visible=False, axis="x")
        ax.set_ylabel(labels.axis(drawn))
        _panel(ax, cases, first_cutoffs[drawn], labels.is_low(drawn), labels)

    at = labels.at(drawn, first_cutoffs[drawn]) if drawn else ""
    return Picture(
        labels.figure("title", "version_slope"),
        [
            Panel(
                f"{old}-{new}-{'positive' if state else 'negative'}",
                partial(panel, old=old, new=new, state=state),
            )
            for old, new in pairs
            for state in (True, False)
        ],
        (4.0, 4.5),
        columns=2,
        note=labels.figure("note", "version_slope", cutoff=at) if drawn else "",
        empty=labels("no_cutoff" if version_pairs else "no_pairs"),
    )
