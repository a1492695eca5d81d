"""How BSI rises with the readers' grade of the extent of disease (EOD)."""

from collections.abc import Iterator
from pathlib import Path

from bonescint.stats import ranks
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.questions import labelled
from bonescint.stats.samples import Samples, SoftwareFacts, read_consensus, software_metrics

QUESTION = {
    "order": 160,
    "needs": ["reference", "measurements", "software"],
    "settings": ["confidence", "values"],
    "where": ["eod", "shares"],
    "shown": ["spearman"],
}


def rows(
    reference: Path, measurements: Path, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield trend and correlation over the EOD grades for each metric that is no count (R9, R10).

    A case without a grade is left out.
    """
    samples = Samples(read_consensus(reference, "eod"), measurements)
    confidence = settings["confidence"]
    for key, metric in software_metrics(software):
        if settings["values"][metric]["kind"] == "count":
            continue
        sample = samples.of(metric, key)
        grade, (value,) = sample.y, sample.scores
        found = [
            ranks.jonckheere(value, grade),
            ranks.spearman(value, grade, confidence),
            ranks.kendall(value, grade, confidence),
            ranks.kruskal_wallis(value, grade),
        ]
        yield from labelled(found, *sample.left_out, metric=metric, subject=key, reference="eod")
