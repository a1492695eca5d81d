"""How calls changed from one version to the next: a table of four, with and without metastasis."""

from collections import Counter, defaultdict
from functools import partial

from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from bonescint.files import Row
from bonescint.outputs.data import decided, in_both, measured
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import Panel, Picture
from bonescint.outputs.style import GREY, ORANGE, SKY, empty_panel

FIGURE = {
    "order": 52,
    "section": "version_diagnosis",
    "needs": ["measurements", "reference", "version_pairs", "first_cutoffs"],
    "narrow": True,
    "where": ["readers", "versions"],
    "workbook": False,
}

# (positive before, after): colour and hatch of a changed call
_CHANGED = {(False, True): (ORANGE, "///"), (True, False): (SKY, "\\\\\\")}


def draw(
    measurements: list[Row],
    reference: list[Row],
    version_pairs: list[list[str]],
    first_cutoffs: dict[str, float],
    labels: Labels,
) -> Picture:
    """Draw a panel for each version pair, metric with a cut-off, and answer of the readers."""
    values, truth = measured(measurements), decided(reference)
    tried = _tried(measurements)

    def panel(ax: Axes, old: str, new: str, metric: str, state: bool) -> None:
        both = in_both(values, old, new, metric)
        way = -1 if labels.is_low(metric) else 1
        cutoff = way * first_cutoffs[metric]
        counts = Counter(
            (way * was >= cutoff, way * now >= cutoff)
            for code, (was, now) in both.items()
            if truth.get(code) is state
        )
        n = counts.total()
        ax.set_title(labels.at(metric, first_cutoffs[metric]) + "\n" + _counted(state, n, labels))
        if not n:
            empty_panel(ax, labels("no_data"))
            return
        _cells(ax, counts, labels)
        every = tried[old, metric] | tried[new, metric]
        missing = sum(truth.get(code) is state for code in every) - n
        below = labels.figure("missing", "reclassification", n=missing) if missing else ""
        ax.set(xlabel=f"{labels.software(new)}\n{below}".rstrip(), ylabel=labels.software(old))

    return Picture(
        labels.figure("title", "reclassification"),
        [
            Panel(
                f"{old}-{new}-{metric}-{'positive' if state else 'negative'}",
                partial(panel, old=old, new=new, metric=metric, state=state),
            )
            for old, new, metric in labels.pairs(version_pairs)
            if metric in first_cutoffs
            for state in (True, False)
        ],
        (2.7, 3.1),
        columns=4,
        note=labels.figure("note", "reclassification"),
        empty=labels("no_cutoff" if version_pairs else "no_pairs"),
    )


def _counted(state: bool, n: int, labels: Labels) -> str:
    return labels("panel_counts", name=labels("reference_yes" if state else "reference_no"), n=n)


def _tried(measurements: list[Row]) -> dict[tuple[str, str], set[str]]:
    """Return (software, metric) -> the cases that have a row, with a value or without."""
    cases = defaultdict[tuple[str, str], set[str]](set)
    for row in measurements:
        cases[row["software"], row["metric"]].add(row["code"])
    return cases


def _cells(ax: Axes, counts: Counter[tuple[bool, bool]], labels: Labels) -> None:
    for was in (False, True):
        for now in (False, True):
            colour, hatch = _CHANGED.get((was, now), ("white", ""))
            cell = Rectangle(
                (now, was), 1, 1, facecolor=colour, hatch=hatch, edgecolor=GREY, alpha=0.45
            )  # fmt: skip
            ax.add_patch(cell)
            ax.text(
                now + 0.5, was + 0.5, str(counts[was, now]), ha="center", va="center",
                fontsize="x-large",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 2},
            )  # fmt: skip
    words = [labels.figure(one, "reclassification") for one in ("negative", "positive")]
    ax.set_xticks([0.5, 1.5], words)
    ax.set_yticks([0.5, 1.5], words, rotation=90, va="center")
    ax.set(xlim=(0, 2), ylim=(0, 2), aspect="equal")
    ax.tick_params(length=0)
    ax.grid(visible=False)
