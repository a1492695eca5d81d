"""For whom a figure is drawn: how wide it is, how large its type, in which formats."""

from typing import NamedTuple


class Preset(NamedTuple):
    """One kind of figure.

    Parameters
    ----------
    width
        Inches that every file is wide; None: as wide as the panels ask for.
    tallest
        Inches; what is taller goes on in another file.
    points
        Size of type.
    dpi
        Resolutions of the PNG files.
    formats
        Endings beside ``png``: ``svg`` (outlines), ``text.svg`` (texts, for editors), ``pdf``.
    is_titled
        Whether title and note stand in the figure; a journal has them in its legend.
    is_page
        Whether every file is as tall as ``tallest``.
    """

    width: float | None = None
    tallest: float = 1000.0
    points: float = 9.0
    dpi: tuple[int, ...] = (150,)
    formats: tuple[str, ...] = ("svg",)
    is_titled: bool = True
    is_page: bool = False


_MM = 1 / 25.4
_PRINT = ("svg", "text.svg", "pdf")
SCREEN = Preset()
# columns as most journals have them, 89 and 183 mm
PRESETS = {
    "journal_1": Preset(89 * _MM, 240 * _MM, 8.0, (300, 600), _PRINT, is_titled=False),
    "journal_2": Preset(183 * _MM, 240 * _MM, 8.0, (300, 600), _PRINT, is_titled=False),
    # half the size of a 16:9 slide at half the type: the same picture, drawn with thicker lines
    "slides": Preset(6.667, 3.75, 8.0, (288,), ("svg",), is_page=True),
}
LEAST_POINTS = 6.0  # of any type: smaller print cannot be read
