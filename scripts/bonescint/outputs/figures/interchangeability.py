"""Whether a software could replace a reader: the equivalence index beside the margin."""

from collections.abc import Iterable
from functools import partial

from matplotlib.axes import Axes

from bonescint.files import Row, number
from bonescint.outputs.estimates import find, noted
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import OtherForm, Panel, Picture
from bonescint.outputs.style import DOTTED, LEADING, VERMILION, series
from bonescint.outputs.whiskers import whiskers
from bonescint.text.width import broken

FIGURE = {
    "order": 34,
    "section": "interchangeability",
    "needs": ["interchangeability", "first_cutoffs"],
    "narrow": True,
    "where": ["interchangeability"],
    "workbook": False,
}


def _margin(rows: Iterable[Row]) -> float | None:
    said = (noted(row).get("margin_high", "") for row in rows)
    return next((number(one) for one in said if one), None)


def draw(interchangeability: list[Row], first_cutoffs: dict[str, float], labels: Labels) -> Picture:
    """Draw the index of each software over all readers, with the margin if there is one."""
    margin = _margin(interchangeability)

    def of(measure: str, software: str, metric: str) -> Row | None:
        cutoff = first_cutoffs[metric]
        return find(interchangeability, measure, software, metric, "all_readers", cutoff)

    lines = [
        (software, metric, row)
        for software, metric in labels.lines()
        if metric in first_cutoffs and (row := of("equivalence_index", software, metric))
    ]

    def panel(ax: Axes, across: int) -> None:
        for y, (software, metric, row) in enumerate(lines):
            colour, marker, _ = series(labels, metric)
            # draw the limits that decide, because they have another level
            if margin is not None and (held := of("interchangeability", software, metric)):
                whiskers(ax, [y], [held], colour, "|", width=4.5)
            whiskers(ax, [y], [row], colour, marker)
        ax.axvline(0, **DOTTED)
        if margin is not None:
            text = labels.figure("margin", "interchangeability", margin=f"{margin:g}")
            ax.axvline(margin, color=VERMILION, linewidth=1.2, linestyle="--", label=text)
            ax.legend(loc="lower right", bbox_to_anchor=(1, 1), borderpad=0)
        names = [
            labels(
                "forest_line", software=labels.software(software), tracer=labels.tracer(software),
                metric=labels.at(metric, first_cutoffs[metric]), n=row["n"],
            )
            for software, metric, row in lines
        ]  # fmt: skip
        ax.set_yticks(range(len(lines)), names, linespacing=LEADING)
        ax.set_xlabel("\n".join(broken(labels.word("equivalence_index"), across)))
        ax.set_ylim(len(lines) - 0.4, -0.6)
        ax.grid(visible=False, axis="y")

    key = "note" if margin is not None else "note_no_margin"
    height = 1.0 + 0.36 * max(len(lines), 2)
    wide, below = ([Panel("index", partial(panel, across=n))] if lines else [] for n in (60, 30))
    return Picture(
        labels.figure("title", "interchangeability"),
        wide,
        (7.0, height),
        note=labels.figure(key, "interchangeability"),
        narrower=[OtherForm(below, (3.9, height + 0.15))],
    )
