"""Write the faults of an import as a workbook: a list, and the tables with faulty cells marked."""

import io
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.files import replacing
from bonescint.resources import SYNTHETIC, Texts
from bonescint.tables.faults import Fault, Faults
from bonescint.tables.sheets import Sheet, ShownColumn, make_styles, open_book
from bonescint.text.width import text_width
from bonescint.warning_words import warning_texts

_COLOURS = {"error": "#F4B6A6", "warning": "#FFE699"}
_WIDEST = 40  # characters; greatest width of a column in the copy


class _Mark(NamedTuple):
    """One line of the list, with its place in the copy of a table; None without a place."""

    kind: str
    fault: Fault
    message: str
    sheet: str
    column: int | None
    cells: tuple[int, ...]


def write_fault_book(path: Path, tables: Sequence[Faults], language: str, synthetic: bool) -> None:
    """Write a workbook of the faults of an import.

    It shows values as typed and stays on the identified side. It leaves out rows of people outside
    the cohort (R12). `tables` are the faults of a table, or of the two transcriptions of one. The
    file has the mode 0600.
    """
    text = Texts("table_faults", language)
    buffer = io.BytesIO()
    book = open_book(buffer)
    sheet = Sheet(book, text("book.list"), text("book.title"), synthetic, make_styles(book))
    sheet.notes(text("book.note"), text("book.others"))
    words = warning_texts(language)
    marks = [(faults, mark) for faults in tables for mark in _marks(faults, text, words)]
    listed = sorted(
        ((f, m) for f, m in marks if m.fault not in f.marks),
        key=lambda pair: (pair[1].kind, pair[0].second, pair[1].fault.row),
    )
    names = ("kind", "file", "row", "column", "cell", "value", "rule", "message")
    columns = [ShownColumn(name, text(f"book.{name}")) for name in names]
    top = sheet.row + 1
    sheet.table(columns, [_line(faults, mark, text) for faults, mark in listed], "")
    link = book.add_format(
        {"font_name": "Yu Gothic", "font_size": 10, "font_color": "#0072B2", "underline": 1}
        | {"border": 1, "border_color": "#D0D0D0", "valign": "top"}
    )
    for n, (_, mark) in enumerate(listed, top):
        if cell := _cell(mark):
            goal = f"internal:'{mark.sheet}'!{cell}"
            sheet.sheet.write_url(n, names.index("cell"), goal, link, string=cell)
    for faults in tables:
        own = [mark for owner, mark in marks if owner is faults]
        _copy(book, faults, own, text, synthetic)
    book.close()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with replacing(path, "wb", private=True) as stream:
        stream.write(buffer.getvalue())


def _marks(faults: Faults, text: Texts, words: Sequence[Texts]) -> Iterator[_Mark]:
    sheet = text("book.second" if faults.second else "book.table")
    header = faults.table.header
    for kind, found in (
        ("error", [*faults.errors, *faults.marks]),
        ("warning", faults.warnings),
    ):
        for fault in found:
            place = header.index(fault.column) if fault.column in header else None
            # a header fault names its cells; a fault of a row without a column marks the first cell
            cells = (place or 0,) if fault.cells is None else fault.cells
            message = fault.message(*words)
            if not (fault.row or fault.column):
                # a case without a row is named by its code
                message = f"{fault.where(*words)}: {message}"
            yield _Mark(kind, fault, message, sheet, place, cells if fault.row else ())


def _line(faults: Faults, mark: _Mark, text: Texts) -> dict[str, str]:
    fault = mark.fault
    file = faults.table.file + (f" {text('place_second')}" if faults.second else "")
    sheet = f" [{faults.table.sheet}]" if faults.table.sheet is not None else ""
    return {
        "kind": text(f"book.{mark.kind}"),
        "file": file + sheet,
        "row": str(fault.row or ""),
        "column": fault.column,
        "cell": _cell(mark),
        "value": _typed(faults, mark),
        "rule": fault.rule,
        "message": mark.message,
    }


def _cell(mark: _Mark) -> str:
    from xlsxwriter.utility import xl_rowcol_to_cell

    return str(xl_rowcol_to_cell(mark.fault.row - 1, mark.cells[0])) if mark.cells else ""


def _typed(faults: Faults, mark: _Mark) -> str:
    if mark.column is None or mark.fault.row not in faults.own:
        return ""
    return next((cells[mark.column] for n, cells in faults.table.rows if n == mark.fault.row), "")


def _copy(book: Any, faults: Faults, marks: Sequence[_Mark], text: Texts, synthetic: bool) -> None:
    """Write the cohort's rows of the table in their places. Faulty cells get colour and note."""
    sheet = book.add_worksheet(text("book.second" if faults.second else "book.table"))
    base = {"font_name": "Yu Gothic", "font_size": 10, "text_wrap": True, "valign": "top"}
    frame = base | {"border": 1, "border_color": "#D0D0D0"}
    styles = {kind: book.add_format(frame | {"bg_color": c}) for kind, c in _COLOURS.items()}
    styles |= {"plain": book.add_format(frame)}
    styles |= {"head": book.add_format(frame | {"bold": True, "bg_color": "#DCE9F2"})}
    table = faults.table
    rows = [(n, cells) for n, cells in [(table.header_row, table.header), *table.rows]]
    shown = {n: cells for n, cells in rows if n in faults.own}
    widths: dict[int, int] = defaultdict(int)
    for n, cells in shown.items():
        for i, cell in enumerate(cells):
            style = styles["head" if n == table.header_row else "plain"]
            sheet.write_string(n - 1, i, cell, style)
            widths[i] = max(widths[i], *map(text_width, cell.split("\n")))
    for i, width in widths.items():
        sheet.set_column(i, i, min(width + 3, _WIDEST))
    sheet.freeze_panes(table.header_row, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    # the typed values identify patients, also on paper
    banner = f"&R{SYNTHETIC}" if synthetic else ""
    sheet.set_header(f"&L{text('book.title')}{banner}")
    sheet.set_footer("&R&P / &N")
    notes: dict[tuple[int, int], list[_Mark]] = defaultdict(list)
    for mark in marks:
        for i in mark.cells:
            notes[mark.fault.row, i].append(mark)
    for (n, i), found in notes.items():
        cells = shown.get(n, ())
        kind = "error" if any(mark.kind == "error" for mark in found) else "warning"
        sheet.write_string(n - 1, i, cells[i] if i < len(cells) else "", styles[kind])
        said = "\n".join(dict.fromkeys(mark.message for mark in found))
        # the box of the note must be as tall as its text
        lines = text_width(said) // 40 + said.count("\n") + 2
        sheet.write_comment(n - 1, i, said, {"width": 300, "height": 18 * lines, "font_size": 9})
