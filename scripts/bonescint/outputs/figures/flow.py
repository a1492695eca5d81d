"""Flow diagram in the manner of STARD: from the files found to each software's 2 x 2 table."""

from dataclasses import dataclass, field, replace
from functools import partial

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from bonescint.cohort.flow import tracers_of
from bonescint.files import Row, number
from bonescint.outputs.labels import Labels
from bonescint.outputs.panels import OtherForm, Panel, Picture
from bonescint.outputs.style import BLUE, GREY
from bonescint.text.width import broken

FIGURE = {
    "order": 10,
    "section": "flow",
    "needs": ["flow", "failed_calls", "first_cutoffs"],
    "narrow": True,
}

# in inches, at type of 9 points; a smaller panel gets its own layout
_WIDTH = 9.0
_LINE = 0.19  # a line of text
_GAP = 0.32  # space between two boxes, for the arrow
_LETTER = 0.0664  # a Latin character
_INSIDE = 0.12  # from a box's edge to its text
_ARM = 1.75  # the least width of a software's box, including the gap beside it
_TYPE = 9.0
_TITLE = 0.4  # height of a picture's title
# width and height of a part where the whole is too large: for a journal's column, for a slide
_NARROWER = ((4.9, 12.5), (9.6, 4.7))


@dataclass
class _Stage:
    """One box of the trunk, and the cases that were left out before it."""

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
    if any(row[one] not in ("", "0") for one in tracers):  # the tracer may be unknown
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


@dataclass
class _Table:
    """Calls of one software by the readers' consensus: a row a call, a column a consensus."""

    title: str
    lines: list[tuple[str, str, str]]


def _tables(
    failed_calls: list[Row], first_cutoffs: dict[str, float], labels: Labels
) -> dict[str, _Table]:
    """Return each software's calls at the first cut-off of its first metric that has one."""
    found: dict[str, _Table] = {}
    for key in labels.software_keys:
        metric = next((one for one in labels.metrics(key) if one in first_cutoffs), "")
        rows = [
            row
            for row in failed_calls
            if (row["software"], row["metric"]) == (key, metric)
            and number(row["cutoff"]) == first_cutoffs[metric]
        ]
        if rows:
            head = ("", labels.figure("yes", "flow"), labels.figure("no", "flow"))
            lines = [
                (labels.figure(row["call"], "flow"), row["metastasis"], row["no_metastasis"])
                for row in rows
            ]
            said = labels.figure("calls", "flow", cutoff=labels.at(metric, first_cutoffs[metric]))
            found[key] = _Table(said, [head, *lines])
    return found


@dataclass
class _FlowBox:
    """A box with its top left corner at (x, y). The box of a table has columns instead of lines."""

    x: float
    y: float
    width: float
    lines: list[str]
    edge: str
    table: _Table | None = None

    @property
    def height(self) -> float:
        lines = [self.table.title, *self.table.lines] if self.table else self.lines
        return len(lines) * _LINE + 0.16


@dataclass
class _Layout:
    """Boxes, lines and arrows, placed from the top down (y grows upwards)."""

    width: float
    y: float = 0.0
    boxes: list[_FlowBox] = field(default_factory=list)
    lines: list[tuple[list[float], list[float]]] = field(default_factory=list)
    arrows: list[tuple[tuple[float, float], tuple[float, float], str]] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, text: str, edge: str) -> _FlowBox:
        """Place a text, with its lines broken to the box's width."""
        room = int((width - 2 * _INSIDE) / _LETTER)
        lines = [line for part in text.split("\n") for line in broken(part, room)]
        self.boxes.append(_FlowBox(x, y, width, lines, edge))
        return self.boxes[-1]


def _trunk(layout: _Layout, stages: list[_Stage], labels: Labels) -> float:
    """Place the trunk, with the cases left out beside it. Return the trunk's middle."""
    trunk, side = layout.width * 0.45, layout.width * 0.5
    middle = trunk / 2
    for i, stage in enumerate(stages):
        start = layout.y
        if stage.left_out:
            text = _side_text(stage.left_out, labels)
            box = layout.box(side, start - _GAP / 2, layout.width - side, text, GREY)
            layout.y = box.y - box.height - _GAP / 2
            at = box.y - box.height / 2
            layout.arrows.append(((middle, at), (side, at), GREY))
        elif i:
            layout.y -= _GAP
        if stage.included:
            if i:
                layout.arrows.append(((middle, start), (middle, layout.y), BLUE))
            text = _trunk_text(stage, labels)
            layout.y -= layout.box(0, layout.y, trunk, text, BLUE).height
    return middle


def _arms(
    layout: _Layout,
    arms: dict[str, _Stage],
    tables: dict[str, _Table],
    middle: float,
    labels: Labels,
) -> None:
    """Place the software with their tables side by side, in several rows where room is short."""
    most = max(min(int(layout.width / _ARM), 4), 1)
    # spread evenly over the rows
    columns = -(-len(arms) // -(-len(arms) // most))
    step = (layout.width + 0.15) / columns
    keys, start = list(arms), layout.y - _GAP * 0.45
    layout.lines.append(([middle, middle], [layout.y, start]))
    for first in range(0, len(keys), columns):
        split = layout.y - _GAP * 0.45
        top = layout.y - _GAP
        low = top
        for i, key in enumerate(keys[first : first + columns]):
            x, width = i * step, step - 0.15
            at = x + width / 2
            box = layout.box(x, top, width, _arm_text(key, arms[key], labels), BLUE)
            # a line down the left edge leads to each later row
            way = ([middle, at], [split] * 2) if first == 0 else (
                [middle, -0.07, -0.07, at], [start, start, split, split]
            )  # fmt: skip
            layout.lines.append(way)
            layout.arrows.append(((at, split), (at, top), BLUE))
            end = top - box.height
            if table := tables.get(key):
                layout.arrows.append(((at, end), (at, end - _GAP * 0.8), BLUE))
                made = _FlowBox(x, end - _GAP * 0.8, width, [], BLUE, table)
                layout.boxes.append(made)
                end = made.y - made.height
            low = min(low, end)
        layout.y = low


@dataclass
class _FlowPart:
    """The content of one panel: the whole diagram, or a part that continues another one."""

    trunk: list[_Stage]
    arms: dict[str, _Stage]
    tables: dict[str, _Table]
    labels: Labels

    def laid_out(self, width: float) -> _Layout:
        """Place everything in a given width."""
        layout = _Layout(width)
        middle = _trunk(layout, self.trunk, self.labels)
        if self.arms:
            _arms(layout, self.arms, self.tables, middle, self.labels)
        return layout

    def height(self, width: float) -> float:
        """Return the height in inches of a panel of this width, at type of 9 points."""
        return 0.3 - self.laid_out(width - 0.2).y

    def in_parts(self, width: float, most: float) -> "list[_FlowPart]":
        """Return the diagram in parts of a limited height.

        Each part begins with the last box of the part before. The list is empty where a part would
        have to be taller than the limit.
        """
        parts = [replace(self, trunk=[], arms={})]
        for stage in [*self.trunk, None]:  # None stands for the software
            last = parts[-1]
            added = [stage] if stage else []
            grown = replace(last, trunk=last.trunk + added, arms={} if stage else self.arms)
            if grown.height(width) <= most or not last.trunk:
                parts[-1] = grown
            else:
                again = _Stage(last.trunk[-1].included, [])
                parts.append(replace(grown, trunk=[again, *added]))
        return parts if all(one.height(width) <= most for one in parts) else []

    def in_even_parts(self, width: float, most: float) -> "list[_FlowPart]":
        """Return the fewest parts, none much taller than the others."""
        parts = self.in_parts(width, most)
        while parts and len(lower := self.in_parts(width, most := 0.9 * most)) == len(parts):
            parts = lower
        return parts


def _inches(ax: Axes) -> tuple[float, float]:
    """Return the size of the panel's place, below a title."""
    whole, dpi, spec = ax.figure.bbox, ax.figure.get_figure(root=True).dpi, ax.get_subplotspec()
    rows, columns = (1, 1) if spec is None else spec.get_gridspec().get_geometry()
    return whole.width / dpi / columns, (whole.height / dpi - _TITLE) / rows


def _paint(ax: Axes, layout: _Layout, size: float) -> None:
    for box in layout.boxes:
        bottom = box.y - box.height
        ax.add_patch(
            FancyBboxPatch(
                (box.x, bottom), box.width, box.height, facecolor="white", edgecolor=box.edge,
                boxstyle="round,pad=0,rounding_size=0.06",
            )
        )  # fmt: skip
        said = "\n".join(box.lines)
        place = (box.x + _INSIDE, bottom + box.height / 2)
        ax.text(*place, said, va="center", linespacing=1.35, fontsize=size)
        lines = [(box.table.title, "", ""), *box.table.lines] if box.table else []
        for i, line in enumerate(lines):
            y = box.y - 0.08 - (i + 0.5) * _LINE
            ends = (box.x + _INSIDE, box.x + 0.56 * box.width, box.x + box.width - _INSIDE)
            for x, text, ha in zip(ends, line, ("left", "right", "right"), strict=True):
                ax.text(x, y, text, va="center", ha=ha, fontsize=size)
    for xs, ys in layout.lines:
        ax.plot(xs, ys, color=BLUE, linewidth=1)
    for start, end, colour in layout.arrows:
        look = {"arrowstyle": "-|>", "color": colour, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", xy=end, xytext=start, arrowprops=look)


def draw(
    flow: list[Row], failed_calls: list[Row], first_cutoffs: dict[str, float], labels: Labels
) -> Picture:
    """Draw the flow diagram.

    The rows of results/metrics/flow.csv are in their order: rows `in` form the trunk, and rows
    `out` go into the box beside the arrow to the next `in` row. Steps ``step:software`` are the
    parallel boxes at the end.
    """
    whole = _FlowPart(*_stages(flow), _tables(failed_calls, first_cutoffs, labels), labels)

    def panel(ax: Axes, part: _FlowPart) -> None:
        ax.set_axis_off()
        # the panel's size in units of the layout, which assumes type of 9 points
        type_size = mpl.rcParams["font.size"]
        width, height = (one * _TYPE / type_size for one in _inches(ax))
        # use smaller type only where the boxes would not fit; smaller type leaves them more width
        for shrunk in (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5):
            layout = part.laid_out(width / shrunk - 0.2)
            if (0.1 - layout.y) * shrunk <= height:
                break
        _paint(ax, layout, type_size * shrunk)
        ax.set(xlim=(-0.1, layout.width + 0.1), ylim=(layout.y - 0.05, 0.05), aspect="equal")

    narrower = []
    for width, most in _NARROWER if flow else ():
        if parts := whole.in_even_parts(width, most):
            panels = [Panel(f"part{i}", partial(panel, part=one)) for i, one in enumerate(parts, 1)]
            narrower.append(OtherForm(panels, (width, max(one.height(width) for one in parts))))
    return Picture(
        labels.figure("title", "flow"),
        [Panel("flow", partial(panel, part=whole))] if flow else [],
        (_WIDTH, whole.height(_WIDTH)),
        narrower=narrower,
    )
