"""The change from one version to the next, case by case, coloured by reclassification."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bonescint.files import Row
from bonescint.outputs.data import decided, measured
from bonescint.outputs.labels import Labels
from bonescint.outputs.style import (
    BLUE,
    GREY,
    ORANGE,
    VERMILION,
    empty_panel,
    foot_note,
    new_figure,
    scale,
)

FIGURE = {
    "order": 50,
    "section": "version_diagnosis",
    "needs": ["measurements", "reference", "version_pairs", "first_cutoffs"],
    "narrow": True,
    "where": ["readers", "versions"],
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
        for a, b in group:
            ax.plot(
                [0, 1], [a, b], color=colour, marker=marker, markersize=4, linestyle=dash,
                linewidth=width, alpha=0.8,
            )  # fmt: skip
        # an empty line carries the legend's entry: the count stands there even if it is none
        ax.plot(
            [], [], color=colour, marker=marker, linestyle=dash, linewidth=width,
            label=labels("change_count", change=labels(_NAMES[change]), n=len(group)),
        )  # fmt: skip
    ax.axhline(cutoff, color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
    ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2)
    low, high = ax.get_ylim()
    if not low <= 0 <= high:
        return  # no value is, or can be, 0
    for x, ha, offset in ((0, "right", -0.04), (1, "left", 0.04)):
        zeros = sum(pair[x] == 0 for pair in pairs)
        ax.text(x + offset, 0, labels("zeros", n=zeros), ha=ha, va="center", fontsize=7.5)


def draw(
    measurements: list[Row],
    reference: list[Row],
    version_pairs: list[list[str]],
    first_cutoffs: dict[str, float],
    labels: Labels,
) -> Figure:
    """Draw the paired values of each version pair, split by the readers' consensus.

    Of the metrics with a cut-off the first is drawn that both versions of a pair have.

    Parameters
    ----------
    measurements, reference
        Rows of results/measurements.csv and results/reference.csv.
    version_pairs
        Software keys [old, new].
    first_cutoffs
        Metric to cut-off; a value at it is positive.
    labels
        The figures' words.
    """
    values, truth = measured(measurements), decided(reference)
    height = 0.6 + 4.9 * max(len(version_pairs), 1)
    figure = new_figure(8.2, height, labels.figure("title", "version_slope"), labels.synthetic)
    cut = [key for key in labels.values if key in first_cutoffs]
    drawn = next((m for m in cut if any(labels.have(pair, m) for pair in version_pairs)), "")
    if not drawn:
        empty_panel(figure.add_subplot(), labels("no_pairs" if not version_pairs else "no_cutoff"))
        return figure
    metric, cutoff = labels.values[drawn], first_cutoffs[drawn]
    panels = figure.subplots(len(version_pairs), 2, squeeze=False, sharey="row")
    for row, (old, new) in zip(panels, version_pairs, strict=True):
        before, after = values.get((old, drawn), {}), values.get((new, drawn), {})
        both = [code for code in before if code in after]
        top = max([max(before[code], after[code]) for code in both] or [1.0])
        for ax, state, name in ((row[0], True, "reference_yes"), (row[1], False, "reference_no")):
            cases = [(before[c], after[c]) for c in both if truth.get(c) is state]
            ax.set_title(labels("panel_counts", name=labels(name), n=len(cases)))
            if not cases:
                empty_panel(ax, labels("no_data"))
                continue
            scale(ax, "y", metric, top)
            ax.set_xlim(-0.35, 1.35)
            ax.set_xticks([0, 1], [labels.software(old), labels.software(new)])
            ax.grid(visible=False, axis="x")
            _panel(ax, cases, cutoff, labels.is_low(drawn), labels)
        row[0].set_ylabel(labels.axis(drawn))
    at = labels.at(drawn, cutoff)
    foot_note(figure, labels.figure("note", "version_slope", cutoff=at))
    return figure
