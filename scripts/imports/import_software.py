"""Bring a software version's export, or its further results, to the common table (R6, R8, R9)."""

import logging
from collections.abc import Mapping
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

logger = logging.getLogger(__name__)


def import_software(
    export: Path,
    second: Path | None,
    cohort: Path,
    ledger: LedgerFiles,
    software: str,
    settings: dict[str, Any],
    language: str,
    table: Path,
    warnings: Path,
    faults: Path,
    synthetic: bool,
    same: Mapping[str, Mapping[str, Any]] | None = None,
    values: Values | None = None,
) -> None:
    """Write one row per cohort case of the software's tracer, and the warnings about the export.

    Parameters
    ----------
    export
        The software's table as the hospital exported or typed it.
    second
        The same table typed a second time (double entry), or None. With it, nothing is imported
        until both agree.
    cohort
        private/cohort.csv. Rows of other people are never read (R12).
    software, settings
        The entry's name and content in `software` of config.yaml. Of further results of the same
        cases, their table's settings replace those of the export.
    table, warnings
        Tables to write (docs/en/tables.md). Neither is written if the export has an error.
    faults
        Workbook of the faults. It replaces the tables, and a good import removes it.
    synthetic
        Whether the data are simulated. The workbook then says so.
    same
        Other software whose file has the same content, with its layout. It gives a warning.
    values
        The study's metrics (`metric_values`). None takes the default ones.

    Raises
    ------
    InputError
        Every fault of the export at once, and the place of their workbook.
    """
    values = values or metric_values()
    cases = read_cases(cohort, open_ledger(**ledger), language)
    with fault_book_of_errors(faults, language, synthetic):
        found = read_export(export, cases, software, settings, language, second, same, values)
    write_rows(table, with_metrics(columns("software"), values), found.rows)
    write_warnings(warnings, found.warnings)
    missing = sum(row["status"] == "missing" for row in found.rows)
    logger.info("%d cases, %d missing, %d warnings", len(found.rows), missing, len(found.warnings))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        import_software(
            export=Path(snakemake.params.export),
            second=Path(second) if (second := snakemake.params.second) else None,
            cohort=Path(snakemake.input.cohort),
            ledger=snakemake.params.ledger,
            software=snakemake.params.software,
            settings=snakemake.params.settings,
            language=snakemake.params.language,
            table=Path(snakemake.output.table),
            warnings=Path(snakemake.output.warnings),
            faults=Path(snakemake.params.faults),
            synthetic=snakemake.params.synthetic,
            same=snakemake.params.same,
            values=snakemake.params.metrics,
        )
