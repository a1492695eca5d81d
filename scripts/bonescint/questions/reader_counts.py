"""Agreement of the readers on the number of metastases."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from bonescint.stats import agreement
from bonescint.stats.estimate import Estimate
from bonescint.stats.method_comparison import limits_of_agreement
from bonescint.stats.of_readers import of_these_readers
from bonescint.stats.questions import labelled
from bonescint.stats.samples import by_tracer, read_ratings

logger = logging.getLogger(__name__)

QUESTION = {
    "order": 50,
    "needs": ["cases", "readings", "tracers"],
    "settings": ["confidence"],
    "where": ["two_readers"],
    "shown": ["icc_a1", "bias"],
}


def rows(
    cases: Path, readings: Sequence[Path], tracers: Sequence[str], settings: Mapping[str, Any]
) -> Iterator[Estimate]:
    """Yield how far all readers, and every pair of them, agree on the count (R10).

    Counts are skewed, so the coefficients use log(1 + count). The limits of agreement are in
    metastases. For each tracer alone there is ICC(A,1), without a test.
    """
    ratings = read_ratings(readings, "n_metastases")
    values, confidence = ratings.values, settings["confidence"]
    scaled = np.log1p(values)
    everyone = [
        agreement.icc(scaled, "A1", confidence),
        agreement.icc(scaled, "Ak", confidence),
        *of_these_readers([agreement.krippendorff_alpha(scaled, "interval", confidence)]),
    ]
    yield from labelled(
        everyone, "scale=log1p", "same_lesions", ratings.incomplete(), subject="all_readers"
    )
    for tracer, some in by_tracer(ratings, cases, tracers).items():
        yield from labelled(
            [agreement.icc(np.log1p(some.values), "A1", confidence)],
            "scale=log1p",
            "same_lesions",
            some.incomplete(),
            subject="all_readers",
            cases=f"tracer={tracer}",
        )
    for i, j in combinations(range(len(ratings.readers)), 2):
        yield from labelled(
            limits_of_agreement(values[:, i], values[:, j], confidence),
            "same_lesions",
            ratings.incomplete((i, j)),
            subject=ratings.readers[i],
            comparator=ratings.readers[j],
        )
    logger.info("%d cases, %d readers", len(ratings.codes), len(ratings.readers))
