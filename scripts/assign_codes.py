"""Give every patient of the cohort a code in the encrypted ledger (R16, R17)."""

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.files import read_rows, replacing
from bonescint.identity.ledger import create_ledger, open_ledger
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def assign_codes(cohort: Path, ledger_path: Path, ledger_key: Path, receipt: Path) -> None:
    """Add new patients to the ledger and write a receipt that tells how many, not who.

    Parameters
    ----------
    cohort
        private/cohort.csv.
    ledger_path, ledger_key
        The ledger, made on the first run. It is no output of the rule: Snakemake deletes outputs
        before a job and rolls them back after a failure, and a code once given must stay.
    receipt
        JSON with the number of codes and an HMAC of them.
    """
    new = not ledger_path.exists() and not ledger_key.exists()
    ledger = (create_ledger if new else open_ledger)(ledger_path, ledger_key)
    before = len(ledger)
    codes = ledger.assign(sorted({row["subject"] for row in read_rows(cohort)}))
    logging.getLogger(__name__).info(
        "%d patients, %d new codes, %d in the ledger", len(codes), len(ledger) - before, len(ledger)
    )
    with replacing(receipt) as stream:
        digest = ledger.digest("\n".join(sorted(codes.values())).encode())
        json.dump({"codes": len(codes), "digest": digest}, stream, indent=1)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        assign_codes(
            cohort=Path(snakemake.input.cohort),
            ledger_path=Path(snakemake.params.ledger["path"]),
            ledger_key=Path(snakemake.params.ledger["key"]),
            receipt=Path(snakemake.output.receipt),
        )
