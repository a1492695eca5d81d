"""Accuracy of a version with and without the cases that it may have been trained on (R31)."""

import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.files import read_rows
from bonescint.joblog import job_log
from bonescint.stats import METRICS, roc
from bonescint.stats.accuracy import accuracy_of
from bonescint.stats.estimate import Estimate, write_number
from bonescint.stats.paired_calls import compare_accuracy
from bonescint.stats.proportions import wilson
from bonescint.stats.questions import cutoffs_of, labelled, tabulate
from bonescint.stats.samples import Samples, read_truth

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def estimate_exposure(
    reference: Path,
    measurements: Path,
    exposure: Path,
    pairs: list[list[str]],
    software: Mapping[str, Mapping[str, str]],
    settings: Mapping[str, Any],
    table: Path,
) -> None:
    """Write each software's share of possible training cases, and its results without them.

    A case is exposed to a version if it was delivered no later than its release (R31). The version
    comparisons leave out what either version may have seen.

    Parameters
    ----------
    reference, measurements
        results/reference.csv and results/measurements.csv.
    exposure
        results/exposure.csv.
    pairs
        Keys of two versions of one product, [old, new].
    software
        Key -> ``version`` and more, in the configured order.
    settings
        The configuration's `metrics`: `confidence` and `cutoffs`.
    table
        Where the estimates go; the note ``cases`` says over whom: ``all`` or ``not_exposed``.
        Where no case is exposed both are the same, and only the share is given.
    """
    samples = Samples(read_truth(reference), measurements)
    exposed: dict[str, set[str]] = {key: set() for key in software}
    cases: dict[str, set[str]] = {key: set() for key in software}
    for row in read_rows(exposure):
        cases[row["software"]].add(row["code"])
        if row["exposed"] == "1":
            exposed[row["software"]].add(row["code"])
    confidence = settings["confidence"]
    rows: list[Estimate] = []
    for key in software:
        count, n = len(exposed[key]), len(cases[key])
        share = replace(wilson(count, n, confidence), n_positive=None)
        rows += labelled([share], f"count={count}/{n}", subject=key, measure="exposed_share")
        for name, among in _groups(cases[key], exposed[key]):
            for metric in METRICS:
                sample = samples.of(metric, key, among=among)
                rows += labelled(
                    accuracy_of(sample, metric, settings),
                    f"metric={metric}",
                    f"cases={name}",
                    *sample.left_out,
                    subject=key,
                    reference="consensus",
                )
        logger.info("%s: %d of %d cases exposed", key, len(exposed[key]), len(cases[key]))
    for old, new in pairs:
        for name, among in _groups(cases[new] & cases[old], exposed[new] | exposed[old]):
            for metric in METRICS:
                sample = samples.of(metric, new, old, among=among)
                first, second = sample.scores
                found = [roc.compare_paired(sample.y, first, second, confidence)]
                for cutoff in cutoffs_of(settings, metric):
                    found += labelled(
                        compare_accuracy(
                            sample.y == 1, first >= cutoff, second >= cutoff, confidence
                        ),
                        f"cutoff={write_number(cutoff)}",
                    )
                rows += labelled(
                    found,
                    f"metric={metric}",
                    f"cases={name}",
                    *sample.left_out,
                    subject=new,
                    comparator=old,
                    reference="consensus",
                )
    tabulate(table, "exposure", rows, software)


def _groups(cases: set[str], exposed: set[str]) -> list[tuple[str, Collection[str]]]:
    if not cases & exposed:
        return []
    return [("all", cases), ("not_exposed", cases - exposed)]


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        estimate_exposure(
            reference=Path(snakemake.input.reference),
            measurements=Path(snakemake.input.measurements),
            exposure=Path(snakemake.input.exposure),
            pairs=snakemake.params.pairs,
            software=snakemake.params.software,
            settings=snakemake.params.settings,
            table=Path(snakemake.output.table),
        )
