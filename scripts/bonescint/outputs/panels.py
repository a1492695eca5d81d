"""A figure as its panels: the figure decides their content, the preset their arrangement."""

from collections.abc import Callable, Iterator, Sequence
from string import ascii_uppercase
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bonescint.outputs.labels import Labels
from bonescint.outputs.presets import LEAST_POINTS, SCREEN, Preset
from bonescint.outputs.style import empty_panel, leaded, new_figure, note_height

_AROUND = 0.4  # inches for title, banner and one line of a note


class Panel(NamedTuple):
    """One panel of a figure.

    Parameters
    ----------
    key
        Distinguishes it from the figure's other panels. It is part of the file's name when the
        panel is drawn alone, so it has letters, digits, ``_`` and ``-`` only.
    draw
        Draws everything that the panel needs to be understood alone (axis labels, title, legend).
        Positions are in fractions of the axes or in data, never in inches.
    """

    key: str
    draw: Callable[[Axes], None]


class OtherForm(NamedTuple):
    """Another form of a picture. Its fields mean the same as the picture's own."""

    panels: Sequence[Panel]
    size: tuple[float, float]
    columns: int = 1


class Picture(NamedTuple):
    """What a module of bonescint.outputs.figures draws."""

    title: str  # above the panels; a journal prints it, and the note below them, in its legend
    panels: Sequence[Panel]  # in reading order; none where there is nothing to draw
    # width and height in inches of one panel, with its labels, at 9 points
    size: tuple[float, float]
    columns: int = 1  # how many panels are side by side where there is room
    note: str = ""
    empty: str = ""  # why there are no panels
    # other forms for where this one would be too small; the first legible one is drawn
    narrower: Sequence[OtherForm] = ()


def composed(picture: Picture, labels: Labels) -> Figure:
    """Return a picture as one figure for the screen, with its panels in reading order."""
    (figure,) = in_preset(picture, labels, SCREEN)
    return figure


def in_preset(picture: Picture, labels: Labels, preset: Preset) -> Iterator[Figure]:
    """Yield the figures of a picture: one, or several where one would be too tall.

    `points_of` gives the size of type beforehand. The caller applies the style.
    """
    scale = points_of(picture, preset) / 9
    width, height = (inches * scale for inches in picture.size)
    n = max(len(picture.panels), 1)
    columns = min(picture.columns, n)
    if preset.width:
        columns = max(min(columns, int(preset.width / width + 0.02)), 1)
        columns = -(-n // -(-n // columns))  # fill rows evenly: no panel is alone in the last
        # a panel grows with its room, but only so far
        height *= min(1.25, preset.width / (columns * width))
    height = min(height, preset.tallest - _AROUND)
    rows, fit = -(-n // columns), max(int((preset.tallest - _AROUND) / height), 1)
    most = -(-rows // -(-rows // fit)) * columns  # and the same number of rows in each file
    for first in range(0, n, most):
        panels = picture.panels[first : first + most]
        yield _figure(picture, panels, columns, (width, height), labels, preset, first)


def legible(picture: Picture, preset: Preset) -> Picture | None:
    """Return the first form of a picture that is legible in a preset; None if none is."""
    forms = (picture, *(picture._replace(**one._asdict()) for one in picture.narrower))
    return next((one for one in forms if points_of(one, preset) >= LEAST_POINTS), None)


def points_of(picture: Picture, preset: Preset) -> float:
    """Return the size of type at which a picture fits a preset's width, at most the preset's own.

    A preset is too narrow for a picture that needs less than `LEAST_POINTS`.
    """
    width, height = picture.size
    if not preset.width:
        return preset.points
    return min(preset.points, 9 * min(preset.width / width, (preset.tallest - _AROUND) / height))


def split(ax: Axes, columns: int) -> list[Axes]:
    """Replace axes by several side by side in the same place."""
    place, figure = ax.get_subplotspec(), ax.get_figure(root=True)
    if place is None or figure is None:
        raise ValueError("an axes that stands in no grid cannot be split")
    ax.remove()
    grid = place.subgridspec(1, columns)
    return [figure.add_subplot(grid[0, column]) for column in range(columns)]


def _figure(
    picture: Picture,
    panels: Sequence[Panel],
    columns: int,
    size: tuple[float, float],
    labels: Labels,
    preset: Preset,
    first: int,
) -> Figure:
    columns = min(columns, max(len(panels), 1))
    rows = -(-len(panels) // columns) or 1
    # on the screen, title and banner need a minimum width even with few panels
    width = preset.width or max(size[0] * columns, 6.4)
    height = preset.tallest if preset.is_page else size[1] * rows + _AROUND
    title, note = (picture.title, picture.note) if preset.is_titled else ("", "")
    note = note if panels else ""
    if not preset.is_page and note:
        # further lines of the note take nothing from the panels
        height += note_height(note, width) - note_height("x", width)
    figure = new_figure(width, height, title, labels.synthetic, note)
    if not panels:
        empty_panel(figure.add_subplot(), picture.empty or labels("no_data"))
        return figure
    places = list(figure.subplots(rows, columns, squeeze=False).flat)
    for i, (ax, panel) in enumerate(zip(places, panels, strict=False)):
        before = len(figure.axes)
        panel.draw(ax)
        if not preset.is_titled and len(picture.panels) > 1:
            # a panel may have replaced its axes by others
            _lettered(ax if ax in figure.axes else figure.axes[before - 1], first + i)
    for ax in places[len(panels) :]:
        ax.set_axis_off()
    for ax in figure.axes:
        leaded(ax)
    return figure


def _lettered(ax: Axes, n: int) -> None:
    """Write a panel's letter (A, B, ...) at its top left corner, beside the axes if it has any."""
    letter = ascii_uppercase[n % 26] * (n // 26 + 1)
    size = float(ax.title.get_fontsize())
    ax.annotate(
        letter, (0, 1), (-2.2 * size if ax.axison else 0, 0.5 * size),
        xycoords="axes fraction", textcoords="offset points", ha="right" if ax.axison else "left",
        fontfamily="DejaVu Sans", fontweight="bold", fontsize=1.2 * size,
    )  # fmt: skip
