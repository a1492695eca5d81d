"""Agreement of the readers on the number of metastases."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

from bonescint.stats import agreement
from bonescint.stats.estimate import Estimate
from bonescint.stats.method_comparison import bland_altman
from bonescint.stats.questions import labelled
from bonescint.stats.samples import read_ratings

logger = logging.getLogger(__name__)

QUESTION = {
    "order": 50,
    "needs": ["readings"],
    "settings": ["confidence"],
    "where": ["two_readers"],
    "shown": ["icc_a1", "bias"],
}


def rows(readings: Sequence[Path], settings: Mapping[str, Any]) -> Iterator[Estimate]:
    """Yield how far all readers, and every pair of them, agree on the count (R10).

    Counts are skewed: the coefficients are those of log(1 + count), the limits of agreement are
    in metastases.
    """
    ratings = read_ratings(readings, "n_metastases")
    values, confidence = ratings.values, settings["confidence"]
    scaled = np.log1p(values)
    everyone = [
        agreement.icc(scaled, "A1", confidence),
        agreement.icc(scaled, "Ak", confidence),
        agreement.krippendorff_alpha(scaled, "interval", confidence),
    ]
    yield from labelled(everyone, "scale=log1p", ratings.incomplete(), subject="all_readers")
    for i, j in combinations(range(len(ratings.readers)), 2):
        yield from labelled(
            bland_altman(values[:, i], values[:, j], confidence).values(),
            ratings.incomplete((i, j)),
            subject=ratings.readers[i],
            comparator=ratings.readers[j],
        )
    logger.info("%d cases, %d readers", len(ratings.codes), len(ratings.readers))
