"""How far the accuracy of the software depends on how the readings are combined."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bonescint.stats.accuracy import accuracy_of
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.questions import labelled, low_metrics
from bonescint.stats.samples import Ratings, Samples, SoftwareFacts, read_ratings, software_metrics

QUESTION = {
    "order": 80,
    "needs": ["readings", "measurements", "software"],
    "settings": ["confidence", "cutoffs", "values"],
    "where": ["readers"],
    "shown": ["auc"],
}


def rows(
    readings: Sequence[Path], measurements: Path, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield the accuracy against other references than the configured one (R10).

    There are AUC, sensitivity and specificity against each reader alone, against the cases on which
    all their readers agree, and with a case positive as soon as one reader says so.
    """
    samples = Samples({}, measurements, low_metrics(settings))
    for name, truth in _references(read_ratings(readings, "metastasis")).items():
        judged = samples.judged_by(truth)
        for key, metric in software_metrics(software):
            sample = judged.of(metric, key)
            yield from labelled(
                accuracy_of(sample, metric, settings),
                *sample.left_out,
                metric=metric,
                subject=key,
                reference=name,
            )


def _references(ratings: Ratings) -> dict[str, dict[str, float]]:
    """Return the name of each reference and its code -> 1 or 0."""
    read = ~np.isnan(ratings.values)
    readers = read.sum(axis=1)
    yes = (ratings.values == 1).sum(axis=1)
    columns = {
        reader: (read[:, i], ratings.values[:, i]) for i, reader in enumerate(ratings.readers)
    }
    # as in the reference standard, only those who read the case count; here at least two
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
