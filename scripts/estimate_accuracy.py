"""Measure each software against the readers: ROC, and performance at the configured cut-offs."""

import logging
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.files import write_rows
from bonescint.joblog import job_log
from bonescint.stats import METRICS, roc
from bonescint.stats.estimate import Estimate, write_estimates, write_number
from bonescint.stats.samples import Samples

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

CURVE_COLUMNS = ["software", "metric", "threshold", "false_positive_rate", "true_positive_rate"]


def estimate_accuracy(
    reference: Path,
    measurements: Path,
    software: Iterable[str],
    settings: dict[str, Any],
    table: Path,
    curves: Path,
) -> None:
    """Write AUC, sensitivity, specificity and accuracy of every software and metric (R8, R11).

    Parameters
    ----------
    reference, measurements
        results/reference.csv and results/measurements.csv.
    software
        The keys of the configured software, in their order.
    settings
        The configuration's `metrics`: `confidence` and `cutoffs`.
    table, curves
        Where the estimates and the points of the ROC curves go.
    """
    samples = Samples(reference, measurements)
    confidence = settings["confidence"]
    rows: list[Estimate] = []
    points: list[dict[str, str]] = []
    for key in software:
        for metric in METRICS:
            y, (score,), left_out = samples.of(metric, key)

            found = [roc.auc(y, score, ci, confidence) for ci in ("logit", "wald")]
            for cutoff in settings["cutoffs"]:
                if cutoff["metric"] == metric:
                    at = roc.at_cutoff(y, score, cutoff["value"], confidence)
                    found += [
                        one.noting(f"cutoff={write_number(cutoff['value'])}")
                        for one in (at.sensitivity, at.specificity, at.accuracy)
                    ]
            rows += [
                replace(
                    one.noting(f"metric={metric}", *left_out),
                    question="accuracy",
                    subject=key,
                    reference="consensus",
                )
                for one in found
            ]
            points += [
                dict(zip(CURVE_COLUMNS, (key, metric, *map(write_number, point)), strict=True))
                for point in zip(*roc.curve(y, score), strict=True)
            ]
            logger.info("%s %s: %d cases, %d with metastasis", key, metric, y.size, y.sum())
    write_estimates(table, rows)
    write_rows(curves, CURVE_COLUMNS, points)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        estimate_accuracy(
            reference=Path(snakemake.input.reference),
            measurements=Path(snakemake.input.measurements),
            software=snakemake.params.software,
            settings=snakemake.params.settings,
            table=Path(snakemake.output.table),
            curves=Path(snakemake.output.curves),
        )
