"""`bonescint table`: the import accepts what a template offers, check says what it refuses."""

import warnings
import zipfile
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bonescint.errors import InputError
from bonescint.identity.ledger import open_ledger
from bonescint.resources import SYNTHETIC
from bonescint.tables.bounds import CheckedTable
from bonescint.tables.cases import read_cases
from bonescint.tables.columns import load_columns
from bonescint.tables.exports import read_export
from bonescint.tables.faults import Faults
from bonescint.tables.lists import (
    read_exam_dates,
    read_opt_out,
    read_participants,
    read_tracer_calendar,
)
from bonescint.tables.reading import read_table
from bonescint.tables.readings import read_report
from bonescint.text.folding import fold_header
from tests.scripts.imports.cohort_tables import make_cohort
from tests.unit.called import call
from tests.unit.study_config import shipped, write

Run = Callable[..., str]
SCHEMAS = {
    "bonenavi": "software_export",
    "vsbone3": "software_export",
    "reader1": "reading_report",
    "opt_out": "opt_out",
    "participants": "participants",
    "tracer_calendar": "tracer_calendar",
    "exam_dates": "exam_dates",
}
SOFTWARE = {"released": "2023-04-01", "export": "x.xlsx", "key": "patient_id"}
COLUMNS = {"key": "患者番号", "exam_date": "検査日", "bsi": "BSI値(%)", "hotspots": "個数"}
EXAM = date(2019, 6, 3)


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Return the configuration in whose folder the test runs; `run` writes it."""
    monkeypatch.chdir(tmp_path)
    config = shipped()
    config["software"] = {
        "bonenavi": SOFTWARE
        | {"product": "BoneNAVI", "version": "2.1", "tracer": "MDP", "columns": COLUMNS},
        "vsbone3": SOFTWARE
        | {"product": "VSBONE", "version": "3.0", "tracer": "HMDP", "columns": dict(COLUMNS)},
    }
    config["readers"] = {"reader1": {"report": "reader1.xlsx", "key": "patient_id"}}
    # these tests are not about what is asked of the software
    config["metrics"]["primary"] = None
    return config


@pytest.fixture
def run(config: dict[str, Any], capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> str:
        write(config)
        assert call("table", *arguments) == 0
        return capsys.readouterr().out

    return command


def validations(sheet: Any) -> dict[str, Any]:
    """Return header -> validation of the cells below it."""
    found = {}
    for validation in sheet.data_validations.dataValidation:
        (cells,) = validation.sqref.ranges
        assert cells.max_row == 1_048_576
        found[sheet.cell(cells.min_row - 1, cells.min_col).value] = validation
    return found


def offered(validation: Any) -> list[str]:
    return validation.formula1.strip('"').split(",")


def fill(path: Path, *rows: dict[str, object]) -> Path:
    """Write rows below the header, each value under the header it is named by."""
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    header = {cell.value: cell.column for cell in sheet[1]}
    for i, row in enumerate(rows, 2):
        for name, value in row.items():
            sheet.cell(i, header[name]).value = value
    book.save(path)
    return path


@pytest.mark.parametrize("language", ["ja", "en"])
@pytest.mark.parametrize("name", SCHEMAS)
def test_the_import_accepts_what_the_cells_offer(
    run: Run, config: dict[str, Any], name: str, language: str
) -> None:
    config["language"] = language
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # XlsxWriter leaves a validation out that is too long
        run("template", name)
    path = Path(f"{name}_template.xlsx")
    columns = load_columns(SCHEMAS[name])
    entry = config["software"].get(name) or config["readers"].get(name) or {}
    read = read_table(path, language=language)
    faults = Faults(read, language)
    key = entry.get("key", "patient_id")
    configured = {key if k == "key" else k: v for k, v in entry.get("columns", {}).items()}
    checked = CheckedTable(
        read, columns, faults, skip={"code"}, configured=configured, config_key="x"
    )
    faults.raise_errors()
    found = {checked.header(c): c for c in checked.columns if checked.has(c)}
    assert list(found) == list(read.header)  # each header is one column's
    lost = set(columns) - set(found.values()) - {"code"}
    assert lost == ({"ann"} if name == "vsbone3" else set())
    sheet = openpyxl.load_workbook(path).worksheets[0]
    said = validations(sheet)
    assert set(said) == set(found)
    lists = 0
    for header, validation in said.items():
        column = columns[found[header]]
        assert 0 < len(validation.promptTitle) <= 32 and 0 < len(validation.prompt) <= 255
        assert 0 < len(validation.errorTitle) <= 32 and 0 < len(validation.error) <= 255
        if column.words or column.kind == "word":
            lists += 1
            words = offered(validation)
            for word in words:
                read.rows[:] = [(2, tuple(word if h == header else "" for h in read.header))]
                assert checked.value(*read.rows[0], found[header]) is not None, word
            assert set(column.words.values()) == {
                column.words[fold_header(word)]
                for word in words
                if fold_header(word) in column.words
            }
            japanese = not all(word.isascii() for word in words)
            assert japanese == (language == "ja") or found[header] == "tracer"
        elif column.kind in ("number", "integer"):
            assert Decimal(validation.formula1) == column.minimum
            assert (validation.formula2 is None) == (column.maximum is None)
            if column.maximum is not None:
                assert Decimal(validation.formula2) == column.maximum
            assert validation.type == ("decimal" if column.kind == "number" else "whole")
    faults.raise_errors()
    assert lists == {"reader1": 2, "opt_out": 3, "participants": 0, "exam_dates": 0}.get(name, 1)


def test_a_filled_export_is_imported(run: Run, config: dict[str, Any], tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "private")
    run("template", "vsbone3", "--out", "filled.xlsx")
    sheet = openpyxl.load_workbook("filled.xlsx").worksheets[0]
    status = next(v for h, v in validations(sheet).items() if h.startswith("状態"))
    analysed, failed, _ = offered(status)
    day = {"検査日": EXAM, "状態": analysed}
    fill(
        Path("filled.xlsx"),
        {"患者番号": "00001001", "BSI値(%)": 1.25, "個数": 3} | day,
        {"患者番号": "00001002", "BSI値(%)": 0, "個数": 0} | day,
        {"患者番号": "00001003", "状態": failed, "検査日": EXAM},
        {"患者番号": "00009999", "BSI値(%)": 999} | day,  # no patient of the study
    )
    cases = read_cases(tmp_path / "private/cohort.csv", open_ledger(**cohort["ledger"]), "ja")
    settings = config["software"]["vsbone3"]
    rows, *_ = read_export(Path("filled.xlsx"), cases, "vsbone3", settings, "ja")
    codes = cohort["codes"]
    values = {r["code"]: (r.get("bsi"), r.get("hotspots"), r["status"]) for r in rows}
    assert values[codes["1001"]] == ("1.25", "3", "analysed")
    assert values[codes["1003"]] == (None, None, "segmentation_failed")
    said = run("check", "vsbone3", "filled.xlsx").splitlines()
    assert "対象 4 名のうち 3 名" in said[0] and "対象でない人の行が 1 行" in said[0]
    assert f"警告 {len(said) - 1} 件" in said[0]
    assert any(codes["1004"] in line and "R8" in line for line in said[1:])
    assert "999" not in "".join(said)


def test_a_filled_report_is_imported(run: Run, config: dict[str, Any], tmp_path: Path) -> None:
    cohort = make_cohort(tmp_path / "private")
    run("template", "reader1", "--out", "reader1.xlsx")
    row = {"転移の有無": "有", "転移数": 2, "EODグレード": "未算出", "所見": "- 多発\n転移"}
    fill(Path("reader1.xlsx"), {"患者ID": "00001001", "検査日": EXAM} | row)
    assert "対象 6 名のうち 1 名" in run("check", "reader1")
    cases = read_cases(tmp_path / "private/cohort.csv", open_ledger(**cohort["ledger"]), "ja")
    report = read_report(Path("reader1.xlsx"), cases, "reader1", config["readers"]["reader1"], "ja")
    (read,) = [row for row in report.rows if row["status"] == "read"]
    assert (read["metastasis"], read["n_metastases"], read["eod_status"]) == (
        "1",
        "2",
        "not_calculated",
    )
    assert report.findings[0]["findings"] == "- 多発\n転移"


def test_filled_lists_are_imported(run: Run, config: dict[str, Any]) -> None:
    run("template", "opt_out")
    run("template", "participants")
    run("template", "tracer_calendar")
    # its explanation is no second sheet with something in it, which an opt-out list must not have
    entry = fill(
        Path("opt_out_template.xlsx"),
        {"患者ID": "00001001", "申出日": date(2024, 1, 5), "申出者": "代諾者"}
        | {"理由": "意識のない場合、または緊急かつ生命の危機が生じている成年者", "続柄": "子"},
    )
    (opted,) = read_opt_out(entry, "ja")
    assert (opted.subject, opted.ground, opted.relation) == ("1001", "emergency", "child")
    assert opted.problems == []
    fill(Path("participants_template.xlsx"), {"患者ID": "0012", "試験番号": "HS-2022-005"})
    assert set(read_participants("participants_template.xlsx", "HS2022-005", "ja")) == {"12"}
    fill(Path("tracer_calendar_template.xlsx"), {"検査日": EXAM, "薬剤": "MDP"})
    assert read_tracer_calendar("tracer_calendar_template.xlsx", "ja") == {EXAM: "MDP"}
    run("template", "exam_dates")
    fill(Path("exam_dates_template.xlsx"), {"患者ID": "0012", "検査日": EXAM})
    window = ("2019-06-01", "2019-09-30")
    assert read_exam_dates("exam_dates_template.xlsx", window, "ja") == {"12": (2, EXAM)}
    lists = (("opt_out", 1), ("participants", 1), ("tracer_calendar", 1), ("exam_dates", 1))
    for name, n in lists:
        assert f"({n} 件)" in run("check", name, f"{name}_template.xlsx")


def test_an_unfilled_opt_out_template_is_an_empty_list(run: Run) -> None:
    run("template", "opt_out")
    assert read_opt_out("opt_out_template.xlsx", "ja") == []
    with zipfile.ZipFile("opt_out_template.xlsx") as book:
        assert "代諾者" in book.read("xl/drawings/drawing1.xml").decode()


def test_an_incomplete_opt_out_is_a_warning(run: Run) -> None:
    run("template", "opt_out")
    fill(Path("opt_out_template.xlsx"), {"患者ID": "00001001", "申出者": "本人"})
    said = run("check", "opt_out", "opt_out_template.xlsx")
    assert "警告 1 件" in said.splitlines()[0] and "申出日" in said
    assert "1001" not in said


def test_ids_and_versions_are_text_and_the_header_stays_in_view(run: Run) -> None:
    run("template", "vsbone3")
    sheet = openpyxl.load_workbook("vsbone3_template.xlsx").worksheets[0]
    formats = {
        cell.value: sheet.column_dimensions[cell.column_letter].number_format for cell in sheet[1]
    }
    assert formats["患者番号"] == formats["バージョン"] == "@"
    assert formats["検査日"] == "yyyy-mm-dd"
    assert formats["BSI値(%)"] == "General"
    assert sheet.freeze_panes == "B2"


def test_required_and_optional_columns_differ_and_are_explained(run: Run) -> None:
    run("template", "bonenavi")
    book = openpyxl.load_workbook("bonenavi_template.xlsx")
    colours = {cell.value: cell.fill.fgColor.rgb for cell in book.worksheets[0][1]}
    assert colours["患者番号"] == colours["BSI値(%)"] != colours["検査日"] == colours["ANN値"]
    told = [[str(cell or "") for cell in row] for row in book.worksheets[1].values]
    text = "\n".join(" ".join(row) for row in told)
    explained = {row[0]: row for row in told}
    assert set(colours) <= set(explained)
    assert "必須" in explained["BSI値(%)"] and "任意" in explained["検査日"]
    assert "10 を超える" in " ".join(explained["BSI値(%)"])
    for word in ("2019-06-01", "2019-09-30", "MDP", "BoneNAVI 2.1", SYNTHETIC, "segmentation"):
        assert word in text, word
    exam = validations(book.worksheets[0])["検査日"]
    assert "2019-06-01" in exam.error and exam.errorStyle == "warning"
    assert (exam.formula1, exam.formula2) == ("43617", "43738")  # the same days as Excel counts


def test_the_layout_is_the_configured_one(run: Run, config: dict[str, Any]) -> None:
    entry = config["software"]["vsbone3"]
    entry |= {"key": "code", "sheet": "説明", "header_row": 3}
    entry["columns"] |= {"key": "符号", "status": None, "exam_date": None}
    run("template", "vsbone3")
    read = read_table("vsbone3_template.xlsx", "説明", 3)
    assert read.header[:3] == ("符号", "BSI値(%)", "個数")
    assert "状態" not in read.header and "検査日" not in read.header
    assert openpyxl.load_workbook("vsbone3_template.xlsx").sheetnames == ["説明", "説明_"]


def test_the_same_study_gives_the_same_bytes_and_no_trace_of_its_author(run: Run) -> None:
    run("template", "vsbone3", "--out", "a.xlsx")
    run("template", "vsbone3", "--out", "b.xlsx")
    assert Path("a.xlsx").read_bytes() == Path("b.xlsx").read_bytes()
    core = zipfile.ZipFile("a.xlsx").read("docProps/core.xml").decode()
    assert "<dc:creator></dc:creator>" in core and "2000-01-01" in core


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("template", "vsbone9"), "vsbone9.*vsbone3, reader1"),
        (("template", "vsbone3", "--out", "a.csv"), "xlsx"),
        (("template", "vsbone3", "--out", "there.xlsx"), "上書きはしません"),
        (("template", "vsbone3", "--out", "there.xlsx/a.xlsx"), "書き込めません"),
        (("check", "tracer_calendar"), "inputs.tracer_calendar"),
        (("check", "vsbone3"), "x.xlsx"),
    ],
)
def test_mistakes_are_said(run: Run, arguments: tuple[str, ...], says: str) -> None:
    Path("there.xlsx").write_text("mine")
    with pytest.raises(InputError, match=says):
        run(*arguments)
    assert Path("there.xlsx").read_text() == "mine"


def test_a_sheet_that_excel_cannot_have(run: Run, config: dict[str, Any]) -> None:
    config["software"]["vsbone3"]["sheet"] = "a/b"
    with pytest.raises(InputError, match=r"software\.vsbone3\.sheet"):
        run("template", "vsbone3")
    assert not list(Path().glob("*.xlsx"))


def test_two_tables_of_one_name(run: Run, config: dict[str, Any]) -> None:
    config["readers"] = {"participants": config["readers"]["reader1"]}
    with pytest.raises(InputError, match=r"inputs\.participants, readers\.participants"):
        run("template", "participants")
    run("template", "readers.participants")
    assert "所見" in read_table("participants_template.xlsx").header


def test_check_lists_every_fault_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    make_cohort(tmp_path / "private")
    run("template", "vsbone3", "--out", "x.xlsx")
    fill(
        Path("x.xlsx"),
        {"患者番号": "00001001", "検査日": EXAM, "BSI値(%)": 120, "個数": 1.5},
        {"患者番号": "00001002", "検査日": EXAM, "状態": "できた"},
    )
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(InputError) as caught:
        run("check", "vsbone3")
    assert len(caught.value.problems) >= 3
    text = "\n".join(caught.value.problems)
    assert "行 2" in text and "行 3" in text and "R9" in text
    assert "1001" not in text
    assert {p: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()} == before


def test_check_compares_the_second_transcription(
    run: Run, config: dict[str, Any], tmp_path: Path
) -> None:
    make_cohort(tmp_path / "private")
    config["software"]["vsbone3"]["second_export"] = "y.xlsx"
    row = {"患者番号": "00001001", "検査日": EXAM, "個数": 1}
    for name, bsi in (("x.xlsx", 1.5), ("y.xlsx", 5.1)):
        run("template", "vsbone3", "--out", name)
        fill(Path(name), row | {"BSI値(%)": bsi})
    with pytest.raises(InputError, match=r"5\.1"):
        run("check", "vsbone3")
    assert "1 名" in run("check", "vsbone3", "x.xlsx")  # the file named alone


def test_without_a_cohort_no_row_is_looked_at(run: Run) -> None:
    run("template", "vsbone3", "--out", "x.xlsx")
    fill(Path("x.xlsx"), {"患者番号": "00001001", "BSI値(%)": 120})
    said = run("check", "vsbone3")
    assert "private/cohort.csv" in said and "120" not in said
    fill(Path("x.xlsx"), {"患者番号": "1.2E+11"})
    with pytest.raises(InputError, match="R12"):
        run("check", "vsbone3")
    assert not Path("private").exists()
