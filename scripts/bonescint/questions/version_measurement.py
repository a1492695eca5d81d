"""Compare the measurements of two versions of one product on the cases that both analysed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bonescint.stats import agreement, method_comparison, ranks
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.paired_calls import compare_calls
from bonescint.stats.questions import labelled
from bonescint.stats.samples import KeyPairs, Samples, SoftwareFacts, version_metrics

QUESTION = {
    "order": 100,
    "needs": ["measurements", "version_pairs", "software"],
    "settings": ["confidence", "offsets", "values"],
    "where": ["versions"],
    "shown": ["bias", "limit_low|quantile_low", "limit_high|quantile_high", "lin_ccc"],
}


def rows(
    measurements: Path, version_pairs: KeyPairs, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield how the newer version's values differ from the older's (R11).

    Every difference is new minus old, and every slope is of new on old. Values are paired by case.
    No reference is needed.
    """
    samples = Samples({}, measurements)
    for old, new, metric in version_metrics(version_pairs, software):
        sample = samples.of(metric, new, old, judged=False)
        yield from labelled(
            _compared(sample.scores, metric, settings),
            *sample.left_out,
            metric=metric,
            subject=new,
            comparator=old,
        )


def _compared(
    scores: Sequence[np.ndarray], metric: str, settings: MetricSettings
) -> Iterator[Estimate]:
    (new, old), confidence = scores, settings["confidence"]
    yield from method_comparison.limits_of_agreement(new, old, confidence)
    yield from _ratios(new, old, settings["offsets"][metric], confidence)
    yield from method_comparison.bland_altman_regression(new, old, confidence).values()
    test = ranks.wilcoxon(new, old)
    yield replace(
        ranks.hodges_lehmann(ranks.differences(new, old), confidence),
        statistic=test.statistic,
        p_value=test.p_value,
        test=test.test,
        note=test.note,
    )
    yield from compare_calls(new > 0, old > 0, "nonzero_difference", confidence)
    places = ["same_lesions"] if settings["values"][metric]["kind"] == "count" else []
    yield method_comparison.lin_ccc(new, old, confidence).noting(*places)
    yield agreement.icc(np.column_stack([new, old]), "A1", confidence).noting(*places)
    yield from method_comparison.passing_bablok(old, new, confidence).values()
    yield from method_comparison.deming(old, new, confidence=confidence).values()
    yield ranks.spearman(new, old, confidence)
    yield ranks.kendall(new, old, confidence)


def _ratios(
    new: np.ndarray, old: np.ndarray, offsets: Sequence[float], confidence: float
) -> Iterator[Estimate]:
    """Yield the ratio new / old where both are above 0, then with each offset for all cases."""
    both = (new > 0) & (old > 0)
    found = method_comparison.bland_altman_log(new[both], old[both], 0, confidence)
    left_out = f"left_out_not_positive={int((~both).sum())}"
    yield from labelled(found.values(), left_out, cases="positive_in_both")
    for i, offset in enumerate(offsets):
        rows = method_comparison.bland_altman_log(new, old, offset, confidence).values()
        yield from labelled(rows, "other_offset" if i else "main_offset")
