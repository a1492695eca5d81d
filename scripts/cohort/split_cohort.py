"""Split the cohort into batches that a patient never changes."""

import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.cohort.clashes import content_digest
from bonescint.declared import columns
from bonescint.deid.decisions import read_decisions, redactions
from bonescint.deid.rectangles import spelled
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log
from bonescint.resources import both

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def split_cohort(
    cohort: Path,
    ledger: LedgerFiles,
    batches: list[Path],
    rectangles: Sequence[Path] = (),
    dicom: Path = Path(),
    decisions: Path | None = None,
    reviewers: int = 1,
) -> None:
    """Write each patient's rows to the batch that the patient's code alone decides.

    After an opt-out, or when rectangles are drawn on an image, only one batch's content changes,
    and Snakemake, which compares the content of small inputs, anonymizes that batch alone.

    Parameters
    ----------
    cohort
        private/cohort.csv.
    ledger
        Arguments of `open_ledger`; the batch files themselves hold no code.
    batches
        One file a batch, their number fixed in the configuration.
    rectangles
        One file a batch: which of its images are to be redacted, and where.
    dicom
        The raw folder.
    decisions, reviewers
        What persons have decided; may not exist. How many must agree.

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
    found = read_decisions(decisions, reviewers) if decisions and decisions.exists() else []
    wanted = redactions(found)
    for table, its_rows in zip(rectangles, rows, strict=False):
        # a raw folder is read a second time only where somebody has drawn rectangles
        paths = (row["path"] for row in its_rows if wanted)
        hashes = {digest for path in paths if (digest := content_digest(dicom / path)) in wanted}
        lines = ({"sha256": h, "rectangles": spelled(wanted[h])} for h in sorted(hashes))
        write_rows(table, columns("redactions"), lines)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        split_cohort(
            cohort=Path(snakemake.input.cohort),
            ledger=snakemake.params.ledger,
            batches=[Path(p) for p in snakemake.output.batches],
            rectangles=[Path(p) for p in snakemake.output.rectangles],
            dicom=Path(snakemake.params.dicom),
            decisions=Path(snakemake.params.decisions),
            reviewers=snakemake.params.reviewers,
        )
