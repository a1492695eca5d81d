"""Agreement of the readers on yes or no."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bonescint.stats import agreement
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.of_readers import among_readers, of_these_readers
from bonescint.stats.paired_calls import compare_calls
from bonescint.stats.samples import Floats

QUESTION = {
    "order": 30,
    "needs": ["cases", "readings", "tracers"],
    "settings": ["confidence"],
    "where": ["two_readers"],
    "shown": ["percent_agreement", "fleiss_kappa", "cohen_kappa", "gwet_ac1"],
}


def rows(
    cases: Path, readings: Sequence[Path], tracers: Sequence[str], settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield how far all readers, and every pair of them, agree on metastasis (R10).

    For each tracer alone there is the agreement of all readers, without a test.
    """
    confidence = settings["confidence"]

    def together(values: Floats) -> list[Estimate]:
        return of_these_readers(
            [
                *agreement.yes_no_agreement(values, confidence),
                agreement.fleiss_kappa(values, confidence),
                agreement.gwet_ac1(values, confidence),
                agreement.krippendorff_alpha(values, "nominal", confidence),
            ]
        )

    def everyone(values: Floats) -> list[Estimate]:
        return [*together(values), agreement.cochran_q(values)]

    def pair(values: Floats) -> list[Estimate]:
        one, other = values[~np.isnan(values).any(axis=1)].T == 1
        return [
            *agreement.yes_no_agreement(values, confidence),
            *agreement.kappa_with_both_limits(values[:, 0], values[:, 1], confidence=confidence),
            *compare_calls(one, other, "positive_difference", confidence),
        ]

    return among_readers("metastasis", readings, cases, tracers, everyone, together, pair)
