"""Tables in every encoding and Excel dialect a hospital hands over."""

import io
import zipfile
from datetime import date, datetime

import openpyxl
import pytest
import xlsxwriter
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from bonescint.errors import InputError
from bonescint.tables.reading import read_table
from bonescint.tables.values import NOT_CALCULATED, damaged_id, parse_number

TEXT = "患者ID,BSI値(%),所見\r\n00012,1.5,右髙位肋骨に集積\r\n\r\n00013,0,「なし」\r\n"
TSV = TEXT.replace(",", "\t")
EXPECTED = [(2, ("00012", "1.5", "右髙位肋骨に集積")), (4, ("00013", "0", "「なし」"))]


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("utf-8", TEXT),
        ("utf-8-sig", TEXT),
        ("utf-16", TSV),
        ("cp932", TEXT),
        ("cp932", TSV),
        ("utf-8", TEXT.replace(",", ";")),
        ("utf-8", TEXT.replace("\r\n", "\n")),
    ],
)
def test_encodings_and_delimiters(tmp_path, encoding, text):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    table = read_table(path)
    assert table.header == ("患者ID", "BSI値(%)", "所見")
    assert table.rows == EXPECTED
    assert (table.file, table.sheet, table.header_row) == ("table.csv", None, 1)


def test_utf16_big_endian(tmp_path):
    path = tmp_path / "table.txt"
    path.write_bytes(b"\xfe\xff" + TSV.encode("utf-16-be"))
    assert read_table(path).rows == EXPECTED


def test_configured_encoding(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("患者ID,所見\n1,骨転移\n".encode("euc-jp"))
    assert read_table(path, encoding="euc-jp").rows == [(2, ("1", "骨転移"))]
    with pytest.raises(InputError, match="文字コード"):
        read_table(path, encoding="no-such-codec")
    with pytest.raises(InputError, match="文字コード"):
        read_table(path, encoding="\0")


def test_escape_sequences_are_no_text(tmp_path):
    path = tmp_path / "table.csv"
    path.write_bytes("患者ID,所見\n1,骨転移\n".encode("iso2022_jp"))
    with pytest.raises(InputError, match="文字コード"):
        read_table(path)
    assert read_table(path, encoding="iso2022_jp").rows == [(2, ("1", "骨転移"))]
    path.write_bytes(b"ID,x\n1,a\x08b\n")
    with pytest.raises(InputError, match="文字コード"):
        read_table(path)


def test_row_numbers_are_those_of_excel(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('title\n\nID,所見\n1,"two\nlines"\n\n2,x\n', encoding="utf-8")
    table = read_table(path, header_row=3)
    # Excel shows the record with a line break as one row
    assert table.rows == [(4, ("1", "two\nlines")), (6, ("2", "x"))]


def test_unclosed_quote_does_not_swallow_the_rest(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('ID,所見\n1,"open\n2,x\n3,y\n', encoding="utf-8")
    with pytest.raises(InputError, match="行 2"):
        read_table(path)


def write_book(path, rows, **formats):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    for cell, number_format in formats.items():
        sheet[cell].number_format = number_format
    book.save(path)


def test_excel_cells_read_as_shown(tmp_path):
    path = tmp_path / "book.xlsx"
    write_book(
        path,
        [
            ["患者ID", "検査日", "BSI", "text", "bool"],
            [12.0, date(2019, 6, 3), 0.0123, "＝1+1 ", True],
            ["00013", datetime(2019, 6, 4, 9, 30), 0.1 + 0.2, None, False],
            [1234567890, "2019/6/5", 1.25, "5%", None],
            [2, "", 0.5, "", None],
        ],
        C2="0.00%",
        C4='0.00"%"',
        C5="0.00_%",
    )
    table = read_table(path)
    assert table.sheet == "Sheet"
    assert [cells for _, cells in table.rows] == [
        ("12", "2019-06-03", "1.23%", "＝1+1 ", "TRUE"),
        ("00013", "2019-06-04T09:30:00", "0.3", "", "FALSE"),
        ("1234567890", "2019/6/5", "1.25", "5%", ""),
        ("2", "", "0.5", "", ""),
    ]


def test_1904_dates(tmp_path):
    path = tmp_path / "mac.xlsx"
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    book.active.append(["検査日"])
    book.active.append([date(2019, 6, 3)])
    book.save(path)
    assert read_table(path).rows == [(2, ("2019-06-03",))]


def test_merged_header(tmp_path):
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["患者ID", "VSBONE", None])
    sheet.append([None, "BSI\n(%)", "Hotspot"])
    sheet.append(["1", 1, 2])
    sheet.merge_cells("A1:A2")
    sheet.merge_cells("B1:C1")
    book.save(path)
    assert read_table(path, header_row=2).header == ("患者ID", "BSI (%)", "Hotspot")


def test_sheets(tmp_path):
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook()
    book.active.title = "隠し"
    book.active.append(["x"])
    book.active.sheet_state = "hidden"
    book.create_sheet("結果").append(["患者ID"])
    book.create_sheet("空")
    book.save(path)
    table = read_table(path)
    assert (table.sheet, table.other_sheets) == ("結果", ("隠し",))
    assert read_table(path, sheet="隠し").header == ("x",)
    with pytest.raises(InputError, match="Sheet9.*3 枚"):
        read_table(path, sheet="Sheet9")


def test_wrong_dimension_loses_no_rows(tmp_path):
    path = tmp_path / "book.xlsx"
    write_book(path, [["ID"], [1], [2]])
    stream = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            new.writestr(name, data.replace(b'ref="A1:A3"', b'ref="A1:A2"'))
    path.write_bytes(stream.getvalue())
    assert len(read_table(path).rows) == 2


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "パスワード"),
        (b"PK\x03\x04 no workbook", "壊れています"),
        (b"\xff\x81\x00", "文字コード"),
        (b"ID\0\0,1", "CSV でもない"),
        (b"", "見出し"),
        (b"\n\n", "見出し"),
        (b"%PDF-1.7\n\xe2\xe3", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "PDF"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "Web"),
        (b"\xef\xbb\xbf\n<!DOCTYPE html>", "Web"),
        (b"<?xml version='1.0'?><Workbook/>", "Web"),
    ],
)
def test_no_table(tmp_path, content, word):
    path = tmp_path / "table.xlsx"
    path.write_bytes(content)
    with pytest.raises(InputError, match=word):
        read_table(path)


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="no file"):
        read_table(tmp_path / "none.csv", language="en")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", [TEXT, TSV, "患者ＩＤ\t所見\n１\tあり　なし\n"])
def test_utf16_without_a_mark(tmp_path, encoding, text):
    path = tmp_path / "table.csv"
    path.write_bytes(text.encode(encoding))
    with_mark = tmp_path / "marked.csv"
    with_mark.write_bytes("\ufeff".encode(encoding) + text.encode(encoding))
    assert read_table(path).rows == read_table(with_mark).rows != []


def test_leading_zeros_kept_from_excel(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text('患者ID,所見\n="00012","=""x"""\n', encoding="utf-8")
    assert read_table(path).rows == [(2, ("00012", "x"))]


@pytest.mark.parametrize("name", ["book.csv", "book.xls", "book"])
def test_the_content_decides_not_the_name(tmp_path, name):
    write_book(tmp_path / "book.xlsx", [["ID"], [1]])
    (tmp_path / "book.xlsx").rename(tmp_path / name)
    assert read_table(tmp_path / name).rows == [(2, ("1",))]


def archive(path, **members):
    with zipfile.ZipFile(path, "w") as stream:
        for name, data in members.items():
            stream.writestr(name.replace("__", "/"), data)


def test_archives_that_are_no_workbook(tmp_path):
    path = tmp_path / "table.xlsx"
    for members, word in (
        ({"mimetype": "application/vnd.oasis.opendocument.spreadsheet"}, ".ods"),
        ({"xl__workbook.bin": ""}, ".xlsb"),
        ({"Index__Document.iwa": ""}, "Numbers"),
        ({"word__document.xml": "<x/>"}, "Word"),
        ({"readme.txt": ""}, "壊れています"),
    ):
        archive(path, **members)
        with pytest.raises(InputError, match=word):
            read_table(path)


def test_a_damaged_sheet_is_a_fault_of_the_file(tmp_path):
    path = tmp_path / "book.xlsx"
    write_book(path, [["ID"], [1], [2]])
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for broken in (b"<worksheet><sheetData><row", b"", b"no xml"):
        with zipfile.ZipFile(path, "w") as new:
            for name, data in parts.items():
                new.writestr(name, broken if "sheet1" in name else data)
        with pytest.raises(InputError, match="壊れています"):
            read_table(path)


def rewrite(path, **changes):
    """Replace text in one member of a workbook."""
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            for old_text, new_text in changes.get(name.split("/")[-1].rpartition(".")[0], ()):
                assert old_text in data
                data = data.replace(old_text, new_text)
            new.writestr(name, data)


def test_formulas_whose_results_were_not_saved(tmp_path):
    path = tmp_path / "book.xlsx"
    write_book(path, [["ID", "BSI", "x"], ["1", "=1+1", "=A2"], ["2", 3, None]])
    assert [cells for _, cells in read_table(path).rows] == [
        ("1", NOT_CALCULATED, NOT_CALCULATED),
        ("2", "3", ""),
    ]


def test_formulas_with_results(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:  # writes 0 where it is given no result
        page = book.add_worksheet()
        page.write_row(0, 0, ["ID", "a", "b", "c"])
        page.write_row(1, 0, ["1", 0])
        page.write_formula(1, 2, "=1+1", None, 2)
        page.write_formula(1, 3, "=1+1")
    assert read_table(path).rows == [(2, ("1", "0", "2", NOT_CALCULATED))]
    # as Excel saves it: the results are Excel's, an empty text is one
    rewrite(
        path,
        workbook=[(b' fullCalcOnLoad="1"', b"")],
        sheet1=[(b'<c r="C2"><f>1+1</f><v>2</v>', b'<c r="C2" t="str"><f>1+1</f><v></v>')],
    )
    assert read_table(path).rows == [(2, ("1", "0", "", "0"))]


def test_numbers_longer_than_excel_keeps_are_damaged_ids(tmp_path):
    path = tmp_path / "book.xlsx"
    write_book(path, [["ID"], [1234567890123456], [123456789012345]])
    (_, (long,)), (_, (short,)) = read_table(path).rows
    assert damaged_id(long) and not damaged_id(short)


def test_groups_of_columns(tmp_path):
    path = tmp_path / "book.xlsx"
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["解析結果"])
    sheet.append(["患者ID", "VSBONE 2.0", None, "VSBONE 3.0", None, "備考"])
    sheet.append([None, "BSI", "Hotspot", "BSI", "Hotspot", None])
    sheet.append(["1", 1, 2, 3, 4, "x"])
    for cells in ("A2:A3", "B2:C2", "D2:E2", "F2:F3"):
        sheet.merge_cells(cells)
    book.save(path)
    assert read_table(path, header_row=3).header == (
        "患者ID",
        "VSBONE 2.0 BSI",
        "VSBONE 2.0 Hotspot",
        "VSBONE 3.0 BSI",
        "VSBONE 3.0 Hotspot",
        "備考",
    )


def test_a_macro_workbook_a_protected_sheet_and_hidden_rows(tmp_path):
    path = tmp_path / "book.xlsm"
    book = openpyxl.Workbook()
    book.active.append(["ID"])
    book.active.append(["1"])
    book.active.protection.sheet = True
    book.active.row_dimensions[2].hidden = True
    book.save(path)
    plain, macro = (
        b"openxmlformats-officedocument.spreadsheetml.sheet",
        b"ms-excel.sheet.macroEnabled",
    )
    rewrite(path, **{"[Content_Types]": [(plain + b".main", macro + b".main")]})
    assert read_table(path).rows == [(2, ("1",))]


def test_furigana_and_carriage_returns_are_no_text(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet().write_column(0, 0, ["ID", "kanji", "two"])
    rewrite(
        path,
        sharedStrings=[
            (
                b"<t>kanji</t>",
                b'<r><t>kan</t></r><r><t>ji</t></r><rPh sb="0" eb="1"><t>yomi</t></rPh>',
            ),
            (b"<t>two</t>", b"<t>two_x000D_\nlines</t>"),
        ],
    )
    assert [cells for _, cells in read_table(path).rows] == [("kanji",), ("two\r\nlines",)]


def test_raised_digits_are_not_digits_of_the_number(tmp_path):
    path = tmp_path / "book.xlsx"
    with xlsxwriter.Workbook(path) as book:
        raised, bold = book.add_format({"font_script": 1}), book.add_format({"bold": True})
        lowered = book.add_format({"font_script": 2})
        page = book.add_worksheet()
        page.write_row(0, 0, ["a", "b", "c", "d"])
        page.write_rich_string(1, 0, "3", raised, "2")
        page.write_rich_string(1, 1, bold, "right", " rib ")
        page.write_rich_string(1, 2, "x", lowered, "10 a")
    ((_, cells),) = read_table(path).rows
    assert cells == ("3²", "right rib ", "x₁₀ a", "")
    assert parse_number(cells[0]) is None
