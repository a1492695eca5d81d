"""Two products over one yardstick: the research reference analysis read the scans of both tracers.

A product minus the reference analysis is a difference within patients. The difference of two such
differences compares the products indirectly. It assumes that the reference analysis behaves alike
in both tracers, so the rows about that stand beside it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bonescint.builtin import BUILTIN, BUILTIN_METRICS
from bonescint.files import read_rows
from bonescint.stats import method_comparison, roc
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.questions import labelled
from bonescint.stats.samples import KeyPairs, Sample, Samples, SoftwareFacts, read_truth
from bonescint.stats.welch import welch_difference

QUESTION = {
    "order": 135,
    "needs": ["reference", "measurements", "analysed", "product_pairs", "software"],
    "settings": ["confidence", "offsets", "values"],
    "where": ["builtin"],
    "tested": False,
    "shown": ["bridge_difference", "reference_difference"],
}


def rows(
    reference: Path,
    measurements: Path,
    analysed: Path,
    product_pairs: KeyPairs,
    software: SoftwareFacts,
    settings: MetricSettings,
) -> Iterator[Estimate]:
    """Yield each software minus the reference analysis, and the differences between products.

    Every row is exploratory. Rows of two products or two tracers compare different patients.
    """
    truth = read_truth(reference)
    samples = Samples(truth, measurements).beside(BUILTIN, analysed, BUILTIN_METRICS)
    marks = [*_version(analysed), "research_reference"]  # a whole sentence stands last
    for metric in BUILTIN_METRICS:
        asked = [key for key in software if metric in software[key]["metrics"]]
        # the reference analysis also has the patients of the other tracers
        pairs = {
            key: samples.of(metric, key, BUILTIN, judged=False, among=samples.codes_of(metric, key))
            for key in asked
        }
        for key, sample in pairs.items():
            found = _against(sample, settings, metric)
            yield from labelled(found, *sample.left_out, *marks, metric=metric, subject=key)
        for one, other in product_pairs:
            if {one, other} <= pairs.keys():
                found = _over(pairs[one], pairs[other], settings, metric)
                yield from labelled(
                    found, "confounded", "bridge_assumption", *marks,
                    metric=metric, subject=one, comparator=other,
                )  # fmt: skip
        yield from labelled(_assumption(samples, software, metric, settings), *marks)


def _version(analysed: Path) -> list[str]:
    versions = sorted({row["version"] for row in read_rows(analysed) if row["version"]})
    return [f"analyser_version={'+'.join(versions)}"] if versions else []


def _against(sample: Sample, settings: MetricSettings, metric: str) -> Iterator[Estimate]:
    """Yield a software minus the reference analysis, and its ratio with the first offset."""
    own, yardstick = sample.scores
    confidence = settings["confidence"]
    bias = method_comparison.bland_altman(own, yardstick, confidence)["bias"]
    yield replace(bias, measure="reference_difference", reference="analyser")
    for offset in settings["offsets"][metric][:1]:
        ratio = method_comparison.bland_altman_log(own, yardstick, offset, confidence)["bias"]
        row = replace(ratio, measure="reference_ratio", reference="analyser")
        yield replace(row, note=f"added={offset:g}")


def _over(one: Sample, other: Sample, settings: MetricSettings, metric: str) -> Iterator[Estimate]:
    """Yield the difference of two differences, and the ratio of two ratios, of other patients."""
    confidence = settings["confidence"]
    first, second = (sample.scores[0] - sample.scores[1] for sample in (one, other))
    found = welch_difference(first, second, confidence)
    yield replace(found, measure="bridge_difference", reference="analyser")
    for offset in settings["offsets"][metric][:1]:
        first, second = (
            np.log(sample.scores[0] + offset) - np.log(sample.scores[1] + offset)
            for sample in (one, other)
        )
        found = welch_difference(first, second, confidence)
        ratio = replace(
            found,
            measure="bridge_ratio",
            reference="analyser",
            estimate=float(np.exp(found.estimate)),
            ci_low=float(np.exp(found.ci_low)),
            ci_high=float(np.exp(found.ci_high)),
        )
        yield ratio.noting(f"added={offset:g}")


def _assumption(
    samples: Samples, software: SoftwareFacts, metric: str, settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield how the reference analysis behaves in each tracer, against the readers' consensus.

    Two tracers in which it behaves alike have the same AUC, and the same values in patients without
    metastasis. Values in patients with metastasis also depend on how many they have.
    """
    confidence = settings["confidence"]
    tracers = _tracers(samples, software, metric)
    for tracer, sample in tracers.items():
        area = roc.auc(sample.y, sample.scores[0], confidence=confidence)
        yield from _named([area], sample, metric, subject=tracer)
    for one, other in _neighbours(tracers):
        first, second = tracers[one], tracers[other]
        gap = roc.compare_unpaired(first.y, first.scores[0], second.y, second.scores[0], confidence)
        shifts = [
            replace(
                welch_difference(
                    first.scores[0][first.y == truth], second.scores[0][second.y == truth],
                    confidence,
                ),
                measure="reference_shift",
                cases=cases,
            )
            for cases, truth in (("without_metastasis", 0), ("with_metastasis", 1))
        ]  # fmt: skip
        yield from _named(
            [gap, *shifts], first, metric, "confounded",
            *(f"comparator_{note}" for note in second.left_out), subject=one, comparator=other,
        )  # fmt: skip


def _tracers(samples: Samples, software: SoftwareFacts, metric: str) -> dict[str, Sample]:
    """Return tracer -> the reference analysis of the cases that a software of it belongs to."""
    codes: dict[str, set[str]] = {}
    for key, one in software.items():
        found = codes.setdefault(str(one["tracer"]), set())
        for measured in one["metrics"]:
            found |= samples.codes_of(measured, key)
    return {tracer: samples.of(metric, BUILTIN, among=among) for tracer, among in codes.items()}


def _neighbours(tracers: Iterable[str]) -> Iterator[tuple[str, str]]:
    named = list(tracers)
    yield from ((a, b) for i, a in enumerate(named) for b in named[i + 1 :])


def _named(
    found: Sequence[Estimate], sample: Sample, metric: str, *notes: str, **fields: str
) -> list[Estimate]:
    return labelled(
        found, "of_analyser", *notes, *sample.left_out, metric=metric, reference="consensus",
        **fields,
    )  # fmt: skip
