"""Two transcriptions of a table: every mismatch by code and column, nothing imported until then."""

import shutil

import pytest
from scripts.imports.import_readings import import_readings

from bonescint.errors import InputError
from bonescint.files import read_rows
from tests.scripts.imports.cohort_tables import (
    DAY,
    GOOD,
    HEADER,
    import_vsbone,
    make_cohort,
    write_table,
)

AGAIN = [  # the same, typed by another hand and in another order
    ["１００４", "2019年6月3日", "0.50", "2", "analysed"],
    ["1003", DAY, "-", None, "segmentation failed"],
    ["1002", "20190603", "0", "０", "解析済み"],
    ["00001001", DAY, "1,25 %", 4, "解析済"],
]
READING = ["患者ID", "検査日", "転移数", "転移の有無", "EOD", "所見"]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return make_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture
def run(cohort, tmp_path):
    def run(second, first=GOOD, header=HEADER, header_again=HEADER, name="second.csv", **more):
        one = write_table(tmp_path / "vsbone3.xlsx", [header, *first])
        other = write_table(tmp_path / name, [header_again, *second])
        return import_vsbone(cohort, tmp_path, one, other, **more)

    return run


def faults(run, second, **options):
    with pytest.raises(InputError) as caught:
        run(second, **options)
    return caught.value.problems[:-1]


@pytest.mark.parametrize("name", ["second.csv", "second.xlsx"])
def test_the_same_values_in_other_words_agree(run, cohort, name):
    table, warnings = run(AGAIN, name=name)
    assert table[cohort["codes"]["1001"]]["bsi"] == "1.25" and warnings == []


@pytest.mark.parametrize(
    ("column", "value", "shown"),
    [
        (1, "2019-06-04", "2019-06-04"),
        (2, "1.52", "1.52"),
        (3, "40", "40"),
        (2, "", "(空欄)"),
    ],
)
def test_each_mismatch_by_code_and_column(run, cohort, tmp_path, column, value, shown):
    second = [list(row) for row in AGAIN]
    second[3][column] = value
    code = cohort["codes"]["1001"]
    problems = [p for p in faults(run, second) if "1 回目は" in p]
    assert len(problems) == 1
    assert f"行 2 列「{HEADER[column]}」: 症例 {code}: 1 回目は「" in problems[0]
    assert f"2 回目は「{shown}」" in problems[0] and "行 5" in problems[0]
    assert not (tmp_path / "table.csv").exists()


def test_all_mismatches_of_both_at_once_with_their_own_faults(run, cohort):
    second = [list(row) for row in AGAIN[:3]] + [["1001", DAY, 1.3, 5, "解析済"]]
    second[0][2] = "120"  # out of bounds, and another value
    second[1][4] = "?"  # unreadable: a fault of its own, nothing to compare
    problems = faults(run, second)
    code = cohort["codes"].__getitem__
    found = {
        (p.split("列「")[1].split("」")[0], c) for p in problems for c in map(code, _ids(p, code))
    }
    assert found == {("BSI値(%)", code("1001")), ("ホットスポット数", code("1001"))} | {
        ("BSI値(%)", code("1004"))
    }
    own = [p for p in problems if "(2 回目の入力)" in p]
    assert len(own) == 2 and "範囲外" in own[0] and "使えません" in own[1]
    assert len(problems) == 5


def _ids(problem, code):
    return [subject for subject in ("1001", "1002", "1003", "1004") if code(subject) in problem]


def test_a_case_in_one_only(run, cohort):
    (problem,) = faults(run, AGAIN[1:])
    assert "vsbone3.xlsx" in problem and "行 5" in problem and cohort["codes"]["1004"] in problem
    (problem,) = faults(run, AGAIN, first=GOOD[:3])
    assert "second.csv" in problem and "行 2" in problem and "(2 回目の入力)" in problem


def test_a_case_in_neither_is_missing_once(run):
    _, warnings = run(AGAIN[1:], first=GOOD[:3])
    assert [w["rule"] for w in warnings] == ["R8"]


def test_a_column_in_one_only_is_one_error(run):
    problems = faults(run, [row[:4] for row in AGAIN], header_again=HEADER[:4])
    assert [p for p in problems if "もう一方の入力の表にありません" in p] == [
        p for p in problems if "列「解析状態」" in p and "行 1" in p
    ]


def test_rows_of_others_are_not_compared(run):
    assert run([*AGAIN, ["9999", "wild", "wild", "wild", "wild"]])[1] == []


def test_one_file_twice_and_a_copy(run, cohort, tmp_path):
    export = write_table(tmp_path / "a.xlsx", [HEADER, *GOOD])
    with pytest.raises(InputError, match="同じファイル"):
        import_vsbone(cohort, tmp_path, export, export)
    (tmp_path / "link.xlsx").symlink_to(export)
    with pytest.raises(InputError, match="同じファイル"):
        import_vsbone(cohort, tmp_path, export, tmp_path / "link.xlsx")
    copy = shutil.copy(export, tmp_path / "b.xlsx")
    _, (warning,) = import_vsbone(cohort, tmp_path, export, copy)
    assert "コピー" in warning["message"]


def test_a_missing_second_file_is_named(cohort, tmp_path):
    export = write_table(tmp_path / "a.xlsx", [HEADER, *GOOD])
    with pytest.raises(InputError, match="b.xlsx"):
        import_vsbone(cohort, tmp_path, export, tmp_path / "b.xlsx")


def test_versions_and_operators(run):
    header = [*HEADER, "バージョン", "操作者コード"]
    first = [row + ["3.0", "OP1"] for row in GOOD]
    second = [row + ["VSBONE 3.0", "ＯＰ１"] for row in AGAIN]
    options = {"first": first, "header": header, "header_again": header}
    assert run(second, **options)[1] == []
    second[0][5:] = ["VSBONE 3.0.1", "OP2"]
    assert [p.split("列「")[1].split("」")[0] for p in faults(run, second, **options)] == header[5:]


def readings(cohort, folder, first, second):
    import_readings(
        report=write_table(folder / "reader1.xlsx", [READING, *first]),
        second=write_table(folder / "again.xlsx", [READING, *second]),
        cohort=cohort["cohort"],
        ledger=cohort["ledger"],
        reader="reader1",
        settings={"key": "patient_id"},
        language="ja",
        table=folder / "table.csv",
        warnings=folder / "warnings.csv",
        findings=folder / "findings.csv",
        faults=folder / "faults.xlsx",
        synthetic=True,
    )
    return {row["code"]: row["findings"] for row in read_rows(folder / "findings.csv")}


def test_findings_spaces_and_line_breaks_apart(cohort, tmp_path):
    first = [["1001", DAY, 1, "有", 1, "右第3肋骨に集積。\n骨転移 疑い"]]
    second = [["1001", DAY, 1, "1", "１", "右第3肋骨に集積。骨転移疑い　"]]
    found = readings(cohort, tmp_path, first, second)
    assert found[cohort["codes"]["1001"]] == first[0][5]  # the first is kept as typed
    second[0][5] = "左第3肋骨に集積。骨転移疑い"
    with pytest.raises(InputError) as caught:
        readings(cohort, tmp_path, first, second)
    problem, _ = caught.value.problems
    assert "列「所見」" in problem and "肋骨" not in problem and "表示しません" in problem


def test_findings_are_not_quoted_in_any_language(cohort, tmp_path):
    first = [["1001", DAY, 1, "有", 1, "rib uptake"]]
    with pytest.raises(InputError) as caught:
        readings(cohort, tmp_path, first, [[*first[0][:5], "spine uptake"]])
    assert "uptake" not in str(caught.value)


def test_not_calculated_against_blank_and_graded(cohort, tmp_path):
    first = [["1001", DAY, 1, "有", "未算出", "x"]]
    for eod, n in ((None, 1), (1, 1), ("not calculated", 0)):
        second = [["1001", DAY, 1, "有", eod, "x"]]
        if n:
            with pytest.raises(InputError, match="列「EOD」"):
                readings(cohort, tmp_path, first, second)
        else:
            readings(cohort, tmp_path, first, second)
