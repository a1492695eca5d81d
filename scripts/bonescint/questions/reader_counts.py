"""Agreement of the readers on the number of metastases."""

import logging
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bonescint.joblog import job_log
from bonescint.stats import agreement
from bonescint.stats.method_comparison import bland_altman
from bonescint.stats.questions import labelled, tabulate
from bonescint.stats.samples import read_ratings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def assess_reader_counts(readings: list[Path], confidence: float, table: Path) -> None:
    """Write how far all readers, and every pair of them, agree on the count (R10).

    Counts are skewed: the coefficients are those of log(1 + count), the limits of agreement are
    in metastases.

    Parameters
    ----------
    readings
        One table per reader (results/readings), named after the reader.
    confidence
        Of the intervals.
    table
        Where the estimates go.
    """
    ratings = read_ratings(readings, "n_metastases")
    values = ratings.values
    scaled = np.log1p(values)
    everyone = [
        agreement.icc(scaled, "A1", confidence),
        agreement.icc(scaled, "Ak", confidence),
        agreement.krippendorff_alpha(scaled, "interval", confidence),
    ]
    rows = labelled(everyone, "scale=log1p", ratings.incomplete(), subject="all_readers")
    for i, j in combinations(range(len(ratings.readers)), 2):
        rows += labelled(
            bland_altman(values[:, i], values[:, j], confidence).values(),
            ratings.incomplete((i, j)),
            subject=ratings.readers[i],
            comparator=ratings.readers[j],
        )
    tabulate(table, "reader_counts", rows)
    logger.info("%d cases, %d readers", len(ratings.codes), len(ratings.readers))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        assess_reader_counts(
            readings=[Path(path) for path in snakemake.input.readings],
            confidence=snakemake.params.confidence,
            table=Path(snakemake.output.table),
        )
