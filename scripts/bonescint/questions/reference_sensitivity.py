"""How far the accuracy of the software depends on how the readers are brought together."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bonescint.joblog import job_log
from bonescint.stats import METRICS
from bonescint.stats.accuracy import accuracy_of
from bonescint.stats.estimate import Estimate
from bonescint.stats.questions import labelled, tabulate
from bonescint.stats.samples import Ratings, Samples, read_ratings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def vary_reference(
    readings: list[Path],
    measurements: Path,
    software: Mapping[str, Mapping[str, str]],
    settings: Mapping[str, Any],
    table: Path,
) -> None:
    """Write the accuracy against other references than the configured one (R10).

    AUC, sensitivity and specificity against each reader alone, against the cases on which all
    who read them agree, and with a case positive as soon as one reader says so.

    Parameters
    ----------
    readings
        One table per reader (results/readings), named after the reader.
    measurements
        results/measurements.csv.
    software
        Key -> ``version`` and more, in the configured order.
    settings
        The configuration's `metrics`: `confidence` and `cutoffs`.
    table
        Where the estimates go; the reference is named in each row.
    """
    samples = Samples({}, measurements)
    rows: list[Estimate] = []
    for name, truth in _references(read_ratings(readings, "metastasis")).items():
        judged = samples.judged_by(truth)
        for key in software:
            for metric in METRICS:
                sample = judged.of(metric, key)
                rows += labelled(
                    accuracy_of(sample, metric, settings),
                    f"metric={metric}",
                    *sample.left_out,
                    subject=key,
                    reference=name,
                )
        logger.info("%s: %d cases", name, len(truth))
    tabulate(table, "reference_sensitivity", rows, software)


def _references(ratings: Ratings) -> dict[str, dict[str, float]]:
    """Return the name of each reference and its code -> 1 or 0."""
    read = ~np.isnan(ratings.values)
    readers = read.sum(axis=1)
    yes = (ratings.values == 1).sum(axis=1)
    columns = {
        reader: (read[:, i], ratings.values[:, i]) for i, reader in enumerate(ratings.readers)
    }
    # as in the reference standard: of those who read the case, two at least
    columns["unanimous"] = ((readers > 1) & ((yes == 0) | (yes == readers)), yes > 0)
    columns["any_reader"] = (readers > 0, yes > 0)
    return {
        name: {
            code: float(value)
            for code, value, counts in zip(ratings.codes, values, chosen, strict=True)
            if counts
        }
        for name, (chosen, values) in columns.items()
    }


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        vary_reference(
            readings=[Path(path) for path in snakemake.input.readings],
            measurements=Path(snakemake.input.measurements),
            software=snakemake.params.software,
            settings=snakemake.params.settings,
            table=Path(snakemake.output.table),
        )
