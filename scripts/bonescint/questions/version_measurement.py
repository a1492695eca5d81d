"""Compare the measurements of two versions of one product on the cases that both analysed."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bonescint.joblog import job_log
from bonescint.stats import METRICS, agreement, method_comparison, ranks
from bonescint.stats.estimate import Estimate
from bonescint.stats.paired_calls import compare_calls
from bonescint.stats.questions import labelled, tabulate
from bonescint.stats.samples import Samples

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def compare_version_measurement(
    measurements: Path,
    pairs: Sequence[Sequence[str]],
    software: Mapping[str, Mapping[str, str]],
    confidence: float,
    table: Path,
) -> None:
    """Write how the newer version's values differ from the older's (R11).

    Every difference is new minus old, every slope that of new on old; paired by case, and no
    reference is needed.

    Parameters
    ----------
    measurements
        results/measurements.csv.
    pairs
        Keys of two versions of one product, [old, new].
    software
        Key -> ``version`` and more.
    confidence
        Of the intervals.
    table
        Where the estimates go.
    """
    samples = Samples({}, measurements)
    rows: list[Estimate] = []
    for old, new in pairs:
        for metric in METRICS:
            sample = samples.of(metric, new, old, judged=False)
            rows += labelled(
                _compared(sample.scores, confidence),
                f"metric={metric}",
                *sample.left_out,
                subject=new,
                comparator=old,
            )
            logger.info("%s against %s, %s: %d cases", new, old, metric, sample.y.size)
    tabulate(table, "version_measurement", rows, software)


def _compared(scores: Sequence[np.ndarray], confidence: float) -> list[Estimate]:
    new, old = scores
    test = ranks.wilcoxon(new, old)
    shift = replace(
        ranks.hodges_lehmann(ranks.differences(new, old), confidence),
        statistic=test.statistic,
        p_value=test.p_value,
        test=test.test,
        note=test.note,
    )
    return [
        *method_comparison.bland_altman(new, old, confidence).values(),
        *method_comparison.bland_altman_log(new, old, confidence=confidence).values(),
        *method_comparison.bland_altman_regression(new, old, confidence).values(),
        shift,
        *compare_calls(new > 0, old > 0, "nonzero_difference", confidence),
        method_comparison.lin_ccc(new, old, confidence),
        agreement.icc(np.column_stack([new, old]), "A1", confidence),
        *method_comparison.passing_bablok(old, new, confidence).values(),
        *method_comparison.deming(old, new, confidence=confidence).values(),
        ranks.spearman(new, old, confidence),
        ranks.kendall(new, old, confidence),
    ]


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        compare_version_measurement(
            measurements=Path(snakemake.input.measurements),
            pairs=snakemake.params.pairs,
            software=snakemake.params.software,
            confidence=snakemake.params.confidence,
            table=Path(snakemake.output.table),
        )
