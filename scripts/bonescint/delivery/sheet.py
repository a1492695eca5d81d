"""The Excel sheet that goes to the partner beside the images (R26)."""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from bonescint.errors import InputError
from bonescint.resources import SYNTHETIC, Texts
from bonescint.tables.sheets import WIDEST, make_styles, open_book, row_height
from bonescint.text.width import text_width

# field, header of columns A to I as the notice prints them (L297-299), required (L301-312)
COLUMNS = [
    ("code", "患者符号", True),
    ("exam_date", "検査日", True),
    ("findings", "所見", True),
    ("eod", "EOD", True),
    ("metastasis", "転移の有無", True),
    ("age", "年齢", True),
    ("sex", "性別", True),
    ("height_cm", "身長", False),
    ("weight_kg", "体重", False),
]
# without the EOD, because an empty one is sent as not calculated
REQUIRED = {field: title for field, title, required in COLUMNS if required and field != "eod"}
NOT_CALCULATED = "未算出"
NO_FINDINGS = "記載なし"  # only if a recorded decision says so
_WORDS = {"metastasis": {"1": "有", "0": "無"}, "sex": {"F": "女", "M": "男"}}
# the values that Excel offers when a person changes a cell
_LISTS = {field: list(words.values()) for field, words in _WORDS.items()}
_LISTS["eod"] = [*"01234", NOT_CALCULATED]
_KIND = {
    "exam_date": "date",
    "eod": "count",
    "age": "count",
    "height_cm": "one",
    "weight_kg": "one",
}


def partner_book(
    rows: Sequence[Mapping[str, str]],
    synthetic: bool,
    language: str,
    cover: Sequence[str] = (),
) -> bytes:
    """Return a workbook with columns A to I; the same rows give the same bytes.

    Headers and values are always Japanese, because the notice prescribes them.

    Parameters
    ----------
    rows
        ``code``, ``exam_date`` (YYYY-MM-DD), ``findings``, ``eod`` (0..4; empty = not calculated),
        ``metastasis`` (1 | 0), ``age`` (years), ``sex``, ``height_cm``, ``weight_kg``.
    synthetic
        Whether to mark the sheet's name, its print header and a second sheet as simulated. Columns
        A to I stay as they are.
    cover
        Lines of a second sheet, such as the reason for a delivery after the study's end.

    Raises
    ------
    InputError
        If a required field (A to G) of a case is blank, or a code stands twice.
    """
    texts = Texts("workbook", language)
    if problems := list(_problems(rows, texts)):
        raise InputError(problems)
    buffer = io.BytesIO()
    book = open_book(buffer)
    styles = make_styles(book)
    sheet = book.add_worksheet("SYNTHETIC 合成データ" if synthetic else "症例")
    sheet.freeze_panes(1, 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.set_header(f"&R{SYNTHETIC}" if synthetic else "")
    sheet.set_footer((f"&L{SYNTHETIC}" if synthetic else "") + "&R&P / &N")
    _fill(sheet, rows, styles)
    lines = [texts("partner_synthetic"), *cover] if synthetic else list(cover)
    if lines:
        second = book.add_worksheet("SYNTHETIC" if synthetic else "提供")
        if synthetic:
            second.write_string(0, 0, SYNTHETIC, styles["banner"])
        for y, line in enumerate(lines, start=int(synthetic)):
            second.write_string(y, 0, line, styles["plain"])
    book.close()
    return buffer.getvalue()


def _problems(rows: Sequence[Mapping[str, str]], texts: Texts) -> Iterator[str]:
    seen: set[str] = set()
    for row in rows:
        if blank := [title for field, title in REQUIRED.items() if not row[field].strip()]:
            columns = texts("separator").join(blank)
            yield texts("partner_blank", code=row["code"], columns=columns)
        if row["code"] and row["code"] in seen:
            yield texts("partner_twice", code=row["code"])
        seen.add(row["code"])


def _fill(sheet: Any, rows: Sequence[Mapping[str, str]], styles: Mapping[str, Any]) -> None:
    """Write the header and the cases; widths and heights fit the texts."""
    shown = [{field: _shown(field, row[field].strip()) for field, _, _ in COLUMNS} for row in rows]
    widths = []
    for i, (field, title, _) in enumerate(COLUMNS):
        lines = [line for one in shown for line in one[field].split("\n")]
        widths.append(min(max(text_width(line) for line in [title, *lines]) + 3, WIDEST))
        sheet.set_column(i, i, widths[i])
        sheet.write_string(0, i, title, styles["head"])
        if field in _LISTS and rows:
            choice = {"validate": "list", "source": _LISTS[field]}
            sheet.data_validation(1, i, len(rows), i, choice)
    for y, one in enumerate(shown, start=1):
        for i, (field, _, _) in enumerate(COLUMNS):
            value, kind = one[field], _KIND.get(field)
            if not value:
                sheet.write_blank(y, i, None, styles["text"])
            elif kind == "date":
                sheet.write_datetime(y, i, date.fromisoformat(value), styles["date"])
            elif kind and value != NOT_CALCULATED:
                sheet.write_number(y, i, float(value), styles[kind])
            else:
                sheet.write_string(y, i, value, styles["text"])
        sheet.set_row(y, row_height(list(one.values()), widths))


def _shown(field: str, value: str) -> str:
    if field == "eod" and not value:
        return NOT_CALCULATED
    return _WORDS.get(field, {}).get(value, value)
