"""Split the cohort into batches; a patient never changes the batch."""

from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.cohort.clashes import content_digest
from bonescint.declared import columns
from bonescint.deid.decisions import read_decisions, redactions
from bonescint.deid.rectangles import spelled
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.identity.batches import batch_of
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log
from bonescint.resources import both

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def split_cohort(
    cohort: Path,
    ledger: LedgerFiles,
    batches: Path,
    rectangles: Path,
    dicom: Path = Path(),
    decisions: Path | None = None,
    reviewers: int = 1,
) -> None:
    """Write each patient's rows to the patient's batch, as recorded in the ledger.

    A batch whose patients have all left stays, without rows. After an opt-out, or when rectangles
    are drawn on an image, the content of only one batch changes. Snakemake compares the content of
    small inputs, so it anonymizes only this batch again.

    Parameters
    ----------
    cohort
        private/cohort.csv.
    ledger
        Arguments of `open_ledger`. The batch files themselves hold no code.
    batches
        The folder to write, with one file per batch.
    rectangles
        Another folder with one file per batch: which images are to be redacted, and where.
    dicom
        The raw folder.
    decisions, reviewers
        The human decisions, which may not exist; how many persons must agree.

    Raises
    ------
    InputError
        If a patient of the cohort has no code or no batch.
    """
    book = open_ledger(**ledger)
    of_code = batch_of(book)
    rows: dict[str, list[dict[str, str]]] = {entry["batch"]: [] for entry in book.entries("batch")}
    without_code = set()
    for row in read_rows(cohort):
        name = of_code.get(book.code_of(row["subject"]) or "")
        if name is None:
            without_code.add(row["subject"])
        else:
            rows[name].append({key: row[key] for key in columns("batch")})
    if without_code:
        raise InputError(both("table_faults", "no_code", n=len(without_code)))
    found = read_decisions(decisions, reviewers) if decisions and decisions.exists() else []
    wanted = redactions(found)
    for folder in (batches, rectangles):
        folder.mkdir(parents=True, exist_ok=True)
    for name, its_rows in rows.items():
        write_rows(batches / f"{name}.csv", columns("batch"), its_rows)
        # raw files are read a second time only if somebody has drawn rectangles
        paths = (row["path"] for row in its_rows if wanted)
        hashes = {digest for path in paths if (digest := content_digest(dicom / path)) in wanted}
        lines = ({"sha256": h, "rectangles": spelled(wanted[h])} for h in sorted(hashes))
        write_rows(rectangles / f"{name}.csv", columns("redactions"), lines)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        split_cohort(
            cohort=Path(snakemake.input.cohort),
            ledger=snakemake.params.ledger,
            batches=Path(snakemake.output.batches),
            rectangles=Path(snakemake.output.rectangles),
            dicom=Path(snakemake.params.dicom),
            decisions=Path(snakemake.params.decisions),
            reviewers=snakemake.params.reviewers,
        )
