"""A figure as its panels: what each shows is the figure's matter, where it stands the preset's."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from bonescint.outputs.labels import Labels
from bonescint.outputs.style import empty_panel, foot_note, new_figure


class Panel(NamedTuple):
    """One panel of a figure.

    Parameters
    ----------
    key
        Tells it from the figure's other panels; part of a file's name when it is drawn alone, so
        letters, digits, ``_`` and ``-`` only.
    draw
        Draws it: everything that the panel needs to be understood alone (axis labels, title,
        legend) is drawn here. Positions are in fractions of the axes or in data, never in inches.
    """

    key: str
    draw: Callable[[Axes], None]


class Picture(NamedTuple):
    """What a module of bonescint.outputs.figures draws.

    Parameters
    ----------
    title, note
        Above and below the panels; a journal has them in its legend.
    panels
        In reading order; none where there is nothing to draw.
    size
        Width and height in inches of one panel, with its labels, at 9 points.
    columns
        How many stand side by side where there is room.
    empty
        Why there are no panels.
    """

    title: str
    panels: Sequence[Panel]
    size: tuple[float, float]
    columns: int = 1
    note: str = ""
    empty: str = ""


def composed(picture: Picture, labels: Labels) -> Figure:
    """Return a picture as one figure, its panels in reading order.

    Parameters
    ----------
    picture
        What is drawn.
    labels
        Say whether the data are simulated.
    """
    n = max(len(picture.panels), 1)
    columns = min(picture.columns, n)
    rows = -(-n // columns)
    width, height = picture.size
    figure = new_figure(width * columns, 0.4 + height * rows, picture.title, labels.synthetic)
    if not picture.panels:
        empty_panel(figure.add_subplot(), picture.empty or labels("no_data"))
        return figure
    places = figure.subplots(rows, columns, squeeze=False).flat
    for ax, panel in zip(places, picture.panels, strict=False):
        panel.draw(ax)
    for ax in places:
        ax.set_axis_off()
    if picture.note:
        foot_note(figure, picture.note)
    return figure
