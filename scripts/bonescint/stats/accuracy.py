"""How accurate one software is: its AUC, and what its cut-offs give."""

from collections.abc import Mapping
from typing import Any

from bonescint.stats import roc
from bonescint.stats.estimate import Estimate
from bonescint.stats.questions import cutoffs_of, labelled
from bonescint.stats.samples import Sample


def accuracy_of(sample: Sample, metric: str, settings: Mapping[str, Any]) -> list[Estimate]:
    """Return AUC, and sensitivity and specificity at each cut-off, of one software's cases."""
    (score,) = sample.scores
    confidence = settings["confidence"]
    rows = [roc.auc(sample.y, score, confidence=confidence)]
    for cutoff in cutoffs_of(settings, metric):
        at = roc.at_cutoff(sample.y, score, cutoff, confidence)
        rows += labelled([at.sensitivity, at.specificity], cutoff=cutoff)
    return rows
