"""Agreement of the readers on the grade of the extent of disease (EOD)."""

import logging
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bonescint.joblog import job_log
from bonescint.stats import agreement
from bonescint.stats.questions import labelled, tabulate
from bonescint.stats.samples import read_ratings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

GRADES = np.arange(5)


def assess_reader_eod(readings: list[Path], confidence: float, table: Path) -> None:
    """Write how far all readers, and every pair of them, agree on the EOD grade (R10).

    Parameters
    ----------
    readings
        One table per reader (results/readings), named after the reader; a grade that was not
        calculated (未算出) is missing.
    confidence
        Of the intervals.
    table
        Where the estimates go.
    """
    ratings = read_ratings(readings, "eod")
    values = ratings.values
    everyone = [
        agreement.krippendorff_alpha(values, "ordinal", confidence),
        agreement.kendall_w(values),
    ]
    rows = labelled(everyone, ratings.incomplete(), subject="all_readers")
    for i, j in combinations(range(len(ratings.readers)), 2):
        first, second = values[~np.isnan(values[:, [i, j]]).any(axis=1)][:, [i, j]].T
        counts = (
            (first[:, None] == GRADES)[:, :, None] & (second[:, None] == GRADES)[:, None]
        ).sum(0)
        rows += labelled(
            [
                agreement.cohen_kappa(first, second, "quadratic", confidence, ci="log"),
                agreement.cohen_kappa(first, second, "quadratic", confidence),
                agreement.stuart_maxwell(counts),
            ],
            ratings.incomplete((i, j)),
            subject=ratings.readers[i],
            comparator=ratings.readers[j],
        )
    tabulate(table, "reader_eod", rows)
    logger.info("%d cases, %d readers", len(ratings.codes), len(ratings.readers))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        assess_reader_eod(
            readings=[Path(path) for path in snakemake.input.readings],
            confidence=snakemake.params.confidence,
            table=Path(snakemake.output.table),
        )
