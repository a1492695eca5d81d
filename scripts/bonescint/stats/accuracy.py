"""How software agree with the reference: AUC, performance at their cut-offs, and their curves."""

from collections.abc import Callable

from bonescint.stats import roc
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.paired_calls import compare_accuracy
from bonescint.stats.questions import cutoffs_of, labelled
from bonescint.stats.samples import Sample


def accuracy_of(sample: Sample, metric: str, settings: MetricSettings) -> list[Estimate]:
    """Return AUC, and sensitivity and specificity at each cut-off, of one software's cases.

    Examples
    --------
    >>> import numpy as np
    >>> sample = Sample(["A", "B", "C"], np.array([0.0, 1, 1]), [np.array([0.1, 0.4, 2])], [])
    >>> settings = {"confidence": 0.95, "cutoffs": [{"metric": "bsi", "value": 1}]}
    >>> [(row.measure, row.estimate) for row in accuracy_of(sample, "bsi", settings)]
    [('auc', 1.0), ('sensitivity', 0.5), ('specificity', 1.0)]
    """
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
    settings: MetricSettings,
    confidence: float,
    compare: Callable[..., list[Estimate]] = compare_accuracy,
) -> list[Estimate]:
    """Return the differences of two software in AUC and at each cut-off, first minus second.

    `compare` is `compare_accuracy`, or `limits_of_accuracy` of the same module.

    Examples
    --------
    >>> import numpy as np
    >>> scores = [np.array([0.1, 0.4, 2]), np.array([0.1, 1.4, 2])]
    >>> sample = Sample(["A", "B", "C"], np.array([0.0, 1, 1]), scores, [])
    >>> settings = {"cutoffs": [{"metric": "bsi", "value": 1}]}
    >>> {r.measure: r.estimate for r in differences_of(sample, "bsi", settings, confidence=0.95)}
    {'auc_difference': 0.0, 'sensitivity_difference': -0.5, 'specificity_difference': 0.0}
    """
    first, second = sample.scores
    rows = [roc.compare_paired(sample.y, first, second, confidence)]
    for cutoff in cutoffs_of(settings, metric):
        found = compare(sample.y == 1, first >= cutoff, second >= cutoff, confidence)
        rows += labelled(found, cutoff=cutoff)
    return rows


def matched_of(sample: Sample, settings: MetricSettings) -> list[Estimate]:
    """Return sensitivity at the matched specificities and the partial AUC (`roc.matched`).

    For a sample of two software these are the differences, first minus second.

    Examples
    --------
    >>> import numpy as np
    >>> sample = Sample(list("ABCD"), np.array([0.0, 0, 1, 1]), [np.array([1, 3, 2, 4])], [])
    >>> settings = {"optimism": {"seed": 1, "replicates": 9}, "partial_auc": None,
    ...             "matched_specificity": [0.5], "confidence": 0.95}
    >>> [(row.measure, row.estimate) for row in matched_of(sample, settings)]
    [('matched_sensitivity', 1.0)]
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
