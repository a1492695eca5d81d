"""Text struck out in Excel (a correction by hand), furigana and comments are no content."""

from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.styles import Font

from bonescint.commands.codes import read_codes
from bonescint.errors import InputError
from bonescint.tables.lists import read_opt_out, read_participants, read_tracer_calendar
from bonescint.tables.reading import Table, read_table
from bonescint.warning_words import warnings_in_words
from tests.scripts.imports.cohort_tables import GOOD, HEADER, import_vsbone, make_cohort

OLD = Font(strike=True)


def out(text: str) -> TextBlock:
    return TextBlock(InlineFont(strike=True), text)


def book_of(path: Path, *rows: list[object], struck_rows: tuple[int, ...] = ()) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for n in struck_rows:
        for cell in book.active[n]:
            cell.font = OLD
    book.save(path)
    return path


def rows_of(table: Table) -> list[tuple[str, ...]]:
    return [cells for _, cells in table.rows]


def test_runs_that_are_struck_out(tmp_path):
    path = book_of(
        tmp_path / "t.xlsx",
        ["id", "hotspots"],
        [CellRichText(out("04587113"), "04587112"), CellRichText(out("1"), "2")],
        ["1", CellRichText("right ", out("left "), TextBlock(InlineFont(b=True), "rib"))],
        ["2", CellRichText(out("3"), out("4"))],
    )
    assert rows_of(read_table(path)) == [("04587112", "2"), ("1", "right rib"), ("2", "")]


def test_shared_texts_and_texts_of_the_sheet_are_read_alike(tmp_path):
    path = tmp_path / "shared.xlsx"
    for settings in ({}, {"constant_memory": True}):  # the latter writes texts into the sheet
        with xlsxwriter.Workbook(path, settings) as book:
            strike, raised = book.add_format({"font_strikeout": True}), book.add_format()
            raised.set_font_script(1)
            page = book.add_worksheet()
            page.write_row(0, 0, ["a", "b", "c"])
            page.write_rich_string(1, 0, strike, "1", "2")
            page.write_rich_string(1, 1, "3", raised, "2")
            page.write_string(1, 2, "x")
        assert rows_of(read_table(path)) == [("2", "3²", "x")]


def test_a_cell_that_is_struck_out_is_blank(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["a", "b", "c", "d", "e"])
    book.active.append(["1", 2.5, "=1+1", CellRichText("3", TextBlock(InlineFont(), "4")), "5"])
    for cell in book.active[2][1:4]:
        cell.font = OLD
    book.active["E2"].comment = Comment("was 6", "somebody")
    book.save(tmp_path / "t.xlsx")
    # a run without a font of its own has the cell's
    assert rows_of(read_table(tmp_path / "t.xlsx")) == [("1", "", "", "4", "5")]


def test_a_row_that_is_struck_out_keeps_its_text(tmp_path):
    path = book_of(tmp_path / "t.xlsx", ["a", "b"], ["1", "2"], ["3", None], struck_rows=(3,))
    table = read_table(path)
    assert rows_of(table) == [("1", "2"), ("3", "")]
    assert table.struck == (3,)


def test_hidden_and_filtered_rows_and_columns_are_content(tmp_path):
    path = book_of(tmp_path / "t.xlsx", ["a", "b"], ["1", "2"], ["3", "4"])
    book = openpyxl.load_workbook(path)
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions["B"].hidden = True
    book.active.auto_filter.ref = "A1:B3"
    book.save(path)
    assert rows_of(read_table(path)) == [("1", "2"), ("3", "4")]


def test_an_opt_out_whose_row_is_struck_out_excludes(tmp_path):
    header = ["患者ID", "申出日", "申出者"]
    path = book_of(
        tmp_path / "o.xlsx",
        header,
        ["0012", "2024-01-10", "本人"],
        [CellRichText(out("0013"), "0014"), "2024-01-11", "本人"],
        struck_rows=(2,),
    )
    entries = read_opt_out(path, "ja")
    assert [(e.subject, e.struck, e.problems) for e in entries] == [
        ("12", True, []),
        ("14", False, []),
    ]


def test_an_id_that_is_struck_out_in_a_row_that_is_not_stops(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["患者ID", "申出日"])
    book.active.append(["0012", "2024-01-10"])
    book.active["A2"].font = OLD
    book.save(tmp_path / "o.xlsx")
    with pytest.raises(InputError, match="空"):
        read_opt_out(tmp_path / "o.xlsx", "ja")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_participants_and_calendar_name_rows_that_are_struck_out(tmp_path, language):
    number = "HS2022-005"
    path = book_of(tmp_path / "p.xlsx", ["患者ID", "試験番号"], ["12", number], struck_rows=(2,))
    odd: list[dict[str, str]] = []
    assert read_participants(path, number, language, odd) == {"12": 2}
    path = book_of(tmp_path / "c.xlsx", ["検査日", "薬剤"], ["2019-06-03", "MDP"], struck_rows=(2,))
    assert len(read_tracer_calendar(path, language, odd)) == 1
    said = warnings_in_words(odd, language)
    assert [row["source"] for row in said] == ["p.xlsx", "c.xlsx"]
    assert all("2" in row["where"] and row["message"] for row in said)


def test_an_export_is_imported_without_what_is_struck_out(tmp_path):
    rows = [list(row) for row in GOOD]
    rows[0][3] = CellRichText(out("1"), "2")
    path = book_of(tmp_path / "e.xlsx", HEADER, *rows, struck_rows=(3,))
    cohort = make_cohort(tmp_path)
    table, warnings = import_vsbone(cohort, tmp_path, path)
    codes = cohort["codes"]
    assert table[codes["1001"]]["hotspots"] == "2"
    assert table[codes["1002"]]["status"] == "analysed"
    assert [w["where"] for w in warnings if "取り消し線" in w["message"]] == [
        "ファイル「e.xlsx」 シート「Sheet」 行 3"
    ]


def test_codes_of_a_row_that_is_struck_out(tmp_path, capsys):
    path = book_of(tmp_path / "c.xlsx", ["患者ID", "符号"], ["12", "AB1"], struck_rows=(2,))
    assert read_codes(path, "en") == {"12": "AB1"}
    assert "struck out" in capsys.readouterr().err


def test_two_ids_in_the_lines_of_one_cell_are_refused(tmp_path):
    path = book_of(tmp_path / "o.xlsx", ["患者ID", "申出日"], ["12345\n67890", "2024-01-10"])
    with pytest.raises(InputError, match="several"):
        read_opt_out(path, "en")
    path = book_of(tmp_path / "p.xlsx", ["患者ID", "試験番号"], ["1\n2", "HS2022-005"])
    with pytest.raises(InputError, match="several"):
        read_participants(path, "HS2022-005", "en")
