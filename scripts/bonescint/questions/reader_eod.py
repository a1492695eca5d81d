"""Agreement of the readers on the grade of the extent of disease (EOD)."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bonescint.stats import agreement
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.of_readers import among_readers, of_these_readers
from bonescint.stats.samples import Floats

QUESTION = {
    "order": 40,
    "needs": ["cases", "readings", "tracers"],
    "settings": ["confidence"],
    "where": ["two_eod"],
    "shown": ["krippendorff_ordinal", "cohen_kappa_quadratic"],
}

GRADES = np.arange(5)


def rows(
    cases: Path, readings: Sequence[Path], tracers: Sequence[str], settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield how far all readers, and every pair of them, agree on the EOD grade (R10).

    A grade that was not calculated (未算出) is missing. The note counts it separately from a case
    that was not read. For each tracer alone there is Krippendorff's alpha.
    """
    confidence = settings["confidence"]

    def together(values: Floats) -> list[Estimate]:
        return of_these_readers([agreement.krippendorff_alpha(values, "ordinal", confidence)])

    def everyone(values: Floats) -> list[Estimate]:
        return [*together(values), agreement.kendall_w(values)]

    def pair(values: Floats) -> list[Estimate]:
        first, second = values[~np.isnan(values).any(axis=1)].T
        counts = (
            (first[:, None] == GRADES)[:, :, None] & (second[:, None] == GRADES)[:, None]
        ).sum(0)
        return [
            *agreement.kappa_with_both_limits(first, second, "quadratic", confidence),
            agreement.stuart_maxwell(counts),
        ]

    return among_readers("eod", readings, cases, tracers, everyone, together, pair)
