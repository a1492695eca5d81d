"""Flow diagram in the manner of STARD: who was found, who was left out and why, who remains."""

from dataclasses import dataclass

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from bonescint.cohort.flow import tracers_of
from bonescint.files import Row
from bonescint.outputs.labels import Labels
from bonescint.outputs.style import BLUE, GREY, empty_panel, new_figure

FIGURE = {
    "order": 10,
    "section": "flow",
    "needs": ["flow"],
    "narrow": True,
}

_LINE = 0.19  # inches a line of text takes
_GAP = 0.32  # inches between two boxes, where the arrow stands
_WIDTH, _TRUNK, _SIDE = 9.0, 4.1, 4.6  # inches: figure, trunk box, left edge of the side boxes


@dataclass
class _Stage:
    """One box of the trunk and, before it, those who were left out."""

    included: Row | None
    left_out: list[Row]


def _stages(flow: list[Row]) -> tuple[list[_Stage], dict[str, _Stage]]:
    """Return the trunk and the parallel arms (steps named ``step:software``)."""
    trunk: list[_Stage] = []
    arms: dict[str, _Stage] = {}
    left_out: list[Row] = []
    for row in flow:
        arm = row["step"].partition(":")[2]
        if arm:
            stage = arms.setdefault(arm, _Stage(None, []))
            if row["kind"] == "out":
                stage.left_out.append(row)
            else:
                stage.included = row
        elif row["kind"] == "out":
            left_out.append(row)
        else:
            trunk.append(_Stage(row, left_out))
            left_out = []
    if left_out:
        trunk.append(_Stage(None, left_out))
    return trunk, arms


def _counts(row: Row, labels: Labels) -> str:
    parts = []
    if row["patients"]:
        parts.append(labels("flow_patients", n=row["patients"]))
    if row["files"]:
        parts.append(labels("flow_files", n=row["files"]))
    tracers = tracers_of([row])
    if any(row[one] not in ("", "0") for one in tracers):  # the tracer may not be known
        parts.append(labels("and").join(f"{one} {row[one]}" for one in tracers))
    return labels("separator").join(parts)


def _trunk_text(stage: _Stage, labels: Labels) -> str:
    row = stage.included
    return f"{labels.flow(row['step'])}\n{_counts(row, labels)}" if row else ""


def _arm_text(software: str, stage: _Stage, labels: Labels) -> str:
    row = stage.included
    lines = [labels.software(software), labels.tracer(software)]
    if row:
        step = labels.flow(row["step"].partition(":")[0])
        lines.append(f"{step}: {labels('flow_patients', n=row['patients'])}")
    lines += [
        f"{labels.flow(out['reason'])}: {labels('flow_patients', n=out['patients'])}"
        for out in stage.left_out
    ]
    return "\n".join(lines)


def _side_text(rows: list[Row], labels: Labels) -> str:
    lines = [f"{labels.flow(row['reason'])}: {_counts(row, labels)}" for row in rows]
    return "\n".join([labels("flow_left_out"), *lines])


def _box(ax: Axes, x: float, y: float, width: float, text: str, edge: str) -> float:
    """Draw a box whose top left corner is (x, y) and return its height; all in inches."""
    height = _height(text)
    ax.add_patch(
        FancyBboxPatch(
            (x, y - height), width, height, boxstyle="round,pad=0,rounding_size=0.06",
            facecolor="white", edgecolor=edge,
        )
    )  # fmt: skip
    ax.text(x + 0.12, y - height / 2, text, va="center", ha="left", linespacing=1.35)
    return height


def _height(text: str) -> float:
    return (text.count("\n") + 1) * _LINE + 0.16


def _arrow(ax: Axes, start: tuple[float, float], end: tuple[float, float], colour: str) -> None:
    ax.annotate(
        "", xy=end, xytext=start,
        arrowprops={"arrowstyle": "-|>", "color": colour, "shrinkA": 0, "shrinkB": 0},
    )  # fmt: skip


def draw(flow: list[Row], labels: Labels) -> Figure:
    """Draw the flow diagram.

    Parameters
    ----------
    flow
        Rows of results/metrics/flow.csv in their order; `in` rows form the trunk,
        `out` rows the box beside the arrow to the next `in` row, steps ``step:software`` the
        parallel boxes at the end.
    labels
        The figures' words.
    """
    stages, arms = _stages(flow)
    texts = [
        (_trunk_text(stage, labels), _side_text(stage.left_out, labels) if stage.left_out else "")
        for stage in stages
    ]
    arm_texts = [_arm_text(key, stage, labels) for key, stage in arms.items()]
    extent = sum(_height(text) for pair in texts for text in pair if text) + _GAP * len(texts)
    extent += max((_height(text) for text in arm_texts), default=0) + _GAP * bool(arms)
    height = max(extent, 1.2) + 0.6
    figure = new_figure(_WIDTH, height, labels.figure("title", "flow"), labels.synthetic)
    ax = figure.add_subplot()
    if not stages:
        empty_panel(ax, labels("no_data"))
        return figure
    ax.set_axis_off()
    y = 0.0
    for i, (included, left_out) in enumerate(texts):
        start = y
        if left_out:
            y -= _GAP / 2
            height = _box(ax, _SIDE, y, _WIDTH - _SIDE - 0.1, left_out, GREY)
            _arrow(ax, (_TRUNK / 2, y - height / 2), (_SIDE, y - height / 2), GREY)
            y -= height + _GAP / 2
        elif i:
            y -= _GAP
        if i and included:
            _arrow(ax, (_TRUNK / 2, start), (_TRUNK / 2, y), BLUE)
        if included:
            y -= _box(ax, 0, y, _TRUNK, included, BLUE)
    if arms:
        step = (_WIDTH - 0.1) / len(arms)
        split = y - _GAP * 0.45
        ax.plot([_TRUNK / 2, _TRUNK / 2], [y, split], color=BLUE, linewidth=1)
        y -= _GAP
        heights = []
        for i, text in enumerate(arm_texts):
            middle = i * step + (step - 0.15) / 2
            ax.plot([_TRUNK / 2, middle], [split, split], color=BLUE, linewidth=1)
            _arrow(ax, (middle, split), (middle, y), BLUE)
            heights.append(_box(ax, i * step, y, step - 0.15, text, BLUE))
        y -= max(heights)
    ax.set_xlim(-0.1, _WIDTH - 0.05)
    ax.set_ylim(y - 0.1, 0.1)
    ax.set_aspect("equal")
    return figure
