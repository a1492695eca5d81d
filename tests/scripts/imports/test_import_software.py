"""One software's export: whose rows, which bounds, every fault at once, nothing half-written."""

import logging
from datetime import datetime

import pytest
from scripts.imports.import_software import import_software

from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.warning_words import warnings_in_words
from tests.scripts.imports.cohort_tables import DAY, GOOD, HEADER, faults, make_cohort, write_table

COLUMNS = dict(zip(["key", "exam_date", "bsi", "hotspots", "status"], HEADER, strict=True))
SETTINGS = {
    "product": "VSBONE",
    "version": "3.0",
    "tracer": "HMDP",
    "key": "patient_id",
    "columns": COLUMNS,
}
BONENAVI = SETTINGS | {
    "product": "BoneNAVI",
    "version": "2.1",
    "columns": COLUMNS | {"ann": "ANN"},
}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return make_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture
def run(cohort, tmp_path):
    def run(rows, settings=SETTINGS, header=HEADER, name="vsbone3.xlsx", second=None, **changes):
        export = write_table(tmp_path / name, [header, *rows])
        if second is not None:
            (tmp_path / "second").mkdir(exist_ok=True)
            second = write_table(tmp_path / "second" / name, second)
        arguments = {k: v for k, v in cohort.items() if k != "codes"} | changes
        table, warnings = tmp_path / "out" / "table.csv", tmp_path / "out" / "warnings.csv"
        import_software(
            export=export,
            second=second,
            software="vsbone3",
            settings=settings,
            table=table,
            warnings=warnings,
            faults=tmp_path / "faults.xlsx",
            synthetic=True,
            **arguments,
        )
        return {r["code"]: r for r in read_rows(table)}, warnings_in_words(
            read_rows(warnings), "ja"
        )

    return run


def with_row(row, width=5):
    return [row, *(r + [""] * (width - len(r)) for r in GOOD[1:])]


@pytest.mark.parametrize("name", ["vsbone3.xlsx", "vsbone3.csv"])
def test_common_table(run, cohort, name):
    table, warnings = run(GOOD, name=name)
    codes = cohort["codes"]
    assert list(table) == sorted(codes[s] for s in ("1001", "1002", "1003", "1004"))
    assert table[codes["1001"]] == {
        "code": codes["1001"],
        "tracer": "HMDP",
        "software": "vsbone3",
        "version": "3.0",
        "bsi": "1.25",
        "hotspots": "4",
        "ann": "",
        "status": "analysed",
        "analysis_date": "",
        "operator": "",
    }
    assert table[codes["1003"]]["status"] == "segmentation_failed"
    assert table[codes["1003"]]["bsi"] == table[codes["1003"]]["hotspots"] == ""
    assert (table[codes["1004"]]["bsi"], table[codes["1004"]]["hotspots"]) == ("0.5", "2")
    assert warnings == []


def test_missing_case_is_a_row_and_a_warning(run, cohort):
    table, warnings = run(GOOD[:3])
    code = cohort["codes"]["1004"]
    assert table[code]["status"] == "missing" and table[code]["bsi"] == ""
    assert [(w["where"], w["rule"]) for w in warnings] == [(code, "R8")]


def test_key_code(run, cohort):
    codes = cohort["codes"]
    rows = [[codes[r[0]], *r[1:]] for r in GOOD if r[0] in codes]
    rows[0][0] = rows[0][0].lower().replace("-", "−")
    rows.append(["BS-ZZZZZ", "wild", "wild", "wild", "wild"])
    settings = SETTINGS | {"key": "code", "columns": COLUMNS | {"key": "患者符号"}}
    table, _ = run(rows, settings=settings, header=["患者符号", *HEADER[1:]])
    assert table[codes["1001"]]["bsi"] == "1.25"


# one wild row; column and words that the error must hold
@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        (["1001", DAY, 120, 4, "解析済"], "BSI値(%)", "120"),
        (["1001", DAY, -0.1, 4, "解析済"], "BSI値(%)", "-0.1"),
        (["1001", DAY, "ab", 4, "解析済"], "BSI値(%)", "ab"),
        (["1001", DAY, "1,234", 4, "解析済"], "BSI値(%)", "1,234"),
        (["1001", DAY, "", 4, "解析済"], "BSI値(%)", "値がありません"),
        (["1001", DAY, "−", 4, "解析済"], "BSI値(%)", "値がありません"),
        (["1001", DAY, 1.2, 4.5, "解析済"], "ホットスポット数", "4.5"),
        (["1001", DAY, 1.2, -1, "解析済"], "ホットスポット数", "-1"),
        (["1001", DAY, 1.2, "4%", "解析済"], "ホットスポット数", "4%"),
        (["1001", DAY, 1.2, "1e30.5", "解析済"], "ホットスポット数", "1e30"),
        (["1001", DAY, 1.2, True, "解析済"], "ホットスポット数", "TRUE"),
        (["1001", DAY, "#N/A", 4, "解析済"], "BSI値(%)", "#N/A"),
        (["1001", DAY, "1.2 mm", 4, "解析済"], "BSI値(%)", "1.2 mm"),
        (["1001", DAY, datetime(2019, 1, 2), 4, "解析済"], "BSI値(%)", "2019-01-02"),
        (["1001", DAY, "=1+1", 4, "解析済"], "BSI値(%)", "計算結果が保存されていません"),
        (["1001", DAY, 1.2, 4, "=A1"], "解析状態", "計算結果が保存されていません"),
        (["1001", 43619, 1.2, 4, "解析済"], "検査日", "43619"),
        (["1001", DAY, 1.2, None, ""], "ホットスポット数", "値がありません"),
        (["1001", DAY, 1.2, 4, "解析中?"], "解析状態", "表示しません"),
        (["1001", DAY, 1.2, 4, "未解析"], "BSI値(%)", "1.2"),
        (["1001", "令和元年6月3日", 1.2, 4, "解析済"], "検査日", "日付"),
        (["1001", "43619", 1.2, 4, "解析済"], "検査日", "43619"),
        (["1001", "2019-06-10", 1.2, 4, "解析済"], "検査日", "2019-06-10"),
    ],
)
def test_each_error_stops_and_names_its_place(run, tmp_path, row, column, value):
    problems = faults(run, with_row(row))
    assert any(
        p.startswith(f"ファイル「vsbone3.xlsx」 シート「Sheet」 行 2 列「{column}」: ")
        and value in p
        for p in problems
    ), problems
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["1001", DAY, 10.5, 4, "解析済"], "10.5"),
        (["1001", DAY, 0, 4, "解析済"], "片方だけが 0"),
        (["1001", DAY, 1.2, 0, "解析済"], "片方だけが 0"),
        (["1001", DAY, 1.2, 101, "解析済"], "101"),
        (["1001", DAY, 1.2, 1e30, "解析済"], "1e+30"),
        (["1001", "", 1.2, 4, "解析済"], "検査日が空"),
        (["1001", DAY, 0, 0, "領域分割失敗"], "使いません"),
        (["1001", DAY, "", "", ""], "未解析"),
    ],
)
def test_each_warning_lets_the_table_through(run, row, words):
    table, warnings = run(with_row(row))
    assert len(table) == 4
    assert any(words in w["message"] for w in warnings), warnings
    assert all(w["source"] == "vsbone3" and "行 2" in w["where"] for w in warnings)


@pytest.mark.parametrize(
    ("product", "ann", "written", "problem"),
    [
        ("BoneNAVI", 0.5, "0.5", None),
        ("BoneNAVI (simulated)", 1, "1", None),
        ("BoneNAVI", None, "", None),
        ("BoneNAVI", 1.01, None, "1.01"),
        ("BoneNAVI", -0.01, None, "-0.01"),
        ("VSBONE", 0.5, None, "BoneNAVI"),
        ("VSBONE", "-", "", None),
    ],
)
def test_ann(run, cohort, product, ann, written, problem):
    rows = with_row(["1001", DAY, 1.2, 4, "解析済", ann], 6)
    options = {"settings": BONENAVI | {"product": product}, "header": [*HEADER, "ANN"]}
    if problem:
        (found,) = faults(run, rows, **options)
        assert "列「ANN」" in found and problem in found
    else:
        table, _ = run(rows, **options)
        assert table[cohort["codes"]["1001"]]["ann"] == written


def test_ann_of_vsbone_is_found_though_unmapped(run):
    rows = with_row(["1001", DAY, 1.2, 4, "解析済", 0.5], 6)
    assert "ANN" in faults(run, rows, header=[*HEADER, "ANN"])[0]


def test_all_faults_at_once(run):
    rows = [
        ["1001", DAY, 120, 4, "解析済"],
        ["", DAY, 1, 1, "解析済"],
        ["1.23457E+11", DAY, 1, 1, "解析済"],
        ["1002", DAY, -1, "x", "?"],
        ["1003", DAY, 1, 1, "解析済"],
        ["1003", DAY, 1, 1, "解析済"],
        ["2001", DAY, 1, 1, "解析済"],
    ]
    problems = faults(run, rows)
    places = [p.split(": ")[0].split("」 ", 2)[2] for p in problems]
    assert places == [
        "行 2 列「BSI値(%)」",
        "行 3 列「患者ID」",
        "行 4 列「患者ID」",
        "行 5 列「解析状態」",
        "行 5 列「BSI値(%)」",
        "行 5 列「ホットスポット数」",
        "行 7",
        "行 8 列「患者ID」",
    ]
    assert "0〜100" in problems[0] and "[R9]" in problems[0]
    assert "行 6" in problems[6]  # the duplicate names its first row
    assert "MDP" in problems[7] and "[R6]" in problems[7]


def test_rows_of_others_leave_no_trace(run, caplog):
    wild = ["9999", "wild", 1e9, "wild", "wild"]
    with caplog.at_level(logging.INFO):
        clean, no_warnings = run(GOOD)
        table, warnings = run([*GOOD, wild, wild])
    assert (table, warnings) == (clean, no_warnings)
    assert "2 of others" in caplog.text
    assert "9999" not in caplog.text and "wild" not in caplog.text


def test_no_message_quotes_a_patient(run, cohort):
    rows = [
        ["1001", "1950-01-02", "00001001", "Yamada1001 Hanako", "山田花子"],
        ["1002", "1950/1/2", "佐藤", "0271234567", "YAMADA1002"],
        ["1003", DAY, 1, 1, "山田"],
    ]
    text = "\n".join(faults(run, rows))
    for secret in ("1950", "1001", "1002", "0271234567", "佐藤", "山田", "anako", "YAMADA"):
        assert secret not in text.replace("vsbone3", ""), secret


def test_another_exam_of_the_same_patient(run, cohort):
    rows = [*GOOD, ["1001", "2019-09-03", "wild", 1, "解析済"]]
    table, warnings = run(rows)
    assert table[cohort["codes"]["1001"]]["bsi"] == "1.25"
    assert [w["rule"] for w in warnings] == ["R2"]


def test_fractions_for_percent(run):
    rows = [[s, DAY, 0.012, 9, "解析済"] for s in ("1001", "1002", "1003", "1004")]
    _, warnings = run(rows)
    assert len(warnings) == 1 and "0.01 = 1%" in warnings[0]["message"]
    rows[0][2] = 1.2
    assert run(rows)[1] == []


def test_missing_columns_are_named_with_their_config_key(run):
    # no header of the schema either
    header = ["患者ID", "検査日", "B", "HS", "解析状態"]
    problems = faults(run, GOOD, header=header)
    assert len(problems) == 2
    for problem, key in zip(problems, ["bsi", "hotspots"], strict=True):
        assert f"software.vsbone3.columns.{key}" in problem
        assert "患者ID, 検査日, B, HS, 解析状態" in problem


def test_a_table_without_headers_is_not_quoted(run):
    (*problems,) = faults(run, GOOD[1:], header=["1001", DAY, 1.25, 4, "山田"])
    assert any("software.vsbone3.columns.key" in p for p in problems)
    assert not any("1001" in p or "山田" in p for p in problems)


def test_a_missing_column_does_not_hide_other_faults(run):
    rows = with_row(["1001", DAY, 120, 4, "解析済"])
    problems = faults(run, rows, header=[*HEADER[:3], "HS", "解析状態"])
    assert len(problems) == 2 and "120" in problems[1]


def test_headers_of_the_schema_where_none_is_configured(run, cohort):
    settings = {k: v for k, v in SETTINGS.items() if k != "columns"}
    header = ["Patient ID", "Study Date", "BSI [%]", "HotSpots", "Status"]
    rows = [["1001", DAY, "1,5", 4, "Segmentation_Failed"]]
    assert "1.5" in faults(run, rows, settings=settings, header=header, language="en")[0]
    rows[0][4] = "Analysed"
    table, _ = run(rows, settings=settings, header=header)
    assert table[cohort["codes"]["1001"]]["bsi"] == "1.5"


def test_two_columns_of_one_meaning(run):
    settings = {k: v for k, v in SETTINGS.items() if k != "columns"}
    rows = [["1001", 1, 2, 3]]
    problems = faults(run, rows, settings=settings, header=["患者ID", "BSI", "BSI(%)", "Hotspot"])
    assert any("BSI, BSI(%)" in p for p in problems)


def test_no_status_column(run, cohort):
    columns = {k: v for k, v in COLUMNS.items() if k != "status"} | {"status": None}
    table, _ = run(
        [r[:4] for r in GOOD], settings=SETTINGS | {"columns": columns}, header=HEADER[:4]
    )
    assert table[cohort["codes"]["1001"]]["status"] == "analysed"
    assert table[cohort["codes"]["1003"]]["status"] == "not_analysed"


def test_unquoted_decimal_comma(run, tmp_path, cohort):
    path = tmp_path / "raw.csv"
    path.write_text("患者ID,BSI値(%),ホットスポット数\n1001,1,5,4\n", encoding="utf-8")
    arguments = {k: v for k, v in cohort.items() if k != "codes"}
    columns = {k: COLUMNS[k] for k in ("key", "bsi", "hotspots")}
    with pytest.raises(InputError, match="小数点"):
        import_software(
            export=path,
            second=None,
            software="vsbone3",
            settings=SETTINGS | {"columns": columns},
            table=tmp_path / "t.csv",
            warnings=tmp_path / "w.csv",
            faults=tmp_path / "faults.xlsx",
            synthetic=True,
            **arguments,
        )


def test_nobody_matches(run):
    assert "software.vsbone3.key" in faults(run, [["9999", DAY, 1, 1, "解析済"]])[0]
    table, warnings = run([])
    assert {r["status"] for r in table.values()} == {"missing"} and len(warnings) == 4


def test_english(run):
    (problem,) = faults(run, with_row(["1001", DAY, 120, 4, "解析済"]), language="en")
    assert problem.startswith(
        'file "vsbone3.xlsx" sheet "Sheet" row 2 column "BSI値(%)": Value "120"'
    )


def test_same_bytes(run, tmp_path):
    run(GOOD[:3])
    first = [(tmp_path / "out" / n).read_bytes() for n in ("table.csv", "warnings.csv")]
    run(GOOD[:3])
    assert first == [(tmp_path / "out" / n).read_bytes() for n in ("table.csv", "warnings.csv")]


def test_an_id_that_is_a_formula_is_not_passed_over(run):
    (problem,) = faults(run, [["=A1", DAY, 1, 1, "解析済"], *GOOD])
    assert "行 2 列「患者ID」" in problem and "計算されていない数式" in problem


def test_totals_and_repeated_headers_are_rows_of_others(run):
    assert run([*GOOD, HEADER, ["合計", "", 1.75, 6, ""], ["平均", None, 0.58, 2, None]])[1] == []


def test_a_word_that_is_no_status_is_said_once(run):
    row = [*GOOD[0][:2], "", "", "failed?"]
    with pytest.raises(InputError) as caught:
        run(with_row(row))
    assert sum("行 2" in problem for problem in caught.value.problems) == 1
