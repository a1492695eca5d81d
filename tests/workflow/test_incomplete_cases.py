"""A case without findings is listed in every run; a decision lets everybody else be delivered."""

import shutil
from pathlib import Path

import openpyxl

from bonescint.files import read_rows
from bonescint.names.ids import normalise
from tests.workflow.runner import configure, ran, snakemake

HEADER = "item\tsha256\tdecision\treviewer\tdate\n"


def without_findings(study: Path, subject: str) -> None:
    """Blank a patient's findings in every reader's report."""
    (study / "own").mkdir()
    for n in (1, 2, 3):
        path = study / "own" / f"reader{n}.xlsx"
        shutil.copy(study / f"demo/readings/reader{n}.xlsx", path)
        book = openpyxl.load_workbook(path)
        header, *rows = book.worksheets[0].iter_rows()
        names = [cell.value for cell in header]
        for row in rows:
            if normalise(str(row[0].value)) == subject:
                row[names.index("所見")].value = None
        book.save(path)


def test_a_case_without_findings_holds_up_no_other_case(study: Path) -> None:
    subject = next(read_rows(study / "private" / "cohort.csv"))["subject"]
    without_findings(study, subject)
    for n in (1, 2, 3):
        settings = {"report": f"own/reader{n}.xlsx"}
        configure(study, lambda c, n=n, s=settings: c["readers"][f"reader{n}"].update(s))
    configure(study, lambda c: c["delivery"].update(after_period_end="a reason"))
    snakemake(study, "results/hospital/incomplete.csv")
    (case,) = read_rows(study / "results" / "hospital" / "incomplete.csv")
    assert case["blanks"] == "findings"
    assert f"blank:{case['code']}" in snakemake(study, "deliver", fails=True)
    decisions = study / "private" / "review" / "decisions.tsv"
    decisions.parent.mkdir(exist_ok=True)
    line = f"blank:{case['code']}\t{case['sha256']}\tleave-out\trole\t2026-01-15\n"
    decisions.write_text(HEADER + line, encoding="utf-8")
    printed = snakemake(study, "deliver")
    assert "list_incomplete" in ran(printed)
    assert "anonymize_batch" not in ran(printed)
    sheet = openpyxl.load_workbook(study / "results" / "delivery" / "partner_sheet.xlsx")
    codes = {row[0] for row in sheet.worksheets[0].iter_rows(min_row=2, values_only=True)}
    everybody = {row["code"] for row in read_rows(study / "results" / "cases.csv")}
    assert everybody - codes == {case["code"]}
    told = (study / "results" / "report.html").read_text(encoding="utf-8")
    assert "記録された判断により提供しません" in told
