"""How accurate each software is in configured subgroups of the cases: exploratory."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from bonescint.files import number, read_rows
from bonescint.stats.accuracy import accuracy_of, differences_of
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.paired_calls import limits_of_accuracy
from bonescint.stats.questions import labelled, low_metrics
from bonescint.stats.samples import (
    KeyPairs,
    Sample,
    Samples,
    SoftwareFacts,
    read_consensus,
    read_eod_contradictions,
    read_truth,
    shared_metrics,
)
from bonescint.stats.subgroups import (
    GRADES,
    Subgroups,
    groups_by_grade,
    groups_by_number,
    of_subgroup,
)

QUESTION = {
    "order": 180,
    "needs": ["cases", "reference", "measurements", "version_pairs", "software"],
    "settings": ["confidence", "cutoffs", "values", "subgroups"],
    "where": ["readers", "subgroups"],
    "tested": False,
}


def rows(
    cases: Path,
    reference: Path,
    measurements: Path,
    version_pairs: KeyPairs,
    software: SoftwareFacts,
    settings: MetricSettings,
) -> Iterator[Estimate]:
    """Yield AUC, sensitivity and specificity of each subgroup, and the differences of versions.

    By grade of the extent of disease there is only the sensitivity, because a negative case has no
    grade. The AUC of each grade against all negative cases is part of `accuracy`. There is no p:
    among many groups, one that differs is to be expected.
    """
    truth = read_truth(reference)
    samples = Samples(truth, measurements, low_metrics(settings))
    asked = [(key, "", metric) for key in software for metric in software[key]["metrics"]]
    asked += [
        (new, old, metric)
        for old, new in version_pairs
        for metric in shared_metrics(software, new, old)
    ]
    for parts in _subgroups(cases, reference, truth, settings["subgroups"]):
        for name, codes in parts.groups.items():
            for subject, comparator, metric in asked:
                keys = [key for key in (subject, comparator) if key]
                sample = samples.of(metric, *keys, among=codes)
                found = (_differences if comparator else accuracy_of)(sample, metric, settings)
                if parts.by == GRADES:
                    found = [row for row in found if row.measure.startswith("sensitivity")]
                theirs = set[str]().union(*(samples.codes_of(metric, key) for key in keys))
                unknown = len(parts.unknown & theirs)
                yield from labelled(
                    map(of_subgroup, found),
                    *([f"left_out_no_group={unknown}"] if unknown else []),
                    *sample.left_out,
                    "exploratory",
                    metric=metric,
                    cases=name,
                    subject=subject,
                    comparator=comparator,
                    reference="consensus",
                )


def _subgroups(
    cases: Path, reference: Path, truth: Mapping[str, float], asked: Sequence[Mapping[str, Any]]
) -> Iterator[Subgroups]:
    for one in asked:
        by = one["by"]
        if by == GRADES:
            positive = [code for code, yes in truth.items() if yes]
            contradicting = read_eod_contradictions(reference)
            yield groups_by_grade(read_consensus(reference, GRADES), positive, contradicting)
        else:
            yield groups_by_number(
                by, one["at"], {row["code"]: number(row[by]) for row in read_rows(cases)}
            )


def _differences(sample: Sample, metric: str, settings: MetricSettings) -> list[Estimate]:
    """Return newer minus older, paired by case."""
    return differences_of(sample, metric, settings, settings["confidence"], limits_of_accuracy)
