"""A patient who declines vanishes, however and whenever; one who comes back has the former code."""

import csv
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from bonescint.config import LEDGER_HEAD
from bonescint.files import read_rows
from bonescint.identity.ledger import Ledger, open_ledger
from tests.workflow.leaks import open_to_others
from tests.workflow.runner import configure, jobs, ran, snakemake

SIDES = ("results", "private", "logs", ".snakemake")
# what the list decides: who is out, and whose images are written
DECIDED = ("results/cohort/opt_out.warnings.csv", "results/anonymization/instances.csv")


def ledger_of(study: Path) -> Ledger:
    private = study / "private"
    return open_ledger(private / "ledger.age", private / "ledger.key", head=study / LEDGER_HEAD)


def bonescint(study: Path, *arguments: str, code: int = 0) -> str:
    """Run the command in the study's folder and return what it printed."""
    command = [sys.executable, "-m", "bonescint.cli", *arguments]
    done = subprocess.run(command, cwd=study, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def own_opt_out(study: Path) -> None:
    """Use a list of the hospital's own instead of the demonstration's."""
    shutil.copy(study / "demo" / "opt_out.csv", study / "opt_out.csv")
    configure(study, lambda c: c["inputs"].update(opt_out="opt_out.csv"))


def decline(study: Path, subject: str) -> None:
    path = study / "opt_out.csv"
    text = path.read_text(encoding="utf-8-sig")
    header = next(csv.reader(text.splitlines()))
    row = dict.fromkeys(header, "") | {"患者ID": subject, "申出者": "本人", "申出日": "2024-01-10"}
    line = ",".join(row[h] for h in header)
    path.write_text(text.rstrip("\r\n") + "\n" + line + "\n", encoding="utf-8-sig")


def hits(study: Path, *words: str) -> list[str]:
    """Return the files that hold a word in their name, their bytes or the member of an archive."""
    found = []
    for side in SIDES:
        for path in (study / side).rglob("*"):
            name = str(path.relative_to(study))
            contents = [name.encode()]
            if path.is_file():
                contents.append(path.read_bytes())
            if path.suffix == ".xlsx":
                with zipfile.ZipFile(path) as book:
                    contents += map(book.read, book.namelist())
            if any(word.encode() in content for word in words for content in contents):
                found.append(name)
    return found


class Patient:
    """One patient of the cohort: code, ID, names, batch."""

    def __init__(self, study: Path) -> None:
        case = next(read_rows(study / "results" / "cases.csv"))
        self.code, self.batch = case["code"], case["batch"]
        self.subject = ledger_of(study).subject_of(self.code) or ""
        rows = read_rows(study / "private" / "cohort.csv")
        row = next(r for r in rows if r["subject"] == self.subject)
        self.words = [self.code, self.subject, row["patient_id"], row["patient_name"]]
        self.words += [group.replace("^", " ") for group in row["patient_name"].split("=") if group]
        self.folder = study / "results" / "dicom" / self.batch / self.code


def files_of_others(study: Path, patient: Patient) -> dict[Path, int]:
    return {
        path: path.stat().st_mtime_ns
        for path in (study / "results" / "dicom").rglob("*.dcm")
        if path.parent.parent.name != patient.batch
    }


def test_an_opt_out_vanishes_and_reruns_one_batch(study: Path) -> None:
    own_opt_out(study)
    patient = Patient(study)
    # the patient's code stands in a list of the hospital's
    (study / "shown.txt").write_text(f"{patient.code}\n")
    configure(study, lambda c: c["figures"]["montage"].update(cases="shown.txt"))
    assert "draw_figures" in ran(snakemake(study, "--until", "draw_figures"))
    others = files_of_others(study, patient)
    decline(study, patient.subject)
    # the list is put back with an older date: Snakemake's own triggers would miss it
    os.utime(study / "opt_out.csv", (1_500_000_000, 1_500_000_000))
    printed = snakemake(study)
    assert ran(printed).count("anonymize_batch") == 1
    assert {p: p.stat().st_mtime_ns for p in others} == others
    assert not patient.folder.exists()
    assert hits(study, *patient.words) == []
    assert "Nothing to be done" in (planned := snakemake(study, "-n"))
    assert "missing provenance" not in planned

    # a shorter list lets nobody back, and the run warns of it
    lines = (study / "opt_out.csv").read_bytes().rstrip(b"\n").split(b"\n")
    (study / "opt_out.csv").write_bytes(b"\n".join(lines[:-1]) + b"\n")
    snakemake(study, *DECIDED)
    assert not patient.folder.exists()
    warnings = read_rows(study / "results" / "cohort" / "opt_out.warnings.csv")
    assert any(row["key"] == "opt_out.vanished" for row in warnings)

    # a patient who returns gets the former code
    bonescint(study, "opt-out", "withdraw", patient.subject)
    snakemake(study, *DECIDED)
    assert patient.folder.is_dir()
    assert ledger_of(study).code_of(patient.subject) == patient.code
    warnings = read_rows(study / "results" / "cohort" / "opt_out.warnings.csv")
    assert not any(row["key"] == "opt_out.vanished" for row in warnings)


@pytest.mark.slow
@pytest.mark.whole
def test_an_opt_out_by_command_after_a_delivery(study: Path) -> None:
    snakemake(study, "deliver")
    patient = Patient(study)
    sheet = study / "results" / "delivery" / "partner_sheet.xlsx"
    review = study / "private" / "review"
    review.mkdir(exist_ok=True, mode=0o700)
    decision = f"findings:{patient.code}\t{'0' * 64}\trelease\tphysician\t2026-01-01\n"
    header = "item\tsha256\tdecision\treviewer\tdate\n"
    (review / "decisions.tsv").write_text(header + decision, encoding="utf-8")
    printed = bonescint(
        study, "delivery", "record", "--medium", "CD-R 1", "--date", "2020-02-01", "--partner", "X",
    )  # fmt: skip
    assert "D-001" in printed
    assert bonescint(study, "ledger", "lookup", patient.code).split()[:2][0] == patient.code
    where = bonescint(study, "where", patient.code)
    assert "results/cases.csv" in where
    assert "D-001" in where
    # only versions released after the delivery may have been trained on it (R31)
    assert "mark_exposure" in ran(snakemake(study))
    marks = read_rows(study / "results" / "exposure.csv")
    assert {row["software"] for row in marks if row["exposed"] == "1"} == {"vsbone3"}
    found = list(read_rows(study / "results" / "metrics" / "exposure.csv"))
    about = {(row["subject"], row["cases"]) for row in found if row["measure"] == "auc"}
    assert about
    assert {subject for subject, _ in about} == {"vsbone3"}
    assert "not_exposed" in {cases for _, cases in about}

    printed = bonescint(
        study, "opt-out", "add", patient.subject, "--by", "self", "--received", "2026-01-01"
    )
    notice = next((study / "recalls").glob("*.txt"))
    assert patient.code in notice.read_text(encoding="utf-8-sig")
    assert patient.subject not in notice.read_text(encoding="utf-8-sig")
    printed = snakemake(study)
    assert ran(printed).count("anonymize_batch") == 1
    assert hits(study, *patient.words) == []
    assert not sheet.exists()
    assert (review / "decisions.tsv").read_text(encoding="utf-8") == header
    (counts,) = read_rows(study / "results" / "cohort" / "opt_out.csv")
    assert counts["patients_recalled"] == "1"
    assert "Nothing to be done" in snakemake(study, "-n")
    assert len(list((study / "recalls").glob("*.txt"))) == 1
    assert open_to_others(study) == []
    assert "D-001" in bonescint(study, "where", patient.code)


@pytest.mark.slow
def test_copies_made_by_hand_are_found_at_the_next_run(study: Path) -> None:
    patient = Patient(study)
    bonescint(study, "opt-out", "add", patient.subject, "--by", "self", "--received", "2026-01-01")
    snakemake(study)
    book = openpyxl.Workbook()
    book.active["B3"] = patient.code
    book.save(study / "results" / "copy.xlsx")
    (study / "private" / "notes.txt").write_text(f"{patient.subject}\n")
    (study / "logs" / f"{patient.code}.log").touch()
    printed = snakemake(study, fails=True)
    assert ran(printed) == ["verify_purge"]
    for shown in ("results/copy.xlsx", "private/notes.txt", "logs/■■■"):
        assert shown in printed
    assert not any(word in printed for word in patient.words)
    for name in ("results/copy.xlsx", "private/notes.txt", f"logs/{patient.code}.log"):
        (study / name).unlink()
    snakemake(study)
    assert (study / "results" / "purge.json").exists()


@pytest.mark.whole
@pytest.mark.slow
def test_outputs_of_a_former_configuration_go_too(study: Path) -> None:
    patient = Patient(study)
    # as left by a program that put patients into other batches
    shutil.copytree(study / "results/dicom" / patient.batch, study / "results/dicom/77")
    report = study / "results/anonymization" / f"{patient.batch}.csv"
    shutil.copy(report, report.with_name("77.csv"))
    bonescint(study, "opt-out", "add", patient.subject, "--by", "self", "--received", "2026-01-01")
    snakemake(study)
    assert hits(study, *patient.words) == []
    assert not (study / "results/dicom/77").exists()


@pytest.mark.slow
def test_a_patient_id_in_the_raw_paths_goes_too(study: Path) -> None:
    # a hospital sorts its exports by patient, and one file of the patient cannot be read
    patient = Patient(study)
    raw = study / "raw"
    shutil.copytree(study / "demo" / "dicom", raw)
    lost = raw / f"{patient.subject}_unknown" / patient.subject / "scan.dcm"
    lost.parent.mkdir(parents=True)
    lost.write_bytes(b"no DICOM")
    configure(study, lambda c: c["inputs"].update(dicom="raw"))
    snakemake(study)
    assert "private/unreadable.csv" in hits(study, patient.subject)
    bonescint(study, "opt-out", "add", patient.subject, "--by", "self", "--received", "2026-01-01")
    snakemake(study)
    assert hits(study, *patient.words) == []


@pytest.mark.slow
def test_an_older_ledger_stops_the_run_and_loses_nothing(study: Path) -> None:
    backup = (study / "private" / "ledger.age").read_bytes()
    patient = Patient(study)
    bonescint(study, "opt-out", "add", patient.subject, "--by", "self", "--received", "2026-01-01")
    newest = (study / "private" / "ledger.age").read_bytes()
    (study / "private" / "ledger.age").write_bytes(backup)
    printed = snakemake(study, fails=True)
    assert "older copy" in printed
    (study / "private" / "ledger.age").write_bytes(newest)
    snakemake(study)
    assert hits(study, *patient.words) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "how",
    ["touch", "no records", "dates alone"],
)
def test_a_list_that_snakemake_does_not_see_is_read_all_the_same(study: Path, how: str) -> None:
    own_opt_out(study)
    snakemake(study)
    patient = Patient(study)
    status = (study / "opt_out.csv").stat()
    decline(study, patient.subject)
    os.utime(study / "opt_out.csv", (status.st_atime, status.st_mtime))
    options = []
    match how:
        case "touch":
            snakemake(study, "--touch")
        case "no records":
            shutil.rmtree(study / ".snakemake")
        case "dates alone":
            options = ["--rerun-triggers", "mtime"]
    printed = snakemake(study, *options, fails=True)
    assert "Run again" in printed or "もう一度実行" in printed
    snakemake(study)
    assert hits(study, *patient.words) == []


def test_a_part_of_a_run_gives_no_receipt_of_a_search(study: Path) -> None:
    patient = Patient(study)
    bonescint(study, "opt-out", "add", patient.subject, "--by", "self", "--received", "2026-01-01")
    snakemake(study, "results/cohort/opt_out.csv")
    assert not (study / "results" / "purge.json").exists()
    assert "verify_purge" in jobs(snakemake(study, "-n"))


def test_a_lost_identified_side_is_not_begun_anew(study: Path) -> None:
    shutil.rmtree(study / "private")
    printed = snakemake(study, fails=True)
    assert "控えから" in printed
    assert not (study / "private" / "ledger.age").exists()
