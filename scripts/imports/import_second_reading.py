"""Bring one reader's second reading of the same cases to the common table (R10)."""

import logging
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


def import_second_reading(
    cohort: Path,
    ledger: LedgerFiles,
    reader: str,
    settings: dict[str, Any],
    language: str,
    table: Path,
    warnings: Path,
    faults: Path,
    synthetic: bool,
) -> None:
    """Write one row per cohort case, read like the reader's report.

    The second reading usually has only some cases, so missing ones are not reported. Its findings
    are not kept and therefore not read.

    Parameters
    ----------
    cohort
        private/cohort.csv. Rows of other people are never read (R12).
    reader, settings
        The entry's name, and its content with the settings of this table: ``file`` and more.
    table, warnings
        Tables to write (docs/en/tables.md). Neither is written if the table has an error.
    faults
        Workbook of the faults. It replaces the tables, and a good import removes it.
    synthetic
        Whether the data are simulated. The workbook then says so.

    Raises
    ------
    InputError
        Every fault of the table at once, and the place of their workbook.
    """
    cases = read_cases(cohort, open_ledger(**ledger), language)
    with fault_book_of_errors(faults, language, synthetic):
        file = Path(settings["file"])
        found = read_report(file, cases, reader, settings, language, again=True)
    write_rows(table, columns("readings"), found.rows)
    write_warnings(warnings, found.warnings)
    read = sum(row["status"] == "read" for row in found.rows)
    logging.getLogger(__name__).info("%d cases, %d read again", len(found.rows), read)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        import_second_reading(
            cohort=Path(snakemake.input.cohort),
            ledger=snakemake.params.ledger,
            reader=snakemake.params.reader,
            settings=snakemake.params.settings,
            language=snakemake.params.language,
            table=Path(snakemake.output.table),
            warnings=Path(snakemake.output.warnings),
            faults=Path(snakemake.params.faults),
            synthetic=snakemake.params.synthetic,
        )
