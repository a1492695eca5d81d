"""Sets of cases on which a software is judged, besides those that it analysed itself."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from bonescint.stats.estimate import (
    FAILURES_AS_WRONG,
    SAME_CASES,
    Estimate,
    MetricSettings,
    write_number,
)
from bonescint.stats.questions import cutoffs_of, labelled, low_metrics, sign_of
from bonescint.stats.samples import Sample, Samples, SoftwareFacts, read_truth, software_metrics


def failures_of(sample: Sample) -> list[str]:
    """Return the notes that count the failures in a sample that was asked for `with_failed`.

    The sample is of one software, or of two, where the second is the comparator.

    Examples
    --------
    >>> failures_of(Sample(["A", "B"], np.array([1.0, 0]), [np.array([-np.inf, 0.3])], []))
    ['failed=1']
    """
    counts = [int(np.isinf(scores).sum()) for scores in sample.scores]
    names = ("failed", "comparator_failed")
    notes = [f"{name}={count}" for name, count in zip(names, counts, strict=False)]
    return notes if any(counts) else []


def beside_own(
    samples: Samples,
    software: SoftwareFacts,
    key: str,
    metric: str,
    judge: Callable[[Sample], list[Estimate]],
) -> list[Estimate]:
    """Return how a software performs on other cases than those that it analysed itself.

    Rows come with every failure as a wrong call (Schuetz 2012, Shinkins 2013), and on the cases
    that all versions of its product analysed. Only the latter can be compared between versions.
    Rows are left out where the cases are the software's own.
    """
    own = samples.of(metric, key)
    counted = samples.of(metric, key, with_failed=True)
    rows: list[Estimate] = []
    if failed := failures_of(counted):
        notes = (*counted.left_out, *failed)
        rows += labelled(judge(counted), *notes, cases=FAILURES_AS_WRONG)
    # a version without any result does not limit the others' cases
    others = [
        other
        for other in software
        if other != key
        and software[other].get("product") == software[key].get("product")
        and samples.of(metric, other).codes
    ]
    same = samples.of(metric, key, *others)
    if len(same.codes) < len(own.codes):
        mine = same._replace(scores=same.scores[:1])
        rows += labelled(judge(mine), *same.left_out, cases=SAME_CASES)
    return rows


def failed_calls(
    reference: Path, measurements: Path, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[dict[str, object]]:
    """Yield the calls, positive, negative or failed, by metastasis: 3 x 2 a cut-off."""
    samples = Samples(read_truth(reference), measurements, low_metrics(settings))
    for key, metric in software_metrics(software):
        sample = samples.of(metric, key, with_failed=True)
        (score,) = sample.scores
        failed = np.isinf(score)
        for cutoff in cutoffs_of(settings, metric):
            positive = (score >= cutoff) & ~failed
            calls = {"positive": positive, "negative": ~positive & ~failed, "failed": failed}
            for call, cases in calls.items():
                yield {
                    "software": key,
                    "metric": metric,
                    "cutoff": write_number(sign_of(settings, metric) * cutoff),
                    "call": call,
                    "metastasis": int((cases & (sample.y == 1)).sum()),
                    "no_metastasis": int((cases & (sample.y == 0)).sum()),
                }
