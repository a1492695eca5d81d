"""A form as PDF: A4 upright, black and greys, embedded font, bytes that do not change (R35)."""

import io
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from reportlab.lib.colors import Color
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFInfo, PDFString
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import CondPageBreak, Flowable, LongTable, SimpleDocTemplate, Spacer

from bonescint.papers.form import Field, Fields, Paper, Points, Signatures
from bonescint.resources import SYNTHETIC, Texts, japanese_font
from bonescint.tables.sheets import ShownTable
from bonescint.text.lines import lines_of

_MARGIN = 18 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_LABEL, _BASIS = 38 * mm, 19 * mm
_GREY, _LIGHT = Color(0.45, 0.45, 0.45), Color(0.91, 0.91, 0.91)
_SIZE, _SMALL, _HEADING, _TITLE = 9.5, 8.0, 11.0, 16.0
_PAD = 4.0
_LEADING = 1.3
_FRAME = 6.0  # padding that the library puts around flowing content
_HEAD_LINES = 2
_FEW = 5  # rows that stay on one page
_MOST_LINES = 20  # of a row; a longer text continues in the next row
_GAP = 3 * mm  # between columns of one list
# the library writes this into comments of each file
_PRODUCER = re.compile(rb"ReportLab [Gg]enerated PDF document[^\n]*")


def pdf_of(form: Paper) -> bytes:
    """Return the form as PDF."""
    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=_MARGIN - _FRAME,
        rightMargin=_MARGIN - _FRAME,
        topMargin=21 * mm,
        bottomMargin=17 * mm,
        title=form.title,
        lang={"ja": "ja-JP", "en": "en-GB"}[form.language],
        invariant=1,
        # uncompressed, so that the search for a patient's code can read the file
        pageCompression=0,
        initialFontName=_font(),
    )
    document.build(_story(form), canvasmaker=_canvas_of(form))
    return _PRODUCER.sub(lambda found: b" " * len(found[0]), buffer.getvalue())


@cache
def _font() -> str:
    # asciiReadable: the file holds codes and hashes as plain ASCII
    pdfmetrics.registerFont(TTFont("IPAexGothic", str(japanese_font()), asciiReadable=True))
    return "IPAexGothic"


class _TitleOnly(PDFInfo):  # type: ignore[misc] # reportlab has no types
    """A PDF's information without author, program and date."""

    def format(self, document: Any) -> Any:
        return PDFDictionary({"Title": PDFString(self.title)}).format(document)


def _canvas_of(form: Paper) -> type[Any]:
    """Return a canvas that knows the number of pages when it draws a page."""

    class Pages(Canvas):  # type: ignore[misc] # reportlab has no types
        def __init__(self, *arguments: Any, **settings: Any) -> None:
            super().__init__(*arguments, **settings)
            self._doc.info = _TitleOnly()
            self._pages: list[dict[str, Any]] = []

        def _make_preamble(self) -> None:
            # the library's own preamble names a font that is not embedded
            self._preamble = "1 0 0 1 0 0 cm"

        def showPage(self) -> None:  # the library's name
            self._pages.append(dict(self.__dict__))
            self._startPage()

        def save(self) -> None:
            pages = self._pages
            for number, page in enumerate(pages, 1):
                self.__dict__.update(page)
                _draw_edges(self, form, number, len(pages))
                super().showPage()
            super().save()

    return Pages


def _draw_edges(canvas: Any, form: Paper, number: int, of: int) -> None:
    """Draw what stands at the top and the bottom of each page."""
    width, height = A4
    top, bottom = height - 13 * mm, 12 * mm
    right = width - _MARGIN
    canvas.setFillColor(_GREY)
    canvas.setStrokeColor(_GREY)
    canvas.setLineWidth(0.4)
    canvas.setFont(_font(), _SMALL)
    mark = SYNTHETIC if form.synthetic else ""
    for n, line in enumerate(_head_lines(form)[:_HEAD_LINES]):
        canvas.drawString(_MARGIN, top - n * 10, line)
    canvas.drawString(_MARGIN, bottom, form.foot)
    canvas.drawRightString(right, bottom, f"{number} / {of}")
    canvas.line(_MARGIN, top - 14, right, top - 14)
    canvas.line(_MARGIN, bottom + 11, right, bottom + 11)
    if mark:
        canvas.setFillGray(0)
        canvas.setFont(_font(), 10.0)
        canvas.drawRightString(right, top, mark)
    canvas.setFillGray(0)


def _head_lines(form: Paper) -> list[str]:
    mark = _measure(SYNTHETIC, 10.0) + 6 * mm if form.synthetic else 0
    return lines_of(form.head, _WIDTH - mark, lambda text: _measure(text, _SMALL))


def _story(form: Paper) -> list[Flowable]:
    text = Texts("papers", form.language)
    story: list[Flowable] = [_prose(form.title, _TITLE), Spacer(0, 2 * mm)]
    # a very long title has no room at the edge of the page
    whole = [form.head] if len(_head_lines(form)) > _HEAD_LINES else []
    for paragraph in [*whole, *form.lead]:
        story += [_prose(paragraph), Spacer(0, 1 * mm)]
    for block in form.blocks:
        shown: Any = _block(form, block, text)
        heading = [_prose(block.title, _HEADING)] if block.title else []
        if block is form.blocks[-1] and form.rests_on():
            story += [Spacer(0, 2 * mm), _prose(text("basis.note"), _SMALL)]
        story += [Spacer(0, 2 * mm), CondPageBreak(_together(block, shown)), *heading, shown]
    return story


def _block(form: Paper, block: Fields | Points | Signatures | ShownTable, text: Texts) -> Any:
    match block:
        case Fields():
            return _fields(form, block, text)
        case Points():
            return _points(block, text)
        case Signatures():
            return _signatures(block, text)
        case ShownTable():
            return _list(block, text)


def _together(block: object, shown: Any) -> float:
    """Return the room that a block needs to begin on a page: its heading and first rows."""
    shown.wrap(_WIDTH, A4[1])
    rows = shown._rowHeights  # the library has them nowhere else
    whole = isinstance(block, Signatures) or len(rows) <= _FEW
    room: float = 8 * mm + sum(rows if whole else rows[:2])
    return room


def _measure(text: str, size: float = _SIZE) -> float:
    width: float = pdfmetrics.stringWidth(text, _font(), size)
    return width


def _wrapped(text: str, width: float, size: float = _SIZE) -> str:
    return "\n".join(lines_of(text, width - 2 * _PAD, lambda part: _measure(part, size)))


def _table(
    rows: Sequence[Sequence[str]], widths: Sequence[float], *styles: Any, **more: Any
) -> Any:
    """Return rows of wrapped text; the first column is a label's."""
    cells = [
        part
        for row in rows
        for part in _parts([_wrapped(cell, w) for cell, w in zip(row, widths, strict=True)])
    ]
    everywhere: list[Any] = [
        ("FONT", (0, 0), (-1, -1), _font(), _SIZE, _SIZE * _LEADING),
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), _PAD),
        ("RIGHTPADDING", (0, 0), (-1, -1), _PAD),
        ("TOPPADDING", (0, 0), (-1, -1), 1.5),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2.5),
    ]
    return LongTable(cells, widths, style=[*everywhere, *styles], hAlign="LEFT", **more)


_GRID = ("GRID", (0, 0), (-1, -1), 0.4, _GREY)


def _prose(text: str, size: float = _SIZE) -> Any:
    style = [
        ("FONT", (0, 0), (-1, -1), _font(), size, size * _LEADING),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
    ]
    return LongTable(_parts([_wrapped(text, _WIDTH, size)]), [_WIDTH], style=style, hAlign="LEFT")


def _parts(row: Sequence[str]) -> list[list[str]]:
    """Return a row of wrapped cells as rows of few lines: the library cannot split a row."""
    lines = [cell.split("\n") for cell in row]
    most = max(map(len, lines))
    return [
        ["\n".join(cell[n : n + _MOST_LINES]) for cell in lines]
        for n in range(0, most, _MOST_LINES)
    ]


def _of_basis(basis: str, text: Texts) -> str:
    return text(f"basis.{basis}") if basis else ""


def _fields(form: Paper, block: Fields, text: Texts) -> Any:
    with_basis = block.has_basis

    def row(field: Field) -> list[str]:
        return [field.label, form.answer(field), *([_of_basis(field.basis, text)] * with_basis)]

    widths = [_LABEL, _WIDTH - _LABEL - _BASIS * with_basis, *([_BASIS] * with_basis)]
    label = ("BACKGROUND", (0, 0), (0, -1), _LIGHT)
    return _table([row(field) for field in block.fields], widths, _GRID, label)


def _points(block: Points, text: Texts) -> Any:
    with_basis = block.has_basis
    mark = 8 * mm
    rows = [
        [sign, sentence, *([_of_basis(basis, text)] * with_basis)]
        for sign, (sentence, basis) in zip(block.signs, block.points, strict=True)
    ]
    widths = [mark, _WIDTH - mark - _BASIS * with_basis, *([_BASIS] * with_basis)]
    return _table(rows, widths, ("LINEBELOW", (0, 0), (-1, -1), 0.25, _LIGHT))


def _signatures(block: Signatures, text: Texts) -> Any:
    rows = [[role, text("sign"), text("date"), text("blank_date")] for role in block.roles]
    widths = [_WIDTH * 0.28, _WIDTH * 0.36, _WIDTH * 0.08, _WIDTH * 0.28]
    high = [("TOPPADDING", (0, 0), (-1, -1), 13.0), ("LINEBELOW", (0, 0), (-1, -1), 0.6, _GREY)]
    return _table(rows, widths, *high)


def _list(block: ShownTable, text: Texts) -> Any:
    """Return a table with its header on each page and several rows side by side."""
    if not block.rows:
        return _prose(text("none"))
    header = [column.title for column in block.columns]
    rows = [[row[column.key] for column in block.columns] for row in block.rows]
    natural = [
        max(_measure(cell) for cell in column) + 2 * _PAD + 1
        for column in zip(header, *rows, strict=True)
    ]
    natural = _shared(natural)
    across = max(1, min(int((_WIDTH + _GAP) / (sum(natural) + _GAP)), len(rows), 6))
    lines, widths = [_beside([header] * across)], _beside([natural] * across, [_GAP])
    for n in range(0, len(rows), across):
        some = rows[n : n + across]
        some += [[""] * len(header)] * (across - len(some))
        lines.append(_beside(some))
    styles: list[Any] = []
    for n in range(across):
        first = n * (len(header) + 1)
        last = first + len(header) - 1
        styles += [
            ("GRID", (first, 0), (last, -1), 0.4, _GREY),
            ("BACKGROUND", (first, 0), (last, 0), _LIGHT),
        ]
        styles += [
            ("ALIGN", (place, 1), (place, -1), "RIGHT")
            for place, column in enumerate(block.columns, first)
            if column.kind == "count"
        ]
    return _table(lines, widths, *styles, repeatRows=1)


def _shared(widths: Sequence[float]) -> list[float]:
    """Return the widths of columns that share the page; narrow columns keep their width."""
    room, wide = _WIDTH, len(widths)
    shared = list(widths)
    for n in sorted(range(len(widths)), key=lambda n: widths[n]):
        shared[n] = min(widths[n], room / wide)
        room, wide = room - shared[n], wide - 1
    return shared


def _beside(groups: Sequence[Sequence[Any]], gap: Sequence[Any] = ("",)) -> list[Any]:
    cells = list(groups[0])
    for group in groups[1:]:
        cells += [*gap, *group]
    return cells
