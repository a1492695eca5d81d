"""Split the cohort into batches that a patient never changes."""

import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import open_ledger
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def split_cohort(cohort: Path, ledger: Mapping[str, str], batches: list[Path]) -> None:
    """Write each patient's rows to the batch that her code alone decides.

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
    """
    book = open_ledger(**ledger)
    rows: list[list[dict[str, str]]] = [[] for _ in batches]
    for row in read_rows(cohort):
        code = book.code_of(row["subject"])
        if code is None:
            raise InputError(f"{cohort}: a patient has no code in {book.path}")
        rows[zlib.crc32(code.encode()) % len(batches)].append(row)
    for batch, chosen in zip(batches, rows, strict=True):
        write_rows(batch, [*columns("index"), *columns("subject")], chosen)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        split_cohort(
            cohort=Path(snakemake.input.cohort),
            ledger=snakemake.params.ledger,
            batches=[Path(p) for p in snakemake.output.batches],
        )
