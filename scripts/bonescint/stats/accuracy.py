"""How software agree with the reference: AUC, what their cut-offs give, and their curves."""

from collections.abc import Callable, Mapping
from typing import Any

from bonescint.stats import roc
from bonescint.stats.estimate import Estimate
from bonescint.stats.paired_calls import compare_accuracy
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


def differences_of(
    sample: Sample,
    metric: str,
    settings: Mapping[str, Any],
    confidence: float,
    compare: Callable[..., list[Estimate]] = compare_accuracy,
) -> list[Estimate]:
    """Return the differences of two software in AUC and at each cut-off, first minus second.

    Parameters
    ----------
    sample
        Of both.
    metric, settings
        Whose cut-offs are asked, and `metrics` of the configuration.
    confidence
        Of the intervals.
    compare
        `compare_accuracy`, or `limits_of_accuracy` of the same module.
    """
    first, second = sample.scores
    rows = [roc.compare_paired(sample.y, first, second, confidence)]
    for cutoff in cutoffs_of(settings, metric):
        found = compare(sample.y == 1, first >= cutoff, second >= cutoff, confidence)
        rows += labelled(found, cutoff=cutoff)
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
