"""What runs again, and what does not."""

import copy
import shutil
from pathlib import Path
from typing import Any

from bonescint.files import read_rows
from tests.workflow.runner import configure, jobs, ran, snakemake

DOWNSTREAM_OF_MEASUREMENTS = {
    "all",
    "build_measurements",
    "summarise_flow",
    "mark_exposure",
    "count_failures",
    "estimate_accuracy",
    "estimate_cutoffs",
    "vary_reference",
    "compare_version_diagnosis",
    "compare_version_measurement",
    "assess_equivalence",
    "compare_software",
    "relate_hotspots",
    "relate_eod",
    "estimate_exposure",
    "list_misclassified",
    "adjust_hypotheses",
    "draw_figures",
    "write_provenance",
    "write_workbook",
    "write_report",
    "verify_purge",
}


def add_version(config: dict[str, Any]) -> None:
    config["software"]["vsbone4"] = copy.deepcopy(config["software"]["vsbone2"]) | {
        "version": "4.0",
        "released": "2026-04-01",
        "export": "demo/exports/vsbone4.csv",
    }


def test_a_fourth_version_gives_three_comparisons_with_no_code_change(study: Path) -> None:
    configure(study, add_version)
    snakemake(study)
    pairs = {("vsbone3", "vsbone2"), ("vsbone4", "vsbone2"), ("vsbone4", "vsbone3")}
    for question in ("version_diagnosis", "version_measurement", "equivalence"):
        table = list(read_rows(study / "results" / "metrics" / f"{question}.csv"))
        assert {(row["subject"], row["comparator"]) for row in table} == pairs
    page = (study / "results" / "report.html").read_text(encoding="utf-8")
    assert "VSBONE 4.0 (simulated)" in page


def test_a_new_version_is_one_import_and_what_follows(study: Path) -> None:
    configure(study, add_version)
    planned = jobs(snakemake(study, "-n"))
    assert planned["import_software"] == 1
    # fingerprint_inputs records the new export
    assert set(planned) == DOWNSTREAM_OF_MEASUREMENTS | {"import_software", "fingerprint_inputs"}
    assert all(n == 1 for n in planned.values())


def test_a_corrected_version_reads_that_export_again(study: Path) -> None:
    configure(study, lambda c: c["software"]["vsbone3"].update(version="3.1"))
    planned = jobs(snakemake(study, "-n"))
    assert planned["import_software"] == 1
    assert "anonymize_batch" not in planned
    assert "import_readings" not in planned


def test_cutoffs_rerun_statistics_only(study: Path) -> None:
    configure(study, lambda c: c["metrics"]["cutoffs"].append({"metric": "bsi", "value": 2.0}))
    planned = set(jobs(snakemake(study, "-n")))
    assert {"estimate_cutoffs", "list_misclassified"} <= planned
    assert "estimate_accuracy" not in planned  # an AUC has no cut-off
    assert planned.isdisjoint({"import_software", "anonymize_batch", "build_reference"})


def test_same_inputs_and_ledger_give_the_same_bytes(study: Path) -> None:
    def content() -> dict[str, bytes]:
        return {
            str(p.relative_to(study)): p.read_bytes()
            for p in sorted((study / "results").rglob("*"))
            if p.is_file() and p.name != ".snakemake_timestamp"
        }

    assert ran(snakemake(study)) == ["verify_purge", "all"]  # at every run
    before = content()
    assert len(before) > 50
    shutil.rmtree(study / "results")
    snakemake(study)
    after = content()
    assert sorted(before) == sorted(after)
    assert [name for name in before if before[name] != after[name]] == []


def test_a_file_added_by_hand_is_noticed(study: Path) -> None:
    batch = next((study / "results" / "dicom").iterdir())
    (batch / "extra.dcm").write_bytes(b"x")
    printed = snakemake(study, "-R", "summarise_anonymization", fails=True)
    # the batch is named, the file is not: whoever adds files by hand may name a patient
    assert f"{batch.name}: " in printed
    assert "extra.dcm" not in printed
