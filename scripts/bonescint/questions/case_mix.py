"""How the patients of the two tracers differ: what confounds the comparison of the products."""

import logging
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from bonescint.files import read_rows
from bonescint.stats.case_mix import (
    standardised_difference,
    standardised_difference_proportion,
)
from bonescint.stats.estimate import Estimate
from bonescint.stats.questions import labelled

logger = logging.getLogger(__name__)

QUESTION = {
    "order": 140,
    "needs": ["cases", "reference"],
    "settings": ["confidence"],
}

TRACERS = ("MDP", "HMDP")
_OF_CASE = ("age", "height_cm", "weight_kg")
_OF_REFERENCE = ("n_metastases", "eod")


def rows(cases: Path, reference: Path, settings: Mapping[str, Any]) -> Iterator[Estimate]:
    """Yield standardised differences, MDP minus HMDP, of age, size, weight and findings (R6)."""
    found = {row["code"]: row for row in read_rows(reference)}
    groups = [
        [row | found[row["code"]] for row in read_rows(cases) if row["tracer"] == tracer]
        for tracer in TRACERS
    ]
    compared = []
    confidence = settings["confidence"]
    for name in (*_OF_CASE, *_OF_REFERENCE):
        first, second = (
            np.array([float(row[name]) for row in group if row[name]]) for group in groups
        )
        compared += labelled([standardised_difference(first, second, confidence)], metric=name)
    counts: list[tuple[int, int]] = []
    for group in groups:
        decided = [row["metastasis"] == "1" for row in group if row["metastasis"]]
        counts.append((sum(decided), len(decided)))
    shares = standardised_difference_proportion(*counts[0], *counts[1], confidence)
    compared += labelled([shares], metric="metastasis")
    yield from labelled(compared, "confounded", subject=TRACERS[0], comparator=TRACERS[1])
    logger.info("%d and %d cases", *map(len, groups))
