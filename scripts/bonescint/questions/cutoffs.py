"""Measure each software against the readers at cut-offs: the configured ones, and Youden's."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from bonescint.declared import columns
from bonescint.stats import agreement, roc
from bonescint.stats.accuracy import accuracy_of
from bonescint.stats.agreement.indices import bias_index, prevalence_index
from bonescint.stats.case_sets import beside_own, failed_calls
from bonescint.stats.estimate import Estimate, MetricSettings, write_number
from bonescint.stats.proportions import clopper_pearson, likelihood_ratios, mid_p
from bonescint.stats.questions import cutoffs_of, labelled, low_metrics
from bonescint.stats.samples import Sample, Samples, SoftwareFacts, read_truth, software_metrics

__all__ = ["failed_calls", "rows"]

QUESTION = {
    "order": 70,
    "needs": ["reference", "measurements", "software"],
    "settings": ["confidence", "cutoffs", "optimism", "values"],
    "also": ["failed_calls"],
    "where": ["readers"],
    "shown": ["sensitivity", "specificity"],
}
HEADERS = {"failed_calls": columns("failed_calls")}


def rows(
    reference: Path, measurements: Path, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield what each software achieves at each cut-off (R8, R11).

    There are no predictive values: the cases were drawn by their findings (R4), so their prevalence
    is that of the plan, not that of the patients. Youden's cut-off is chosen on these same cases.
    So it is noted as exploratory, and its optimism is corrected by bootstrap. Sensitivity and
    specificity are also given with failures as wrong calls, and on the cases that all versions
    analysed.
    """
    samples = Samples(read_truth(reference), measurements, low_metrics(settings))
    for key, metric in software_metrics(software):
        sample = samples.of(metric, key)
        y, (score,) = sample.y, sample.scores
        found: list[Estimate] = []
        for cutoff in cutoffs_of(settings, metric):
            found += _at(y, score, cutoff, settings["confidence"])
        found += _youden(y, score, settings)
        found = labelled(found, *sample.left_out)
        rates = partial(_rates, metric=metric, settings=settings)
        found += beside_own(samples, software, key, metric, rates)
        yield from labelled(found, metric=metric, subject=key, reference="consensus")


def _at(y: np.ndarray, score: np.ndarray, cutoff: float, confidence: float) -> list[Estimate]:
    found = roc.at_cutoff(y, score, cutoff, confidence)
    yes, sick = score >= cutoff, y == 1
    tp, fp, fn, tn = (
        int((called & truth).sum())
        for called, truth in ((yes, sick), (yes, ~sick), (~yes, sick), (~yes, ~sick))
    )
    rates = (
        (found.sensitivity, tp, tp + fn),
        (found.specificity, tn, tn + fp),
    )
    # Wilson's limits first; then the exact ones, which never cover too little, and the mid-p ones,
    # which cover nearly 95 %
    beside = [
        replace(one, ci_low=other.ci_low, ci_high=other.ci_high, ci_method=other.ci_method)
        for limits in (clopper_pearson, mid_p)
        for one, right, among in rates
        for other in [limits(right, among, confidence)]
    ]
    ratios = [
        replace(ratio, n=y.size, n_positive=tp + fn)
        for ratio in likelihood_ratios(tp, fp, fn, tn, confidence).values()
    ]
    at = [
        found.sensitivity,
        found.specificity,
        *beside,
        *ratios,
        *_agreement(yes, sick, confidence),
    ]
    return labelled(at, cutoff=cutoff)


def _agreement(yes: np.ndarray, sick: np.ndarray, confidence: float) -> list[Estimate]:
    """Return how far the calls agree with the consensus, and what that number depends on.

    The share of right calls is not given as accuracy, because it is no property of the software:
    half of the cases have findings because the plan says so (R4).
    """
    found = [
        agreement.percent_agreement(np.column_stack((yes, sick)), confidence),
        *agreement.kappa_with_both_limits(yes, sick, confidence=confidence),
        prevalence_index(yes, sick),
        bias_index(yes, sick, confidence),
    ]
    return [replace(row, n_positive=int(sick.sum())).noting("planned_share") for row in found]


def _rates(sample: Sample, metric: str, settings: MetricSettings) -> list[Estimate]:
    return accuracy_of(sample, metric, settings)[1:]  # without the first, which is the AUC


def _youden(y: np.ndarray, score: np.ndarray, settings: MetricSettings) -> list[Estimate]:
    settled = settings["optimism"]
    found = (
        roc.youden(y, score),
        roc.optimism(y, score, settled["seed"], settled["replicates"]),
    )
    return [
        row.noting(
            "exploratory",
            *(
                f"{name}={write_number(getattr(row, name))}"
                for name in ("sensitivity", "specificity")
                if row.status == "ok"
            ),
        )
        for row in found
    ]
