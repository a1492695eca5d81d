"""Write the partner's sheet, columns A to I, behind the gates (R14, R26, R27, R28, R39)."""

import logging
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.deid.decisions import LEAVE_OUT, NOT_STATED
from bonescint.delivery.gate import refusals
from bonescint.delivery.incomplete import incomplete, partner_rows, waiting
from bonescint.delivery.release import waiting_images
from bonescint.delivery.review import undecided
from bonescint.delivery.sheet import NO_FINDINGS, write_partner_book
from bonescint.errors import InputError
from bonescint.files import read_rows
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
    reports: Sequence[Path] = (),
) -> None:
    """Write one row a case that has coded images and that no decision leaves out.

    Parameters
    ----------
    cases, reference
        results/cases.csv and results/reference.csv.
    findings, decisions
        private/findings.csv with its hits, and what people decided about them and about blanks.
    study, delivery, language
        Of the configuration.
    sheet
        The workbook to write.
    reports
        results/anonymization/{batch}.csv: of data of patients every image needs a release.

    Raises
    ------
    InputError
        If a gate is closed, a hit undecided, a required column blank and undecided, or an image not
        released: every such case is named.
    """
    all_rows = partner_rows(cases, reference, findings)
    blanks = incomplete(all_rows, decisions)
    found = {one.code: one.decision for one in blanks}
    rows = [row for row in all_rows if found.get(row["code"]) != LEAVE_OUT]
    codes = {row["code"] for row in rows}
    left = {code for code, decision in found.items() if decision == LEAVE_OUT}
    closed = [
        *refusals(study, delivery, date.today(), language),
        *undecided((r for r in read_rows(findings) if r["code"] in codes), decisions, language),
        *waiting(blanks, language),
        # simulated images are nobody's
        *(() if study["synthetic"] else waiting_images(reports, decisions, language, left)),
    ]
    if closed:
        raise InputError(closed)
    for row in rows:
        if found.get(row["code"]) == NOT_STATED:
            row["findings"] = NO_FINDINGS
    write_partner_book(sheet, rows, synthetic=study["synthetic"], language=language)
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
            study=snakemake.params.study,
            delivery=snakemake.params.delivery,
            language=snakemake.params.language,
            sheet=Path(snakemake.output.sheet),
            reports=[Path(path) for path in snakemake.input.reports],
        )
