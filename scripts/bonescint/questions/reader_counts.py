"""Agreement of the readers on the number of metastases."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bonescint.stats import agreement
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.method_comparison import limits_of_agreement
from bonescint.stats.of_readers import among_readers, of_these_readers
from bonescint.stats.questions import labelled
from bonescint.stats.samples import Floats

QUESTION = {
    "order": 50,
    "needs": ["cases", "readings", "tracers"],
    "settings": ["confidence"],
    "where": ["two_readers"],
    "shown": ["icc_a1", "bias"],
}


def rows(
    cases: Path, readings: Sequence[Path], tracers: Sequence[str], settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield how far all readers, and every pair of them, agree on the count (R10).

    Counts are skewed, so the coefficients use log(1 + count). The limits of agreement are in
    metastases. For each tracer alone there is ICC(A,1), without a test.
    """
    confidence = settings["confidence"]

    def together(values: Floats) -> list[Estimate]:
        return _on_log([agreement.icc(np.log1p(values), "A1", confidence)])

    def everyone(values: Floats) -> list[Estimate]:
        scaled = np.log1p(values)
        alpha = agreement.krippendorff_alpha(scaled, "interval", confidence)
        more = [agreement.icc(scaled, "Ak", confidence), *of_these_readers([alpha])]
        return [*together(values), *_on_log(more)]

    def pair(values: Floats) -> list[Estimate]:
        return labelled(limits_of_agreement(values[:, 0], values[:, 1], confidence), "same_lesions")

    return among_readers("n_metastases", readings, cases, tracers, everyone, together, pair)


def _on_log(found: list[Estimate]) -> list[Estimate]:
    return labelled(found, "scale=log1p", "same_lesions")
