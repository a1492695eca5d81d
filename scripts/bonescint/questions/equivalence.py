"""Whether two versions are equivalent, within the configured margins."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from bonescint.stats.accuracy import differences_of
from bonescint.stats.case_sets import failures_of
from bonescint.stats.estimate import FAILURES_AS_WRONG, NAN, Estimate, MetricSettings, write_number
from bonescint.stats.method_comparison import tost_paired
from bonescint.stats.paired_calls import limits_of_accuracy
from bonescint.stats.questions import counts_failures, labelled, low_metrics
from bonescint.stats.samples import (
    KeyPairs,
    Sample,
    Samples,
    SoftwareFacts,
    read_truth,
    version_metrics,
)

QUESTION = {
    "order": 110,
    "needs": ["reference", "measurements", "version_pairs", "software"],
    "settings": ["confidence", "cutoffs", "margins", "primary", "values"],
    "where": ["versions"],
    "shown": ["mean_difference", "auc_difference"],
}


def rows(
    reference: Path,
    measurements: Path,
    version_pairs: KeyPairs,
    software: SoftwareFacts,
    settings: MetricSettings,
) -> Iterator[Estimate]:
    """Yield for every configured margin whether new minus old stays within it (R11).

    Measurements use two one-sided tests. AUC, sensitivity and specificity are equivalent if the
    interval for twice the error (90 % where the study's intervals are 95 %) lies within the margin.
    Without a margin, equivalence is not assessed, because a difference that is not significant does
    not show it. AUC, sensitivity and specificity count failures as the primary hypothesis does.
    """
    samples = Samples(read_truth(reference), measurements, low_metrics(settings))
    for old, new, metric in version_metrics(version_pairs, software):
        measured = samples.of(metric, new, old, judged=False)
        with_failed = counts_failures(settings)
        judged = samples.of(metric, new, old, with_failed=with_failed)
        notes = (*judged.left_out, *failures_of(judged))
        found = [
            *labelled([_mean(measured, metric, settings)], *measured.left_out),
            *labelled(
                _accuracy(judged, metric, settings),
                *notes,
                cases=FAILURES_AS_WRONG if with_failed else "",
            ),
        ]
        yield from labelled(found, metric=metric, subject=new, comparator=old)


def _mean(sample: Sample, metric: str, settings: MetricSettings) -> Estimate:
    margin = settings["margins"].get(metric)
    if margin is None:
        return Estimate(measure="mean_difference", n=sample.y.size, status="not assessed")
    new, old = sample.scores
    return tost_paired(new, old, margin, settings["confidence"])


def _accuracy(sample: Sample, metric: str, settings: MetricSettings) -> list[Estimate]:
    margins, level = settings["margins"], 2 * settings["confidence"] - 1
    found = [
        _within(row, margins.get(row.measure.removesuffix("_difference")), level)
        for row in differences_of(sample, metric, settings, level, limits_of_accuracy)
    ]
    return labelled(found, reference="consensus")


def _within(found: Estimate, margin: float | None, level: float) -> Estimate:
    """Return the difference compared with the margin, without its test of being zero."""
    if margin is None:
        return replace(
            Estimate(measure=found.measure, n=found.n, n_positive=found.n_positive),
            cutoff=found.cutoff,
            status="not assessed",
        )
    row = replace(found, statistic=NAN, p_value=NAN, test="", level=level)
    row = row.noting(f"margin={write_number(margin)}")
    if np.isnan(row.ci_low):
        return row
    return row.noting(f"equivalent={int(-margin < row.ci_low and row.ci_high < margin)}")
