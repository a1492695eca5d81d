"""List what has not come back from the partner: receipts, unconfirmed recalls (R29)."""

from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.custody.receipts import open_ends
from bonescint.declared import columns
from bonescint.files import write_rows
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def list_open_ends(ledger: LedgerFiles, table: Path, warnings: Path) -> None:
    """Write what is open for each delivery, as a table and as warnings.

    The table holds dates. The end of each run counts the days since then, and so needs no key.

    Parameters
    ----------
    ledger
        Arguments of `open_ledger`.
    table, warnings
        Tables to write.
    """
    rows = open_ends(open_ledger(**ledger))
    write_rows(table, columns("open_ends"), rows)
    write_warnings(
        warnings,
        [
            warning(
                "source.deliveries",
                "R29",
                Phrase(f"delivery.no_{row['missing']}", {k: row[k] for k in ("since", "cases")}),
                {"delivery": row["delivery"]},
            )
            for row in rows
        ],
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        list_open_ends(
            ledger=snakemake.params.ledger,
            table=Path(snakemake.output.table),
            warnings=Path(snakemake.output.warnings),
        )
