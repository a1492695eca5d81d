"""Measure each software against the readers: ROC."""

import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bonescint.declared import columns
from bonescint.files import write_rows
from bonescint.joblog import job_log
from bonescint.stats import METRICS, roc
from bonescint.stats.estimate import Estimate, write_number
from bonescint.stats.questions import labelled, tabulate
from bonescint.stats.samples import (
    Sample,
    Samples,
    read_consensus,
    read_eod_contradictions,
    read_truth,
)

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def estimate_accuracy(
    reference: Path,
    measurements: Path,
    software: Mapping[str, Mapping[str, str]],
    confidence: float,
    table: Path,
    curves: Path,
) -> None:
    """Write the AUC of every software and metric, over all cases and by EOD grade (R8, R11).

    A case whose EOD contradicts the consensus takes no part in the AUC by grade.

    Parameters
    ----------
    reference, measurements
        results/reference.csv and results/measurements.csv.
    software
        Key -> ``version`` and more, in the configured order.
    confidence
        Of the intervals: on the logit scale, and as pROC prints them (Wald).
    table, curves
        Where the estimates and the points of the ROC curves go.
    """
    samples = Samples(read_truth(reference), measurements)
    grades, contradicting = read_consensus(reference, "eod"), read_eod_contradictions(reference)
    rows: list[Estimate] = []
    points: list[dict[str, str]] = []
    for key in software:
        for metric in METRICS:
            sample = samples.of(metric, key)
            y, (score,) = sample.y, sample.scores
            found = [roc.auc(y, score, ci, confidence) for ci in ("logit", "wald")]
            found += _by_grade(sample, grades, contradicting, confidence)
            rows += labelled(
                found, f"metric={metric}", *sample.left_out, subject=key, reference="consensus"
            )
            points += [
                dict(zip(columns("roc_curves"), (key, metric, *map(write_number, at)), strict=True))
                for at in zip(*roc.curve(y, score), strict=True)
            ]
            logger.info("%s %s: %d cases, %d with metastasis", key, metric, y.size, y.sum())
    tabulate(table, "accuracy", rows, software)
    write_rows(curves, columns("roc_curves"), points)


def _by_grade(
    sample: Sample, grades: Mapping[str, float], contradicting: Collection[str], confidence: float
) -> list[Estimate]:
    """Return the AUC of the positive cases of each grade against all negative ones.

    Without the contradicting cases, whose number is in the note.
    """
    known = np.array([code not in contradicting for code in sample.codes], dtype=bool)
    without = [f"left_out_eod_contradicts={int((~known).sum())}"] if not known.all() else []
    grade = np.array([grades.get(code, np.nan) for code in sample.codes])
    positive = sample.y == 1
    (score,) = sample.scores
    rows = []
    for level in np.unique(grade[positive & known & ~np.isnan(grade)]):
        chosen = known & (~positive | (grade == level))
        one = roc.auc(sample.y[chosen], score[chosen], confidence=confidence)
        rows.append(one.noting(f"eod={write_number(level)}", *without))
    return rows


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        estimate_accuracy(
            reference=Path(snakemake.input.reference),
            measurements=Path(snakemake.input.measurements),
            software=snakemake.params.software,
            confidence=snakemake.params.confidence,
            table=Path(snakemake.output.table),
            curves=Path(snakemake.output.curves),
        )
