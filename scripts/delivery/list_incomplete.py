"""List the cases that lack a required field of the partner's sheet, by code (R26, R28)."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.declared import columns
from bonescint.delivery.incomplete import incomplete, partner_rows
from bonescint.files import write_rows
from bonescint.joblog import job_log
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

_KEYS = {
    "": "case.incomplete",
    "leave-out": "case.left_out",
    "not-stated": "case.not_stated",
}


def list_incomplete(
    cases: Path,
    reference: Path,
    findings: Path,
    decisions: Path,
    table: Path,
    warnings: Path,
    reviewers: int = 1,
) -> None:
    """Write which fields cases lack and what was decided, and a warning for each case.

    Parameters
    ----------
    cases, reference, findings
        results/cases.csv, results/reference.csv and private/findings.csv.
    decisions
        The human decisions, which may not exist.
    table, warnings
        Tables to write (docs/en/tables.md).
    """
    rows = partner_rows(cases, reference, findings)
    found = incomplete(rows, decisions if decisions.exists() else None, reviewers)
    write_rows(
        table,
        columns("incomplete"),
        (one._asdict() | {"blanks": "+".join(one.blanks)} for one in found),
    )
    write_warnings(
        warnings,
        (
            warning(
                "source.partner_sheet",
                "R28" if one.decision == "leave-out" else "R26",
                Phrase(_KEYS[one.decision], {"columns": "・".join(one.titles)}),
                {"code": one.code},
            )
            for one in found
        ),
    )
    undecided = sum(not one.decision for one in found)
    logging.getLogger(__name__).info("%d incomplete cases, %d undecided", len(found), undecided)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        list_incomplete(
            cases=Path(snakemake.input.cases),
            reference=Path(snakemake.input.reference),
            findings=Path(snakemake.input.findings),
            decisions=Path(snakemake.params.decisions),
            reviewers=snakemake.params.reviewers,
            table=Path(snakemake.output.table),
            warnings=Path(snakemake.output.warnings),
        )
