"""What runs again, and what does not."""

import copy
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from pydicom import dcmread
from pydicom.uid import generate_uid

from bonescint.files import read_rows
from tests.workflow.runner import (
    FEW_QUESTIONS,
    configure,
    copied,
    few_questions,
    jobs,
    ran,
    snakemake,
)

pytestmark = pytest.mark.whole

DOWNSTREAM_OF_MEASUREMENTS = {
    "all",
    "build_measurements",
    "summarise_flow",
    "mark_exposure",
    "failures",
    "one_truth",
    "precision",
    "software_readers",
    "interchangeability",
    "accuracy",
    "cutoffs",
    "reference_sensitivity",
    "version_diagnosis",
    "version_measurement",
    "equivalence",
    "software_comparison",
    "bridge",
    "hotspot_count",
    "bsi_eod",
    "exposure",
    "subgroups",
    "list_misclassified",
    "count_incidental",
    "hypotheses",
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


def test_a_new_patient_goes_to_a_new_batch_and_no_other_is_coded_again(study: Path) -> None:
    shutil.copytree(study / "demo/dicom", study / "raw")
    people = shutil.copy(study / "demo/participants.csv", study / "people.csv")
    configure(study, lambda c: c["inputs"].update(dicom="raw", participants="people.csv"))
    snakemake(study, "results/cases.csv")
    row = next(read_rows(study / "private/batches/00.csv"))
    image = dcmread(study / "raw" / row["path"])
    image.PatientID, image.PatientName = "77001122", "NEW^PATIENT"
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    image.StudyInstanceUID, image.SeriesInstanceUID = generate_uid(), generate_uid()
    image.save_as(study / "raw" / "new.dcm")
    with people.open("a", encoding="utf-8") as table:
        table.write("77001122,HS2022-005,\n")
    coded = {p: p.stat().st_mtime_ns for p in (study / "results/dicom").rglob("*.dcm")}
    batches = len(list((study / "private/batches").glob("*.csv")))
    assert "新しい患者の束 (まだ名前がありません)" in snakemake(study, "-n")
    assert ran(snakemake(study, "results/cases.csv")).count("anonymize_batch") == 1
    assert {p: p.stat().st_mtime_ns for p in coded} == coded
    new = list((study / f"results/dicom/{batches:02d}").rglob("*.dcm"))
    assert len(new) == 1


def test_a_fourth_version_gives_three_comparisons_with_no_code_change(study: Path) -> None:
    about_versions = ("version_diagnosis", "version_measurement", "equivalence")
    configure(study, add_version)
    # the study of one tracer asks every question of three versions
    configure(study, few_questions)
    configure(
        study, lambda c: c["metrics"].update(questions=[*FEW_QUESTIONS, *about_versions[::2]])
    )
    snakemake(study, "results/report.html")
    pairs = {("vsbone3", "vsbone2"), ("vsbone4", "vsbone2"), ("vsbone4", "vsbone3")}
    for question in about_versions:
        table = list(read_rows(study / "results" / "metrics" / f"{question}.csv"))
        assert {(row["subject"], row["comparator"]) for row in table} == pairs
    page = (study / "results" / "report.html").read_text(encoding="utf-8")
    assert "VSBONE 4.0 (simulated)" in page


def test_a_new_version_and_a_corrected_one_are_an_import_each_and_what_follows(
    study: Path,
) -> None:
    configure(study, add_version)
    configure(study, lambda c: c["software"]["vsbone3"].update(version="3.1"))
    planned = jobs(snakemake(study, "-n"))
    assert planned.pop("import_software") == 2
    # fingerprint_inputs records the new export
    assert set(planned) == DOWNSTREAM_OF_MEASUREMENTS | {"fingerprint_inputs"}
    assert all(n == 1 for n in planned.values())


def test_cutoffs_rerun_statistics_only(study: Path) -> None:
    configure(study, lambda c: c["metrics"]["cutoffs"].append({"metric": "bsi", "value": 2.0}))
    planned = set(jobs(snakemake(study, "-n")))
    assert {"cutoffs", "list_misclassified"} <= planned
    assert "accuracy" not in planned  # an AUC has no cut-off
    assert planned.isdisjoint({"import_software", "anonymize_batch", "build_reference"})


def test_the_builtin_analyser_changes_no_table_but_its_own(study: Path) -> None:
    cases = {row["status"] for row in read_rows(study / "results/analyser/cases.csv")}
    assert "analysed" in cases and (study / "results/metrics/bridge.csv").exists()
    hypotheses = study / "results/metrics/hypotheses.csv"
    before = hypotheses.read_bytes()
    configure(study, lambda c: c["software"]["reference"].update(builtin=False))
    # every other table stays as it is
    assert set(jobs(snakemake(study, "-n"))) == {
        "hypotheses", "draw_figures", "write_provenance", "write_workbook", "write_report",
        "verify_purge", "all",
    }  # fmt: skip
    # this one reads what every question found, and has no row of it
    assert ran(snakemake(study, str(hypotheses.relative_to(study)))) == ["hypotheses"]
    assert hypotheses.read_bytes() == before


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
    # the batch is named, but not the file, because its name may be that of a patient
    assert f"{batch.name}: " in printed
    assert "extra.dcm" not in printed


class Program(NamedTuple):
    """A copy of the workflow, and a study that it has finished."""

    folder: Path
    study: Path

    def planned_with(self, edit: Callable[[str], str], *files: str) -> set[str]:
        """Return the rules that would run after an edit of some files, which is then undone."""
        before = {self.folder / file: (self.folder / file).read_bytes() for file in files}
        for path, text in before.items():
            path.write_text(edit(text.decode()), encoding="utf-8")
        try:
            return set(jobs(snakemake(self.study, "-n", program=self.folder)))
        finally:
            for path, text in before.items():
                path.write_bytes(text)


@pytest.fixture(scope="module")
def program(finished: Path, tmp_path_factory: pytest.TempPathFactory) -> Program:
    """Return a workflow that may be edited, and a study that this one has finished."""
    folder = copied(tmp_path_factory.mktemp("program"))
    study = tmp_path_factory.mktemp("of_program") / "study"
    shutil.copytree(finished, study, symlinks=True)
    return Program(folder, study)


LAST = {"verify_purge", "all"}


def statement(text: str) -> str:
    return text + "\nEDITED = 1\n"


def test_an_edited_statistic_reruns_its_question(program: Program) -> None:
    assert (
        program.planned_with(statement, "scripts/bonescint/stats/counts.py")
        == {
            "hotspot_count",
            "software_readers",
            "draw_figures",
            "hypotheses",
            "write_workbook",
            "write_report",
        }
        | LAST
    )


def test_edited_decisions_rerun_their_readers_and_what_follows(
    program: Program, finished: Path
) -> None:
    everything = set(ran(finished.with_name("finished.said").read_text(encoding="utf-8")))
    assert len(everything) > 35
    planned = program.planned_with(statement, "scripts/bonescint/deid/decisions.py")
    # decisions settle who is held back, which image is taken and what is coded
    assert planned == everything - {"make_demo_cohort"}


def test_an_edited_workbook_is_written_again_and_nothing_else(program: Program) -> None:
    planned = program.planned_with(statement, "scripts/bonescint/outputs/workbook/writing.py")
    assert planned == {"write_workbook"} | LAST


def test_comments_rerun_nothing(program: Program) -> None:
    files = [f"scripts/bonescint/{name}.py" for name in ("outputs/workbook/writing", "files")]
    assert program.planned_with(lambda text: text + "\n# a comment\n", *files) == set()


def test_a_word_of_a_warning_is_written_anew_where_it_is_read(program: Program) -> None:
    def reworded(text: str) -> str:
        assert text.count("No findings text.") == 1
        return text.replace("No findings text.", "There are no findings.")

    planned = program.planned_with(reworded, "resources/text/warnings.csv")
    assert planned == {"write_workbook", "write_report"} | LAST


def coded_tables(study: Path) -> dict[str, bytes]:
    tables = (study / "results").rglob("*.csv")
    return {str(path.relative_to(study)): path.read_bytes() for path in tables}


@pytest.mark.slow
def test_another_language_changes_no_coded_table(study: Path) -> None:
    before = coded_tables(study)
    configure(study, lambda c: c.update(language="en"))
    assert (
        set(jobs(snakemake(study, "-n")))
        == {
            # tables that people in the hospital read as they are
            "find_identity_doubts",
            "scan_findings",
            # read the findings as they would be sent
            "list_incomplete",
            "plan_delivery",
            "draw_figures",
            "write_provenance",  # a digest of the whole configuration
            "write_workbook",
            "write_report",
        }
        | LAST
    )
    snakemake(study)
    after = coded_tables(study)
    assert len(after) > 40
    # it holds digests of the findings as they would be sent, in the study's language
    of_sent = {"results/hospital/planned.csv"}
    assert {name for name in before | after if before.get(name) != after.get(name)} <= of_sent
    page = (study / "results" / "report.html").read_text(encoding="utf-8")
    assert "No scan has this patient ID" in page
