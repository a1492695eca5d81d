"""Restrict the coded tables to the chosen cases, for all later stages (R3, R4)."""

import logging
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.cohort.choice import not_chosen
from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def restrict_tables(
    selection: Path, tables: Mapping[str, tuple[Path, Path]], readings: Sequence[tuple[Path, Path]]
) -> None:
    """Write each table without the rows of cases that are not chosen.

    Parameters
    ----------
    selection
        results/cohort/selection.csv.
    tables
        ``cases``, ``reference`` and ``measurements``: each table, and the path of its copy.
    readings
        The same for each reader's table.
    """
    others = not_chosen(selection)
    known = {
        "cases": columns("cases"),
        "reference": columns("reference"),
        "measurements": columns("measurements"),
    }
    for name, (whole, kept) in tables.items():
        _restrict(whole, kept, known[name], others)
    for whole, kept in readings:
        _restrict(whole, kept, columns("readings"), others)
    logging.getLogger(__name__).info("%d cases are not chosen", len(others))


def _restrict(whole: Path, kept: Path, names: Sequence[str], others: Collection[str]) -> None:
    write_rows(kept, names, (row for row in read_rows(whole) if row["code"] not in others))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        restrict_tables(
            selection=Path(snakemake.input.selection),
            tables={
                name: (Path(snakemake.input[name]), Path(snakemake.output[name]))
                for name in ("cases", "reference", "measurements")
            },
            readings=[
                (Path(whole), Path(kept))
                for whole, kept in zip(
                    snakemake.input.readings, snakemake.output.readings, strict=True
                )
            ],
        )
