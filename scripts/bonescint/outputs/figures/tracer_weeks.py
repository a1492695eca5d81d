"""Which tracer was given in which week, because the two alternate (R7)."""

from collections import Counter
from datetime import date, timedelta
from functools import partial
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator
from matplotlib.ticker import MaxNLocator

from bonescint.files import Row
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import OtherForm, Panel, Picture
from bonescint.outputs.style import BLACK, BLUE, GREEN, ORANGE, PURPLE
from bonescint.text.dates import table_date

FIGURE = {
    "order": 37,
    "section": "case_mix",
    "needs": ["cases"],
    "where": ["tracers", "case_mix"],
    "workbook": False,
}

_FILLS = ((BLUE, ""), (ORANGE, "////"), (GREEN, "...."), (PURPLE, "xxxx"))


def weekly(cases: list[Row]) -> dict[str, Counter[date]]:
    """Return tracer -> Monday of the ISO week -> cases. Cases without a date are left out."""
    weeks: dict[str, Counter[date]] = {}
    for row in cases:
        if row["tracer"] and (day := table_date(row["study_date"])):
            monday = day - timedelta(days=day.weekday())
            weeks.setdefault(row["tracer"], Counter())[monday] += 1
    return weeks


def draw(cases: list[Row], labels: Labels) -> Picture:
    """Draw the cases of each week, stacked by tracer, with a mark where both were given."""
    weeks = weekly(cases)
    order = dict.fromkeys([*map(labels.tracer, labels.software_keys), *sorted(weeks)])
    tracers = [tracer for tracer in order if tracer in weeks]
    mondays = sorted({monday for counts in weeks.values() for monday in counts})

    def panel(ax: Axes, ticks: int, entries: int, room: float) -> None:
        # a step for each week from the first to the last; one area for each tracer is quick to draw
        n = (mondays[-1] - mondays[0]).days // 7 + 1
        edges = [mondays[0] + timedelta(weeks=i) for i in range(n + 1)]
        # matplotlib's dates are days since 1970
        at = np.array([(edge - date(1970, 1, 1)).days for edge in edges])
        _date_axis(ax, ticks, labels)
        below = np.zeros(n + 1)
        given = np.zeros(n)
        for tracer, (colour, hatch) in zip(tracers, _FILLS, strict=False):
            counts = np.array([weeks[tracer][monday] for monday in edges])
            ax.fill_between(
                at, below, below + counts, step="post", facecolor=colour, hatch=hatch,
                edgecolor="white", linewidth=0,
                label=labels("panel_counts", name=tracer, n=weeks[tracer].total()),
            )  # fmt: skip
            below = below + counts
            given += counts[:n] > 0
        both, top = np.flatnonzero(given > 1), below.max()
        ax.plot(
            at[both] + 3.5, below[both] + 0.06 * top,
            color=BLACK, marker="v", markersize=5, linestyle="none",
            label=labels("panel_counts", name=labels.figure("both", "tracer_weeks"), n=len(both)),
        )  # fmt: skip
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set(ylim=(0, room * top), xlim=(at[0], at[-1]))
        ax.set_ylabel(labels.figure("cases", "tracer_weeks"))
        ax.grid(visible=False, axis="x")
        ax.legend(loc="upper left", ncols=entries)

    # for a page's width and for a column: ticks, legend entries in a line, room for the legend
    forms = (8, len(tracers) + 1, 1.35), (4, 1, 1.4 + 0.1 * len(tracers))
    wide, below = (
        [Panel("weeks", partial(panel, ticks=ticks, entries=n, room=room))] if mondays else []
        for ticks, n, room in forms
    )
    return Picture(
        labels.figure("title", "tracer_weeks"),
        wide,
        (9.0, 2.9),
        note=labels.figure("note", "tracer_weeks"),
        narrower=[OtherForm(below, (3.9, 3.2))],
    )


def _date_axis(ax: Axes, ticks: int, labels: Labels) -> None:
    ax.xaxis_date()
    locator: Any = AutoDateLocator  # it has no types
    ax.xaxis.set_major_locator(locator(minticks=min(ticks // 2, 5), maxticks=ticks))
    ax.set_xlabel(labels.figure("week", "tracer_weeks"))
