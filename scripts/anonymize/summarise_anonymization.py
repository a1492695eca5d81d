"""Join the batches' reports: one row per case (results/cases.csv)."""

import logging
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.declared import columns
from bonescint.deid.refusal import mistake
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

FACTS = ["tracer", "study_date", "sex", "age", "height_cm", "weight_kg", "station_name"]
logger = logging.getLogger(__name__)


def summarise_anonymization(reports: list[Path], folders: list[Path], cases: Path) -> None:
    """Write one row per code, and compare the files in the folders with the reports.

    Snakemake does not notice a file that was added to or taken from a folder of a rule. This step
    does, because the partner must get exactly the files that were verified (R28).

    Parameters
    ----------
    reports
        The batches' reports, ``<batch>.csv``.
    folders
        Their folders of DICOM files, in the same order.
    cases
        The table to write, sorted by code. A patient's columns come from the first written instance
        (by file name) that has the value. A case without written files has 0 instances.

    Raises
    ------
    InputError
        If the files of a folder differ from those in its report.
    """
    problems, rows, written = [], [], []
    for report, folder in zip(reports, folders, strict=True):
        lines = list(read_rows(report))
        problems += _differences(folder, {line["file"] for line in lines if line["file"]})
        written += [line for line in lines if line["status"] == "written"]
        by_code: dict[str, list[dict[str, str]]] = {}
        for line in lines:
            by_code.setdefault(line["code"], []).append(line)
        rows += [_case(code, report.stem, instances) for code, instances in by_code.items()]
    if problems:
        raise InputError(problems)
    write_rows(cases, columns("cases"), sorted(rows, key=lambda row: str(row["code"])))
    logger.info("%d cases, %d instances", len(rows), len(written))


def _case(code: str, batch: str, instances: list[dict[str, str]]) -> dict[str, object]:
    status = Counter(line["status"] for line in instances)
    written = [line for line in instances if line["status"] == "written"]
    # a refused instance gives the tracer of the case, but nothing else about the patient
    row: dict[str, object] = {
        fact: next((line[fact] for line in [*written, *instances] if line[fact]), "")
        for fact in FACTS
    }
    views = {view for line in written for view in line["views"].split("+") if view}
    return row | {
        "code": code,
        "batch": batch,
        "views": "+".join(sorted(views)),
        "instances": status["written"],
        "refused": status["refused"],
    }


def _differences(folder: Path, reported: set[str]) -> list[str]:
    found = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}
    # Snakemake puts this file into the folders of its rules
    found.discard(".snakemake_timestamp")
    codes = {Path(file).parent for file in reported}
    # a file added by hand may be named after a patient, so only the folder of its case is told
    extra = [f.parent.as_posix() if f.parent in codes else "?" for f in map(Path, found - reported)]
    kinds = {"extra": sorted(extra), "missing": sorted(reported - found)}
    return [
        mistake("error.files_differ", folder=folder.name, what=mistake(f"what.{kind}"), file=file)
        for kind, files in kinds.items()
        for file in files
    ]


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        summarise_anonymization(
            reports=[Path(path) for path in snakemake.input.reports],
            folders=[Path(path) for path in snakemake.input.dicom],
            cases=Path(snakemake.output.cases),
        )
