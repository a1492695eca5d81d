"""How the number of hot spots follows the readers' number of metastases."""

import math
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from bonescint.declared import columns
from bonescint.stats import counts, method_comparison, ranks
from bonescint.stats.estimate import Estimate, MetricSettings, write_number
from bonescint.stats.questions import labelled
from bonescint.stats.samples import Sample, Samples, SoftwareFacts, read_consensus, software_metrics

QUESTION = {
    "order": 150,
    "needs": ["reference", "measurements", "software"],
    "settings": ["confidence", "values"],
    "where": ["readers", "counts"],
    "also": ["hotspot_fit"],
    "shown": ["spearman", "bias", "lin_ccc"],
}
HEADERS = {"hotspot_fit": columns("hotspot_fit")}


def rows(
    reference: Path, measurements: Path, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield correlation and agreement of each count with the readers' number (R9, R10).

    Differences are the software's count minus the readers'.
    """
    confidence = settings["confidence"]
    for key, metric, sample in _counted(reference, measurements, software, settings):
        read, (spots,) = sample.y, sample.scores
        alike = [
            method_comparison.lin_ccc(spots, read, confidence),
            counts.within(spots, read, 0, confidence),
            counts.within(spots, read, 1, confidence),
        ]
        found = [
            ranks.spearman(spots, read, confidence),
            ranks.kendall(spots, read, confidence),
            *method_comparison.limits_of_agreement(spots, read, confidence),
            *labelled(alike, "same_lesions"),
            counts.count_power(spots, read, confidence),
        ]
        yield from labelled(
            found, *sample.left_out, metric=metric, subject=key, reference="n_metastases"
        )


def hotspot_fit(
    reference: Path, measurements: Path, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Mapping[str, object]]:
    """Yield the counts fitted by `counts.count_power` and the counts seen, by count read."""
    for key, metric, sample in _counted(reference, measurements, software, settings):
        read, (spots,) = sample.y, sample.scores
        fit = counts.negative_binomial(spots, np.log1p(read))
        for number in np.unique(read).tolist():
            there = spots[read == number]
            yield {
                "software": key,
                "metric": metric,
                "read": write_number(number),
                "n": there.size,
                "seen": write_number(float(there.mean())),
                "fitted": write_number(fit.mean(math.log1p(number))),
            }


def _counted(
    reference: Path, measurements: Path, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[tuple[str, str, Sample]]:
    """Yield each count of each software, with the number read as the truth of its cases."""
    samples = Samples(read_consensus(reference, "n_metastases"), measurements)
    for key, metric in software_metrics(software):
        if settings["values"][metric]["kind"] == "count":
            yield key, metric, samples.of(metric, key)
