"""Power of the primary comparison against the number of cases, for three differences."""

from functools import partial

from matplotlib.axes import Axes

from bonescint.files import Row
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import OtherForm, Panel, Picture
from bonescint.outputs.style import DOTTED, GREY, SERIES
from bonescint.text.width import broken

FIGURE = {
    "order": 80,
    "section": "precision",
    "needs": ["sample_size"],
    "narrow": True,
    "where": ["precision"],
    "workbook": False,
}


def draw(sample_size: list[Row], labels: Labels) -> Picture:
    """Draw a line for each difference, with the planned number of cases and the wanted power."""
    wanted = f"{float(sample_size[0]['wanted']):g}" if sample_size else ""
    wide, below = (
        [Panel("power", partial(_curves, across=n, sample_size=sample_size, labels=labels))]
        for n in (90, 44)
    )
    return Picture(
        labels.figure("title", "sample_size"),
        wide if sample_size else [],
        (6.8, 3.9),
        note=labels.figure("note", "sample_size", power=wanted) if sample_size else "",
        empty=labels.figure("no_plan", "sample_size"),
        narrower=[OtherForm(below, (3.9, 3.7))] if sample_size else [],
    )


def _curves(ax: Axes, across: int, sample_size: list[Row], labels: Labels) -> None:
    first = sample_size[0]
    planned = next(row for row in sample_size if row["planned"] == "1")
    for difference, (colour, marker, dash) in zip(
        dict.fromkeys(row["difference"] for row in sample_size), SERIES, strict=False
    ):
        rows = [row for row in sample_size if row["difference"] == difference]
        cases = [int(row["n_positive"]) + int(row["n_negative"]) for row in rows]
        ax.plot(
            cases, [float(row["power"]) for row in rows], color=colour, marker=marker,
            linestyle=dash, markersize=4, linewidth=1.6,
            label=labels.figure("line", "sample_size", difference=f"{float(difference):g}"),
        )  # fmt: skip
        if difference == planned["difference"]:
            low, high = ([float(row[f"power_{end}"]) for row in rows] for end in ("low", "high"))
            ax.fill_between(cases, low, high, color=colour, alpha=0.13, linewidth=0)
    ax.axhline(float(first["wanted"]), **DOTTED)
    n = int(planned["n_positive"]) + int(planned["n_negative"])
    said = labels.figure(
        "planned", "sample_size", positive=planned["n_positive"], negative=planned["n_negative"]
    )
    ax.axvline(n, color=GREY, linewidth=0.9, label=said)
    ax.set(
        ylim=(0, 1.06), xlim=(0, None),
        xlabel=labels.figure("cases", "sample_size"), ylabel=labels.figure("power", "sample_size"),
    )  # fmt: skip
    said = labels.figure(
        "panel", "sample_size", new=labels.software(first["subject"]),
        old=labels.software(first["comparator"]), metric=labels.word(first["metric"]),
        measure=labels.word(first["measure"]),
    )  # fmt: skip
    ax.set_title("\n".join(broken(said, across)))
    ax.legend(loc="best")  # curves leave room above them where the power is low
