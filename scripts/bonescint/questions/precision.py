"""What the study can show: expected intervals and power at the planned size and difference."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bonescint.declared import columns
from bonescint.stats.estimate import Estimate, MetricSettings, write_number
from bonescint.stats.normal import critical
from bonescint.stats.paired_power import (
    Correlations,
    Sizes,
    discordant,
    obuchowski_mcclish_power,
)
from bonescint.stats.questions import cutoffs_of, labelled, low_metrics, sign_of
from bonescint.stats.sample_size import (
    MEASURES,
    detectable_difference,
    expected_half_width,
    latent_correlation,
    paired_error,
    paired_power,
)
from bonescint.stats.samples import (
    KeyPairs,
    Sample,
    Samples,
    SoftwareFacts,
    read_truth,
    shared_metrics,
    version_metrics,
)

QUESTION = {
    "order": 115,
    "needs": ["reference", "measurements", "version_pairs", "software"],
    "settings": ["confidence", "cutoffs", "values", "primary", "plan"],
    "also": ["sample_size"],
    "where": ["readers", "versions"],
}
HEADERS = {"sample_size": columns("sample_size")}

ANY = "any_software"  # the plan is the same for all
POWER = 0.8  # used where the plan names none
_STEPS = (0.4, 0.6, 0.8, 1, 1.25, 1.6, 2, 2.5, 3, 4)  # factors of the planned cases, for the figure
_DIFFERENCES = (0.5, 1, 1.5)  # factors of the planned difference


class _Plan:
    """The settings of `metrics.plan`, as far as they are given."""

    def __init__(self, settings: MetricSettings) -> None:
        said = settings.get("plan") or {}
        self.is_there = bool(said)
        self.sizes = Sizes(said.get("positive", 0), said.get("negative", 0))
        self.power = said.get("power") or POWER
        self.confidence = float(settings["confidence"])
        self.values = {name: said.get(name) for name in MEASURES}
        self.differences = {name: said.get(f"{name}_difference") for name in MEASURES}

    def row(self, measure: str, estimate: float = math.nan, status: str = "ok") -> Estimate:
        if not self.is_there:
            return Estimate(measure=measure, status="not assessed")
        n, positive = sum(self.sizes), self.sizes.positive
        return Estimate(measure=measure, n=n, n_positive=positive, estimate=estimate, status=status)


def rows(
    reference: Path,
    measurements: Path,
    version_pairs: KeyPairs,
    software: SoftwareFacts,
    settings: MetricSettings,
) -> Iterator[Estimate]:
    """Yield what the planned cases can show about one software and about two versions.

    The correlation of the versions is estimated here. Sizes, values and differences come from
    `metrics.plan`; observed ones are never used. What is not planned is not assessed.
    """
    plan = _Plan(settings)
    alone = (_alone(plan, measure) for measure in MEASURES)
    yield from labelled(alone, subject=ANY, reference="consensus")
    samples = Samples(read_truth(reference), measurements, low_metrics(settings))
    for old, new, metric in version_metrics(version_pairs, software):
        sample = samples.of(metric, new, old)
        found = _correlations(sample, plan.confidence)
        told = labelled(found, *sample.left_out)
        told += labelled(_compared(plan, "auc", found), cutoff=math.nan)
        for cutoff in cutoffs_of(settings, metric):
            for measure in MEASURES[1:]:
                here = _discordant_here(sample, measure, cutoff)
                told += labelled(_compared(plan, measure, found), here, cutoff=cutoff)
        for row in labelled(
            told, subject=new, comparator=old, metric=metric, reference="consensus"
        ):
            yield row.noting("primary") if _is_primary(row, settings) else row


def sample_size(
    reference: Path,
    measurements: Path,
    version_pairs: KeyPairs,
    software: SoftwareFacts,
    settings: MetricSettings,
) -> Iterator[Mapping[str, object]]:
    """Yield the power of the primary hypothesis for more and for fewer cases, for the figure."""
    plan = _Plan(settings)
    samples = Samples(read_truth(reference), measurements, low_metrics(settings))
    measure, new, old, metric = _shown(version_pairs, software, settings)
    value, planned = plan.values[measure], plan.differences[measure]
    found = _correlations(samples.of(metric, new, old), plan.confidence)
    if value is None or planned is None or any(row.status != "ok" for row in found):
        return
    ends = _ends(found)
    for times in _DIFFERENCES:
        difference = times * planned
        if difference >= value:
            continue
        for step in _STEPS:
            sizes = Sizes(*(max(round(step * n), 2) for n in plan.sizes))
            powers = [
                paired_power(measure, value, difference, r, sizes, plan.confidence) for r in ends
            ]
            yield {
                "subject": new,
                "comparator": old,
                "metric": metric,
                "measure": f"{measure}_difference",
                "difference": write_number(difference),
                "n_positive": sizes.positive,
                "n_negative": sizes.negative,
                "planned": int(times == step == 1),
                "wanted": write_number(plan.power),
                "power": write_number(powers[0]),
                "power_low": write_number(powers[1]),
                "power_high": write_number(powers[2]),
            }


def _alone(plan: _Plan, measure: str) -> Estimate:
    name, value = f"half_width_{measure}", plan.values[measure]
    if value is None:
        return plan.row(name, status="not assessed")
    found = expected_half_width(measure, value, plan.sizes, plan.confidence)
    return plan.row(name, found).noting(f"supposed_value={write_number(value)}")


def _correlations(sample: Sample, confidence: float) -> list[Estimate]:
    new, old = sample.scores
    return [
        replace(
            latent_correlation(new[among], old[among], confidence),
            measure=f"correlation_{name}",
            n_positive=int((sample.y[among] == 1).sum()),
        )
        for name, among in (("positive", sample.y == 1), ("negative", sample.y == 0))
    ]


def _compared(plan: _Plan, measure: str, correlations: Sequence[Estimate]) -> Iterator[Estimate]:
    """Yield half width, power and detectable difference for a comparison of two versions."""
    value, difference = plan.values[measure], plan.differences[measure]
    names = [f"{kind}_{measure}_difference" for kind in ("half_width", "power", "detectable")]
    own = {"auc": (0, 1), "sensitivity": (0,), "specificity": (1,)}[measure]
    lacks = next((correlations[i].status for i in own if correlations[i].status != "ok"), "")
    if value is None or lacks:
        status = "not assessed" if value is None else lacks
        yield from (plan.row(name, status=status) for name in names)
        return
    ends = _ends(correlations)
    supposed = f"supposed_better={write_number(value)}"
    if difference is None:
        yield from (plan.row(name, status="not assessed") for name in names[:2])
    else:
        about = [supposed, f"planned_difference={write_number(difference)}"]
        z = critical(plan.confidence)
        widths = [z * paired_error(measure, value, difference, r, plan.sizes) for r in ends]
        yield _within(plan.row(names[0]), widths).noting(*about)
        powers = [
            paired_power(measure, value, difference, r, plan.sizes, plan.confidence) for r in ends
        ]
        row = _within(plan.row(names[1]), powers).noting(*about)
        if measure == "auc":
            yield replace(row, test="delong_paired")
            other = value - difference
            powers = [
                obuchowski_mcclish_power(value, other, r, plan.sizes, plan.confidence) for r in ends
            ]
            row = _within(plan.row(names[1]), powers).noting(*about)
            yield replace(row, test="obuchowski_mcclish")
        else:
            share = sum(discordant(value, value - difference, ends[0][own[0]]))
            row = row.noting(f"discordant_planned={write_number(share)}")
            yield replace(row, test="mcnemar_exact")
    smallest = [
        detectable_difference(measure, value, r, plan.sizes, plan.power, plan.confidence)
        for r in ends
    ]
    row = plan.row(names[2])
    row = replace(row, status="too few") if np.isnan(smallest[0]) else _within(row, smallest)
    yield row.noting(supposed, f"planned_power={write_number(plan.power)}")


def _ends(correlations: Sequence[Estimate]) -> list[Correlations]:
    """Return the correlations of both classes as estimated, at both lower and both upper limits.

    If one could not be estimated, the measure does not use its class.
    """
    return [
        Correlations(*(0.0 if math.isnan(r := getattr(one, end)) else r for one in correlations))
        for end in ("estimate", "ci_low", "ci_high")
    ]


def _within(row: Estimate, found: Sequence[float]) -> Estimate:
    """Return the row with its value, and the range of values at the limits of the correlations.

    For yes or no the power does not always rise with the correlation, so the value itself may be
    the highest. If a limit has no value, there is no range.
    """
    row = replace(row, estimate=found[0])
    if np.isnan(found).any():
        return row
    return replace(row, ci_low=min(found), ci_high=max(found), ci_method="of_correlations")


def _discordant_here(sample: Sample, measure: str, cutoff: float) -> str:
    among = sample.y == (1 if measure == "sensitivity" else 0)
    new, old = (score[among] >= cutoff for score in sample.scores)
    return f"discordant_here={int((new != old).sum())}/{new.size}"


def _is_primary(row: Estimate, settings: MetricSettings) -> bool:
    primary = settings.get("primary") or {}
    if primary.get("question") != "version_diagnosis":
        return False
    shown = replace(row, cutoff=sign_of(settings, row.metric) * row.cutoff)
    about = ("subject", "comparator", "metric", "cutoff")
    return row.measure.endswith(f"_{primary['measure']}") and all(
        primary.get(name) in (None, getattr(shown, name)) for name in about
    )


def _shown(
    version_pairs: KeyPairs, software: SoftwareFacts, settings: MetricSettings
) -> tuple[str, str, str, str]:
    """Return measure, newer, older version and metric: the primary hypothesis, or the first."""
    primary = settings.get("primary") or {}
    measure = str(primary.get("measure")).removesuffix("_difference")
    if primary.get("question") == "version_diagnosis" and measure in MEASURES:
        new, old = primary["subject"], primary.get("comparator")
        for pair in version_pairs:
            if pair[1] == new and old in (None, pair[0]):
                metric = primary.get("metric") or shared_metrics(software, *pair)[0]
                return measure, new, pair[0], metric
    old, new = version_pairs[0]
    return "auc", new, old, shared_metrics(software, new, old)[0]
