"""When, with which version and by whom a case was analysed (R37): printed against configured."""

import pytest

from bonescint.errors import InputError
from tests.scripts.imports.cohort_tables import (
    DAY,
    GOOD,
    HEADER,
    import_vsbone,
    make_cohort,
    write_table,
)

MORE = ["解析日", "バージョン", "操作者コード"]
FINE = ["2023-06-05", "VSBONE 3.0", "OP1"]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return make_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture
def run(cohort, tmp_path):
    def run(first, rest=FINE, header=MORE, **settings):
        rows = [GOOD[0] + first, *(row + rest for row in GOOD[1:])]
        export = write_table(tmp_path / "vsbone3.xlsx", [HEADER + header, *rows])
        return import_vsbone(cohort, tmp_path, export, **settings)

    return run


def fault(run, first, **options):
    with pytest.raises(InputError) as caught:
        run(first, **options)
    problem, _ = caught.value.problems
    return problem


def test_columns_of_the_common_table(run, cohort):
    table, warnings = run(["2023/6/5", "Ver. ３．０．１", "ＯＰ２"])
    row = table[cohort["codes"]["1001"]]
    # the configured version stays: tables of one version are one
    assert (row["version"], row["analysis_date"], row["operator"]) == ("3.0", "2023-06-05", "OP2")
    assert warnings == []


@pytest.mark.parametrize(
    "printed", ["VSBONE 3.0", "3", "3.0", 3.0, "3.0.2", "v3.0", "vsbone bsi 3"]
)
def test_printed_version_agrees(run, printed):
    assert run([FINE[0], printed, "OP1"])[1] == []


@pytest.mark.parametrize(
    ("printed", "words"),
    [
        ("VSBONE 2.0", ["VSBONE 2.0", "3.0", "software.vsbone3.version"]),
        (2.0, ["「2」", "3.0"]),
        ("3.1", ["3.1"]),
        ("30", ["30"]),
        ("BONENAVI 3.0", ["BONENAVI", "VSBONE"]),
        ("Bone Navi", ["Bone Navi", "ほかの製品"]),
        ("latest", ["版の番号がありません"]),
    ],
)
def test_printed_version_of_another(run, printed, words):
    found = fault(run, [FINE[0], printed, "OP1"])
    assert "行 2 列「バージョン」" in found and "[R37]" in found
    assert all(word in found for word in words), found


def test_printed_version_of_a_patient_is_not_quoted(run):
    assert "1950" not in fault(run, [FINE[0], "1950-01-02", "OP1"])


@pytest.mark.parametrize("printed", ["", "VSBONE"])
def test_version_that_is_not_printed_is_counted(run, printed):
    _, (warning,) = run([FINE[0], printed, "OP1"])
    assert "1 行に版の記載がなく" in warning["message"] and warning["rule"] == "R37"


def test_version_of_a_failed_case_may_be_missing(cohort, tmp_path):
    rows = [row + FINE if row[4] == "解析済" else row + ["", "", ""] for row in GOOD]
    export = write_table(tmp_path / "a.xlsx", [HEADER + MORE, *rows])
    assert import_vsbone(cohort, tmp_path, export)[1] == []


def test_a_column_of_names_is_left_alone_unless_configured(run):
    names = [*FINE[:2], "山田太郎"]
    header = [*MORE[:2], "操作者"]
    assert run(names, rest=names, header=header)[1] == []
    columns = dict(zip(["key", "operator"], ["患者ID", "操作者"], strict=True))
    assert "R35" in fault(run, names, header=header, columns=columns)


@pytest.mark.parametrize(
    "name", ["山田太郎", "YAMADA", "Yamada Taro", "a.yamada1@example", "1001", "00001001", "x" * 17]
)
def test_operator_is_a_code_and_never_quoted(run, name):
    found = fault(run, [*FINE[:2], name])
    assert "行 2 列「操作者コード」" in found and "[R35]" in found
    assert name not in found.replace("OP1", "") and "amada" not in found


@pytest.mark.parametrize("code", ["A", "OP1", "rt", "T-03", "7", "tech_12"])
def test_operator_codes(run, cohort, code):
    assert run([*FINE[:2], code])[0][cohort["codes"]["1001"]]["operator"] == code


def test_dates_of_the_analysis(run):
    assert "2019-06-02" in fault(run, ["2019-06-02", *FINE[1:]])
    assert "日付として" in fault(run, ["令和5年6月5日", *FINE[1:]])
    assert run([DAY, *FINE[1:]])[1] == []
    _, (warning,) = run([DAY, *FINE[1:]], released="2023-04-01")
    assert "1 行の解析日" in warning["message"] and DAY in warning["message"]


def test_a_version_called_two_in_the_config(run):
    assert "「VSBONE 3.0」" in _first(run, version="2.0")
    assert run(FINE, version="3")[1] == []


def _first(run, **options):
    with pytest.raises(InputError) as caught:
        run(FINE, **options)
    return caught.value.problems[0]
