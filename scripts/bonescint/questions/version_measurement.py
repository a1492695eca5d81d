"""Compare the measurements of two versions of one product on the cases that both analysed."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from bonescint.stats import agreement, method_comparison, ranks
from bonescint.stats.estimate import Estimate
from bonescint.stats.paired_calls import compare_calls
from bonescint.stats.questions import labelled
from bonescint.stats.samples import Samples, SoftwareFacts, shared_metrics

logger = logging.getLogger(__name__)

QUESTION = {
    "order": 100,
    "needs": ["measurements", "version_pairs", "software"],
    "settings": ["confidence"],
    "where": ["versions"],
    "shown": ["bias", "limit_low", "limit_high", "lin_ccc"],
}


def rows(
    measurements: Path,
    version_pairs: Sequence[Sequence[str]],
    software: SoftwareFacts,
    settings: Mapping[str, Any],
) -> Iterator[Estimate]:
    """Yield how the newer version's values differ from the older's (R11).

    Every difference is new minus old, every slope that of new on old; paired by case, and no
    reference is needed.
    """
    samples = Samples({}, measurements)
    for old, new in version_pairs:
        for metric in shared_metrics(software, new, old):
            sample = samples.of(metric, new, old, judged=False)
            yield from labelled(
                _compared(sample.scores, settings["confidence"]),
                *sample.left_out,
                metric=metric,
                subject=new,
                comparator=old,
            )
            logger.info("%s against %s, %s: %d cases", new, old, metric, sample.y.size)


def _compared(scores: Sequence[np.ndarray], confidence: float) -> list[Estimate]:
    new, old = scores
    test = ranks.wilcoxon(new, old)
    shift = replace(
        ranks.hodges_lehmann(ranks.differences(new, old), confidence),
        statistic=test.statistic,
        p_value=test.p_value,
        test=test.test,
        note=test.note,
    )
    return [
        *method_comparison.bland_altman(new, old, confidence).values(),
        *method_comparison.bland_altman_log(new, old, confidence=confidence).values(),
        *method_comparison.bland_altman_regression(new, old, confidence).values(),
        shift,
        *compare_calls(new > 0, old > 0, "nonzero_difference", confidence),
        method_comparison.lin_ccc(new, old, confidence),
        agreement.icc(np.column_stack([new, old]), "A1", confidence),
        *method_comparison.passing_bablok(old, new, confidence).values(),
        *method_comparison.deming(old, new, confidence=confidence).values(),
        ranks.spearman(new, old, confidence),
        ranks.kendall(new, old, confidence),
    ]
