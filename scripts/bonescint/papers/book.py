"""A form as workbook: A4 upright, one page wide, lines to fill in; lists on their own sheets."""

import io
from typing import Any

from bonescint.papers.form import Field, Fields, Paper, Points, Signatures
from bonescint.resources import SYNTHETIC, Texts
from bonescint.tables.sheets import Sheet, ShownTable, make_styles, open_book, row_height
from bonescint.text.lines import lines_of
from bonescint.text.width import text_width

# characters: the number of a sentence, the rest of a label, the answer, the basis. A label spans
# the first two columns
_WIDTHS = (4.0, 21.0, 68.0, 10.0)
_FONT = {"font_name": "Yu Gothic", "font_size": 10, "valign": "top", "text_wrap": True}
_MOST_LINES = 20  # of a row; a longer text continues in the next row
_HEAD = 70  # characters in a print header
_BORDER = {"border": 1, "border_color": "#737373", "align": "left", "indent": 1}


def book_of(form: Paper) -> bytes:
    """Return the form as XLSX."""
    buffer = io.BytesIO()
    book = open_book(buffer)
    _FormSheet(book, form).write()
    text = Texts("papers", form.language)
    for block in form.blocks:
        if isinstance(block, ShownTable):
            sheet = Sheet(book, text("sheet.list"), block.title, form.synthetic, make_styles(book))
            sheet.table(block.columns, block.rows, text("none"))
            _set_page(sheet.sheet, form)
    book.close()
    return buffer.getvalue()


def _set_page(sheet: Any, form: Paper) -> None:
    sheet.set_portrait()
    sheet.set_paper(9)  # A4
    sheet.set_margins(left=0.7, right=0.7, top=0.9, bottom=0.75)
    sheet.fit_to_pages(1, 0)
    mark = f"&R{SYNTHETIC}" if form.synthetic else ""
    # Excel takes 255 characters and breaks no line; the sheet has the full text
    head = form.head if len(form.head) <= _HEAD else f"{form.head[:_HEAD]}…"
    # doubled, because & starts a code in a print header
    sheet.set_header(f"&L&8{head.replace('&', '&&')}{mark}")
    sheet.set_footer(f"&L&8{form.foot.replace('&', '&&')}&R&P / &N")


class _FormSheet:
    """The sheet that is printed and signed, written from the top down."""

    def __init__(self, book: Any, form: Paper) -> None:
        self._form = form
        self._text = Texts("papers", form.language)
        self._sheet = book.add_worksheet(self._text("sheet.form"))
        self._row = 0
        looks: dict[str, dict[str, Any]] = {
            "title": {"bold": True, "font_size": 15},
            "mark": {"bold": True, "font_size": 12},
            "heading": {"bold": True, "font_size": 11},
            "prose": {},
            "small": {"font_size": 9},
            "label": _BORDER | {"bg_color": "#E8E8E8"},
            "cell": _BORDER,
            "number": {"align": "right"},
            "line": {"bottom": 1, "valign": "bottom"},
        }
        self._styles = {name: book.add_format(_FONT | look) for name, look in looks.items()}
        for column, width in enumerate(_WIDTHS):
            self._sheet.set_column(column, column, width)
        _set_page(self._sheet, form)

    def write(self) -> None:
        """Write everything but the lists."""
        form, text = self._form, self._text
        self._across(form.title, "title", 1.6)
        if form.synthetic:
            self._across(SYNTHETIC, "mark")
        self._across(form.head, "prose")
        for paragraph in form.lead:
            self._across(paragraph, "prose")
        for block in form.blocks:
            if block is form.blocks[-1] and form.rests_on():  # the signatures come last
                self._row += 1
                self._across(text("basis.note"), "small")
            self._row += 1
            self._across(block.title, "heading")
            match block:
                case Fields():
                    for field in block.fields:
                        self._field(field, block.has_basis)
                case Points():
                    for sign, (point, basis) in zip(block.signs, block.points, strict=True):
                        self._cells((0, 0, sign, "number"), (1, 2, point, "prose"),
                                    (3, 3, self._basis(basis), "prose"))  # fmt: skip
                case Signatures():
                    for role in block.roles:
                        self._cells((0, 1, role, "line"), (2, 3, text("sign_line"), "line"),
                                    tall=2.0)  # fmt: skip
                case ShownTable():
                    self._across(text("list.on_sheet", sheet=text("sheet.list")), "prose")

    def _field(self, field: Field, with_basis: bool) -> None:
        label, answer = (0, 1, field.label, "label"), self._form.answer(field)
        if with_basis:
            self._cells(label, (2, 2, answer, "cell"), (3, 3, self._basis(field.basis), "cell"))
        else:
            self._cells(label, (2, 3, answer, "cell"))

    def _basis(self, basis: str) -> str:
        return self._text(f"basis.{basis}") if basis else ""

    def _across(self, value: str, style: str, tall: float = 1.0) -> None:
        """Write a text over all columns."""
        if value:
            self._cells((0, len(_WIDTHS) - 1, value, style), tall=tall)

    def _cells(self, *cells: tuple[int, int, str, str], tall: float = 1.0) -> None:
        """Write a row of cells (first column, last column, text, style) as high as its texts."""
        widths = [sum(_WIDTHS[first : last + 1]) for first, last, *_ in cells]
        for texts in _parts([cell[2] for cell in cells], widths):
            for (first, last, _, style), part in zip(cells, texts, strict=True):
                look = self._styles[style]
                if last > first:
                    self._sheet.merge_range(self._row, first, self._row, last, "", look)
                self._sheet.write_string(self._row, first, part, look)
            self._sheet.set_row(self._row, row_height(texts, widths) * tall)
            self._row += 1


def _parts(texts: list[str], widths: list[float]) -> list[list[str]]:
    """Return the texts of a row, in several rows if Excel has no row high enough for them."""
    lines = [
        lines_of(text, width - 2, text_width) for text, width in zip(texts, widths, strict=True)
    ]
    most = max(map(len, lines))
    if most <= _MOST_LINES:
        return [texts]
    return [
        ["\n".join(one[n : n + _MOST_LINES]) for one in lines] for n in range(0, most, _MOST_LINES)
    ]
