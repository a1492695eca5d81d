"""Headers below titles, on the second sheet, in two rows: found by their words."""

import openpyxl
import pytest

from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.tables.bounds import CheckedTable
from bonescint.tables.columns import load_columns
from bonescint.tables.faults import Faults
from bonescint.tables.headers import header_words
from bonescint.tables.lists import read_opt_out
from bonescint.tables.reading import read_table

COLUMNS = load_columns("software_export")
CONFIGURED = {"patient_id": "患者ID", "bsi": "BSI値(%)", "hotspots": "ホットスポット数"}
KEY = "software.vsbone3.columns"
HEADER = ["患者ID", "検査日", "BSI値(%)", "ホットスポット数", "解析状態"]
ROWS = [["00012", "2019-06-03", 1.5, 3, "解析済"], ["00013", "2019-06-04", 0, 0, "解析済"]]


def checked(path, language="ja", sheet=None, header_row=None, configured=CONFIGURED):
    words = header_words(COLUMNS, {"code"}, configured)
    table = read_table(path, sheet, header_row, language=language, words=words)
    faults = Faults(table, language, "vsbone3")
    return CheckedTable(
        table, COLUMNS, faults, skip={"code"}, configured=configured, config_key=KEY
    )


def warned(found):
    return [(fault.row, fault.phrase.key) for fault in found.faults.warnings]


def write_sheets(path, *sheets):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets:
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


@pytest.mark.parametrize(
    "above",
    [
        [["VSBONE 解析結果一覧"], []],
        [["BSI"]],
        [[], ["○○病院", None, "印刷日", "2024/5/1"], ["患者ID は 8 桁"]],
        [["2019-06-03"], ["2024"], ["VSBONE 3.0"]],
        [["x"] * 5] * 29,
    ],
)
def test_a_header_below_a_title(tmp_path, above):
    found = checked(write_sheets(tmp_path / "a.xlsx", ("結果", [*above, HEADER, *ROWS])))
    assert (found.table.header_row, len(found.table.rows)) == (len(above) + 1, 2)
    assert warned(found) == [(len(above) + 1, "header_found")]
    (fault,) = found.faults.warnings
    for text in ("software.vsbone3.sheet", "software.vsbone3.header_row"):
        assert text in str(fault.phrase.values)


def test_a_header_in_the_first_row_says_nothing(tmp_path):
    for blank in ([], [[], []]):
        found = checked(write_sheets(tmp_path / "a.xlsx", ("結果", [*blank, HEADER, *ROWS])))
        assert warned(found) == []
        assert found.table.header_row == len(blank) + 1


def test_the_first_of_repeated_headers_counts(tmp_path):
    rows = [["title"], HEADER, *ROWS, HEADER, *ROWS]
    assert checked(write_sheets(tmp_path / "a.xlsx", ("a", rows))).table.header_row == 2


def test_a_header_that_is_not_looked_for_so_far_down(tmp_path):
    path = write_sheets(tmp_path / "a.xlsx", ("a", [["x"]] * 30 + [HEADER, *ROWS]))
    with pytest.raises(InputError, match="見出しの行が見つかりません.*header_row"):
        checked(path)


def test_a_merged_header_below_a_title(tmp_path):
    rows = [["解析結果"], ["患者ID", "結果"], [None, "BSI値(%)", "ホットスポット数"], ["1", 1, 2]]
    found = checked(write_sheets(tmp_path / "a.xlsx", ("a", rows)))
    assert found.table.header_row == 3
    assert found.table.header == ("患者ID", "BSI値(%)", "ホットスポット数")
    assert found.table.rows == [(4, ("1", "1", "2"))]


def test_synonyms_of_the_schema_and_configured_names_are_such_words(tmp_path):
    rows = [["title"], ["患者番号", "BSI", "Hotspot"], ["1", 1, 2]]
    path = write_sheets(tmp_path / "a.xlsx", ("a", rows))
    assert checked(path, configured={}).table.header_row == 2
    rows[1] = ["ID", "index", "n"]
    configured = {"patient_id": "ＩＤ", "bsi": "Index", "hotspots": "N"}
    path = write_sheets(tmp_path / "b.xlsx", ("a", rows))
    assert checked(path, configured=configured).table.header_row == 2


def test_a_name_in_a_title_is_no_header(tmp_path):
    title = ["解析結果", None, None, None, None, "作成 山田花子"]
    rows = [title, ["患者ID", "BSI値(%)", "ホットスポット数"], ["1", 1, 2]]
    found = checked(write_sheets(tmp_path / "a.xlsx", ("a", rows)))
    assert found.table.header == ("患者ID", "BSI値(%)", "ホットスポット数")
    assert not any("山田" in str(fault.phrase.values) for fault in found.faults.warnings)


@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_a_title_above_a_text_file(tmp_path, delimiter):
    path = tmp_path / "a.csv"
    lines = ["解析結果, 2024", "", *(delimiter.join(map(str, row)) for row in [HEADER, *ROWS])]
    path.write_text("\n".join(lines), encoding="cp932")
    found = checked(path)
    assert (found.table.header_row, found.table.header) == (3, tuple(HEADER))
    assert warned(found) == [(3, "header_found")]


def test_a_cover_sheet(tmp_path):
    cover = ("表紙", [["VSBONE 3.0"], ["作成", "核医学科"]])
    found = checked(write_sheets(tmp_path / "a.xlsx", cover, ("結果", [HEADER, *ROWS])))
    assert (found.table.sheet, found.table.header_row) == ("結果", 1)
    assert warned(found) == [(1, "header_found")]
    assert found.table.visible_others == ("表紙",)


@pytest.mark.parametrize(("language", "words"), [("ja", "2 枚以上"), ("en", "Two or more sheets")])
def test_two_sheets_that_fit_are_both_named(tmp_path, language, words):
    sheets = [(title, [HEADER, *ROWS]) for title in ("2019年", "2020年")]
    path = write_sheets(tmp_path / "a.xlsx", ("表紙", [["x"]]), *sheets)
    with pytest.raises(InputError, match=words) as caught:
        checked(path, language)
    for text in ("2019年", "2020年", "software.vsbone3.sheet"):
        assert text in str(caught.value)
    assert checked(path, sheet="2020年").table.sheet == "2020年"


def test_a_hidden_sheet_is_no_second_one(tmp_path):
    path = write_sheets(tmp_path / "a.xlsx", *((t, [HEADER, *ROWS]) for t in "ab"))
    book = openpyxl.load_workbook(path)
    book["b"].sheet_state = "hidden"
    book.save(path)
    assert checked(path).table.sheet == "a"


@pytest.mark.parametrize(
    ("language", "words"),
    [("ja", ["見出しと思われます", "足りない"]), ("en", ["looks like the header"])],
)
def test_a_row_that_looks_like_the_header_is_named(tmp_path, language, words):
    header = [*HEADER[:2], "スコア", *HEADER[3:]]
    path = write_sheets(tmp_path / "a.xlsx", ("a", [["title"], header, *ROWS]))
    found = checked(path, language)
    with pytest.raises(InputError) as caught:
        found.faults.raise_errors()
    assert len(caught.value.problems) == 2
    for text in (*words, "software.vsbone3.header_row", "software.vsbone3.columns.bsi", "スコア"):
        assert text in str(caught.value)
    assert all(("行 2" if language == "ja" else "row 2") in one for one in caught.value.problems)


@pytest.mark.parametrize(("language", "words"), [("ja", "見つかりません"), ("en", "not found")])
def test_where_no_row_looks_like_one_it_is_said_once(tmp_path, language, words):
    path = write_sheets(tmp_path / "a.xlsx", ("a", [["title"], *ROWS]))
    with pytest.raises(InputError, match=words) as caught:
        checked(path, language)
    assert len(caught.value.problems) == 1
    for text in ("sheet", "header_row", "columns.key", "columns.bsi"):
        assert f"software.vsbone3.{text}" in str(caught.value)
    assert "00012" not in str(caught.value)


@pytest.mark.parametrize(("language", "words"), [("ja", "並べ替え"), ("en", "Sorting may")])
def test_a_header_that_was_sorted_among_the_patients_drops_no_patient(tmp_path, language, words):
    path = write_sheets(tmp_path / "a.xlsx", ("a", [ROWS[0], ["2024"], HEADER, ROWS[1]]))
    with pytest.raises(InputError, match=words) as caught:
        checked(path, language).faults.raise_errors()
    assert "00012" not in str(caught.value)
    path = write_sheets(tmp_path / "b.xlsx", ("a", [["00012"], ["患者ID", "申出日"], ["00013"]]))
    with pytest.raises(InputError, match="並べ替え"):
        read_opt_out(path, "ja")


def test_a_configured_row_is_taken_at_its_word(tmp_path):
    path = write_sheets(tmp_path / "a.xlsx", ("a", [["title"], HEADER, *ROWS]))
    with pytest.raises(InputError, match="行 1"):
        checked(path, header_row=1)
    assert warned(checked(path, header_row=2)) == []


@pytest.mark.parametrize("line", ["sep=,", "sep=;", "sep=\t", "SEP=|", '"sep=,"', "sep=,,,,"])
def test_a_line_that_names_the_delimiter(tmp_path, line):
    path = tmp_path / "a.csv"
    delimiter = line.strip('"')[4]
    rows = [delimiter.join(map(str, row)) for row in [HEADER, *ROWS]]
    path.write_text("\r\n".join([line, *rows]), encoding="utf-8-sig", newline="")
    found = checked(path)
    # Excel does not show the line
    assert [n for n, _ in found.table.rows] == [2, 3]
    assert found.table.header == tuple(HEADER)
    assert warned(found) == []


def test_a_delimiter_that_is_named_and_not_used(tmp_path):
    path = tmp_path / "a.csv"
    rows = "".join(f"{','.join(map(str, row))}\n" for row in (HEADER, *ROWS))
    path.write_text(f"sep=;\n{rows}")
    assert [row for row, _ in checked(path).table.rows] == [2, 3]


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "一部とみなしました"), ("en", "part of the header")]
)
def test_a_row_above_that_was_read_is_not_told_to_be_skipped(tmp_path, language, words):
    above = ["患者ID", "検査日", "結果", None, "解析状態"]
    below = [None, None, "BSI値(%)", "ホットスポット数", None]
    found = checked(write_sheets(tmp_path / "a.xlsx", ("a", [above, below, *ROWS])), language)
    (fault,) = found.faults.warnings
    assert words in fault.message(Texts("warnings", language))
