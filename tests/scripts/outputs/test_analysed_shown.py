"""The research reference analysis in workbook and report, and nowhere in a delivery."""

import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from scripts.outputs.write_workbook import write_workbook

from bonescint.declared import columns
from bonescint.files import write_rows
from bonescint.outputs.report_questions import question_section
from bonescint.outputs.results import labels_for, read_results
from bonescint.provenance import code_files
from bonescint.resources import ROOT, Texts
from tests.scripts.outputs.contract import SOFTWARE, STUDY, inputs
from tests.scripts.outputs.results import write_results
from tests.scripts.study_tables import SETTINGS, Study

CASE = {"tracer": "MDP", "software": "reference", "version": "abc", "disclaimer": "x"}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_results(tmp_path_factory.mktemp("results"))


def given(results: Path, folder: Path) -> dict[str, Any]:
    cases = [
        CASE | {"code": "BS-22222", "bsi": "1.5", "hotspots": 2, "status": "analysed",
                "confidence": "0.251"},
        CASE | {"code": "BS-33333", "status": "not_analysed", "reason": "early_phase"},
    ]  # fmt: skip
    regions = [
        {"code": "BS-22222", "region": region, "bsi": bsi, "hotspots": n, "disclaimer": "x"}
        for region, bsi, n in (
            ("skull", "0.000", 0), ("lumbar", "1.200", 1), ("lower leg", "0.300", 1),
        )
    ]  # fmt: skip
    write_rows(folder / "cases.csv", columns("analysed"), cases)
    write_rows(folder / "regions.csv", columns("analysed_regions"), regions)
    tables = {"analysed": "cases.csv", "analysed_regions": "regions.csv"}
    return inputs(results, []) | {name: str(folder / file) for name, file in tables.items()}


@pytest.mark.parametrize(("language", "sheet"), [("ja", "参照解析"), ("en", "Reference analyser")])
def test_a_sheet_has_every_case_its_regions_and_what_it_is_not_for(
    results: Path, tmp_path: Path, language: str, sheet: str
) -> None:
    book = tmp_path / "study.xlsx"
    write_workbook(given(results, tmp_path), STUDY, SOFTWARE, language, book)
    rows = [[c for c in row if c is not None] for row in load_workbook(book)[sheet].values]
    # long lines are folded
    said = "".join(str(cell) for row in rows for cell in row).replace(" ", "")
    assert Texts("metrics", language)("research_reference").replace(" ", "") in said
    of = {
        "ja": ("骨格全体", "腰椎", "下腿"),
        "en": ("Whole skeleton", "Lumbar spine", "Lower legs"),
    }
    found = [row for row in rows if row[:1] == ["BS-22222"]]
    assert [row[2] for row in found] == list(of[language])
    assert [row[3] for row in found] == [1.5, 1.2, 0.3]
    refused = next(row for row in rows if row[:1] == ["BS-33333"])
    assert refused[-1] == Texts("analyser", language)("early_phase")


def test_without_it_there_is_no_sheet(results: Path, tmp_path: Path) -> None:
    book = tmp_path / "study.xlsx"
    write_workbook(inputs(results, []), STUDY, SOFTWARE, "en", book)
    assert "Reference analyser" not in load_workbook(book).sheetnames


@pytest.mark.parametrize("language", ["ja", "en"])
def test_its_question_begins_with_the_sentence(
    results: Path, tmp_path: Path, language: str
) -> None:
    Study(tmp_path).answer("bridge")
    table = tmp_path / "bridge.table.csv"
    read = read_results(inputs(results, []) | {"bridge": str(table)}, {})
    labels = labels_for(Texts("report", language), read, STUDY, SOFTWARE)
    section = question_section("bridge", read.metrics["bridge"], labels, SETTINGS)
    assert section["disclaimer"] == Texts("metrics", language)("research_reference")
    for page in ("report.html.j2", "report_appendix.html.j2"):
        text = (ROOT / "scripts/bonescint/outputs" / page).read_text(encoding="utf-8")
        assert "question.disclaimer" in text
    # no raw key in what is shown
    shown = [cell for row in section["main"].rows for cell in map(str, row.values())]
    assert not any(re.search(r"\b(bridge|reference)_\w+", cell) for cell in shown)


def test_nothing_that_goes_to_the_partner_knows_of_it() -> None:
    told = re.compile(r"analyser|analysed|bridge|research_reference")
    files = [ROOT / "rules" / "delivery.smk"]
    for script in sorted((ROOT / "scripts" / "delivery").glob("*.py")):
        files += [ROOT / file for file in code_files(script.relative_to(ROOT).as_posix())]
    assert len(files) > 20
    # flow and workbook words are data that other outputs share
    code = {file for file in files if file.suffix in (".py", ".smk")}
    known = {file.name for file in code if told.search(file.read_text(encoding="utf-8"))}
    assert known == set()
