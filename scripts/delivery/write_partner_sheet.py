"""Write the partner's sheet, columns A to I, behind the gates (R14, R26, R27, R28, R39)."""

import logging
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.delivery.gate import refusals
from bonescint.delivery.review import undecided
from bonescint.delivery.sheet import write_partner_book
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
) -> None:
    """Write one row a case that has coded images.

    Parameters
    ----------
    cases, reference
        results/cases.csv and results/reference.csv.
    findings, decisions
        private/findings.csv with its hits, and what people decided about them.
    study, delivery, language
        Of the configuration.
    sheet
        The workbook to write.

    Raises
    ------
    InputError
        If a gate is closed, a hit undecided, or a required column would stay blank.
    """
    # R28: a case without an image has no place in the sheet
    delivered = {row["code"]: row for row in read_rows(cases) if row["instances"] != "0"}
    texts = {row["code"]: row for row in read_rows(findings) if row["code"] in delivered}
    closed = [
        *refusals(study, delivery, date.today(), language),
        *undecided(texts.values(), decisions, language),
    ]
    if closed:
        raise InputError(closed)
    decided = {row["code"]: row for row in read_rows(reference)}
    rows = [
        {
            "code": code,
            "exam_date": case["study_date"],
            "findings": texts[code]["findings"] if code in texts else "",
            "eod": decided[code]["eod"],
            "metastasis": decided[code]["metastasis"],
            "age": case["age"],
            "sex": case["sex"],
            "height_cm": case["height_cm"],
            "weight_kg": case["weight_kg"],
        }
        for code, case in sorted(delivered.items())
    ]
    write_partner_book(sheet, rows, synthetic=study["synthetic"], language=language)
    logging.getLogger(__name__).info("%d cases in the sheet", len(rows))


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
        )
