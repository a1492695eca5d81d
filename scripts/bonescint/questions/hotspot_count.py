"""How the number of hot spots follows the readers' number of metastases."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.joblog import job_log
from bonescint.stats import counts, method_comparison, ranks
from bonescint.stats.estimate import Estimate
from bonescint.stats.questions import labelled, tabulate
from bonescint.stats.samples import Samples, read_consensus

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def relate_hotspots(
    reference: Path,
    measurements: Path,
    software: Mapping[str, Mapping[str, str]],
    confidence: float,
    table: Path,
) -> None:
    """Write correlation and agreement of Hotspot with the readers' count, per software (R9, R10).

    Parameters
    ----------
    reference, measurements
        results/reference.csv and results/measurements.csv.
    software
        Key -> ``version`` and more, in the configured order.
    confidence
        Of the intervals.
    table
        Where the estimates go; differences are Hotspot minus the readers' count.
    """
    metastases = read_consensus(reference, "n_metastases")
    samples = Samples(metastases, measurements)
    rows: list[Estimate] = []
    for key in software:
        sample = samples.of("hotspots", key)
        read, (spots,) = sample.y, sample.scores
        found = [
            ranks.spearman(spots, read, confidence),
            ranks.kendall(spots, read, confidence),
            *method_comparison.bland_altman(spots, read, confidence).values(),
            method_comparison.lin_ccc(spots, read, confidence),
            counts.within(spots, read, 0, confidence),
            counts.within(spots, read, 1, confidence),
            counts.negative_binomial(spots, read, confidence),
        ]
        rows += labelled(
            found, "metric=hotspots", *sample.left_out, subject=key, reference="n_metastases"
        )
        logger.info("%s: %d cases", key, read.size)
    tabulate(table, "hotspot_count", rows, software)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        relate_hotspots(
            reference=Path(snakemake.input.reference),
            measurements=Path(snakemake.input.measurements),
            software=snakemake.params.software,
            confidence=snakemake.params.confidence,
            table=Path(snakemake.output.table),
        )
