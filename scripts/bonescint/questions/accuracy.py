"""Measure each software against the readers: ROC."""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import numpy as np

from bonescint.declared import columns
from bonescint.stats import roc
from bonescint.stats.accuracy import matched_of
from bonescint.stats.case_sets import beside_own
from bonescint.stats.estimate import Estimate, MetricSettings, write_number
from bonescint.stats.questions import labelled, low_metrics, sign_of
from bonescint.stats.samples import (
    Sample,
    Samples,
    SoftwareFacts,
    read_consensus,
    read_eod_contradictions,
    read_truth,
    software_metrics,
)

# replicates of a band: fewer, because it is only drawn; the table uses more at the configured
# specificities
_DRAWN = 500

QUESTION = {
    "order": 60,
    "needs": ["reference", "measurements", "software"],
    "settings": ["confidence", "values", "matched_specificity", "partial_auc", "optimism"],
    "also": ["roc_curves", "roc_bands"],
    "where": ["readers"],
    "shown": ["auc"],
}
HEADERS = {"roc_curves": columns("roc_curves"), "roc_bands": columns("roc_bands")}


def rows(
    reference: Path, measurements: Path, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield the AUC of every software and metric, over all cases and by EOD grade (R8, R11).

    Each AUC has limits on the logit scale, and Wald limits as pROC prints them. Then come the
    sensitivity at matched specificities and the partial AUC, which need no configured cut-off. A
    case whose EOD contradicts the consensus is left out of the AUC by grade. Further rows count
    failures as wrong calls, or use only the cases that all versions of a product analysed.
    """
    samples = Samples(read_truth(reference), measurements, low_metrics(settings))
    grades, contradicting = read_consensus(reference, "eod"), read_eod_contradictions(reference)
    confidence = settings["confidence"]

    def area(sample: Sample) -> list[Estimate]:
        return [roc.auc(sample.y, sample.scores[0], confidence=confidence)]

    for key, metric in software_metrics(software):
        sample = samples.of(metric, key)
        y, (score,) = sample.y, sample.scores
        found = [roc.auc(y, score, ci, confidence) for ci in ("logit", "wald")]
        found += matched_of(sample, settings)
        found += _by_grade(sample, grades, contradicting, confidence)
        found = labelled(found, *sample.left_out)
        found += beside_own(samples, software, key, metric, area)
        yield from labelled(found, metric=metric, subject=key, reference="consensus")


def roc_curves(
    reference: Path, measurements: Path, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Mapping[str, object]]:
    """Yield the points of each curve."""
    samples = Samples(read_truth(reference), measurements, low_metrics(settings))
    for key, metric in software_metrics(software):
        sample, sign = samples.of(metric, key), sign_of(settings, metric)
        for threshold, *rates in zip(*roc.curve(sample.y, sample.scores[0]), strict=True):
            at = (key, metric, *map(write_number, (sign * threshold, *rates)))
            yield dict(zip(HEADERS["roc_curves"], at, strict=True))


def roc_bands(
    reference: Path, measurements: Path, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Mapping[str, object]]:
    """Yield the sensitivities along each curve, with pointwise limits."""
    samples = Samples(read_truth(reference), measurements, low_metrics(settings))
    drawn = settings["optimism"]
    bootstrap = roc.Bootstrap(drawn["seed"], min(drawn["replicates"], _DRAWN))
    for key, metric in software_metrics(software):
        sample = samples.of(metric, key)
        *numbers, status = roc.band(sample.y, sample.scores[0], bootstrap, settings["confidence"])
        said = (key, metric, *sample.y.shape, int(sample.y.sum()))
        for at in zip(*numbers, strict=True):
            row = (*said, *map(write_number, at), settings["confidence"], status)
            yield dict(zip(HEADERS["roc_bands"], row, strict=True))


def _by_grade(
    sample: Sample, grades: Mapping[str, float], contradicting: Collection[str], confidence: float
) -> list[Estimate]:
    """Return the AUC of the positive cases of each grade against all negative ones.

    The contradicting cases are left out. Their number is in the note.
    """
    known = np.array([code not in contradicting for code in sample.codes], dtype=bool)
    without = [f"left_out_eod_contradicts={int((~known).sum())}"] if not known.all() else []
    grade = np.array([grades.get(code, np.nan) for code in sample.codes])
    positive = sample.y == 1
    (score,) = sample.scores
    found = []
    for level in np.unique(grade[positive & known & ~np.isnan(grade)]):
        chosen = known & (~positive | (grade == level))
        one = roc.auc(sample.y[chosen], score[chosen], confidence=confidence)
        found += labelled([one], *without, cases=f"eod={write_number(level)}")
    return found
