"""How BSI rises with the readers' grade of the extent of disease (EOD)."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.joblog import job_log
from bonescint.stats import ranks
from bonescint.stats.estimate import Estimate
from bonescint.stats.questions import labelled, tabulate
from bonescint.stats.samples import Samples, read_consensus

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def relate_eod(
    reference: Path,
    measurements: Path,
    software: Mapping[str, Mapping[str, str]],
    confidence: float,
    table: Path,
) -> None:
    """Write trend and correlation of BSI over the EOD grades, per software (R9, R10).

    Parameters
    ----------
    reference, measurements
        results/reference.csv and results/measurements.csv; a case without a grade is left out.
    software
        Key -> ``version`` and more, in the configured order.
    confidence
        Of the intervals.
    table
        Where the estimates go.
    """
    samples = Samples(read_consensus(reference, "eod"), measurements)
    rows: list[Estimate] = []
    for key in software:
        sample = samples.of("bsi", key)
        grade, (bsi,) = sample.y, sample.scores
        found = [
            ranks.jonckheere(bsi, grade),
            ranks.spearman(bsi, grade, confidence),
            ranks.kendall(bsi, grade, confidence),
            ranks.kruskal_wallis(bsi, grade),
        ]
        rows += labelled(found, "metric=bsi", *sample.left_out, subject=key, reference="eod")
        logger.info("%s: %d cases", key, grade.size)
    tabulate(table, "bsi_eod", rows, software)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        relate_eod(
            reference=Path(snakemake.input.reference),
            measurements=Path(snakemake.input.measurements),
            software=snakemake.params.software,
            confidence=snakemake.params.confidence,
            table=Path(snakemake.output.table),
        )
