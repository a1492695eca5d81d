"""If there are more cases than planned, some are chosen; only cases that leave are replaced."""

import json
import sys
from collections import Counter
from pathlib import Path
from subprocess import run
from typing import Any

import openpyxl
import pytest

from bonescint.config import LEDGER_HEAD
from bonescint.files import read_rows
from bonescint.identity.ledger import open_ledger
from tests.workflow.runner import configure, ran, snakemake
from tests.workflow.test_incidents import incidents

__all__ = ["incidents"]  # a fixture

TARGETS = {"MDP": 4, "HMDP": 4, "with_findings": 4, "without_findings": 4}


def four_and_four(config: dict[str, Any]) -> None:
    config["cohort"] |= {"targets": TARGETS, "selection": {"random": 7}}


def states(study: Path) -> dict[str, str]:
    rows = read_rows(study / "results" / "cohort" / "selection.csv")
    return {row["code"]: row["state"] for row in rows}


def chosen(study: Path) -> set[str]:
    return {code for code, state in states(study).items() if state == "chosen"}


def codes_of(path: Path) -> set[str]:
    return {row["code"] for row in read_rows(path)}


def test_who_is_chosen_stays_and_who_leaves_is_replaced(
    study: Path, incidents: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    results = study / "results"
    configure(study, four_and_four)
    results_of_cases = [
        f"results/{name}" for name in ("report.html", "study.xlsx", "provenance.json")
    ]
    printed = ran(snakemake(study, *results_of_cases))
    # the choice changes no image and no import
    assert {"choose_cases", "restrict_tables", "accuracy"} <= set(printed)
    assert {"anonymize_batch", "import_software", "build_reference"}.isdisjoint(printed)

    first, coded = chosen(study), codes_of(results / "cases.csv")
    assert len(first) == 8 and first < coded == set(states(study))
    listed = list(read_rows(results / "cohort" / "selection.csv"))
    rows = [row for row in listed if row["state"] == "chosen"]
    in_line = {(r["tracer"], r["findings"]) for r in listed if r["state"] == "reserve"}
    margins = Counter(level for row in rows for level in (row["tracer"], row["findings"]))
    assert margins == TARGETS

    # everything that is made of cases is made of the chosen ones
    for table in ("chosen/cases", "chosen/reference", "exposure", "metrics/misclassified"):
        assert codes_of(results / f"{table}.csv") <= first, table
    sheet = openpyxl.load_workbook(results / "study.xlsx")["症例一覧"]
    shown = {str(cell.value) for row in sheet.iter_rows() for cell in row}
    assert shown & coded == first
    page = (results / "report.html").read_text(encoding="utf-8")
    assert "無作為な順で選びました" in page
    assert {code for code in coded if code in page} <= first
    flow = {
        (r["step"], r["reason"]): r["patients"] for r in read_rows(results / "metrics/flow.csv")
    }
    assert flow["chosen", ""] == "8"
    assert sum(int(n) for (step, reason), n in flow.items() if step == "chosen") == len(coded)
    recorded = json.loads((results / "provenance.json").read_text(encoding="utf-8"))["selection"]
    assert (recorded["rule"], recorded["seed"], recorded["chosen"]) == ("random", 7, 8)
    snakemake(study, "results/delivery/partner_sheet.xlsx", "private/review/items.csv")
    book = openpyxl.load_workbook(results / "delivery" / "partner_sheet.xlsx")
    cells = {str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row}
    assert cells & coded == first
    items = list(read_rows(study / "private" / "review" / "items.csv"))
    assert {row["label"].split("_")[0] for row in items if row["label"].startswith("BS-")} <= first

    # another rule is refused before a question is answered anew
    configure(study, lambda c: c["cohort"].pop("selection"))
    printed = snakemake(study, fails=True)
    assert "random: 7" in printed and "again" in printed
    assert "accuracy" not in ran(printed)
    configure(study, four_and_four)

    ledger = open_ledger(
        study / "private/ledger.age", study / "private/ledger.key", head=study / LEDGER_HEAD
    )
    # a case that another can replace: small cells of the demonstration may be used up
    gone = next(r["code"] for r in rows if (r["tracer"], r["findings"]) in in_line)
    subject = ledger.subject_of(gone) or ""
    command = [sys.executable, "-m", "bonescint.cli", "opt-out", "add", subject]
    run([*command, "--by", "self"], cwd=study, check=True, capture_output=True)
    # a job of that run is killed, and the next run comes to its end
    monkeypatch.setenv("INCIDENT_RULE", "choose_cases")
    snakemake(study, fails=True)
    assert {"choose_cases", "verify_purge"} <= set(ran(snakemake(study)))
    assert (study / "results" / "purge.json").exists()
    assert "Nothing to be done" in snakemake(study, "-n")
    second = chosen(study)
    assert first - second == {gone}
    assert len(second - first) == 1
    assert gone not in states(study)  # nothing is left of a patient who declined
