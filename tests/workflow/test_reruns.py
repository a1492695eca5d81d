"""What runs again, and what does not."""

import copy
import csv
import os
import shutil
from pathlib import Path
from typing import Any

from bonescint.files import read_rows
from bonescint.identity.ids import normalise
from bonescint.identity.ledger import open_ledger
from tests.workflow.runner import configure, jobs, ran, snakemake

DOWNSTREAM_OF_MEASUREMENTS = {
    "all",
    "build_measurements",
    "summarise_flow",
    "estimate_accuracy",
    "compare_versions",
    "compare_software",
    "draw_figures",
    "write_provenance",
    "write_workbook",
    "write_report",
}


def add_version(config: dict[str, Any]) -> None:
    config["software"]["vsbone4"] = copy.deepcopy(config["software"]["vsbone2"]) | {
        "version": "4.0",
        "released": "2026-04-01",
        "export": "demo/exports/vsbone4.csv",
    }


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
    assert "estimate_accuracy" in planned
    assert planned.isdisjoint({"import_software", "anonymize_batch", "build_reference"})


def own_opt_out(study: Path) -> None:
    """Put a list of the hospital's own in the place of the demonstration's."""
    shutil.copy(study / "demo" / "opt_out.csv", study / "opt_out.csv")
    configure(study, lambda c: c["inputs"].update(opt_out="opt_out.csv"))


def decline(study: Path, subject: str) -> None:
    path = study / "opt_out.csv"
    for encoding in ("utf-8-sig", "cp932"):
        try:
            text = path.read_text(encoding=encoding)
            break
        except UnicodeDecodeError:
            continue
    header = next(csv.reader(text.splitlines()))
    row = dict.fromkeys(header, "") | {"患者ID": subject, "申出者": "本人", "申出日": "2024-01-10"}
    line = ",".join(row[h] for h in header)
    path.write_text(text.rstrip("\r\n") + "\n" + line + "\n", encoding=encoding)


def hits(study: Path, *words: str) -> list[str]:
    """Return the files outside the inputs and the encrypted ledger that hold a word."""
    found = []
    for side in ("results", "logs", "private", ".snakemake"):
        for path in (study / side).rglob("*"):
            name = str(path.relative_to(study))
            content = path.read_bytes() if path.is_file() else b""
            if any(w in name or w.encode() in content for w in words):
                found.append(name)
    return found


def test_an_opt_out_vanishes_and_reruns_one_batch(study: Path) -> None:
    own_opt_out(study)
    snakemake(study)
    ledger = open_ledger(study / "private" / "ledger.age", study / "private" / "ledger.key")
    case = next(read_rows(study / "results" / "cases.csv"))
    code, batch = case["code"], case["batch"]
    subject = ledger.subject_of(code) or ""
    assert subject == normalise(subject)
    others = {
        path: path.stat().st_mtime_ns
        for path in (study / "results" / "dicom").rglob("*.dcm")
        if path.parent.parent.name != batch
    }
    decline(study, subject)
    # the list is put back with an older date: Snakemake's own triggers would miss it
    os.utime(study / "opt_out.csv", (1_500_000_000, 1_500_000_000))
    printed = snakemake(study)
    assert ran(printed).count("anonymize_batch") == 1
    assert {p: p.stat().st_mtime_ns for p in others} == others
    assert not (study / "results" / "dicom" / batch / code).exists()
    left = [n for n in hits(study, code) if not n.startswith(".snakemake/log")]
    assert left == []
    assert "Nothing to be done" in snakemake(study, "-n")
    # who returns gets the former code
    text = (study / "opt_out.csv").read_bytes().rstrip(b"\n").rsplit(b"\n", 1)[0] + b"\n"
    (study / "opt_out.csv").write_bytes(text)
    snakemake(study)
    assert (study / "results" / "dicom" / batch / code).is_dir()


def test_same_inputs_and_ledger_give_the_same_bytes(study: Path) -> None:
    def content() -> dict[str, bytes]:
        return {
            str(p.relative_to(study)): p.read_bytes()
            for p in sorted((study / "results").rglob("*"))
            if p.is_file() and p.name != ".snakemake_timestamp"
        }

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
