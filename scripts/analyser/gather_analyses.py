"""Join what the research reference analyser found in every batch, for the cases of the study."""

import logging
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.declared import columns
from bonescint.files import Row, read_rows, write_rows
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def gather_analyses(
    tables: Sequence[Path], parts: Sequence[Path], cases: Path, table: Path, regions: Path
) -> None:
    """Write the rows of the study's cases, sorted by code.

    Parameters
    ----------
    tables, parts
        The batches' tables: a row a case, and a row a case and region.
    cases
        The table of cases (of the chosen ones, where cases are chosen).
    table, regions
        Tables to write (docs/en/tables.md).
    """
    codes = {row["code"] for row in read_rows(cases)}
    found = _of(tables, codes)
    write_rows(table, columns("analysed"), found)
    write_rows(regions, columns("analysed_regions"), _of(parts, codes))
    analysed = sum(row["status"] == "analysed" for row in found)
    logging.getLogger(__name__).info("%d cases, %d analysed", len(found), analysed)


def _of(paths: Sequence[Path], codes: Collection[str]) -> list[Row]:
    """Return the rows of some codes by code; those of one code stay in their order."""
    rows = (row for path in paths for row in read_rows(path) if row["code"] in codes)
    return sorted(rows, key=lambda row: row["code"])


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        gather_analyses(
            tables=[Path(path) for path in snakemake.input.tables],
            parts=[Path(path) for path in snakemake.input.parts],
            cases=Path(snakemake.input.cases),
            table=Path(snakemake.output.table),
            regions=Path(snakemake.output.regions),
        )
