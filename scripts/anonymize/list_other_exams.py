"""List patients whose exam was refused by the de-identification, but who have others (R2)."""

import logging
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.cohort.selection import SPARE
from bonescint.declared import columns
from bonescint.files import Row, read_rows, write_rows
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log
from bonescint.text.dates import header_date
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

# subject -> (date, study's UID) -> the exam's images
Exams = dict[str, dict[tuple[str, str], list[Row]]]


def list_other_exams(
    consented: Path,
    cohort: Path,
    excluded: Path,
    refused: list[Path],
    ledger: LedgerFiles,
    exams: Path,
    warnings: Path,
) -> None:
    """Write the exams of these patients with their dates, and warnings by code without dates.

    No other exam replaces a refused one automatically, because a person must choose the exam
    (`inputs.exam_dates`). A date that is not delivered stays on the identified side.

    Parameters
    ----------
    consented, cohort, excluded, refused
        The tables of `filter_opt_out`, `select_cohort` and `anonymize_batch`.
    ledger
        Arguments of `open_ledger`.
    exams, warnings
        Tables to write (docs/en/tables.md).
    """
    out = {row["path"] for path in refused for row in read_rows(path)}
    chosen = {row["path"]: row["subject"] for row in read_rows(cohort)}
    subjects = {chosen[path] for path in out if path in chosen}
    spare = {row["path"] for row in read_rows(excluded) if row["reason"] in SPARE}
    found: Exams = defaultdict(lambda: defaultdict(list))
    for row in read_rows(consented):
        if row["subject"] in subjects and row["path"] in spare | chosen.keys():
            exam = header_date(row["study_date"])
            day = exam.isoformat() if exam else ""
            found[row["subject"]][day, row["study_instance_uid"]].append(row)
    # for a patient with one exam there is nothing to choose
    found = {subject: exams for subject, exams in sorted(found.items()) if len(exams) > 1}
    write_rows(exams, columns("other_exams"), _rows(found, out, spare))
    codes = open_ledger(**ledger) if found else None
    told = []
    for subject, of_subject in found.items():
        taken = [row for rows in of_subject.values() for row in rows if row["path"] in chosen]
        n = sum(row["path"] in out for row in taken)
        others = sum(rows[0]["path"] in spare for rows in of_subject.values())
        values = {"n": n, "of": len(taken), "exams": others, "file": exams.as_posix()}
        code = codes.code_of(subject) if codes else None
        told.append(
            warning("source.other_exams", "R2", Phrase("exam.refused", values), {"code": code})
        )
    write_warnings(warnings, sorted(told, key=lambda row: row["where"]))
    logging.getLogger(__name__).info("%d patients have other exams than a refused one", len(found))


def _rows(found: Exams, out: set[str], spare: set[str]) -> Iterator[dict[str, object]]:
    for exams in found.values():
        for (day, _), rows in sorted(exams.items()):
            yield {
                "patient_id": rows[0]["patient_id"],
                "exam_date": day,
                "taken": int(rows[0]["path"] not in spare),
                "images": len(rows),
                "refused": sum(row["path"] in out for row in rows),
            }


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        list_other_exams(
            consented=Path(snakemake.input.consented),
            cohort=Path(snakemake.input.cohort),
            excluded=Path(snakemake.input.excluded),
            refused=[Path(path) for path in snakemake.input.refused],
            ledger=snakemake.params.ledger,
            exams=Path(snakemake.output.exams),
            warnings=Path(snakemake.output.warnings),
        )
