"""Write workbooks: sheets with title, banner, notes and a table whose columns show everything."""

import io
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bonescint.files import number
from bonescint.resources import SYNTHETIC
from bonescint.text.width import broken, line_count, text_width

# a constant file date, so that the same results give the same bytes (R35)
CREATED = datetime(2000, 1, 1)
_FONT = {"font_name": "Yu Gothic", "font_size": 10}

WIDEST = 60  # characters; longer text is wrapped
_PAGE_WIDTH = 255  # characters of a table across A4, if 10 points are printed as 6
_LAST = 24  # characters that a table's last column may always have
_NOTE_WIDTH = 120  # characters; a longer line would shrink the whole sheet in print
_LINE = 16.5  # points; height of a line of 10 point text
_TALLEST = 409.0  # points, Excel's limit
# small p-values are shown as "<0.001" and not as zeros
FORMATS = {
    "number": "General",
    "count": "0",
    "one": "0.0",
    "two": "0.00",
    "three": "0.000",
    "four": "0.0000",
    "five": "0.00000",
    "six": "0.000000",
    "exponent": "0.0E+00",
    "p": '[<0.001]"<0.001";0.000',
}
_DECIMALS = {"count": 0, "number": 1, "one": 1, "two": 2, "four": 4, "five": 5, "six": 6}
_TITLE = 14  # characters; greatest width of a column's title before it is wrapped
_BUTTON = 3  # characters; width of the filter's button


@dataclass(frozen=True)
class ShownColumn:
    """One column of a sheet's table.

    Parameters
    ----------
    kind
        ``text``, ``date`` (YYYY-MM-DD in the table) or a number format of `FORMATS`.
    say
        Turns a key of the table into words. None writes it unchanged.
    digits
        Returns the number format of a value, if that of `kind` might round two values to the same
        one. None takes `kind` for all.
    """

    key: str
    title: str
    kind: str = "text"
    say: Callable[[str], str] | None = None
    digits: Callable[[float], str] | None = None

    def style(self, value: float) -> str:
        """Return the number format of a value."""
        return self.digits(value) if self.digits else self.kind


@dataclass(frozen=True)
class ShownTable:
    """A table in words for a sheet or a page."""

    title: str
    columns: list[ShownColumn]
    rows: Sequence[Mapping[str, str]]
    note: str = ""  # what a reader must know about it, one line or more


def row_height(texts: Sequence[str], widths: Sequence[float]) -> float:
    """Return the height in points that a row needs for its wrapped texts in columns of `widths`.

    Excel does not adjust the height itself in a file of another program.
    """
    # the indent of a cell takes one character
    lines = (line_count(text, width - 1) for text, width in zip(texts, widths, strict=True))
    return min(_LINE * max(lines, default=1), _TALLEST)


def open_book(buffer: io.BytesIO) -> Any:
    """Return a workbook that keeps text as text and carries no date, author or path."""
    # imported only here, because some callers need only the columns and write no sheet
    import xlsxwriter

    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            # widths and pictures are measured by this font, which every office program has
            "default_format_properties": {"font_name": "Arial", "font_size": 10},
        },
    )
    book.set_properties({"created": CREATED})
    return book


def make_styles(book: Any) -> dict[str, Any]:
    """Return the named cell formats."""
    cell = _FONT | {"valign": "top", "border": 1, "border_color": "#D0D0D0"}
    styles = {
        "plain": _FONT,
        "link": _FONT | {"font_color": "#0072B2", "underline": 1},
        "title": _FONT | {"bold": True, "font_size": 15},
        "heading": _FONT | {"bold": True, "font_size": 12},
        "banner": _FONT | {"bold": True, "font_color": "#B34A00", "font_size": 12},
        "note": _FONT | {"font_color": "#8A3A00"},
        "answer": _FONT | {"font_size": 11},
        "head": cell
        | {"bold": True, "bg_color": "#DCE9F2", "text_wrap": True, "valign": "vcenter"},
        "band": cell | {"bold": True, "bg_color": "#EDF3F8", "text_wrap": True, "align": "center"},
        "text": cell | {"text_wrap": True, "align": "left", "indent": 1},
        "date": cell | {"num_format": "yyyy-mm-dd", "align": "left"},
    }
    styles |= {
        kind: cell | {"num_format": code, "align": "right", "indent": 1}
        for kind, code in FORMATS.items()
    }
    return {name: book.add_format(properties) for name, properties in styles.items()}


class Sheet:
    """A worksheet written from the top down.

    The title is its first line, and a banner follows it for simulated data. Both are also in the
    print header.
    """

    def __init__(
        self, book: Any, name: str, title: str, synthetic: bool, styles: dict[str, Any]
    ) -> None:
        self.sheet = book.add_worksheet(name)
        self._styles = styles
        self._widths: dict[int, float] = {}
        self.row = 0
        self.line(title, "title")
        self.sheet.set_row(0, 24)
        banner = SYNTHETIC if synthetic else ""
        if synthetic:
            self.line(SYNTHETIC, "banner")
        self.sheet.set_landscape()
        self.sheet.set_paper(9)  # A4
        self.sheet.set_margins(left=0.4, right=0.4, top=0.7, bottom=0.6)
        self.sheet.fit_to_pages(1, 0)  # one page wide, any number of pages long
        # & starts a code in a print header and must be doubled
        self.sheet.set_header(f"&L{title.replace('&', '&&')}" + (f"&R{banner}" if banner else ""))
        self.sheet.set_footer((f"&L{banner}" if banner else "") + "&R&P / &N")

    def line(self, text: str, style: str = "plain") -> None:
        """Write one line in column A that extends over the cells beside it."""
        self.sheet.write_string(self.row, 0, text, self._styles[style])
        self.row += 1

    def notes(self, *texts: str, style: str = "note") -> None:
        """Write texts in lines that fit the page, and then a blank row.

        A text in the style of a note is something that a reader must not miss.
        """
        for text in texts:
            for line in broken(text, _NOTE_WIDTH):
                self.line(line, style)
        self.row += 1

    def one_page(self) -> None:
        """Print the sheet on a single page."""
        self.sheet.fit_to_pages(1, 1)

    def band(self, cells: Sequence[tuple[str, int]], lines: int = 1) -> None:
        """Write a row of `lines` lines above a table's header: texts, each across some columns."""
        self.sheet.set_row(self.row, _LINE * lines)
        column = 0
        for text, width in cells:
            if width > 1 and text:
                last = column + width - 1
                self.sheet.merge_range(self.row, column, self.row, last, text, self._styles["band"])
            elif text:
                self.sheet.write_string(self.row, column, text, self._styles["band"])
            column += width
        self.row += 1

    def table(
        self,
        columns: Sequence[ShownColumn],
        rows: Sequence[Mapping[str, str]],
        empty: str,
        main: bool = True,
        widest: float | Mapping[str, float] = WIDEST,
        bands: int = 0,
    ) -> range:
        """Write a table below the existing content, and return the numbers of its rows.

        Parameters
        ----------
        main
            Freeze the header and add the filter (only one table of a sheet can have them).
        widest
            Greatest width of a column in characters, or that of each named column.
        bands
            Number of rows directly above that belong to the header (`band`).
        """
        top = self.row
        cells = [[_shown(column, row) for column in columns] for row in rows]
        widths = _widths(columns, cells, widest)
        inner = [width - (_BUTTON - 1 if main else 0) for width in widths]
        self.sheet.set_row(top, max(_LINE * 2, row_height([c.title for c in columns], inner)))
        for i, column in enumerate(columns):
            self.sheet.write_string(top, i, column.title, self._styles["head"])
            self.widen(i, widths[i])
        self.row += 1
        for line in cells:
            self._write(line, columns, widths)
        if not rows:
            self.line(empty, "note")
        elif main:
            self.sheet.autofilter(top, 0, self.row - 1, len(columns) - 1)
        if main:
            self.sheet.freeze_panes(top + 1, 1)
            self.sheet.repeat_rows(top - bands, top)
            # a table a little wider than a page is shrunk; more than that would not be legible
            if (pages := math.ceil(sum(widths) / _PAGE_WIDTH - 0.2)) > 1:
                self.sheet.fit_to_pages(pages, 0)
                self.sheet.repeat_columns(0)
                self.sheet.print_across()
        self.row += 1
        return range(top + 1, top + 1 + len(rows))

    def _write(
        self,
        line: Sequence[str | float | date],
        columns: Sequence[ShownColumn],
        widths: Sequence[float],
    ) -> None:
        for i, (column, value) in enumerate(zip(columns, line, strict=True)):
            if isinstance(value, date):
                self.sheet.write_datetime(self.row, i, value, self._styles["date"])
            elif isinstance(value, float):
                style = self._styles[column.style(value)]
                self.sheet.write_number(self.row, i, value, style)
            elif value:
                self.sheet.write_string(self.row, i, value, self._styles["text"])
            else:
                self.sheet.write_blank(self.row, i, None, self._styles["text"])
        texts = [value if isinstance(value, str) else "" for value in line]
        self.sheet.set_row(self.row, row_height(texts, widths))
        self.row += 1

    def widen(self, column: int, width: float) -> None:
        """Make a column at least `width` characters wide."""
        self._widths[column] = max(width, self._widths.get(column, 0.0))
        self.sheet.set_column(column, column, self._widths[column])


def _widths(
    columns: Sequence[ShownColumn],
    cells: Sequence[Sequence[str | float | date]],
    widest: float | Mapping[str, float],
) -> list[float]:
    """Return the columns' widths. The last one takes the rest of the page if it needs it."""
    of = widest if isinstance(widest, Mapping) else dict.fromkeys((c.key for c in columns), widest)
    widths = [
        min(_width(column, [line[i] for line in cells]), of.get(column.key, WIDEST))
        for i, column in enumerate(columns)
    ]
    left = max(_PAGE_WIDTH - sum(widths[:-1]), _LAST)
    return [*widths[:-1], *(min(width, left) for width in widths[-1:])]


def _shown(column: ShownColumn, row: Mapping[str, str]) -> str | float | date:
    text = row[column.key]
    if column.kind == "date":
        return date.fromisoformat(text) if text else ""
    if column.kind in FORMATS:
        value = number(text)
        return text if value is None else value
    return column.say(text) if column.say and text else text


def _as_read(column: ShownColumn, value: str | float | date) -> str:
    if not isinstance(value, float):
        return max(str(value).split("\n"), key=text_width)
    decimals = _DECIMALS.get(column.style(value), 3)
    return f"{value:.{decimals}f}  "  # two characters for the indent


def _width(column: ShownColumn, values: Sequence[str | float | date]) -> float:
    """Return the width that a column needs for its title and its values."""
    return max(_title_width(column), *(_cell_width(_as_read(column, v)) for v in values), 0.0)


def _cell_width(text: str) -> float:
    # a column's width is measured in digits, but capitals are wider: BS-WMXQD would be wrapped
    return text_width(text) + 3.0 + 0.35 * sum(c.isupper() for c in text)


def _title_width(column: ShownColumn) -> float:
    # a header may be wrapped, but not inside a Latin word, which is bold and therefore wider
    longest = max(map(len, re.findall("[!-~]+", column.title)), default=0) + 2
    return max(min(max(text_width(column.title) / 2 + 2, 4), _TITLE), longest) + _BUTTON
