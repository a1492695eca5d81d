"""Compare software of different products: different patients and tracers, hence confounded."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bonescint.stats import roc
from bonescint.stats.case_mix import power_unpaired_auc
from bonescint.stats.estimate import Estimate, MetricSettings, write_number
from bonescint.stats.proportions import difference_independent
from bonescint.stats.questions import cutoffs_of, labelled, low_metrics
from bonescint.stats.samples import (
    KeyPairs,
    Sample,
    Samples,
    SoftwareFacts,
    read_truth,
    shared_metrics,
)

QUESTION = {
    "order": 130,
    "needs": ["reference", "measurements", "product_pairs", "software"],
    "settings": ["confidence", "cutoffs", "values"],
    "where": ["readers", "products"],
    "tested": False,
    "shown": ["auc_difference", "power"],
}

SUPPOSED = 0.1  # a difference in AUC that would matter


def rows(
    reference: Path,
    measurements: Path,
    product_pairs: KeyPairs,
    software: SoftwareFacts,
    settings: MetricSettings,
) -> Iterator[Estimate]:
    """Yield the differences in AUC, sensitivity and specificity between two products.

    The tracer decides the software (R6), so no patient has results of both. Every row is unpaired
    and has the note `confounded` (R11). Differences have limits but no test, because its p would be
    read as a result about the software. Without pairs there is no Bland-Altman analysis. A
    difference is first minus second.
    """
    samples = Samples(read_truth(reference), measurements, low_metrics(settings))
    confidence = settings["confidence"]
    for keys in product_pairs:
        for metric in shared_metrics(software, *keys):
            one, other = (samples.of(metric, key) for key in keys)
            found = [
                roc.compare_unpaired(one.y, one.scores[0], other.y, other.scores[0], confidence),
                _power(one, other, confidence),
            ]
            for cutoff in cutoffs_of(settings, metric):
                found += _at(one, other, cutoff, confidence)
            yield from labelled(
                found,
                "confounded",
                *one.left_out,
                *(f"comparator_{note}" for note in other.left_out),
                metric=metric,
                subject=keys[0],
                comparator=keys[1],
                reference="consensus",
            )


def _power(one: Sample, other: Sample, confidence: float) -> Estimate:
    """Return the power to find a difference of `SUPPOSED` around the mean of the two AUCs.

    Nothing is tested here. The power shows how little a test of this size could find.
    """
    areas = [roc.auc(sample.y, sample.scores[0]) for sample in (one, other)]
    sizes = {
        f"n{i}_{name}": int((sample.y == truth).sum())
        for i, sample in enumerate((one, other), 1)
        for name, truth in (("pos", 1), ("neg", 0))
    }
    if any(area.status in ("no data", "one class") for area in areas):
        found = power_unpaired_auc(0.5, 0.5, **sizes, confidence=confidence)
        if not min(one.y.size, other.y.size):
            found = replace(found, status="no data")
    else:
        mean = sum(area.estimate for area in areas) / 2
        high = min(mean + SUPPOSED / 2, 1.0)
        found = power_unpaired_auc(high, high - SUPPOSED, **sizes, confidence=confidence)
    return found.noting("hanley_mcneil", f"supposed_difference={write_number(SUPPOSED)}")


def _at(one: Sample, other: Sample, cutoff: float, confidence: float) -> list[Estimate]:
    found = []
    for measure, truth in (("sensitivity_difference", 1), ("specificity_difference", 0)):
        right, right_other = (
            ((sample.scores[0] >= cutoff) == truth)[sample.y == truth] for sample in (one, other)
        )
        difference = difference_independent(
            int(right.sum()), right.size, int(right_other.sum()), right_other.size, confidence
        )
        if difference.status != "ok" and min(one.y.size, other.y.size):
            difference = replace(difference, status="one class")
        found.append(
            replace(
                difference,
                measure=measure,
                n=one.y.size + other.y.size,
                n_positive=int(one.y.sum() + other.y.sum()),
                cutoff=cutoff,
            ).noting(
                f"count={right.sum()}/{right.size}",
                f"count_comparator={right_other.sum()}/{right_other.size}",
            )
        )
    return found
