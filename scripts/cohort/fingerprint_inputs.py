"""Record the inputs of a run, as HMACs under the ledger's secret (R37)."""

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.declared import columns
from bonescint.files import write_rows
from bonescint.folders import files_below
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def fingerprint_inputs(inputs: dict[str, str], ledger: LedgerFiles, table: Path) -> None:
    """Write one row per input: its key in the configuration, its number of files, its HMAC.

    The hash is keyed, because a short list of patient IDs could be guessed from a plain hash. With
    the ledger it can be proved which inputs made these results. Of a folder the names and sizes of
    its files are hashed.

    Parameters
    ----------
    inputs
        Key of the configuration -> path.
    ledger
        Arguments of `open_ledger`.
    table
        results/cohort/inputs.csv.
    """
    book = open_ledger(**ledger)
    rows = []
    for key, path in sorted(inputs.items()):
        if Path(path).is_dir():
            names = [f"{file.path}\0{file.size}" for file in files_below(Path(path))]
            payload = "\n".join(names).encode(errors="surrogateescape")
        else:
            names = [path]
            with Path(path).open("rb") as stream:
                payload = hashlib.file_digest(stream, "sha256").digest()
        rows.append({"input": key, "files": len(names), "hmac": book.digest(payload)})
    write_rows(table, columns("inputs"), rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        fingerprint_inputs(
            inputs=snakemake.params.inputs,
            ledger=snakemake.params.ledger,
            table=Path(snakemake.output.table),
        )
