"""Make the page on which a person looks at every item and decides (R22, R23, R27)."""

import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.dicom.quiet import quiet_pydicom
from bonescint.files import read_rows
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log
from bonescint.resources import Texts
from bonescint.review.items import Batch, sources
from bonescint.review.page import digest_of, write_pages
from bonescint.review.show import Files, show

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def write_review_page(
    items: Path,
    batches: list[Batch],
    findings: Path,
    dicom: Path,
    ledger: LedgerFiles,
    keep_private: Sequence[Mapping[str, Any]],
    study: dict[str, Any],
    language: str,
    page: Path,
) -> None:
    """Write the page, and further pages beside it if one would be too large.

    Parameters
    ----------
    items, findings
        private/review/items.csv and private/findings.csv.
    batches
        The tables of every batch.
    dicom
        The raw folder.
    ledger
        Arguments of `open_ledger`.
    keep_private, study, language
        Of the configuration.
    page
        private/review/index.html.
    """
    rows = list(read_rows(items))
    codes = open_ledger(**ledger).codes()
    made_of = {
        f"{batch.folder.name}/{file}": row
        for batch in batches
        for file, row in sources(batch, codes).items()
    }
    files = Files(
        raw=dicom,
        coded={batch.folder.name: batch.folder for batch in batches},
        made_of=made_of,
        findings={row["code"]: row["findings"] for row in read_rows(findings)},
        kept=list(keep_private),
    )
    for stale in page.parent.glob("page-*.html"):
        stale.unlink()
    with quiet_pydicom():
        shown = [show(row, files, Texts("review", language)) for row in rows]
    written = write_pages(page.parent, rows, shown, study, digest_of(items), language)
    logging.getLogger(__name__).info("%d items on %d pages", len(rows), len(written))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_review_page(
            items=Path(snakemake.input.listed),
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
            findings=Path(snakemake.input.findings),
            dicom=Path(snakemake.params.raw),
            ledger=snakemake.params.ledger,
            keep_private=snakemake.params.keep_private,
            study=snakemake.params.study,
            language=snakemake.params.language,
            page=Path(snakemake.output.page),
        )
