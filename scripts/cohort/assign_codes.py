"""Give every patient of the cohort a code and a batch in the encrypted ledger (R16, R17)."""

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.files import read_rows, replacing
from bonescint.identity.batches import AUTO, assign_batches, recorded_batches
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def assign_codes(
    cohort: Path, ledger: LedgerFiles, receipt: Path, batch_size: int | str = AUTO
) -> None:
    """Add new patients to the ledger, and write a receipt with their number but without IDs.

    Parameters
    ----------
    cohort
        private/cohort.csv.
    ledger
        Arguments of `open_ledger`. It is not an output of the rule, because Snakemake deletes
        outputs before a job and restores them after a failure, but a code once given must stay.
    receipt
        JSON with the number of codes and an HMAC of them.
    batch_size
        Patients in a new batch (`assign_batches`). Patients who are in a batch stay there.
    """
    book = open_ledger(**ledger)
    before = len(book)
    spelled = {row["subject"]: row["patient_id"] for row in read_rows(cohort)}
    codes = book.assign(sorted(spelled), spelled)
    assign_batches(book, codes.values(), batch_size, recorded_batches())
    logging.getLogger(__name__).info(
        "%d patients, %d new codes, %d in the ledger", len(codes), len(book) - before, len(book)
    )
    with replacing(receipt) as stream:
        digest = book.digest("\n".join(sorted(codes.values())).encode())
        json.dump({"codes": len(codes), "digest": digest}, stream, indent=1)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        assign_codes(
            cohort=Path(snakemake.input.cohort),
            ledger=snakemake.params.ledger,
            receipt=Path(snakemake.output.receipt),
            batch_size=snakemake.params.batch_size,
        )
