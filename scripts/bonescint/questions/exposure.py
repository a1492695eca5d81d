"""Accuracy of a version with and without the cases that it may have been trained on (R31)."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path

from bonescint.files import read_rows
from bonescint.stats.accuracy import accuracy_of, differences_of
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.proportions import wilson
from bonescint.stats.questions import labelled, low_metrics
from bonescint.stats.samples import KeyPairs, Samples, SoftwareFacts, read_truth, shared_metrics

QUESTION = {
    "order": 170,
    "needs": ["reference", "measurements", "exposure", "version_pairs", "software"],
    "settings": ["confidence", "cutoffs", "values"],
    "shown": ["exposed_share"],
}


def rows(
    reference: Path,
    measurements: Path,
    exposure: Path,
    version_pairs: KeyPairs,
    software: SoftwareFacts,
    settings: MetricSettings,
) -> Iterator[Estimate]:
    """Yield each software's share of possible training cases, and its results without them.

    A case is exposed to a version if it was delivered no later than the version's release (R31).
    Comparisons of versions leave out all cases that either version may have seen. Where no case is
    exposed, the results of ``all`` and ``not_exposed`` are the same, and only the share is given.
    """
    samples = Samples(read_truth(reference), measurements, low_metrics(settings))
    exposed: dict[str, set[str]] = {key: set() for key in software}
    cases: dict[str, set[str]] = {key: set() for key in software}
    for row in read_rows(exposure):
        cases[row["software"]].add(row["code"])
        if row["exposed"] == "1":
            exposed[row["software"]].add(row["code"])
    confidence = settings["confidence"]
    for key in software:
        count, n = len(exposed[key]), len(cases[key])
        share = replace(wilson(count, n, confidence), n_positive=None)
        yield from labelled([share], f"count={count}/{n}", subject=key, measure="exposed_share")
        for name, among in _groups(cases[key], exposed[key]):
            for metric in software[key]["metrics"]:
                sample = samples.of(metric, key, among=among)
                yield from labelled(
                    accuracy_of(sample, metric, settings),
                    *sample.left_out,
                    metric=metric,
                    cases=name,
                    subject=key,
                    reference="consensus",
                )
    for old, new in version_pairs:
        for name, among in _groups(cases[new] & cases[old], exposed[new] | exposed[old]):
            for metric in shared_metrics(software, new, old):
                sample = samples.of(metric, new, old, among=among)
                yield from labelled(
                    differences_of(sample, metric, settings, confidence),
                    *sample.left_out,
                    metric=metric,
                    cases=name,
                    subject=new,
                    comparator=old,
                    reference="consensus",
                )


def _groups(cases: set[str], exposed: set[str]) -> list[tuple[str, Collection[str]]]:
    if not cases & exposed:
        return []
    return [("all", cases), ("not_exposed", cases - exposed)]
