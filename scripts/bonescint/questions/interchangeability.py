"""Whether a software could replace a reader: how much disagreement that would add."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from bonescint.stats.estimate import Estimate, MetricSettings, write_number
from bonescint.stats.interchangeability import equivalence_index
from bonescint.stats.panels import beside_readers
from bonescint.stats.questions import cutoffs_of, labelled, sign_of
from bonescint.stats.samples import Samples, SoftwareFacts, read_ratings, software_metrics

QUESTION = {
    "order": 54,
    "needs": ["measurements", "readings", "software"],
    "settings": ["confidence", "cutoffs", "margins", "optimism", "values"],
    "where": ["two_readers"],
    "shown": [
        "equivalence_index",
        "equivalence_index.program_differs",
        "equivalence_index.readers_differ",
        "interchangeability",
    ],
}


def rows(
    measurements: Path, readings: Sequence[Path], software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield the individual equivalence index of each software's calls at every cut-off.

    There is one index for all readers together, compared with the margin if there is one, and one
    for each reader whom the software would replace. No reference standard is needed.
    """
    samples, said = Samples({}, measurements), read_ratings(readings, "metastasis")
    for key, metric in software_metrics(software):
        panel = beside_readers(samples.of(metric, key, judged=False), said)
        who_read = np.flatnonzero(~np.isnan(panel.values).all(axis=0)).tolist()
        read = panel.values[:, who_read]
        sign = sign_of(settings, metric)
        cutoffs = cutoffs_of(settings, metric)
        if not cutoffs:
            none = Estimate(measure="equivalence_index", n=len(read), status="no cutoff")
            yield from labelled([none], *panel.left_out, subject=key, metric=metric)
        for cutoff in cutoffs:
            calls = sign * panel.scores >= cutoff
            found = labelled(_all_readers(calls, read, settings), comparator="all_readers")
            for column, i in enumerate(who_read):
                index = _index(calls, read, settings, settings["confidence"], column)
                found += labelled(index, comparator=said.readers[i])
            yield from labelled(found, *panel.left_out, subject=key, metric=metric, cutoff=cutoff)


def _index(
    calls: np.ndarray,
    read: np.ndarray,
    settings: MetricSettings,
    confidence: float,
    instead_of: int | None = None,
) -> list[Estimate]:
    drawn = settings["optimism"]
    return equivalence_index(
        calls, read, confidence, drawn["seed"], drawn["replicates"], instead_of
    )


def _all_readers(calls: np.ndarray, read: np.ndarray, settings: MetricSettings) -> list[Estimate]:
    """Return the index over all readers, and whether it is below the margin.

    The error of that statement is one-sided, so its interval has level 2c - 1, as for a TOST.
    """
    found = _index(calls, read, settings, settings["confidence"])
    margin = settings["margins"].get("interchangeability")
    if margin is None:
        held = Estimate(measure="interchangeability", n=len(calls), status="not assessed")
        return [*found, held]
    level = 2 * settings["confidence"] - 1
    held = replace(_index(calls, read, settings, level)[0], measure="interchangeability")
    held = replace(held, level=level, note="").noting(f"margin_high={write_number(margin)}")
    if held.status == "ok":
        held = held.noting("below_margin" if held.ci_high < margin else "not_below_margin")
    return [*found, held]
