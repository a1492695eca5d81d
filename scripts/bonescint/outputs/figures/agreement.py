"""How readers and software agree: Cohen's kappa of each pair, with a panel for each software."""

from functools import partial
from typing import NamedTuple

from matplotlib.axes import Axes

from bonescint.files import Row, number
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import Panel, Picture
from bonescint.outputs.style import BLACK, DOTTED, GREY, series
from bonescint.outputs.whiskers import whiskers

FIGURE = {
    "order": 32,
    "section": "software_readers",
    "needs": ["software_readers", "first_cutoffs"],
    "where": ["software_readers"],
    "workbook": False,
}

_KAPPA = "cohen_kappa"


class _Group(NamedTuple):
    title: str
    rows: list[Row]
    colour: str
    marker: str


def _by_pair(rows: list[Row]) -> list[Row]:
    """Return the first row of each pair, which has the main limits; the highest kappa on top."""
    first: dict[tuple[str, str], Row] = {}
    for row in rows:
        first.setdefault((row["subject"], row["comparator"]), row)
    return sorted(first.values(), key=lambda row: -(number(row["estimate"]) or 0.0))


def _groups(rows: list[Row], key: str, cutoffs: dict[str, float], labels: Labels) -> list[_Group]:
    kappas = [row for row in rows if row["measure"] == _KAPPA]
    pairs = _by_pair([row for row in kappas if row["cases"] == f"cases_of={key}"])
    found = [_Group(labels.figure("readers", "agreement"), pairs, BLACK, "D")]
    for metric in labels.metrics(key):
        own = [row for row in kappas if row["subject"] == key and row["metric"] == metric]
        at = _by_pair([row for row in own if number(row["cutoff"]) == cutoffs.get(metric)])
        if at and metric in cutoffs:
            said = labels.at(metric, cutoffs[metric])
            title = labels.figure("software", "agreement", metric=said)
            found.append(_Group(title, at, *series(labels, metric)[:2]))
    return [group for group in found if group.rows]


def _who(row: Row, software: str, labels: Labels) -> str:
    names = [labels.software(labels.word(row[key])) for key in ("subject", "comparator")]
    pair = names[1] if row["subject"] == software else " – ".join(names)
    return labels("panel_counts", name=pair, n=row["n"])


def _panel(ax: Axes, software: str, groups: list[_Group], labels: Labels) -> None:
    ax.set_title(f"{labels.software(software)}\n{labels.tracer(software)}")
    ticks: dict[float, str] = {}
    headings, y = [], 0.0
    for group in groups:
        headings.append(len(ticks))
        ticks[y] = group.title
        places = [y + 1 + i for i in range(len(group.rows))]
        ticks |= {
            at: _who(row, software, labels) for at, row in zip(places, group.rows, strict=True)
        }
        whiskers(ax, places, group.rows, group.colour, group.marker)
        y = places[-1] + 1.4
    ax.axvline(0, **DOTTED)
    ax.set_yticks([*ticks], [*ticks.values()])
    for i in headings:
        ax.get_yticklabels()[i].set(color=GREY)
    ax.set(ylim=(y - 0.8, -0.7), xlabel=labels.word(_KAPPA))
    ax.set_xlim(min(ax.get_xlim()[0], -0.05), 1.02)
    ax.grid(visible=False, axis="y")


def draw(software_readers: list[Row], first_cutoffs: dict[str, float], labels: Labels) -> Picture:
    """Draw how the readers agree with each other and with the software, on the same cases."""
    found = {
        key: _groups(software_readers, key, first_cutoffs, labels) for key in labels.software_keys
    }
    found = {key: groups for key, groups in found.items() if groups}
    most = max((sum(len(g.rows) + 1.4 for g in groups) for groups in found.values()), default=0)
    return Picture(
        labels.figure("title", "agreement"),
        [
            Panel(key, partial(_panel, software=key, groups=groups, labels=labels))
            for key, groups in found.items()
        ],
        (3.9, 1.0 + 0.21 * most),
        columns=3,
        note=labels.figure("note", "agreement"),
    )
