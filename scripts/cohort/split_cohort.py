"""Split the cohort into batches that a patient never changes."""

import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log
from bonescint.resources import both

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def split_cohort(cohort: Path, ledger: LedgerFiles, batches: list[Path]) -> None:
    """Write each patient's rows to the batch that the patient's code alone decides.

    After an opt-out only one batch's content changes, and Snakemake, which compares the content of
    small inputs, anonymizes that batch alone.

    Parameters
    ----------
    cohort
        private/cohort.csv.
    ledger
        Arguments of `open_ledger`; the batch files themselves hold no code.
    batches
        One file a batch, their number fixed in the configuration.

    Raises
    ------
    InputError
        If a patient of the cohort has no code.
    """
    book = open_ledger(**ledger)
    rows: list[list[dict[str, str]]] = [[] for _ in batches]
    without_code = set()
    for row in read_rows(cohort):
        code = book.code_of(row["subject"])
        if code is None:
            without_code.add(row["subject"])
        else:
            chosen = {key: row[key] for key in columns("batch")}
            rows[zlib.crc32(code.encode()) % len(batches)].append(chosen)
    if without_code:
        raise InputError(both("tables", "no_code", n=len(without_code)))
    for batch, its_rows in zip(batches, rows, strict=True):
        write_rows(batch, columns("batch"), its_rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        split_cohort(
            cohort=Path(snakemake.input.cohort),
            ledger=snakemake.params.ledger,
            batches=[Path(p) for p in snakemake.output.batches],
        )
