"""Agreement of the readers on the grade of the extent of disease (EOD)."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from bonescint.stats import agreement
from bonescint.stats.estimate import Estimate
from bonescint.stats.of_readers import of_these_readers
from bonescint.stats.questions import labelled
from bonescint.stats.samples import by_tracer, read_ratings

logger = logging.getLogger(__name__)

QUESTION = {
    "order": 40,
    "needs": ["cases", "readings", "tracers"],
    "settings": ["confidence"],
    "where": ["two_eod"],
    "shown": ["krippendorff_ordinal", "cohen_kappa_quadratic"],
}

GRADES = np.arange(5)


def rows(
    cases: Path, readings: Sequence[Path], tracers: Sequence[str], settings: Mapping[str, Any]
) -> Iterator[Estimate]:
    """Yield how far all readers, and every pair of them, agree on the EOD grade (R10).

    A grade that was not calculated (未算出) is missing. The note counts it separately from a case
    that was not read. For each tracer alone there is Krippendorff's alpha.
    """
    ratings = read_ratings(readings, "eod")
    values, confidence = ratings.values, settings["confidence"]
    everyone = [*_together(values, confidence), agreement.kendall_w(values)]
    yield from labelled(everyone, ratings.incomplete(), subject="all_readers")
    for tracer, some in by_tracer(ratings, cases, tracers).items():
        yield from labelled(
            _together(some.values, confidence),
            some.incomplete(),
            subject="all_readers",
            cases=f"tracer={tracer}",
        )
    for i, j in combinations(range(len(ratings.readers)), 2):
        first, second = values[~np.isnan(values[:, [i, j]]).any(axis=1)][:, [i, j]].T
        counts = (
            (first[:, None] == GRADES)[:, :, None] & (second[:, None] == GRADES)[:, None]
        ).sum(0)
        yield from labelled(
            [
                *agreement.kappa_with_both_limits(first, second, "quadratic", confidence),
                agreement.stuart_maxwell(counts),
            ],
            ratings.incomplete((i, j)),
            subject=ratings.readers[i],
            comparator=ratings.readers[j],
        )
    logger.info("%d cases, %d readers", len(ratings.codes), len(ratings.readers))


def _together(values: np.ndarray, confidence: float) -> list[Estimate]:
    """Return how far all readers agree."""
    return of_these_readers([agreement.krippendorff_alpha(values, "ordinal", confidence)])
