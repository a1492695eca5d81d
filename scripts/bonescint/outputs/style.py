"""What all figures share: font, colours, banner, and files with reproducible bytes."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import takewhile
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.layout_engine import ConstrainedLayoutEngine

from bonescint.files import replacing
from bonescint.outputs import DPI, fonts
from bonescint.outputs.labels import Labels
from bonescint.outputs.presets import LEAST_POINTS
from bonescint.resources import SYNTHETIC
from bonescint.text.width import broken

# Okabe & Ito's palette (jfly.uni-koeln.de/color): distinct for any colour vision
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY = "#6B6B6B"
# a second and a third cue beside the colour: marker and dash
SERIES = [(BLUE, "o", "-"), (VERMILION, "s", "--"), (GREEN, "^", "-."), (PURPLE, "D", ":")]
DOTTED: dict[str, Any] = {"color": GREY, "linewidth": 0.9, "linestyle": (0, (1, 2))}
_NOTE_POINTS = 8.0
# inches that a Latin character of the foot note takes per point of its size, margin included
_NOTE_WIDTH = 0.059 / _NOTE_POINTS
_EDGE = 0.05  # inches from the figure's edge to title and note
LEADING = 1.3  # line spacing of Japanese beside Latin letters
_ACROSS = 48  # Latin characters in a line of an empty panel
# with values up to this, a logarithmic axis would show hardly more than its linear part
_SMALL = 3.0
_SVG_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))
_PDF_METADATA = dict.fromkeys(("Creator", "Producer", "CreationDate"))
_RC: dict[str, Any] = {
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "grid.color": "#E4E4E4",
    "grid.linewidth": 0.6,
    "axes.titley": 1.0,  # an axes has only its title above it
    "legend.frameon": False,
    "legend.handlelength": 3.0,  # long enough to recognise a dash-dot line
    "figure.dpi": DPI,
    "pdf.fonttype": 42,
    "svg.hashsalt": "bonescint",
    "svg.id": "figure",
}


class _RoundedLayout(ConstrainedLayoutEngine):
    """Rounds the panels' positions, because the solver's last digits are not reproducible."""

    def execute(self, fig: Figure) -> None:
        with suppress(ValueError):  # nested grids are laid out but cannot be compressed
            super().execute(fig)
        for ax in fig.axes:
            left, bottom, width, height = ax.get_position(original=True).bounds
            ax.set_position((round(left, 6), round(bottom, 6), round(width, 6), round(height, 6)))


@contextmanager
def house_style(points: float = 9.0, are_texts: bool = False) -> Iterator[None]:
    """Apply the figures' settings inside the block (drawing and saving).

    Larger and smaller type scale with `points`, down to `LEAST_POINTS`. `are_texts` tells whether
    SVG keeps texts as texts, for editors, instead of outlines.
    """
    sizes = {"axes.titlesize": 10, "figure.titlesize": 12, "font.size": 9, "legend.fontsize": 8}
    settings = _RC | {
        "font.family": fonts.family(),
        "svg.fonttype": "none" if are_texts else "path",
        **{key: max(size * points / 9, LEAST_POINTS) for key, size in sizes.items()},
    }
    with mpl.rc_context(settings):  # type: ignore[arg-type] # it lists every key by name
        yield


def small() -> float:
    """Return the size of less important type in points. It stays legible."""
    return max(float(mpl.rcParams["font.size"]) / 1.2, LEAST_POINTS)


def new_figure(width: float, height: float, title: str, synthetic: bool, note: str = "") -> Figure:
    """Return an empty figure with its title, its note and, for simulated data, the banner.

    They stand at the figure's edges, whatever space the panels leave.

    Parameters
    ----------
    width, height
        Inches.
    title
        One short line, top left; empty for no title.
    synthetic
        Whether the data are simulated (`study.synthetic`).
    note
        Along the foot, with lines broken between sentences or words; empty for no note.
    """
    size = _title_points()
    lines, small_size = _note_lines(note, width)
    above = _EDGE + 1.35 * size / 72 if title or synthetic else 0.0
    below = note_height(note, width)
    panels = (0.0, below / height, 1.0, 1 - (above + below) / height)
    figure = Figure((width, height), layout=_RoundedLayout(compress=True, rect=panels))
    top = 1 - _EDGE / height
    if title:
        figure.text(0.01, top, title, ha="left", va="top", fontsize=size)
    if synthetic:
        figure.text(
            0.99, top, SYNTHETIC, ha="right", va="top", color=VERMILION, fontsize="large"
        )  # fmt: skip
    if lines:
        figure.text(
            0.01, _EDGE / height, "\n".join(map(str.rstrip, lines)), ha="left", va="bottom",
            color=GREY, fontsize=small_size, linespacing=LEADING,
        )  # fmt: skip
    return figure


def note_height(note: str, width: float) -> float:
    """Return the inches that the note takes along the foot of a figure.

    Parameters
    ----------
    note, width
        As for `new_figure`.
    """
    lines, points = _note_lines(note, width)
    return 2 * _EDGE + 1.45 * points * len(lines) / 72 if lines else 0.0


def _title_points() -> float:
    return float(FontProperties(size=mpl.rcParams["figure.titlesize"]).get_size_in_points())


def _note_lines(note: str, width: float) -> tuple[list[str], float]:
    """Return the note's lines and their size in points."""
    points = min(max(_title_points() / 1.5, LEAST_POINTS), _NOTE_POINTS)
    return broken(note, int(width / (_NOTE_WIDTH * points))) if note else [], points


def leaded(ax: Axes) -> None:
    """Widen the line spacing of a panel's title and axis labels: fallback glyphs would touch."""
    for text in (ax.title, ax.xaxis.label, ax.yaxis.label):
        text.set_linespacing(LEADING)


def empty_panel(ax: Axes, text: str) -> None:
    """Write into the panel that there is nothing to draw, and why."""
    ax.set_axis_off()
    said = "\n".join(broken(text, _ACROSS))
    ax.text(0.5, 0.5, said, transform=ax.transAxes, ha="center", va="center", color=GREY)


def scale(ax: Axes, axis: str, metric: Mapping[str, Any], top: float) -> None:
    """Scale one axis for a metric.

    Percentages and counts gather near zero and span over two decades. Their axis is linear below a
    small value and logarithmic above, with plain numbers as ticks. A number with two bounds, or one
    that may be below zero, has a linear axis. So has one whose values are all small.

    Parameters
    ----------
    ax, axis
        The panel and ``x`` or ``y``.
    metric
        Its ``kind`` and ``bounds`` (`bonescint.tables.metric_columns.metric_values`).
    top
        The largest value drawn.
    """
    low, high = metric["bounds"]
    if metric["kind"] == "number" and (low is None or low < 0 or high is not None):
        if low is not None and high is not None:
            room = 0.03 * (high - low)
            getattr(ax, f"set_{axis}lim")(low - room, high + room)
        return
    if metric["kind"] == "number" and top <= _SMALL:
        return
    linear = 0.1 if metric["kind"] == "percent" else 1.0
    getattr(ax, f"set_{axis}scale")("symlog", linthresh=linear, linscale=0.5)
    upper = max(top, linear * 10) * 1.4
    steps = (linear * factor * 10**power for power in range(12) for factor in (1, 3))
    ticks = [0.0, *takewhile(lambda step: step <= upper, steps)]
    getattr(ax, f"set_{axis}ticks")(ticks, [f"{tick:g}" for tick in ticks])
    getattr(ax, f"set_{axis}ticks")([], minor=True)
    getattr(ax, f"set_{axis}lim")(-linear * 0.6, upper)


def same_scale(ax: Axes, metric: Mapping[str, Any], values: Sequence[float]) -> None:
    """Scale the vertical axis for all values of a metric, so that panels can be compared.

    `values` are those of all panels that share this scale.
    """
    scale(ax, "y", metric, max(values, default=1.0))
    if ax.get_autoscaley_on() and values:
        room = 0.05 * (max(values) - min(values)) or 0.5
        ax.set_ylim(min(values) - room, max(values) + room)


def many(n: int) -> bool:
    """Tell whether there are too many points to draw singly; density is clearer and smaller."""
    return n > 2000


def room_above(ax: Axes, share: float) -> None:
    """Raise the upper limit of a panel on any scale, so that a legend covers no case.

    The panel must have all its data in it. `share` is the share of its height to add.
    """
    shown = ax.yaxis.get_transform()
    low, high = shown.transform(ax.get_ylim())
    ax.set_ylim(top=float(shown.inverted().transform(high + share * (high - low))))


def series(labels: Labels, metric: str) -> tuple[str, str, str]:
    """Return the colour, marker and dash of a metric, the same in every figure."""
    return SERIES[[*labels.values].index(metric) % len(SERIES)]


def save(figure: Figure, *paths: Path) -> None:
    """Write the figure in the format of each path's ending, with reproducible bytes (R35).

    The files hold no date, program, path or author. The canvas is called directly, because
    `Figure.savefig` draws everything twice, once only for the layout. The paths end with ``.png``
    (of the figure's dpi), ``.svg`` or ``.pdf``. The figure is laid out once, so that all formats
    have the same positions.
    """
    dpi = figure.dpi
    for path in paths:
        buffer = io.BytesIO()
        figure.dpi = dpi
        if path.suffix == ".svg":
            FigureCanvasSVG(figure).print_svg(buffer, metadata=_SVG_METADATA)  # type: ignore[no-untyped-call]
        elif path.suffix == ".pdf":
            FigureCanvasPdf(figure).print_pdf(buffer, metadata=_PDF_METADATA)  # type: ignore[no-untyped-call]
        else:
            FigureCanvasAgg(figure).print_png(
                buffer, metadata={"Software": None}, pil_kwargs={"compress_level": 3}
            )  # type: ignore[no-untyped-call]
        figure.set_layout_engine("none")
        with replacing(path, "wb") as stream:
            stream.write(buffer.getvalue())
    figure.dpi = dpi
