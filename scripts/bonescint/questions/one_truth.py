"""Whether each software is as good as a reader: both against the majority of the other readers."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from bonescint.stats import roc
from bonescint.stats.case_sets import failures_of
from bonescint.stats.estimate import FAILURES_AS_WRONG, NAN, Estimate, MetricSettings
from bonescint.stats.leave_one_out import (
    MEASURES,
    OtherReaders,
    compare_with_readers,
    leave_one_out,
)
from bonescint.stats.paired_calls import limits_of_accuracy
from bonescint.stats.questions import cutoffs_of, labelled, low_metrics
from bonescint.stats.samples import Floats, Sample, Samples, SoftwareFacts, read_ratings

QUESTION = {
    "order": 56,
    "needs": ["readings", "measurements", "software"],
    "settings": ["confidence", "cutoffs", "values"],
    "where": ["two_readers"],
    "tested": False,
    "shown": ["sensitivity_difference", "specificity_difference"],
}

_TRUTH = "other_readers"


class Judged(NamedTuple):
    """A panel's cases that one software analysed. `calls` are the reader's, in their order."""

    panel: OtherReaders
    sample: Sample
    calls: Floats
    left_out: list[str]


def rows(
    readings: Sequence[Path], measurements: Path, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield each reader, and each software, against the majority of the other readers (R10, R11).

    For each software there are three groups of rows. The answer comes first: its difference from
    the mean reader at every cut-off, over the cases that it analysed. Where it failed on some, the
    same difference counts these as wrong calls. Then comes what each reader reaches over the cases
    that the software analysed. Last, beside each reader, come the software's rates and the
    difference. `comparator` names the reader who is judged beside the subject over the same cases.
    The differences have limits but no p, because a test for a difference cannot show that two are
    alike.
    """
    panels = leave_one_out(read_ratings(readings, "metastasis"))
    samples = Samples({}, measurements, low_metrics(settings))
    confidence = settings["confidence"]
    for key in software:
        metrics = {metric: cutoffs_of(settings, metric) for metric in software[key]["metrics"]}
        asked = [(metric, cutoff) for metric, found in metrics.items() for cutoff in found]
        judged = {
            metric: [_judged(panel, samples, metric, key) for panel in panels]
            for metric in dict(asked)
        }
        uncut = [(metric, NAN) for metric in metrics if metric not in judged]
        for metric, cutoff in (*asked, *uncut):
            for failed in (False, True):
                yield from labelled(
                    _mean(panels, samples, metric, key, cutoff, confidence, failed),
                    metric=metric,
                    cutoff=cutoff,
                    cases=FAILURES_AS_WRONG if failed else "",
                    subject=key,
                    comparator="mean_reader",
                    reference=_TRUTH,
                )
        yield from _readers(judged, key, confidence)
        for metric, cutoff in asked:
            for one in judged[metric]:
                yield from labelled(
                    _software(one, cutoff, confidence),
                    *one.left_out,
                    metric=metric,
                    cutoff=cutoff,
                    subject=key,
                    comparator=one.panel.reader,
                    reference=_TRUTH,
                )


def _judged(panel: OtherReaders, samples: Samples, metric: str, key: str) -> Judged:
    sample = samples.judged_by(panel.truth).of(metric, key, among=panel.truth.keys())
    calls = np.array([panel.calls[code] for code in sample.codes])
    cases = samples.codes_of(metric, key)
    apart = {"panel_tied": panel.tied & cases, "unread": panel.unread & cases}
    noted = [f"left_out_{reason}={len(codes)}" for reason, codes in apart.items() if codes]
    return Judged(panel, sample, calls, [*noted, *sample.left_out])


def _readers(
    judged: Mapping[str, Sequence[Judged]], key: str, confidence: float
) -> Iterator[Estimate]:
    """Yield the readers' rates once for each software, and again where a metric has other cases."""
    told: dict[str, list[str]] = {}
    for metric, of_metric in judged.items():
        for panel, sample, calls, left_out in of_metric:
            if told.get(panel.reader) != sample.codes:
                at = roc.at_cutoff(sample.y, calls, 0.5, confidence)
                yield from labelled(
                    [at.sensitivity, at.specificity],
                    *left_out,
                    metric=metric if panel.reader in told else "",
                    subject=panel.reader,
                    comparator=key,
                    reference=_TRUTH,
                )
                told.setdefault(panel.reader, sample.codes)


def _software(one: Judged, cutoff: float, confidence: float) -> list[Estimate]:
    """Return the software's rates and their differences from the reader's rates."""
    y, (score,) = one.sample.y, one.sample.scores
    at = roc.at_cutoff(y, score, cutoff, confidence)
    return [
        at.sensitivity,
        at.specificity,
        *limits_of_accuracy(y == 1, score >= cutoff, one.calls == 1, confidence),
    ]


def _mean(
    panels: Sequence[OtherReaders],
    samples: Samples,
    metric: str,
    key: str,
    cutoff: float,
    confidence: float,
    with_failed: bool,
) -> list[Estimate]:
    """Return the software minus the mean reader, over the cases of all panels.

    Without a cut-off (NaN) the software makes no call. Rows with failures as wrong calls exist only
    where the software failed.
    """
    decided = dict(pair for panel in panels for pair in panel.truth.items())
    among = samples.judged_by(decided)
    sample = among.of(metric, key, among=decided.keys(), with_failed=with_failed)
    score, failed = sample.scores[0], failures_of(sample)
    without = len(samples.codes_of(metric, key) - decided.keys())
    notes = [*([f"left_out_no_panel={without}"] if without else []), *sample.left_out, *failed]
    if with_failed and (not failed or math.isnan(cutoff)):
        return []
    if math.isnan(cutoff):
        none = Estimate(n=sample.y.size, status="no cutoff")
        return [replace(none, measure=f"{one}_difference").noting(*notes) for one in MEASURES]
    truth, calls = (
        np.array([[said.get(code, NAN) for said in of_panels] for code in sample.codes]).reshape(
            len(sample.codes), len(panels)
        )
        for of_panels in ([panel.truth for panel in panels], [panel.calls for panel in panels])
    )
    # a failure is wrong in every panel
    program = np.where(np.isinf(score)[:, None], truth == 0, (score >= cutoff)[:, None])
    return labelled(compare_with_readers(truth, program, calls, confidence), *notes)
