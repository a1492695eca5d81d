"""The sheet of figures: charts that a user can change, and pictures of the other figures."""

import io
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bonescint.files import Row
from bonescint.outputs import DPI
from bonescint.outputs.workbook.book import StudyBook
from bonescint.outputs.workbook.charts import DRAWN, Charts, DataSheet
from bonescint.tables.sheets import Sheet

_PAGE = (9.2, 4.6)  # inches for a figure on a landscape A4 page
_ROW_INCHES = 0.25
_SCREEN = 96  # dots per inch in Excel's measure of a chart


def write_figures(to: StudyBook, figures: Sequence[Path], lists: Mapping[str, list[Row]]) -> None:
    """Write each figure with its caption, and after them the charts' data.

    `figures` are the PNG file of each figure, and the SVG file of figures that are charts here or
    are only in the report.
    """
    sheet, labels = to.sheet("figures", "answer"), to.labels
    sheet.notes(labels("note_figures"))
    charts = Charts(to, lists)
    data = DataSheet(to) if DRAWN & {path.stem for path in figures} else None
    breaks: list[int] = []
    here = [path for path in figures if path.suffix == ".png" or path.stem in DRAWN]
    elsewhere = [path for path in figures if path not in here]
    for path in here + elsewhere:
        # a page for each figure; those that are only elsewhere share one page
        if path not in (here or elsewhere)[:1] + elsewhere[1:]:
            breaks.append(sheet.row)
        sheet.line(labels.figure("title", path.stem), "heading")
        sheet.notes(labels.figure("caption", path.stem), style="plain")
        drawn = charts.of(path.stem, data) if data and path.stem in DRAWN else []
        if drawn:
            breaks += _place(sheet, drawn)
        elif path.suffix == ".png":
            _picture(sheet, path, labels.figure("caption", path.stem))
        else:
            sheet.line(labels("figure_elsewhere", file=f"results/figures/{path.name}"), "note")
    # Excel allows either page breaks or "fit to width"
    sheet.sheet.set_print_scale(100)
    sheet.sheet.set_h_pagebreaks(breaks)
    if not figures:
        sheet.line(labels("no_data"), "note")


def _place(sheet: Sheet, charts: Sequence[Any]) -> list[int]:
    """Place charts, two or three beside each other. Return the rows where pages end."""
    across = 3 if len(charts) == 3 else 2
    inches = _PAGE[0] / across, _PAGE[1] / (1 if len(charts) <= across else 2)
    width, height = (round(one * _SCREEN) for one in inches)
    breaks = []
    for place, chart in enumerate(charts):
        if place % across == 0:
            if place and place % (2 * across) == 0:
                breaks.append(sheet.row)
            top = _room(sheet, inches[1])
        chart.set_size({"width": width - 8, "height": height})
        sheet.sheet.insert_chart(top, 0, chart, {"x_offset": place % across * width})
    return breaks


def _picture(sheet: Sheet, path: Path, caption: str) -> None:
    data = path.read_bytes()
    width, height = (pixels / DPI for pixels in struct.unpack(">II", data[16:24]))
    scale = min(1.0, _PAGE[0] / width, _PAGE[1] / height)
    look = {
        "image_data": io.BytesIO(data), "x_scale": scale, "y_scale": scale,
        "object_position": 3, "description": caption,
    }  # fmt: skip
    sheet.sheet.insert_image(_room(sheet, height * scale), 0, path.name, look)


def _room(sheet: Sheet, inches: float) -> int:
    """Make room for a figure and return the first of its rows."""
    top = sheet.row
    sheet.row += int(inches / _ROW_INCHES) + 2
    for row in range(top, sheet.row):
        sheet.sheet.set_row(row, _ROW_INCHES * 72)
    return top
