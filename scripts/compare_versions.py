"""Compare two versions of one product on the cases that both analysed."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bonescint.joblog import job_log
from bonescint.stats import METRICS, roc
from bonescint.stats.estimate import NAN, Estimate, write_estimates, write_number
from bonescint.stats.method_comparison import bland_altman
from bonescint.stats.multiplicity import adjust_family
from bonescint.stats.proportions import difference_paired, mcnemar
from bonescint.stats.ranks import differences, hodges_lehmann, wilcoxon
from bonescint.stats.samples import Sample, Samples

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def compare_versions(
    reference: Path,
    measurements: Path,
    pairs: Sequence[Sequence[str]],
    settings: dict[str, Any],
    table: Path,
) -> None:
    """Write how the newer version differs from the older, in diagnosis and in measurement (R11).

    Every difference is new minus old; both are paired by case.

    Parameters
    ----------
    reference, measurements
        results/reference.csv and results/measurements.csv.
    pairs
        Keys of two versions of one product, [old, new].
    settings
        The configuration's `metrics`: `confidence` and `cutoffs`.
    table
        Where the estimates go; p-values are adjusted by Holm within each pair.
    """
    samples = Samples(reference, measurements)
    rows: list[Estimate] = []
    for old, new in pairs:
        family: list[Estimate] = []
        for metric in METRICS:
            judged = samples.of(metric, new, old)
            measured = samples.of(metric, new, old, judged=False)
            found = [
                replace(one, reference="consensus").noting(*judged.left_out)
                for one in _diagnosis(judged, metric, settings)
            ] + [
                one.noting(*measured.left_out)
                for one in _measurement(measured, settings["confidence"])
            ]
            family += [
                replace(
                    one.noting(f"metric={metric}"),
                    question="version_change",
                    subject=new,
                    comparator=old,
                )
                for one in found
            ]
            logger.info("%s against %s, %s: %d cases", new, old, metric, measured.y.size)
        rows += adjust_family(family)
    write_estimates(table, rows)


def _diagnosis(sample: Sample, metric: str, settings: dict[str, Any]) -> list[Estimate]:
    y, (new, old), _ = sample
    confidence = settings["confidence"]
    found = [roc.compare_paired(y, new, old, confidence)]
    for cutoff in settings["cutoffs"]:
        if cutoff["metric"] != metric:
            continue
        for measure, truth in (("sensitivity_difference", 1), ("specificity_difference", 0)):
            wrong_new, wrong_old = (
                ((score >= cutoff["value"]) != truth)[y == truth] for score in (new, old)
            )
            cells = [int(c) for c in np.bincount(2 * wrong_new + wrong_old, minlength=4)]
            both, only_new, only_old, neither = cells
            one = difference_paired(both, only_new, only_old, neither, confidence=confidence)
            test = mcnemar(only_new, only_old)
            if one.n == 0:
                one = replace(one, status="one class" if y.size else "no data")
            else:
                one = replace(
                    one, statistic=test.statistic, p_value=test.p_value, status=test.status
                )
            if one.status != "ok":
                one = replace(one, ci_low=NAN, ci_high=NAN)
            found.append(
                replace(
                    one, measure=measure, n=y.size, n_positive=int(y.sum()), test=test.test
                ).noting(
                    f"cutoff={write_number(cutoff['value'])}",
                    f"only_new={only_new}",
                    f"only_old={only_old}",
                )
            )
    return found


def _measurement(sample: Sample, confidence: float) -> list[Estimate]:
    new, old = sample.scores
    test = wilcoxon(new, old)
    shift = replace(
        hodges_lehmann(differences(new, old), confidence),
        statistic=test.statistic,
        p_value=test.p_value,
        test=test.test,
        note=test.note,
    )
    return [*bland_altman(new, old, confidence).values(), shift]


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        compare_versions(
            reference=Path(snakemake.input.reference),
            measurements=Path(snakemake.input.measurements),
            pairs=snakemake.params.pairs,
            settings=snakemake.params.settings,
            table=Path(snakemake.output.table),
        )
