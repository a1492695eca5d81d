"""The few rows that come first: how each software fails, agrees and performs."""

from typing import NamedTuple

from bonescint.files import Row
from bonescint.outputs.data import first_cutoffs
from bonescint.outputs.estimates import find, performance
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results


class Glance(NamedTuple):
    """What the overview says about one software, at one metric and one cut-off."""

    software: str
    metric: str  # empty where the software has none
    cutoff: float | None  # None where the study configures none for the metric
    # Estimate rows, None where the question was not asked: ``segmentation_failed``, ``kappa_gap``,
    # ``auc``
    failed: Row | None
    gap: Row | None
    auc: Row | None


def at_a_glance(results: Results, labels: Labels) -> list[Glance]:
    """Return one row for each software, at the metric of the primary hypothesis.

    A software without that metric is shown at its first metric with a cut-off.
    """
    return [_glance(software, results, labels) for software in labels.software_keys]


def _glance(software: str, results: Results, labels: Labels) -> Glance:
    settings = results.provenance["analysis"]["metrics"]
    first = first_cutoffs(settings["cutoffs"])
    chosen = settings.get("primary") or {}
    has = labels.metrics(software)
    wanted = (chosen.get("metric"), *first, *has)
    metric = next((one for one in wanted if one in has), "")
    cutoff = first.get(metric)
    if metric == chosen.get("metric") and chosen.get("cutoff") is not None:
        cutoff = float(chosen["cutoff"])
    accuracy, failures, agreement = (
        results.metrics.get(key, []) for key in ("accuracy", "failures", "software_readers")
    )
    gap = None if cutoff is None else _gap(agreement, software, metric, cutoff)
    return Glance(
        software,
        metric,
        cutoff,
        find(failures, "segmentation_failed", software, ""),
        # without a cut-off, the row says why there is no value
        gap or find(agreement, "kappa_gap", software, metric),
        performance(accuracy, [], software, metric, {})["auc"],
    )


def _gap(rows: list[Row], software: str, metric: str, cutoff: float) -> Row | None:
    return find(rows, "kappa_gap", software, metric, "all_readers", cutoff)
