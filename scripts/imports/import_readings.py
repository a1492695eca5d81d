"""Bring a reader's report, or second reading, to the common table. Findings stay private (R10)."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.declared import columns
from bonescint.files import write_rows
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log
from bonescint.tables.cases import read_cases
from bonescint.tables.faulty import fault_book_of_errors
from bonescint.tables.readings import read_report
from bonescint.warnings import write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def import_readings(
    report: Path,
    second: Path | None,
    cohort: Path,
    ledger: LedgerFiles,
    reader: str,
    settings: dict[str, Any],
    language: str,
    table: Path,
    warnings: Path,
    findings: Path | None,
    faults: Path,
    synthetic: bool,
    same: Mapping[str, Mapping[str, Any]] | None = None,
) -> None:
    """Write one row per cohort case, the warnings about the report, and the findings as typed.

    Parameters
    ----------
    report
        The reader's table.
    second
        The same table typed a second time (double entry), or None. With it, nothing is imported
        until both agree.
    cohort
        private/cohort.csv. Rows of other people are never read (R12).
    reader, settings
        The entry's name and content in `readers` of config.yaml. Of a second reading, its table's
        settings replace those of the report.
    table, warnings, findings
        Tables to write (docs/en/tables.md). Nothing is written if the report has an error. A second
        reading has no table of findings: they are not read. It usually has only some cases, so
        missing ones are not reported.
    faults
        Workbook of the faults. It replaces the tables, and a good import removes it.
    synthetic
        Whether the data are simulated. The workbook then says so.
    same
        Other readers whose file has the same content, with their layout. It gives a warning.

    Raises
    ------
    InputError
        Every fault of the report at once, and the place of their workbook.
    """
    cases = read_cases(cohort, open_ledger(**ledger), language)
    again = findings is None
    with fault_book_of_errors(faults, language, synthetic):
        found = read_report(report, cases, reader, settings, language, second, same, again)
    write_rows(table, columns("readings"), found.rows)
    write_warnings(warnings, found.warnings)
    if findings:
        write_rows(findings, columns("reader_findings"), found.findings)
    missing = sum(row["status"] == "missing" for row in found.rows)
    logger.info("%d cases, %d not read, %d warnings", len(found.rows), missing, len(found.warnings))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        import_readings(
            report=Path(snakemake.params.report),
            second=Path(second) if (second := snakemake.params.second) else None,
            cohort=Path(snakemake.input.cohort),
            ledger=snakemake.params.ledger,
            reader=snakemake.params.reader,
            settings=snakemake.params.settings,
            language=snakemake.params.language,
            table=Path(snakemake.output.table),
            warnings=Path(snakemake.output.warnings),
            findings=Path(found) if (found := snakemake.output.get("findings")) else None,
            faults=Path(snakemake.params.faults),
            synthetic=snakemake.params.synthetic,
            same=snakemake.params.same,
        )
