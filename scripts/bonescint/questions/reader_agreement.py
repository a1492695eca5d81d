"""Agreement of the readers on yes or no."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from bonescint.stats import agreement
from bonescint.stats.estimate import Estimate
from bonescint.stats.of_readers import of_these_readers
from bonescint.stats.paired_calls import compare_calls
from bonescint.stats.questions import labelled
from bonescint.stats.samples import by_tracer, read_ratings

logger = logging.getLogger(__name__)

QUESTION = {
    "order": 30,
    "needs": ["cases", "readings", "tracers"],
    "settings": ["confidence"],
    "where": ["two_readers"],
    "shown": ["percent_agreement", "fleiss_kappa", "cohen_kappa", "gwet_ac1"],
}


def rows(
    cases: Path, readings: Sequence[Path], tracers: Sequence[str], settings: Mapping[str, Any]
) -> Iterator[Estimate]:
    """Yield how far all readers, and every pair of them, agree on metastasis (R10).

    The note counts the cases that a reader has not read. For each tracer alone there is the
    agreement of all readers, without a test.
    """
    ratings = read_ratings(readings, "metastasis")
    values, confidence = ratings.values, settings["confidence"]
    everyone = [*_together(values, confidence), agreement.cochran_q(values)]
    yield from labelled(everyone, ratings.incomplete(), subject="all_readers")
    for tracer, some in by_tracer(ratings, cases, tracers).items():
        yield from labelled(
            _together(some.values, confidence),
            some.incomplete(),
            subject="all_readers",
            cases=f"tracer={tracer}",
        )
    for i, j in combinations(range(len(ratings.readers)), 2):
        pair = values[:, [i, j]]
        yes = pair[~np.isnan(pair).any(axis=1)] == 1
        found = [
            *agreement.yes_no_agreement(pair, confidence),
            *agreement.kappa_with_both_limits(pair[:, 0], pair[:, 1], confidence=confidence),
            *compare_calls(yes[:, 0], yes[:, 1], "positive_difference", confidence),
        ]
        yield from labelled(
            found,
            ratings.incomplete((i, j)),
            subject=ratings.readers[i],
            comparator=ratings.readers[j],
        )
    logger.info("%d cases, %d readers", len(ratings.codes), len(ratings.readers))


def _together(values: np.ndarray, confidence: float) -> list[Estimate]:
    """Return how far all readers agree."""
    return of_these_readers(
        [
            *agreement.yes_no_agreement(values, confidence),
            agreement.fleiss_kappa(values, confidence),
            agreement.gwet_ac1(values, confidence),
            agreement.krippendorff_alpha(values, "nominal", confidence),
        ]
    )
