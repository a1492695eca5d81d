"""List every file of the raw folder: a row per readable instance, or the reason for none."""

import json
import logging
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.declared import columns
from bonescint.dicom.limits import DEFAULT, Limits
from bonescint.dicom.tree import index_tree
from bonescint.dicom.vocabulary import BONE_TRACERS
from bonescint.errors import InputError
from bonescint.files import TableWriter, replacing
from bonescint.identity.index_cache import known_rows
from bonescint.identity.ledger import LedgerFiles
from bonescint.joblog import job_log
from bonescint.resources import Texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def index_dicom(
    dicom: Path,
    index: Path,
    unindexed: Path,
    receipt: Path,
    workers: int,
    language: str = "ja",
    limits: Limits = DEFAULT,
    tracers: tuple[str, ...] = BONE_TRACERS,
    cache: Path | None = None,
    made_by: str = "",
    ledger: LedgerFiles | None = None,
) -> None:
    """Write the index of instances and the list of all other files (docs/en/tables.md).

    Parameters
    ----------
    dicom
        The raw folder. Every changed file below it is opened once, up to its pixels.
    index, unindexed
        The two tables, sorted by path. Each file is in one of them.
    receipt
        JSON with the number of rows of both. It stays when the tables are removed.
    workers
        Number of processes.
    cache, made_by, ledger
        The file with the last run's rows, sealed to the ledger (`known_rows`).

    Raises
    ------
    InputError
        If there is no such folder or no file in it.
    """
    if not dicom.is_dir():
        raise InputError(Texts("ingest", language)("no_folder"))
    counts: Counter[str] = Counter()
    known = known_rows(cache, made_by, ledger) if cache and ledger else {}
    with replacing(index) as index_stream, replacing(unindexed) as unindexed_stream:
        tables = {
            True: TableWriter(index_stream, columns("index")),
            False: TableWriter(unindexed_stream, columns("unreadable")),
        }
        for readable, row in index_tree(dicom, workers, limits, tracers, known):
            tables[readable].writerow(row)
            counts["instances" if readable else f"unreadable: {row['reason']}"] += 1
            if readable:
                counts.update(f"{name}: {row[name]}" for name in ("kind", "phase", "tracer"))
        if not counts:
            raise InputError(Texts("ingest", language)("no_files"))
    with replacing(receipt) as stream:
        instances = counts["instances"]
        files = sum(n for what, n in counts.items() if what == "instances" or "unreadable" in what)
        json.dump({"instances": instances, "unreadable": files - instances}, stream)
        stream.write("\n")
    for what, count in sorted(counts.items()):
        logger.info("%s: %d", what, count)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        index_dicom(
            dicom=Path(snakemake.params.dicom),
            index=Path(snakemake.output.index),
            unindexed=Path(snakemake.output.unindexed),
            receipt=Path(snakemake.output.receipt),
            workers=snakemake.threads,
            language=snakemake.params.language,
            limits=Limits(**snakemake.params.limits),
            tracers=tuple(snakemake.params.tracers),
            cache=Path(snakemake.params.cache),
            made_by=snakemake.params.indexed_by,
            ledger=snakemake.params.ledger,
        )
