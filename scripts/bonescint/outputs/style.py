"""What all figures share: font, colours, banner, and files whose bytes do not change."""

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import takewhile
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_pdf import FigureCanvasPdf
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from bonescint.files import replacing
from bonescint.outputs import DPI, fonts
from bonescint.outputs.labels import Labels
from bonescint.resources import SYNTHETIC
from bonescint.text.width import broken

# Okabe & Ito's palette (jfly.uni-koeln.de/color): told apart with any colour vision
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
GREY = "#6B6B6B"
# a second and a third cue beside the colour: marker and dash
SERIES = [(BLUE, "o", "-"), (VERMILION, "s", "--"), (GREEN, "^", "-."), (PURPLE, "D", ":")]
_NOTE_WIDTH = 0.059  # inches a Latin character of the foot note takes, with its margin
_ACROSS = 48  # Latin characters that a line takes in an empty panel
# a number up to this would lie in the linear part of a logarithmic axis, or just above it
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
    "axes.titley": 1.0,  # nothing stands above an axes but its title
    "legend.frameon": False,
    "legend.handlelength": 3.0,  # a dash-dot line is seen as one
    "figure.dpi": DPI,
    "pdf.fonttype": 42,
    "svg.hashsalt": "bonescint",
    "svg.id": "figure",
}


@contextmanager
def house_style(points: float = 9.0, are_texts: bool = False) -> Iterator[None]:
    """Hold the figures' settings for the length of the block (drawing and saving).

    Parameters
    ----------
    points
        Size of type; what is larger or smaller follows.
    are_texts
        Whether SVG keeps texts as texts, for editors, in place of their outlines.
    """
    sizes = {"axes.titlesize": 10, "figure.titlesize": 12, "font.size": 9, "legend.fontsize": 8}
    settings = _RC | {
        "font.family": fonts.family(),
        "svg.fonttype": "none" if are_texts else "path",
        **{key: size * points / 9 for key, size in sizes.items()},
    }
    with mpl.rc_context(settings):  # type: ignore[arg-type] # it lists every key by name
        yield


def new_figure(width: float, height: float, title: str, synthetic: bool) -> Figure:
    """Return an empty figure with its title and, for simulated data, the banner.

    Parameters
    ----------
    width, height
        Inches.
    title
        One short line, top left; empty for none.
    synthetic
        Whether the data are simulated (`study.synthetic`).
    """
    figure = Figure(figsize=(width, height), layout="compressed")
    if title or synthetic:
        # without a title a blank one keeps the banner's place
        figure.suptitle(title or " ", x=0.01, ha="left")
    if synthetic:
        figure.text(
            0.99, 0.992, SYNTHETIC, ha="right", va="top", color=VERMILION, fontsize="large"
        )  # fmt: skip
    return figure


def foot_note(figure: Figure, text: str) -> None:
    """Write a note along the figure's foot, broken between sentences or words to its width."""
    room = int(figure.get_figwidth() / _NOTE_WIDTH)
    lines = broken(text, room)
    figure.supxlabel("\n".join(lines), x=0.01, ha="left", fontsize=8, color=GREY)


def empty_panel(ax: Axes, text: str) -> None:
    """Say in the panel itself that there is nothing to draw, and why."""
    ax.set_axis_off()
    said = "\n".join(broken(text, _ACROSS))
    ax.text(0.5, 0.5, said, transform=ax.transAxes, ha="center", va="center", color=GREY)


def scale(ax: Axes, axis: str, metric: Mapping[str, Any], top: float) -> None:
    """Scale one axis for a metric.

    Percent and counts pile up at zero and reach over two decades: linear below a small value,
    logarithmic above, with plain numbers as ticks. A number with two bounds, or that may be below
    zero, has a linear axis; so has one whose values are all small.

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
    """Scale the vertical axis for all values of a metric, so that panels can be held together.

    Parameters
    ----------
    ax, metric
        As for `scale`.
    values
        Of every panel that is to have this scale.
    """
    scale(ax, "y", metric, max(values, default=1.0))
    if ax.get_autoscaley_on() and values:
        room = 0.05 * (max(values) - min(values)) or 0.5
        ax.set_ylim(min(values) - room, max(values) + room)


def many(n: int) -> bool:
    """Tell whether points are too many to be drawn one by one: density says more, and is small."""
    return n > 2000


def series(labels: Labels, metric: str) -> tuple[str, str, str]:
    """Return colour, marker and dash of a metric, the same in every figure."""
    return SERIES[[*labels.values].index(metric) % len(SERIES)]


def save(figure: Figure, *paths: Path) -> None:
    """Write the figure in the format of each path's ending; the same figure, the same bytes (R35).

    No date, program, path or author stands in any of them. The canvas is asked directly:
    `Figure.savefig` draws everything twice, once only to lay it out.

    Parameters
    ----------
    figure
        It is laid out once, so all formats have the same places.
    *paths
        ``.png`` (of the figure's dpi), ``.svg`` or ``.pdf``.
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
