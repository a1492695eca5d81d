"""Compare the diagnoses of two versions of one product on the cases that both analysed."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bonescint.declared import columns
from bonescint.stats import reclassification, roc
from bonescint.stats.accuracy import matched_of
from bonescint.stats.case_sets import failures_of
from bonescint.stats.estimate import FAILURES_AS_WRONG, Estimate, MetricSettings, write_number
from bonescint.stats.paired_calls import compare_accuracy
from bonescint.stats.questions import cutoffs_of, labelled, low_metrics, sign_of
from bonescint.stats.samples import (
    KeyPairs,
    Sample,
    Samples,
    SoftwareFacts,
    read_truth,
    version_metrics,
)

QUESTION = {
    "order": 90,
    "needs": ["reference", "measurements", "version_pairs", "software"],
    "settings": [
        "confidence",
        "cutoffs",
        "values",
        "matched_specificity",
        "partial_auc",
        "optimism",
    ],
    "also": ["reclassified"],
    "where": ["readers", "versions"],
    "shown": ["auc_difference", "sensitivity_difference", "specificity_difference"],
}
HEADERS = {"reclassified": columns("reclassified")}


def rows(
    reference: Path,
    measurements: Path,
    version_pairs: KeyPairs,
    software: SoftwareFacts,
    settings: MetricSettings,
) -> Iterator[Estimate]:
    """Yield how the newer version's diagnoses differ from the older's (R11).

    Every difference is new minus old, paired by case, over the cases that both analysed. Where an
    analysis failed, the differences are given a second time with failures as wrong calls, over all
    cases that both versions tried (Schuetz 2012).
    """
    samples = Samples(read_truth(reference), measurements, low_metrics(settings))
    for old, new, metric in version_metrics(version_pairs, software):
        sample = samples.of(metric, new, old)
        compared = [*_compared(sample, metric, settings), *matched_of(sample, settings)]
        found = labelled(compared, *sample.left_out)
        counted = samples.of(metric, new, old, with_failed=True)
        if failed := failures_of(counted):
            found += labelled(
                [r for r in _compared(counted, metric, settings) if r.measure != "nri"],
                *counted.left_out,
                *failed,
                cases=FAILURES_AS_WRONG,
            )
        yield from labelled(
            found, metric=metric, subject=new, comparator=old, reference="consensus"
        )


def reclassified(
    reference: Path,
    measurements: Path,
    version_pairs: KeyPairs,
    software: SoftwareFacts,
    settings: MetricSettings,
) -> Iterator[Mapping[str, object]]:
    """Yield every case whose call changed, by code."""
    samples = Samples(read_truth(reference), measurements, low_metrics(settings))
    for old, new, metric in version_metrics(version_pairs, software):
        for cutoff in cutoffs_of(settings, metric):
            sample, sign = samples.of(metric, new, old), sign_of(settings, metric)
            for case in _changed(sample, cutoff, sign):
                yield {"old": old, "new": new, "metric": metric} | case


def _compared(sample: Sample, metric: str, settings: MetricSettings) -> list[Estimate]:
    level = settings["confidence"]
    found = [roc.compare_paired(sample.y, sample.scores[0], sample.scores[1], level)]
    for cutoff in cutoffs_of(settings, metric):
        found += _at(sample, cutoff, level)
    return found


def _at(sample: Sample, cutoff: float, confidence: float) -> list[Estimate]:
    y = sample.y == 1
    new, old = (score >= cutoff for score in sample.scores)
    moves = reclassification.table(y, old, new)
    improvement = reclassification.nri(y, old, new).noting(
        "moves_positive=" + "/".join(map(str, moves.events)),
        "moves_negative=" + "/".join(map(str, moves.nonevents)),
    )
    return labelled(
        [*compare_accuracy(y, new, old, confidence), improvement],
        cutoff=cutoff,
    )


def _changed(sample: Sample, cutoff: float, sign: int) -> Iterator[dict[str, object]]:
    for code, truth, new, old in zip(sample.codes, sample.y, *sample.scores, strict=True):
        if (new >= cutoff) != (old >= cutoff):
            yield {
                "code": code,
                "cutoff": write_number(sign * cutoff),
                "metastasis": int(truth),
                "old_value": write_number(sign * old),
                "new_value": write_number(sign * new),
                "change": "up" if sign * new > sign * old else "down",
                "result": "gained" if (new >= cutoff) == truth else "lost",
            }
