"""One reader's report: missing cases are reported, findings stay as typed and are never quoted."""

import runpy
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scripts.imports.import_readings import import_readings
from snakemake.iocontainers import OutputFiles

from bonescint.files import read_rows
from bonescint.resources import ROOT
from bonescint.tables.readings import eod_of_count
from bonescint.warning_words import warnings_in_words
from tests.scripts.imports.cohort_tables import faults, make_cohort, write_table

HEADER = ["患者ID", "検査日", "転移数", "転移の有無", "EOD", "所見"]
DAY = "2019-06-03"
FINDING = "＝右第３肋骨に集積。\n骨転移の可能性，要確認 "
GOOD = [
    ["00001001", DAY, 3, "有", 1, FINDING],
    ["1002", DAY, "０", "無", "未算出", "異常なし"],
    ["1003", DAY, 7, 1, "２", "多発"],
    ["1004", DAY, 0, "no", 0, "なし"],
    ["2001", DAY, 25, "あり", 3, "多発"],
    ["2002", DAY, 30, "Yes", 4, "びまん性"],
]


@pytest.fixture(scope="module")
def cohort(tmp_path_factory):
    return make_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture
def run(cohort, tmp_path):
    def run(rows, header=HEADER, language="ja", settings=None, name="reader1.xlsx", second=None):
        report = write_table(tmp_path / name, [header, *rows], encoding="cp932")
        if second is not None:
            (tmp_path / "second").mkdir(exist_ok=True)
            second = write_table(tmp_path / "second" / name, second, encoding="cp932")
        out = {n: tmp_path / "out" / f"{n}.csv" for n in ("table", "warnings", "findings")}
        import_readings(
            report=report,
            second=second,
            reader="reader1",
            settings=settings or {"report": name, "key": "patient_id"},
            cohort=cohort["cohort"],
            ledger=cohort["ledger"],
            language=language,
            faults=tmp_path / "faults.xlsx",
            synthetic=True,
            **out,
        )
        table = {r["code"]: r for r in read_rows(out["table"])}
        findings = {r["code"]: r["findings"] for r in read_rows(out["findings"])}
        return table, warnings_in_words(read_rows(out["warnings"]), "ja"), findings

    return run


@pytest.mark.parametrize("name", ["reader1.xlsx", "reader1.csv"])
def test_common_table(run, cohort, name):
    table, warnings, findings = run(GOOD, name=name)
    code = cohort["codes"].__getitem__
    assert list(table) == sorted(cohort["codes"].values())
    assert table[code("1001")] == {
        "code": code("1001"),
        "reader": "reader1",
        "metastasis": "1",
        "n_metastases": "3",
        "eod": "1",
        "eod_status": "graded",
        "status": "read",
        "reading_date": "",
        "operator": "",
    }
    assert (
        table[code("1002")]["eod"] == "" and table[code("1002")]["eod_status"] == "not_calculated"
    )
    assert [table[code(s)]["metastasis"] for s in ("1003", "1004", "2001")] == ["1", "0", "1"]
    assert findings[code("1001")] == FINDING  # not one character altered
    assert warnings == []


def test_missing_cases_are_reported_not_fatal(run, cohort):
    empty = ["1004", DAY, None, None, None, None]
    table, warnings, findings = run([*GOOD[:3], empty])
    statuses = {s: table[c]["status"] for s, c in cohort["codes"].items()}
    assert statuses == dict.fromkeys(["1001", "1002", "1003"], "read") | dict.fromkeys(
        ["1004", "2001", "2002"], "missing"
    )
    assert all(table[cohort["codes"]["2001"]][c] == "" for c in ("metastasis", "eod", "eod_status"))
    assert len(findings) == 3 and len(warnings) == 3
    assert {w["where"] for w in warnings} > {cohort["codes"]["2001"], cohort["codes"]["2002"]}


@pytest.mark.parametrize(
    ("row", "column", "value"),
    [
        ([3.5, "有", 1, "x"], "転移数", "3.5"),
        ([-1, "有", 1, "x"], "転移数", "-1"),
        (["山ほど", "有", 1, "x"], "転移数", "表示しません"),
        ([3, "不明", 1, "x"], "転移の有無", "不明"),
        ([3, 2, 1, "x"], "転移の有無", "値「2」"),
        ([3, "-1", 1, "x"], "転移の有無", "-1"),
        ([3, None, 1, "x"], "転移の有無", "値がありません"),
        ([3, "有", 5, "x"], "EOD", "値「5」"),
        ([3, "有", -1, "x"], "EOD", "-1"),
        ([3, "有", 1.5, "x"], "EOD", "1.5"),
        ([3, "有", "測定不能", "x"], "EOD", "測定不能"),
        ([3, True, 1, "x"], "転移の有無", "TRUE"),
        ([3, "有", 1, "#REF!"], "所見", "エラー値"),
        ([3, "有", 1, "=A1"], "所見", "計算結果が保存されていません"),
    ],
)
def test_each_error(run, tmp_path, row, column, value):
    problems = faults(run, [["1001", DAY, *row], *GOOD[1:]])
    assert len(problems) == 1
    place = f"ファイル「reader1.xlsx」 シート「Sheet」 行 2 列「{column}」: "
    assert problems[0].startswith(place) and value in problems[0] and "[R10]" in problems[0]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ([3, "無", 1, "x"], "食い違って"),
        ([0, "有", 0, "x"], "食い違って"),
        ([3, "有", 2, "x"], "目安: 1"),
        ([21, "有", 2, "x"], "目安: 3/4"),
        ([5, "有", 4, "x"], "目安: 1"),
        ([3, "有", None, "x"], "未算出として"),
        ([None, "有", 1, "x"], "転移数がありません"),
        ([3, "有", 1, " "], "所見がありません"),
    ],
)
def test_each_warning(run, row, words):
    table, warnings, _ = run([["1001", DAY, *row], *GOOD[1:]])
    assert len(table) == 6
    assert len(warnings) == 1 and words in warnings[0]["message"], warnings
    assert warnings[0]["rule"] == "R10" and "行 2" in warnings[0]["where"]


def test_findings_and_ids_are_never_quoted(run):
    rows = [
        ["1001", "x", "山田花子 所見", "佐藤", "鈴木", "SECRET"],
        ["1001", DAY, 1, 1, 1, "SECRET"],
    ]
    text = "\n".join(faults(run, rows))
    for secret in ("SECRET", "山田", "佐藤", "鈴木", "1001"):
        assert secret not in text.replace("reader1", "")


def test_rows_of_others_leave_no_trace(run):
    clean = run(GOOD)
    assert run([*GOOD, ["9999", "wild", "wild", "wild", "wild", "wild"]]) == clean


def test_english_headers_and_messages(run):
    header = ["patient_id", "exam_date", "n_metastases", "metastasis", "EOD", "findings"]
    assert run(GOOD, header=header)[1] == []
    (problem,) = faults(run, [["1001", DAY, 3, "ok", 1, "x"]], header=header, language="en")
    assert 'row 2 column "metastasis": Value "ok" is not accepted' in problem


def test_column_names_of_the_configuration(run):
    header = [*HEADER[:2], "病変数", *HEADER[3:]]
    (problem,) = faults(run, GOOD, header=header)
    assert "readers.reader1.columns.n_metastases" in problem and "病変数" in problem
    settings = {"key": "patient_id", "columns": {"n_metastases": "病変数"}}
    assert run(GOOD, header=header, settings=settings)[1] == []


def test_no_eod_column(run, cohort):
    header, rows = [*HEADER[:4], "所見"], [[*r[:4], r[5]] for r in GOOD]
    table, (warning,), _ = run(rows, header=header)
    assert {r["eod_status"] for r in table.values()} == {"not_calculated"}
    assert "readers.reader1.columns.eod" in warning["message"] and "0 列" in warning["message"]
    settings = {"key": "patient_id", "columns": {"eod": None}}
    assert run(rows, header=header, settings=settings)[1] == []


@given(st.integers(0, 200))
def test_eod_of_count(count):
    bounds = {0: (0, 0), 1: (1, 5), 2: (6, 20), 3: (21, 200), 4: (21, 200)}
    assert eod_of_count(count) == tuple(g for g, (a, b) in bounds.items() if a <= count <= b)


def test_adapter(cohort, tmp_path):
    report = write_table(tmp_path / "reader1.xlsx", [HEADER, *GOOD])
    out = {n: str(tmp_path / f"{n}.csv") for n in ("table", "warnings", "findings")}
    job = SimpleNamespace(
        input=SimpleNamespace(cohort=str(cohort["cohort"])),
        output=OutputFiles(fromdict=out),
        params=SimpleNamespace(
            report=str(report),
            second=None,
            ledger=cohort["ledger"],
            reader="reader1",
            settings={"report": "reader1.xlsx", "key": "patient_id"},
            language="en",
            faults=str(tmp_path / "faults.xlsx"),
            synthetic=True,
            same={},
        ),
        log=[str(tmp_path / "log.txt")],
    )
    script = ROOT / "scripts" / "imports" / "import_readings.py"
    runpy.run_path(str(script), init_globals={"snakemake": job}, run_name="__main__")
    assert len(list(read_rows(out["table"]))) == 6
    assert "1001" not in (tmp_path / "log.txt").read_text(encoding="utf-8")


def test_when_and_by_whom_it_was_read(run, cohort):
    header = [*HEADER, "読影日", "読影者コード"]
    rows = [[*row, "2019/6/4", "ｒ１"] for row in GOOD]
    table, warnings, _ = run(rows, header=header)
    row = table[cohort["codes"]["1001"]]
    assert (row["reading_date"], row["operator"]) == ("2019-06-04", "r1") and warnings == []
    rows[0][6:] = ["2019-06-02", "山田"]
    problems = faults(run, rows, header=header)
    assert ["読影日" in problems[0], "読影者コード" in problems[1]] == [True, True]
    assert "山田" not in "".join(problems)
