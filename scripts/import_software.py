"""Bring one software version's export into the study's common table (R6, R8, R9)."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.files import WARNING_COLUMNS, write_rows
from bonescint.identity.ledger import open_ledger
from bonescint.joblog import job_log
from bonescint.tables.cases import read_cases
from bonescint.tables.exports import SOFTWARE_COLUMNS, read_export

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def import_software(
    export: Path,
    cohort: Path,
    ledger: Mapping[str, str],
    software: str,
    settings: dict,
    language: str,
    table: Path,
    warnings: Path,
) -> None:
    """Write one row per cohort case of the software's tracer, and what looks wrong in the export.

    Parameters
    ----------
    export
        The software's table as the hospital exported or typed it.
    cohort
        private/cohort.csv: rows of anybody else are never looked at (R12).
    ledger
        Arguments of `open_ledger`.
    software, settings
        The entry's name and content in `software` of config.yaml.
    language
        ``ja`` or ``en``.
    table, warnings
        Tables to write (docs/tables.md); neither is written if the export has an error.

    Raises
    ------
    InputError
        Every fault of the export at once.
    """
    cases = read_cases(cohort, open_ledger(**ledger), language)
    rows, remarks = read_export(export, cases, software, settings, language)
    write_rows(table, SOFTWARE_COLUMNS, rows)
    write_rows(warnings, WARNING_COLUMNS, remarks)
    missing = sum(row["status"] == "missing" for row in rows)
    logger.info("%d cases, %d missing, %d warnings", len(rows), missing, len(remarks))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        import_software(
            export=Path(snakemake.input.export),
            cohort=Path(snakemake.input.cohort),
            ledger=snakemake.params.ledger,
            software=snakemake.wildcards.software,
            settings=snakemake.params.settings,
            language=snakemake.params.language,
            table=Path(snakemake.output.table),
            warnings=Path(snakemake.output.warnings),
        )
