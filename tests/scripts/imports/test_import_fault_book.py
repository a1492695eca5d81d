"""The workbook of the faults: a list with places, the cohort's rows with the cells marked."""

import stat

import openpyxl
import pytest

from bonescint.errors import InputError
from bonescint.tables.fault_book import _COLOURS
from tests.scripts.imports.cohort_tables import (
    DAY,
    GOOD,
    HEADER,
    import_vsbone,
    make_cohort,
    write_table,
)

BAD = [
    ["1001", DAY, 120, 4, "解析済"],
    ["9999", "wild", "wild", "wild", "wild"],
    ["", DAY, "nobody's", 1, "解析済"],
    ["1002", DAY, 11, "x", "=1+1"],
    ["1003", DAY, 1, 1, "解析済"],
    ["1003", DAY, 1, 1, "解析済"],
]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return make_cohort(tmp_path_factory.mktemp("cohort"))


def book_of(cohort, folder, rows, header=HEADER, second=None, **options):
    export = write_table(folder / "vsbone3.csv", [header, *rows])
    if second is not None:
        second = write_table(folder / "again.csv", [header, *second])
    with pytest.raises(InputError) as caught:
        import_vsbone(cohort, folder, export, second, **options)
    path = folder / "faults" / "vsbone3.xlsx"
    assert caught.value.problems[-1].endswith(str(path))
    return openpyxl.load_workbook(path), caught.value.problems[:-1]


def marked(sheet, kind):
    colour = "FF" + _COLOURS[kind].lstrip("#")
    return {c.coordinate for row in sheet.iter_rows() for c in row if c.fill.fgColor.rgb == colour}


def test_every_fault_is_listed_and_marked_at_its_place(cohort, tmp_path):
    book, problems = book_of(cohort, tmp_path, BAD)
    table = book["元の表"]
    assert marked(table, "error") == {"C2", "A4", "D5", "E5", "A7"}
    assert marked(table, "warning") == {"C5"}
    assert table["C2"].value == "120" and "範囲外" in table["C2"].comment.text
    assert "10 を超えて" in table["C5"].comment.text
    assert [cell.value for cell in table[1]] == HEADER
    assert table["E5"].value == "=1+1" and table["E5"].data_type == "s"  # text stays text
    rows = list(book["エラー一覧"].iter_rows(min_row=5, values_only=True))
    top = next(i for i, row in enumerate(rows) if row[0] == "種別")
    listed = [row for row in rows[top + 1 :] if row[0]]
    errors = [row for row in listed if row[0] == "エラー"]
    assert len(errors) == len(problems)
    assert errors[0][:7] == ("エラー", "vsbone3.csv", "2", HEADER[2], "C2", "120", "R9")
    assert all(any(row[7] in problem for problem in problems) for row in errors)
    # the case without a row is among the warnings, by its code
    assert any(cohort["codes"]["1004"] in row[7] for row in listed if row[0] == "警告")
    # the other two: a BSI above 10, and rows of nobody while a case has none
    assert len(listed) == len(errors) + 3


def test_rows_of_others_are_blank(cohort, tmp_path):
    book, _ = book_of(cohort, tmp_path, BAD)
    table = book["元の表"]
    assert {cell.value for n in (3, 4) for cell in table[n]} <= {None, ""}
    text = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row]
    assert not any(word in cell for cell in text for word in ("wild", "9999", "nobody's"))


def test_an_invalid_header_is_not_shown(cohort, tmp_path):
    book, problems = book_of(cohort, tmp_path, GOOD[1:], header=GOOD[0][:4] + ["山田"])
    text = [str(c.value) for sheet in book for row in sheet.iter_rows() for c in row]
    assert not any("山田" in cell or "1001" in cell for cell in text)
    assert problems and "見出し「" in problems[0]


def test_both_transcriptions_are_marked(cohort, tmp_path):
    second = [list(row) for row in GOOD[::-1]]
    second[3][2] = "1.3"
    book, (problem,) = book_of(cohort, tmp_path, GOOD, second=second)
    assert marked(book["元の表"], "error") == {"C2"}
    assert marked(book["元の表 (2 回目)"], "error") == {"C5"}
    assert "1.25" in book["元の表 (2 回目)"]["C5"].comment.text
    listed = [r for r in book["エラー一覧"].iter_rows(values_only=True) if r[0] == "エラー"]
    assert len(listed) == 1


def test_every_page_says_in_print_that_it_stays_in_the_hospital(cohort, tmp_path):
    book, _ = book_of(cohort, tmp_path, GOOD, second=[*GOOD[:-1], ["1003", DAY, 9, 9, "解析済"]])
    assert len(book.worksheets) == 3
    assert all("院内限り" in sheet.oddHeader.left.text for sheet in book)
    assert all("SYNTHETIC" in sheet.oddHeader.right.text for sheet in book)


def test_mode_and_language(cohort, tmp_path):
    book, _ = book_of(cohort, tmp_path, BAD, language="en")
    assert book.sheetnames == ["Faults", "Table"]
    path = tmp_path / "faults" / "vsbone3.xlsx"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


def test_same_bytes(cohort, tmp_path):
    path = tmp_path / "faults" / "vsbone3.xlsx"
    book_of(cohort, tmp_path, BAD)
    first = path.read_bytes()
    book_of(cohort, tmp_path, BAD)
    assert path.read_bytes() == first


def test_a_good_import_and_an_unreadable_file_remove_it(cohort, tmp_path):
    path = tmp_path / "faults" / "vsbone3.xlsx"
    book_of(cohort, tmp_path, BAD)
    import_vsbone(cohort, tmp_path, write_table(tmp_path / "good.csv", [HEADER, *GOOD]))
    assert not path.exists()
    book_of(cohort, tmp_path, BAD)
    with pytest.raises(InputError):
        import_vsbone(cohort, tmp_path, tmp_path / "none.csv")
    assert not path.exists()
