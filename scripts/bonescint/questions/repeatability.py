"""Compare what the preceding study stored of a software's results with today's, case by case."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bonescint.joblog import job_log
from bonescint.stats import METRICS, agreement, method_comparison
from bonescint.stats.estimate import Estimate, write_number
from bonescint.stats.questions import cutoffs_of, labelled, tabulate
from bonescint.stats.samples import Samples

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

STORED = "stored"  # who is compared with: a word, no software


def assess_repeatability(
    measurements: Path,
    repeats: Mapping[str, Path],
    software: Mapping[str, Mapping[str, str]],
    settings: Mapping[str, Any],
    table: Path,
) -> None:
    """Write how far today's values agree with those stored of the same cases.

    Every difference is today minus stored; no reference is needed.

    Parameters
    ----------
    measurements
        results/measurements.csv: its cases alone are compared.
    repeats
        Software -> its table of stored values (results/repeats).
    software
        Key -> ``version`` and more.
    settings
        The configuration's `metrics`: `confidence` and `cutoffs`.
    table
        Where the estimates go.
    """
    samples = Samples({}, measurements)
    rows: list[Estimate] = []
    for key, path in repeats.items():
        beside = samples.beside(STORED, path)
        for metric in METRICS:
            of_today = samples.codes_of(metric, key)
            sample = beside.of(metric, key, STORED, judged=False, among=of_today)
            today, stored = sample.scores
            found = _compared(today, stored, settings["confidence"])
            for cutoff in cutoffs_of(settings, metric):
                found += labelled(
                    _calls(today >= cutoff, stored >= cutoff, settings["confidence"]),
                    f"cutoff={write_number(cutoff)}",
                )
            rows += labelled(
                found, f"metric={metric}", *sample.left_out, subject=key, comparator=STORED
            )
            logger.info("%s, %s: %d cases", key, metric, sample.y.size)
    tabulate(table, "repeatability", rows, software)


def _compared(today: np.ndarray, stored: np.ndarray, confidence: float) -> list[Estimate]:
    both = np.column_stack([today, stored])
    return [
        agreement.percent_agreement(both, confidence),
        *method_comparison.within_subject(today, stored, confidence).values(),
        *method_comparison.bland_altman(today, stored, confidence).values(),
        agreement.icc(both, "A1", confidence),
        method_comparison.lin_ccc(today, stored, confidence),
    ]


def _calls(today: np.ndarray, stored: np.ndarray, confidence: float) -> list[Estimate]:
    return [
        agreement.percent_agreement(np.column_stack([today, stored]), confidence),
        # the first covers at this size, the second is what other programs print
        agreement.cohen_kappa(today, stored, confidence=confidence, ci="log"),
        agreement.cohen_kappa(today, stored, confidence=confidence, ci="wald"),
    ]


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        assess_repeatability(
            measurements=Path(snakemake.input.measurements),
            repeats=dict(
                zip(snakemake.params.compared, map(Path, snakemake.input.repeats), strict=True)
            ),
            software=snakemake.params.software,
            settings=snakemake.params.settings,
            table=Path(snakemake.output.table),
        )
