"""Whether each software agrees with the readers, beside how the readers agree with each other."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np

from bonescint.stats import agreement, counts, method_comparison
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.kappa_gap import kappa_gap
from bonescint.stats.panels import ReaderPanel, beside_readers
from bonescint.stats.questions import cutoffs_of, labelled, sign_of, without_test
from bonescint.stats.samples import Samples, SoftwareFacts, read_ratings, read_truth

QUESTION = {
    "order": 52,
    "needs": ["reference", "measurements", "readings", "software"],
    "settings": ["confidence", "cutoffs", "optimism", "values"],
    "where": ["readers"],
    "shown": ["kappa_gap", "kappa_gap.program_kappa", "kappa_gap.readers_kappa"],
}


# takes two answers to the same cases, and the confidence of the intervals
Compare = Callable[[np.ndarray, np.ndarray, float], list[Estimate]]


def rows(
    reference: Path,
    measurements: Path,
    readings: Sequence[Path],
    software: SoftwareFacts,
    settings: MetricSettings,
) -> Iterator[Estimate]:
    """Yield how each software's calls and counts agree with every reader's (R8, R9).

    The software is compared with each reader and with their consensus. Then the readers are
    compared with each other on the same cases: those that the software analysed and all readers
    read. If two metrics of a software have the same cases, the pairs of readers are shown once.
    """
    samples = Samples(read_truth(reference), measurements)
    said, counted = (read_ratings(readings, name) for name in ("metastasis", "n_metastases"))
    for key in software:
        of_calls, of_counts = _Readers(key, said.readers), _Readers(key, counted.readers)
        for metric in software[key]["metrics"]:
            sample = samples.of(metric, key, judged=False)
            panel = beside_readers(sample, said)
            for row in _calls(panel, said.readers, metric, settings):
                yield replace(row, subject=key, metric=metric)
            yield from of_calls.compared(panel, metric, _agree, settings["confidence"])
            if settings["values"][metric]["kind"] == "count":
                panel = beside_readers(sample, counted)
                found = [
                    row
                    for i, reader in enumerate(counted.readers)
                    for row in labelled(
                        _count(panel.scores, panel.values[:, i], settings["confidence"]),
                        *panel.left_out,
                        subject=key,
                        comparator=reader,
                        metric=metric,
                    )
                ]
                found += of_counts.compared(panel, metric, _count, settings["confidence"])
                yield from labelled(found, reference="n_metastases")


class _Readers:
    """The readers with each other on the cases of one software, once for the same cases."""

    def __init__(self, software: str, readers: Sequence[str]) -> None:
        self._software, self._readers = software, readers
        self._shown: list[list[str]] = []

    def compared(
        self, panel: ReaderPanel, metric: str, compare: Compare, confidence: float
    ) -> Iterator[Estimate]:
        """Yield each pair of readers. Only further metrics with other cases are named."""
        if panel.codes in self._shown:
            return
        own = metric if self._shown else ""
        self._shown.append(panel.codes)
        for i, j in combinations(range(len(self._readers)), 2):
            yield from labelled(
                compare(panel.values[:, i], panel.values[:, j], confidence),
                *panel.left_out,
                subject=self._readers[i],
                comparator=self._readers[j],
                metric=own,
                cases=f"cases_of={self._software}",
            )


def _calls(
    panel: ReaderPanel, readers: Sequence[str], metric: str, settings: MetricSettings
) -> Iterator[Estimate]:
    """Yield at every cut-off the software against each reader, all of them, and the consensus."""
    confidence, drawn = settings["confidence"], settings["optimism"]
    sign = sign_of(settings, metric)
    who_read = ~np.isnan(panel.values).all(axis=0)
    cutoffs = cutoffs_of(settings, metric)
    if not cutoffs:
        none = Estimate(measure="kappa_gap", n=len(panel.codes), status="no cutoff")
        yield none.noting(*panel.left_out)
    for cutoff in cutoffs:
        calls = (sign * panel.scores >= cutoff).astype(float)
        gap = kappa_gap(
            calls, panel.values[:, who_read], confidence, drawn["seed"], drawn["replicates"]
        )
        yield from labelled(gap, *panel.left_out, comparator="all_readers", cutoff=cutoff)
        for i, reader in enumerate(readers):
            found = _agree(calls, panel.values[:, i], confidence)
            yield from labelled(found, *panel.left_out, comparator=reader, cutoff=cutoff)
        decided = ~np.isnan(panel.y)
        undecided = int((~decided).sum())
        yield from labelled(
            _beyond_sides(calls[decided], panel.y[decided], confidence),
            *panel.left_out,
            *([f"left_out_no_reference={undecided}"] if undecided else []),
            comparator="consensus",
            reference="consensus",
            cutoff=cutoff,
            n_positive=int(panel.y[decided].sum()),
        )


def _agree(first: np.ndarray, second: np.ndarray, confidence: float) -> list[Estimate]:
    pair = np.column_stack([first, second])
    percent, *others = _beyond_sides(first, second, confidence)
    _, *sides = agreement.yes_no_agreement(pair, confidence)
    return [percent, *sides, *others]


def _beyond_sides(first: np.ndarray, second: np.ndarray, confidence: float) -> list[Estimate]:
    """Return the measures that are also valid against a consensus.

    Positive agreement with a consensus is the sensitivity against it (FDA 2007). The version that
    treats both sides alike would be another number with the same name.
    """
    pair = np.column_stack([first, second])
    percent = agreement.percent_agreement(pair, confidence)
    kappas = agreement.kappa_with_both_limits(first, second, confidence=confidence)
    return [*labelled([percent, *kappas], "planned_share"), agreement.gwet_ac1(pair, confidence)]


def _count(first: np.ndarray, second: np.ndarray, confidence: float) -> list[Estimate]:
    # on the log scale, because counts are skewed
    on_log = agreement.icc(np.log1p(np.column_stack([first, second])), "A1", confidence)
    found = [
        on_log.noting("scale=log1p", "same_lesions"),
        method_comparison.lin_ccc(first, second, confidence).noting("same_lesions"),
        *method_comparison.limits_of_agreement(first, second, confidence),
        counts.within(first, second, 1, confidence).noting("same_lesions"),
    ]
    return [without_test(row) for row in found]
