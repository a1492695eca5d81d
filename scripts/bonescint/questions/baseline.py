"""The cases by tracer and together: a description that tests nothing."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bonescint.files import Row, read_rows
from bonescint.stats.estimate import Estimate
from bonescint.stats.questions import labelled

QUESTION = {
    "order": 25,
    "needs": ["cases", "reference", "tracers"],
    "tested": False,
}

_OF_CASE = ("age", "height_cm", "weight_kg")
_OF_REFERENCE = ("n_metastases", "metastasis", "eod")
_EOD = "01234"  # grades that no case has are shown, too
_QUARTILES = {"median": 50, "quartile_low": 25, "quartile_high": 75}
_EVERYBODY = "all"  # a word, not a tracer


def rows(cases: Path, reference: Path, tracers: Sequence[str]) -> Iterator[Estimate]:
    """Yield what is known about the cases of each tracer, and about all of them.

    A finding is the consensus. A finding that no case has is left out, because a study may have no
    reader, or no reader who grades the extent of disease.
    """
    found = {
        row["code"]: {name: row[name] for name in _OF_REFERENCE} for row in read_rows(reference)
    }
    everybody = [row | found.get(row["code"], {}) for row in read_rows(cases)]
    groups = {tracer: [row for row in everybody if row["tracer"] == tracer] for tracer in tracers}
    if len(tracers) > 1:
        groups[_EVERYBODY] = everybody
    sexes = sorted(set(_known(everybody, "sex")))
    findings = [name for name in _OF_REFERENCE if _known(everybody, name)]
    for name, group in groups.items():
        yield from labelled(_described(group, sexes, findings), subject=name)


def _described(
    group: Sequence[Row], sexes: Sequence[str], findings: Sequence[str]
) -> Iterator[Estimate]:
    yield Estimate(measure="group_size", n=len(group), estimate=float(len(group)))
    for metric in _OF_CASE:
        yield from labelled([*_spread(group, metric), _unknown(group, metric)], metric=metric)
    if sexes:
        yield from _shares(group, "sex", sexes)
    if "n_metastases" in findings:
        counts = [*_spread(group, "n_metastases"), _unknown(group, "n_metastases")]
        yield from labelled(counts, metric="n_metastases")
        # over all cases the median may be 0 and say nothing about cases with metastases
        positive = [row for row in group if row.get("metastasis") == "1"]
        counts = [*_spread(positive, "n_metastases")]
        yield from labelled(counts, metric="n_metastases", cases="metastasis=1")
    if "metastasis" in findings:
        # one share describes both yes and no
        said = _known(group, "metastasis")
        shares = [_share(said.count("1"), len(said)), _unknown(group, "metastasis")]
        yield from labelled(shares, metric="metastasis")
    if "eod" in findings:
        yield from _shares(group, "eod", _EOD)


def _known(group: Sequence[Row], name: str) -> list[str]:
    return [row[name] for row in group if row.get(name)]


def _spread(group: Sequence[Row], name: str) -> Iterator[Estimate]:
    """Yield median and quartiles, interpolated between values (R's type 7)."""
    values = [float(value) for value in _known(group, name)]
    for measure, share in _QUARTILES.items():
        if values:
            at = float(np.percentile(values, share))
            yield Estimate(measure=measure, n=len(values), estimate=at)
        else:
            yield Estimate(measure=measure, n=0, status="no data")


def _shares(group: Sequence[Row], name: str, values: Sequence[str]) -> Iterator[Estimate]:
    """Yield the share of each of several values, and of the cases without a value."""
    said = _known(group, name)
    for value in values:
        share = _share(said.count(value), len(said))
        yield from labelled([share], metric=name, cases=f"{name}={value}")
    yield from labelled([_unknown(group, name)], metric=name)


def _share(count: int, n: int) -> Estimate:
    # without limits, because the cases were chosen and are no sample
    row = Estimate(measure="share", n=n).noting(f"count={count}/{n}")
    return replace(row, estimate=count / n) if n else replace(row, status="no data")


def _unknown(group: Sequence[Row], name: str) -> Estimate:
    missing = len(group) - len(_known(group, name))
    return replace(_share(missing, len(group)), measure="unknown")
