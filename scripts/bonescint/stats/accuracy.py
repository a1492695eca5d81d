"""How one software agrees with the reference: AUC, what its cut-offs give, and its curve."""

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


def matched_of(sample: Sample, settings: Mapping[str, Any]) -> list[Estimate]:
    """Return sensitivity at the matched specificities and the partial AUC (`roc.matched`).

    Of a sample of two software the differences, first minus second.
    """
    settled, partial = settings["optimism"], settings["partial_auc"]
    return roc.matched(
        sample.y,
        sample.scores,
        settings["matched_specificity"],
        partial and partial["specificity"],
        roc.Bootstrap(settled["seed"], settled["replicates"]),
        settings["confidence"],
    )
