"""Bring a software's further results of the same cases to the common table (R8, R9)."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.declared import columns
from bonescint.files import write_rows
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log
from bonescint.tables.cases import read_cases
from bonescint.tables.exports import read_export
from bonescint.tables.faulty import fault_book_of_errors
from bonescint.tables.metric_columns import Values, metric_values, with_metrics
from bonescint.warnings import write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def import_repeat(
    cohort: Path,
    ledger: LedgerFiles,
    software: str,
    settings: dict[str, Any],
    language: str,
    table: Path,
    warnings: Path,
    faults: Path,
    synthetic: bool,
    values: Values | None = None,
) -> None:
    """Write one row per cohort case of the software's tracer, read like the software's own export.

    Parameters
    ----------
    cohort
        private/cohort.csv. Rows of other people are never read (R12).
    software, settings
        The entry's name, and its content with the settings of this table: ``file`` and more.
    table, warnings
        Tables to write (docs/en/tables.md). Neither is written if the table has an error.
    faults
        Workbook of the faults. It replaces the tables, and a good import removes it.
    synthetic
        Whether the data are simulated. The workbook then says so.
    values
        The study's metrics (`metric_values`). None takes the default ones.

    Raises
    ------
    InputError
        Every fault of the table at once, and the place of their workbook.
    """
    values = values or metric_values()
    cases = read_cases(cohort, open_ledger(**ledger), language)
    with fault_book_of_errors(faults, language, synthetic):
        file = Path(settings["file"])
        found = read_export(file, cases, software, settings, language, values=values)
    write_rows(table, with_metrics(columns("software"), values), found.rows)
    write_warnings(warnings, found.warnings)
    missing = sum(row["status"] == "missing" for row in found.rows)
    logging.getLogger(__name__).info("%d cases, %d missing", len(found.rows), missing)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        import_repeat(
            cohort=Path(snakemake.input.cohort),
            ledger=snakemake.params.ledger,
            software=snakemake.params.software,
            settings=snakemake.params.settings,
            language=snakemake.params.language,
            table=Path(snakemake.output.table),
            warnings=Path(snakemake.output.warnings),
            faults=Path(snakemake.params.faults),
            synthetic=snakemake.params.synthetic,
            values=snakemake.params.metrics,
        )
