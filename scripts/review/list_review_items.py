"""List what a person looks at and decides before anything leaves (R22, R23, R27)."""

import logging
from collections.abc import Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.cohort.choice import SELECTION, not_chosen
from bonescint.custody.declined import unseal_doubts
from bonescint.custody.owners import owner_of
from bonescint.declared import columns
from bonescint.deid.decisions import read_decisions
from bonescint.delivery.plan import TABLE as PLANNED
from bonescint.delivery.plan import stopped_in
from bonescint.dicom.quiet import quiet_pydicom
from bonescint.files import write_rows
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log
from bonescint.review.items import (
    Batch,
    doubt_items,
    image_items,
    ordered,
    private_items,
    refused_items,
    text_items,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def list_review_items(
    batches: list[Batch],
    excluded: Path,
    consented: Path,
    findings: Path,
    incomplete: Path,
    doubts: Path,
    dicom: Path,
    ledger: LedgerFiles,
    keep_private: Sequence[Mapping[str, Any]],
    decisions: Path,
    table: Path,
    reviewers: int = 1,
    selection: Path = SELECTION,
    planned: Path = PLANNED,
) -> None:
    """Write one row for each image that is to leave and for everything that waits.

    Parameters
    ----------
    batches
        The tables of every batch.
    excluded, consented, findings, incomplete, doubts
        private/excluded.csv, private/consented.csv, private/findings.csv,
        results/hospital/incomplete.csv and private/opt_out_doubts.age.
    dicom
        The raw folder.
    ledger
        Arguments of `open_ledger`.
    keep_private
        Of the configuration.
    decisions, reviewers
        The decisions, which may not exist yet, and how many persons must agree.
    table
        private/review/items.csv.
    selection, planned
        results/cohort/selection.csv and results/hospital/planned.csv: nothing may leave of patients
        who are not chosen, or who asked to be in no further delivery.
    """
    book = open_ledger(**ledger)
    others = not_chosen(selection) | stopped_in(planned)
    codes, owner, of_coded = book.codes(), owner_of(book), owner_of(book, coded=True)
    with quiet_pydicom():
        items = ordered(
            chain(
                doubt_items(unseal_doubts(doubts, book)["doubts"]),
                refused_items(batches, dicom, excluded, consented, owner),
                text_items(findings, incomplete, others),
                private_items(keep_private),
                *(image_items(batch, dicom, codes, of_coded, others) for batch in batches),
            ),
            read_decisions(decisions, reviewers) if decisions.exists() else [],
        )
    write_rows(table, columns("review_items"), (item._asdict() for item in items))
    waiting = sum(item.waits == "1" for item in items)
    logging.getLogger(__name__).info("%d items, %d wait", len(items), waiting)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        list_review_items(
            batches=[
                Batch(*map(Path, paths))
                for paths in zip(
                    snakemake.input.batches,
                    snakemake.input.reports,
                    snakemake.input.refused,
                    snakemake.input.dicom,
                    strict=True,
                )
            ],
            excluded=Path(snakemake.input.excluded),
            consented=Path(snakemake.input.consented),
            findings=Path(snakemake.input.findings),
            incomplete=Path(snakemake.input.incomplete),
            selection=Path(snakemake.input.selection),
            planned=Path(snakemake.input.planned),
            doubts=Path(snakemake.input.doubts),
            dicom=Path(snakemake.params.raw),
            ledger=snakemake.params.ledger,
            keep_private=snakemake.params.keep_private,
            decisions=Path(snakemake.params.decisions),
            reviewers=snakemake.params.reviewers,
            table=Path(snakemake.output.table),
        )
