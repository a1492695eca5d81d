"""How the number of hot spots follows the readers' number of metastases."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bonescint.stats import counts, method_comparison, ranks
from bonescint.stats.estimate import Estimate
from bonescint.stats.questions import labelled
from bonescint.stats.samples import Samples, SoftwareFacts, read_consensus

logger = logging.getLogger(__name__)

QUESTION = {
    "order": 150,
    "needs": ["reference", "measurements", "software"],
    "settings": ["confidence", "values"],
    "where": ["readers", "counts"],
    "shown": ["spearman", "bias", "lin_ccc"],
}


def rows(
    reference: Path,
    measurements: Path,
    software: SoftwareFacts,
    settings: Mapping[str, Any],
) -> Iterator[Estimate]:
    """Yield correlation and agreement of each count with the readers' number (R9, R10).

    Differences are the software's count minus the readers'.
    """
    metastases = read_consensus(reference, "n_metastases")
    samples = Samples(metastases, measurements)
    confidence = settings["confidence"]
    for key in software:
        for metric in software[key]["metrics"]:
            if settings["values"][metric]["kind"] != "count":
                continue
            sample = samples.of(metric, key)
            read, (spots,) = sample.y, sample.scores
            found = [
                ranks.spearman(spots, read, confidence),
                ranks.kendall(spots, read, confidence),
                *method_comparison.bland_altman(spots, read, confidence).values(),
                method_comparison.lin_ccc(spots, read, confidence),
                counts.within(spots, read, 0, confidence),
                counts.within(spots, read, 1, confidence),
                counts.negative_binomial(spots, read, confidence),
            ]
            yield from labelled(
                found, *sample.left_out, metric=metric, subject=key, reference="n_metastases"
            )
            logger.info("%s, %s: %d cases", key, metric, read.size)
