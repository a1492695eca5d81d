"""Report and workbook say how failed analyses count, and show versions over the same cases."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from scripts.outputs.write_report import write_report
from scripts.outputs.write_workbook import write_workbook

from bonescint.outputs.figures import forest
from bonescint.outputs.labels import Labels
from bonescint.resources import Texts
from tests.scripts.outputs.contract import (
    CUTOFFS,
    ESTIMATE,
    SOFTWARE,
    STUDY,
    composed_of,
    inputs,
    write,
)
from tests.scripts.outputs.results import write_results
from tests.unit.outputs.test_figures import words

SAID = {
    ("ja", "complete"): "失敗した症例 (領域分割の失敗) を除きました (完全ケース解析)",
    ("ja", "failures_as_wrong"): "主要仮説では、解析の失敗 (領域分割の失敗) を誤判定としました",
    ("en", "complete"): "leaves out the cases in which an analysis failed (complete cases)",
    ("en", "failures_as_wrong"): "counts a failed analysis as a wrong call",
}


def results(folder: Path, **primary: str) -> Path:
    path = write_results(folder) / "provenance.json"
    record = json.loads(path.read_text(encoding="utf-8"))
    record["analysis"]["metrics"]["primary"] = primary
    path.write_text(json.dumps(record), encoding="utf-8")
    return folder


def report(folder: Path, language: str, **more: Any) -> str:
    page = folder / f"{language}.html"
    write_report(inputs(folder), STUDY, SOFTWARE, language, page, **more)
    return re.sub(r"<[^>]+>", "|", page.read_text(encoding="utf-8"))


def summary(folder: Path, language: str) -> tuple[str, str]:
    """Return what the first sheet and that of the cut-offs say."""
    book = folder / f"{language}.xlsx"
    write_workbook(inputs(folder), STUDY, SOFTWARE, language, book)
    sheets = load_workbook(book)
    named = sheets.worksheets[0], sheets[{"ja": "診断能_カットオフ", "en": "Cut-offs"}[language]]
    return tuple(
        "|".join(str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value)
        for sheet in named
    )  # type: ignore[return-value]


@pytest.mark.parametrize(("language", "cases"), SAID)
def test_beside_the_primary_hypothesis_stands_how_it_takes_failures(
    tmp_path: Path, language: str, cases: str
) -> None:
    folder = results(tmp_path / "r", question="version_diagnosis", cases=cases)
    page = report(folder, language)
    assert page.count(SAID[language, cases]) == 3  # and in the methods and the checklist
    first, _ = summary(folder, language)
    # a note is broken into lines
    assert SAID[language, cases][:20] in first
    other = next(key for key in SAID if key[0] == language and key[1] != cases)
    assert SAID[other] not in page and SAID[other][:20] not in first


def test_of_another_primary_hypothesis_nothing_is_said(tmp_path: Path) -> None:
    page = report(results(tmp_path / "r", question="accuracy"), "en")
    assert not any(said in page for (language, _), said in SAID.items() if language == "en")


def test_the_calls_by_metastasis_stand_below_the_cutoffs(tmp_path: Path) -> None:
    folder = results(tmp_path / "r")
    page = report(folder, "ja")
    page = page[page.index("3 × 2") :]
    (row,) = re.findall(r"\|VSBONE \(simulated\) 2\.0\|+\s*\|BSI ≥ 1 %\|+([\d|]+)", page)
    assert re.findall(r"\d+", row) == ["14", "12", "2", "0", "21", "1"]
    titles = ["転移あり: 陽性", "転移あり: 陰性", "転移あり: 解析失敗", "転移なし: 解析失敗"]
    assert all(f"|{title}|" in page for title in titles)
    _, cutoffs = summary(folder, "ja")
    assert all(title in cutoffs for title in titles)


def test_the_overview_is_over_the_same_cases_and_counts_failures(tmp_path: Path) -> None:
    folder = results(tmp_path / "r")
    named = {"subject": "vsbone3", "measure": "auc", "metric": "bsi", "status": "ok"}
    same = named | {"cases": "same_cases", "n": "49", "n_positive": "24", "estimate": "0.61"}
    write(folder / "metrics/accuracy.csv", [named | {"n": "50", "estimate": "0.59"}, same])
    failed = {"subject": "vsbone3", "measure": "segmentation_failed", "note": "count=1/50"}
    write(folder / "metrics/failures.csv", [failed | {"status": "ok"}])
    page = report(folder, "en")
    assert "VSBONE (simulated) 3.0|HMDP|BSI|49|24|1/50|0.61|" in re.sub(r"\|[\|\s]*", "|", page)
    assert "over the same cases" in page
    first, _ = summary(folder, "en")
    assert "|1/50|49|24|0.61|" in first and "over the same cases" in first


@pytest.mark.parametrize("there", [None, {"readers", "eod"}])
def test_where_there_are_no_versions_nothing_is_said_of_them(there: set[str] | None) -> None:
    labels = Labels(Texts("figures", "en"), SOFTWARE, True, there=there)
    accuracy = [
        dict.fromkeys(ESTIMATE.split(","), "")
        | {"subject": "vsbone3", "measure": "auc", "metric": "bsi", "n": "49", "status": "ok"}
        | {"estimate": "0.61", "cases": "same_cases"}
    ]
    cutoffs = {str(one["metric"]): float(str(one["value"])) for one in CUTOFFS}
    text = words(composed_of(forest, accuracy, [], cutoffs, labels))
    assert "VSBONE (simulated) 3.0\nHMDP · BSI (n = 49)" in text
    assert "0.61" in text
    said = labels.figure("caption", "forest") + text
    assert ("over the same cases" in said) == (there is None)
