"""Compare what the preceding study stored of a software's results with today's, case by case."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from bonescint.stats import agreement, method_comparison
from bonescint.stats.estimate import Estimate
from bonescint.stats.questions import cutoffs_of, labelled, low_metrics
from bonescint.stats.samples import Samples, SoftwareFacts

logger = logging.getLogger(__name__)

QUESTION = {
    "order": 120,
    "needs": ["measurements", "stored", "software"],
    "settings": ["confidence", "cutoffs", "values"],
    "where": ["stored"],
    "shown": ["percent_agreement", "repeatability_coefficient", "bias"],
}

STORED = "stored"  # who is compared with: a word, no software


def rows(
    measurements: Path,
    stored: Sequence[Path],
    software: SoftwareFacts,
    settings: Mapping[str, Any],
) -> Iterator[Estimate]:
    """Yield how far today's values agree with those stored of the same cases.

    Every difference is today minus stored; no reference is needed.
    """
    samples = Samples({}, measurements)
    for path in stored:
        key = path.stem.removesuffix("_stored")
        beside = samples.beside(STORED, path, software[key]["metrics"])
        for metric in software[key]["metrics"]:
            of_today = samples.codes_of(metric, key)
            sample = beside.of(metric, key, STORED, judged=False, among=of_today)
            today, before = sample.scores
            way = -1 if metric in low_metrics(settings) else 1
            found = _compared(today, before, settings["confidence"])
            for cutoff in cutoffs_of(settings, metric):
                found += labelled(
                    _calls(way * today >= cutoff, way * before >= cutoff, settings["confidence"]),
                    cutoff=cutoff,
                )
            yield from labelled(
                found, *sample.left_out, metric=metric, subject=key, comparator=STORED
            )
            logger.info("%s, %s: %d cases", key, metric, sample.y.size)


def _compared(today: np.ndarray, stored: np.ndarray, confidence: float) -> list[Estimate]:
    both = np.column_stack([today, stored])
    return [
        agreement.percent_agreement(both, confidence),
        *method_comparison.within_subject(today, stored, confidence).values(),
        *method_comparison.bland_altman(today, stored, confidence).values(),
        agreement.icc(both, "A1", confidence),
        method_comparison.lin_ccc(today, stored, confidence),
    ]


def _calls(today: np.ndarray, stored: np.ndarray, confidence: float) -> list[Estimate]:
    return [
        agreement.percent_agreement(np.column_stack([today, stored]), confidence),
        # the first covers at this size, the second is what other programs print
        agreement.cohen_kappa(today, stored, confidence=confidence, ci="log"),
        agreement.cohen_kappa(today, stored, confidence=confidence, ci="wald"),
    ]
