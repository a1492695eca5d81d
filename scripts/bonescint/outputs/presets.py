"""The forms in which a figure is drawn: its width, its size of type and its formats."""

from typing import NamedTuple


class Preset(NamedTuple):
    """One kind of figure."""

    # inches; every file has this width; None: as wide as the panels need
    width: float | None = None
    tallest: float = 1000.0  # inches; a taller figure continues in another file
    points: float = 9.0  # size of type
    dpi: tuple[int, ...] = (150,)  # resolutions of the PNG files
    # endings besides ``png``: ``svg`` (outlines), ``text.svg`` (texts, for editors), ``pdf``
    formats: tuple[str, ...] = ("svg",)
    # whether the figure has title and note; a journal prints them in its legend
    is_titled: bool = True
    is_page: bool = False  # whether every file is as tall as ``tallest``


_MM = 1 / 25.4
_PRINT = ("svg", "text.svg", "pdf")
SCREEN = Preset()
# column widths of most journals: 89 and 183 mm
PRESETS = {
    "journal_1": Preset(89 * _MM, 240 * _MM, 8.0, (300, 600), _PRINT, is_titled=False),
    "journal_2": Preset(183 * _MM, 240 * _MM, 8.0, (300, 600), _PRINT, is_titled=False),
    # half of a 16:9 slide with half its type: enlarged, it has thicker lines
    "slides": Preset(6.667, 3.75, 8.0, (288,), ("svg",), is_page=True),
}
LEAST_POINTS = 6.0  # for all type, because smaller print cannot be read
