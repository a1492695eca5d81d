"""Bring one reader's report into the study's common table; the findings stay in private/ (R10)."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.files import WARNING_COLUMNS, write_rows
from bonescint.identity.ledger import open_ledger
from bonescint.joblog import job_log
from bonescint.tables.cases import read_cases
from bonescint.tables.readings import FINDINGS_COLUMNS, READING_COLUMNS, read_report

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def import_readings(
    report: Path,
    cohort: Path,
    ledger: Mapping[str, str],
    reader: str,
    settings: dict,
    language: str,
    table: Path,
    warnings: Path,
    findings: Path,
) -> None:
    """Write one row per cohort case, what looks wrong in the report, and the findings as typed.

    Parameters
    ----------
    report
        The reader's table.
    cohort
        private/cohort.csv: rows of anybody else are never looked at (R12).
    ledger
        Arguments of `open_ledger`.
    reader, settings
        The entry's name and content in `readers` of config.yaml.
    language
        ``ja`` or ``en``.
    table, warnings, findings
        Tables to write (docs/tables.md); none is written if the report has an error.

    Raises
    ------
    InputError
        Every fault of the report at once.
    """
    cases = read_cases(cohort, open_ledger(**ledger), language)
    found = read_report(report, cases, reader, settings, language)
    write_rows(table, READING_COLUMNS, found.rows)
    write_rows(warnings, WARNING_COLUMNS, found.warnings)
    write_rows(findings, FINDINGS_COLUMNS, found.findings)
    missing = sum(row["status"] == "missing" for row in found.rows)
    logger.info("%d cases, %d not read, %d warnings", len(found.rows), missing, len(found.warnings))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        import_readings(
            report=Path(snakemake.input.report),
            cohort=Path(snakemake.input.cohort),
            ledger=snakemake.params.ledger,
            reader=snakemake.wildcards.reader,
            settings=snakemake.params.settings,
            language=snakemake.params.language,
            table=Path(snakemake.output.table),
            warnings=Path(snakemake.output.warnings),
            findings=Path(snakemake.output.findings),
        )
