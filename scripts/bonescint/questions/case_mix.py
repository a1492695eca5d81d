"""How the patients of the two tracers differ: what confounds the comparison of the products."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from bonescint.files import Row, read_rows
from bonescint.stats.case_mix import (
    standardised_difference,
    standardised_difference_proportion,
)
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.questions import labelled

QUESTION = {
    "order": 140,
    "needs": ["cases", "reference", "tracers"],
    "settings": ["confidence"],
    "where": ["tracers"],
    "tested": False,
    "shown": ["standardised_difference"],
}

_OF_CASE = ("age", "height_cm", "weight_kg")
_OF_REFERENCE = ("n_metastases", "eod")


def rows(
    cases: Path, reference: Path, tracers: Sequence[str], settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield standardised differences of age, size, weight and findings between two tracers (R6)."""
    found = {row["code"]: row for row in read_rows(reference)}
    groups = {
        tracer: [row | found[row["code"]] for row in read_rows(cases) if row["tracer"] == tracer]
        for tracer in tracers
    }
    for one, other in combinations(tracers, 2):
        compared = _compared([groups[one], groups[other]], settings["confidence"])
        yield from labelled(compared, "confounded", subject=one, comparator=other)


def _compared(groups: Sequence[Sequence[Row]], confidence: float) -> list[Estimate]:
    compared = []
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
    return [*compared, *labelled([shares], metric="metastasis")]
