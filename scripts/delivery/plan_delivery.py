"""Plan which cases the next delivery holds, and say why not the others (R28, R31, R38)."""

import logging
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.custody.deliveries import recorded
from bonescint.custody.requests import stopped_codes
from bonescint.declared import columns
from bonescint.delivery.incomplete import left_out, partner_rows, rows_sent
from bonescint.delivery.plan import cases_of, plan
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def plan_delivery(
    cases: Path,
    reference: Path,
    findings: Path,
    incomplete: Path,
    reports: list[Path],
    ledger: LedgerFiles,
    contents: str,
    table: Path,
) -> None:
    """Write what happens to each case that has coded images.

    Parameters
    ----------
    cases, reference, findings, incomplete, reports
        results/cases.csv, results/reference.csv, private/findings.csv,
        results/hospital/incomplete.csv and results/anonymization/{batch}.csv.
    ledger
        Arguments of `open_ledger`. It knows what was delivered, and who is in no further delivery.
    contents
        `delivery.disc.contents`.
    table
        The table to write (docs/en/tables.md).
    """
    decided = {row["code"]: row["decision"] for row in read_rows(incomplete)}
    rows = rows_sent(partner_rows(cases, reference, findings), decided)
    book = open_ledger(**ledger)
    found = plan(
        cases_of(rows, reports),
        left_out(incomplete),
        stopped_codes(book),
        recorded(book),
        contents,
    )
    write_rows(table, columns("planned"), (one._asdict() for one in found))
    states = Counter(one.state for one in found)
    logging.getLogger(__name__).info("%s", ", ".join(f"{n} {s}" for s, n in states.items()))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        plan_delivery(
            cases=Path(snakemake.input.cases),
            reference=Path(snakemake.input.reference),
            findings=Path(snakemake.input.findings),
            incomplete=Path(snakemake.input.incomplete),
            reports=[Path(path) for path in snakemake.input.reports],
            ledger=snakemake.params.ledger,
            contents=snakemake.params.contents,
            table=Path(snakemake.output.table),
        )
