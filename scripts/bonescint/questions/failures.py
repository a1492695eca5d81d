"""Count what each software could not measure: failed segmentations, cases left aside or missing."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from bonescint.files import read_rows
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.paired_calls import compare_calls
from bonescint.stats.proportions import wilson
from bonescint.stats.questions import labelled
from bonescint.stats.samples import FAILED, KeyPairs, SoftwareFacts

QUESTION = {
    "order": 20,
    "needs": ["measurements", "version_pairs", "software"],
    "settings": ["confidence"],
    "shown": ["segmentation_failed", "failure_difference"],
}

TRIED = ("analysed", FAILED)


def rows(
    measurements: Path, version_pairs: KeyPairs, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield the proportion of failures of every software, and new minus old on the same cases.

    Failed and not analysed cases are counted among the cases in the software's table. Missing cases
    are counted among the cases of its tracer. A version pair is compared on the cases that both
    tried, that is, analysed or failed.
    """
    # all metrics of a case have the same status
    status: dict[str, dict[str, str]] = {key: {} for key in software}
    for row in read_rows(measurements):
        status.setdefault(row["software"], {})[row["code"]] = row["status"]

    confidence = settings["confidence"]
    for key in software:
        counts = Counter(status[key].values())
        expected = counts.total()
        listed = expected - counts["missing"]
        for measure, n in ((FAILED, listed), ("not_analysed", listed), ("missing", expected)):
            one = replace(wilson(counts[measure], n, confidence), n_positive=None)
            one = one.noting(f"count={counts[measure]}/{n}")
            yield replace(one, subject=key, measure=measure)
    for old, new in version_pairs:
        answers = {
            code: (status[new].get(code, "missing"), status[old].get(code, "missing"))
            for code in sorted(status[new].keys() | status[old].keys())
        }
        tried = [pair for pair in answers.values() if set(pair) <= set(TRIED)]
        left_out = Counter(
            next(one for one in pair if one not in TRIED)
            for pair in answers.values()
            if not set(pair) <= set(TRIED)
        )
        found = compare_calls(
            [now == FAILED for now, _ in tried],
            [before == FAILED for _, before in tried],
            "failure_difference",
            confidence,
        )
        notes = [f"left_out_{reason}={n}" for reason, n in sorted(left_out.items())]
        yield from labelled(found, *notes, subject=new, comparator=old)
