"""What is no cell's fault: shifted and cut rows, columns and sheets that nobody reads."""

import openpyxl
import pytest
from scripts.imports.import_readings import import_readings

from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.warning_words import warnings_in_words
from tests.scripts.imports.cohort_tables import (
    DAY,
    GOOD,
    HEADER,
    import_vsbone,
    make_cohort,
    write_table,
)

RAW = "患者ID,BSI,Hotspot,備考\n"
READING = "患者ID,転移数,転移の有無,EOD,所見,備考\n"
READ = "1002,0,無,0,異常なし,\n1003,0,無,0,なし,\n1004,0,無,0,なし,\n"


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return make_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture
def run(cohort, tmp_path):
    def run(text, **settings):
        (tmp_path / "raw.csv").write_text(text, encoding="utf-8")
        return import_vsbone(cohort, tmp_path, tmp_path / "raw.csv", **settings)

    return run


@pytest.fixture
def read(cohort, tmp_path):
    def read(report, **settings):
        import_readings(
            report=report,
            second=None,
            cohort=cohort["cohort"],
            ledger=cohort["ledger"],
            reader="reader1",
            settings={"key": "patient_id"} | settings,
            language="ja",
            table=tmp_path / "table.csv",
            warnings=tmp_path / "warnings.csv",
            findings=tmp_path / "findings.csv",
            faults=tmp_path / "faults.xlsx",
            synthetic=True,
        )
        return warnings_in_words(read_rows(tmp_path / "warnings.csv"), "ja")

    return read


def problems(function, *arguments, **options):
    with pytest.raises(InputError) as caught:
        function(*arguments, **options)
    return caught.value.problems


def said(warnings, word):
    return [w for w in warnings if word in w["message"]]


def test_a_decimal_comma_before_a_blank_is_an_error(run):
    problem, _ = problems(run, RAW + "1001,1,5,3,\n1002,0.5,3,\n")
    assert "行 2" in problem and "小数点" in problem


def test_trailing_commas_everywhere_are_none(run, cohort):
    table, _ = run(RAW.replace("\n", ",\n") + "1001,1.5,3,,\n")
    assert table[cohort["codes"]["1001"]]["bsi"] == "1.5"


def test_a_short_row_is_a_warning(run, cohort):
    table, warnings = run(RAW + "1001,1.5,3\n1002,0.5,3,\n")
    assert table[cohort["codes"]["1001"]]["hotspots"] == "3"
    (warning,) = said(warnings, "セルが 3 個")
    assert "行 2" in warning["where"] and "4 個" in warning["message"]


def test_bsi_without_any_decimals_is_a_warning(run):
    # 1,5 and three hot spots, the last blank left off: as many cells as the header
    rows = "1001,1,5,3\n1002,2,25,4\n1004,3,1,7\n"
    assert len(said(run(RAW + rows)[1], "小数点")) == 1
    assert said(run(RAW + rows.replace("1,5,3", "1.5,5,3"))[1], "小数点") == []


def test_findings_cut_by_a_line_break(read, tmp_path):
    path = tmp_path / "reader1.csv"
    path.write_text(READING + "1001,3,有,1,右肋骨に集積。\n骨転移,\n" + READ, encoding="utf-8")
    problem, _ = problems(read, path)
    assert "行 3" in problem and "2 個" in problem and "6 個" in problem and "骨" not in problem
    path.write_text(READING + '1001,3,有,1,"右肋骨に。\n骨転移",\n' + READ, encoding="utf-8")
    assert said(read(path), "セル") == []


def test_rows_of_others_of_another_length_are_counted_only_in_an_export(run):
    assert said(run(RAW + "1001,1.5,3,\n合計,1.5\n")[1], "セル") == []


@pytest.mark.parametrize(
    ("header", "names"), [("EOD分類", ["eod"]), ("EOD", []), ("\u200bEOD\u200b", [])]
)
def test_an_optional_column_under_another_name(read, tmp_path, header, names):
    text = READING.replace("EOD", header).replace("転移数", "検査日,転移数")
    rows = READ.replace(",0,無", f",{DAY},0,無")
    (tmp_path / "r.csv").write_text(text + rows, encoding="utf-8")
    warnings = said(read(tmp_path / "r.csv"), "見つからない")
    assert len(warnings) == len(names)
    for name in names:
        assert f"readers.reader1.columns.{name}" in warnings[0]["message"]
        assert header in warnings[0]["message"] and "2 列" in warnings[0]["message"]


def test_a_status_column_under_another_name_and_none(run):
    text = "患者ID,検査日,BSI,Hotspot,解析結果\n" + f"1001,{DAY},0,0,失敗\n"
    (warning,) = said(run(text)[1], "見つからない")
    assert "software.vsbone3.columns.status" in warning["message"]
    assert said(run(text, columns={"status": None})[1], "見つからない") == []


@pytest.mark.parametrize("field", ["key", "bsi"])
def test_null_for_a_column_that_is_needed(run, field):
    problem, *_ = problems(run, RAW + "1001,1.5,3,\n", columns={field: None})
    assert f"software.vsbone3.columns.{field}" in problem and "null" in problem


def test_a_reader_does_not_disappear(read, tmp_path):
    (tmp_path / "r.csv").write_text(READING + READ, encoding="utf-8")
    problem, *_ = problems(read, tmp_path / "r.csv", columns={"metastasis": None})
    assert "readers.reader1.columns.metastasis" in problem


def test_two_fields_with_one_header(run):
    problem, *_ = problems(run, RAW + "1001,1.5,3,\n", columns={"bsi": "Hotspot"})
    assert "Hotspot" in problem and "bsi" in problem and "hotspots" in problem


def test_other_sheets_are_said(cohort, tmp_path):
    book = openpyxl.Workbook()
    for row in [HEADER, *GOOD]:
        book.active.append(row)
    book.active.title = "6月"
    for title, state in (("山田花子", "visible"), ("説明", "visible"), ("list", "hidden")):
        sheet = book.create_sheet(title)
        sheet.append(["x"])
        sheet.sheet_state = state
    book.save(tmp_path / "a.xlsx")
    _, (warning,) = import_vsbone(cohort, tmp_path, tmp_path / "a.xlsx")
    assert "1 枚" in warning["message"] and "software.vsbone3.sheet" in warning["message"]
    assert "山田" not in str(warning)
    assert import_vsbone(cohort, tmp_path, tmp_path / "a.xlsx", sheet="6月")[1] == []
    wanted = problems(import_vsbone, cohort, tmp_path, tmp_path / "a.xlsx", sheet="7月")
    assert "7月" in wanted[0] and "山田" not in wanted[0] and "4 枚" in wanted[0]


def test_a_header_row_one_too_large_quotes_no_patient(cohort, tmp_path):
    row = ["97469315", "2019-06-10", None, None, "解析済"]
    export = write_table(tmp_path / "a.xlsx", [HEADER, row, *GOOD])
    found = problems(import_vsbone, cohort, tmp_path, export, header_row=2)
    assert not any(w in str(found) for w in ("97469315", "2019-06-10", "解析済,"))
    book = openpyxl.load_workbook(tmp_path / "faults" / "vsbone3.xlsx")
    cells = [str(c.value) for sheet in book for r in sheet.iter_rows() for c in r]
    assert not any("97469315" in cell for cell in cells)


def test_a_header_row_whose_known_headers_come_from_above_is_not_quoted(cohort, tmp_path):
    # the second exam of a patient whose ID was left off: 患者ID, BSI and Hotspot are titles above
    row = [None, "2019-06-10", None, None, "佐藤"]
    export = write_table(tmp_path / "a.xlsx", [HEADER, row, *GOOD])
    columns = {"status": "解析状態"}
    problem, *_ = problems(import_vsbone, cohort, tmp_path, export, header_row=2, columns=columns)
    assert "佐藤" not in problem and "software.vsbone3.columns.status" in problem


def test_found_headers_that_are_values_are_not_quoted(cohort, tmp_path):
    header = ["患者ID", "20190610", "12", "YAMADA1001", "HS", "10/14/1957"]
    export = write_table(tmp_path / "a.csv", [header, ["1001"]])
    problem, *_ = problems(import_vsbone, cohort, tmp_path, export)
    assert "患者ID" in problem and "HS" in problem
    assert not any(w in problem for w in ("20190610", "YAMADA", "1957"))


def test_a_missing_key_quotes_no_header(cohort, tmp_path):
    header = ["ID of patient", "検査日", "BSI", "佐藤"]
    export = write_table(tmp_path / "a.csv", [header, *GOOD])
    assert "佐藤" not in str(problems(import_vsbone, cohort, tmp_path, export))
    book = openpyxl.load_workbook(tmp_path / "faults" / "vsbone3.xlsx")
    cells = [str(c.value) for sheet in book for r in sheet.iter_rows() for c in r]
    assert not any("佐藤" in cell for cell in cells)


def test_unmatched_rows_matter_if_a_case_is_missing(run, cohort):
    rows = "1001,1.5,3,\n1002,0.5,3,\n1003,0.5,3,\n"
    assert said(run(RAW + rows + "1004,1.1,1,\n9999,wild,,\n")[1], "対象者でない") == []
    (warning,) = said(run(RAW + rows + "10044,1.1,1,\n9999,wild,,\n")[1], "対象者でない")
    assert "1 例" in warning["message"] and "2 行" in warning["message"]
    assert "行 5, 6" in warning["message"] and "10044" not in str(warning)
    assert warning["rule"] == "R12"


def test_both_transcriptions_are_named_though_the_first_lacks_its_key(cohort, tmp_path):
    first = write_table(tmp_path / "a.csv", [["番号", *HEADER[1:]], *GOOD])
    second = write_table(tmp_path / "b.csv", [["番号", *HEADER[1:4], "?"], *GOOD])
    found = problems(import_vsbone, cohort, tmp_path, first, second)
    assert "a.csv" in found[0] and any("b.csv" in p for p in found[1:])
    write_table(tmp_path / "b.csv", [HEADER, ["1001", DAY, "", "", ""], ["", DAY, 1, 1, ""]])
    found = problems(import_vsbone, cohort, tmp_path, first, second)
    assert "a.csv" in found[0] and any("b.csv" in p and "行 3" in p for p in found[1:])


def test_header_faults_are_marked_at_their_columns(cohort, tmp_path):
    header = ["患者ID", "検査日", "BSI", "Hotspot", "状態", "備考", "BSI値(%)"]
    export = write_table(tmp_path / "a.csv", [header, *([*r, "", ""] for r in GOOD)])
    problems(import_vsbone, cohort, tmp_path, export)
    sheet = openpyxl.load_workbook(tmp_path / "faults" / "vsbone3.xlsx")["元の表"]
    assert {c.coordinate for c in sheet[1] if c.comment} == {"C1", "G1"}
    export = write_table(tmp_path / "a.csv", [["患者ID", "検査日", "BSI"], GOOD[0][:3]])
    problems(import_vsbone, cohort, tmp_path, export)
    book = openpyxl.load_workbook(tmp_path / "faults" / "vsbone3.xlsx")
    assert not any(cell.comment for cell in book["元の表"][1])


@pytest.mark.parametrize(
    ("printed", "agrees"),
    [
        ("VSBONE 2.0 Rev.3", False),
        ("VSBONE 2.0 Rev.3.0", False),
        ("VSBONE 3.0 Rev.2", True),
        ("Rev.2 VSBONE BSI Ver.3.0", True),
        ("VSBONE 2.0/3.0", False),
        ("VSBONE 3.0/2.0", False),
        ("3.0 (3.0.1)", True),
        ("VSBONE 3.0 (2023.1)", True),
        ("VSBONE3.0", True),
    ],
)
def test_the_number_behind_the_product_is_the_version(cohort, tmp_path, printed, agrees):
    rows = [[*row, printed] for row in GOOD]
    export = write_table(tmp_path / "a.csv", [[*HEADER, "ソフト"], *rows])
    if agrees:
        assert import_vsbone(cohort, tmp_path, export)[1] == []
    else:
        found = problems(import_vsbone, cohort, tmp_path, export)
        assert "software.vsbone3.version" in found[0] and "[R37]" in found[0]
