"""Write the partner's sheet, columns A to I, if all gates are open (R14, R26, R27, R28, R39)."""

import logging
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.cohort.choice import SELECTION, not_chosen
from bonescint.deid.decisions import LEAVE_OUT
from bonescint.delivery.contents import mark_faults
from bonescint.delivery.gate import cover_lines, refusals
from bonescint.delivery.incomplete import incomplete, partner_rows, rows_sent, waiting
from bonescint.delivery.plan import TABLE, stopped_in
from bonescint.delivery.release import waiting_images
from bonescint.delivery.review import undecided
from bonescint.delivery.sheet import partner_book
from bonescint.errors import InputError
from bonescint.files import read_rows, replacing
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def write_partner_sheet(
    cases: Path,
    reference: Path,
    findings: Path,
    decisions: Path | None,
    study: dict[str, Any],
    delivery: dict[str, Any],
    language: str,
    sheet: Path,
    reviewers: int = 1,
    reports: Sequence[Path] = (),
    dicom: Sequence[Path] = (),
    planned: Path = TABLE,
    selection: Path = SELECTION,
) -> None:
    """Write one row per case with coded images, unless a decision or the patient forbids it.

    Parameters
    ----------
    cases, reference
        results/cases.csv and results/reference.csv, or those of the chosen cases.
    findings, decisions
        private/findings.csv with its hits, and the human decisions about hits and blanks.
    study, delivery, language
        Of the configuration.
    sheet
        The workbook to write.
    reports
        results/anonymization/{batch}.csv. Every image of a real patient needs a release.
    dicom
        results/dicom/{batch}, whose images must be of the study's kind.
    planned
        results/hospital/planned.csv: patients who asked to be in no further delivery.
    selection
        results/cohort/selection.csv. Images of cases that are not chosen need no release.

    Raises
    ------
    InputError
        If a gate is closed, a hit is undecided, a required column is blank and undecided, or an
        image is not released. Every such case is named.
    """
    all_rows = partner_rows(cases, reference, findings)
    stopped = stopped_in(planned)
    blanks = [o for o in incomplete(all_rows, decisions, reviewers) if o.code not in stopped]
    found = {one.code: one.decision for one in blanks}
    left = stopped | not_chosen(selection)
    left |= {code for code, decision in found.items() if decision == LEAVE_OUT}
    rows = rows_sent((row for row in all_rows if row["code"] not in left), found)
    codes = {row["code"] for row in rows}
    closed = [
        *refusals(study, delivery, date.today(), language),
        *mark_faults(dicom, study["synthetic"], language),
        *undecided(
            (r for r in read_rows(findings) if r["code"] in codes), decisions, language, reviewers
        ),
        *waiting(blanks, language),
        # simulated images show no patient, so they need no release
        *(
            ()
            if study["synthetic"]
            else waiting_images(reports, decisions, language, left, reviewers)
        ),
    ]
    if closed:
        raise InputError(closed)
    cover = cover_lines(study, delivery, date.today(), language)
    content = partner_book(rows, study["synthetic"], language, cover)
    with replacing(sheet, "wb") as stream:
        stream.write(content)
    logging.getLogger(__name__).info(
        "%d cases in the sheet, %d left out", len(rows), len(all_rows) - len(rows)
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_partner_sheet(
            cases=Path(snakemake.input.cases),
            reference=Path(snakemake.input.reference),
            findings=Path(snakemake.input.findings),
            decisions=Path(decided) if (decided := snakemake.params.decisions) else None,
            reviewers=snakemake.params.reviewers,
            study=snakemake.params.study,
            delivery=snakemake.params.delivery,
            language=snakemake.params.language,
            sheet=Path(snakemake.output.sheet),
            reports=[Path(path) for path in snakemake.input.reports],
            dicom=[Path(path) for path in snakemake.input.folders],
            planned=Path(snakemake.input.planned),
            selection=Path(snakemake.input.selection),
        )
