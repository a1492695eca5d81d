"""Compare two results of the same case: stored, by two operators, or by one reader."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from bonescint.stats import agreement, method_comparison
from bonescint.stats.estimate import Estimate, MetricSettings
from bonescint.stats.of_readers import of_these_readers
from bonescint.stats.questions import cutoffs_of, labelled, sign_of
from bonescint.stats.samples import Samples, SoftwareFacts, read_ratings

QUESTION = {
    "order": 120,
    "needs": ["measurements", "readings", "repeats", "second_readings", "software"],
    "settings": ["confidence", "cutoffs", "values"],
    "where": ["repeated"],
    "shown": ["percent_agreement", "repeatability_coefficient", "bias"],
}

# the printed value (Anand 2016) is that of a bone scan index in percent
_IN_PRINT = ("bsi", "percent")


def rows(
    measurements: Path,
    readings: Sequence[Path],
    repeats: Sequence[Path],
    second_readings: Sequence[Path],
    software: SoftwareFacts,
    settings: MetricSettings,
) -> Iterator[Estimate]:
    """Yield how far two results of the same cases agree.

    Every difference is the study's own result minus the other one. No reference is needed.
    """
    samples = Samples({}, measurements)
    for path in repeats:
        yield from _of_software(samples, path, software, settings)
    first = {path.stem: path for path in readings}
    for path in second_readings:
        reader, _, kind = path.stem.partition("_")
        for column, compared in _COMPARED.items():
            both = read_ratings([first[reader], path], column)
            # the second table may contain cases that are not in the study
            both = both.among(set(read_ratings([first[reader]], column).codes))
            yield from labelled(
                compared(both.values, settings["confidence"]),
                both.incomplete(),
                metric=column,
                subject=reader,
                comparator=kind,
            )


def _of_software(
    samples: Samples, path: Path, software: SoftwareFacts, settings: MetricSettings
) -> Iterator[Estimate]:
    key, _, kind = path.stem.partition("_")
    beside = samples.beside(kind, path, software[key]["metrics"])
    for metric in software[key]["metrics"]:
        sample = beside.of(metric, key, kind, judged=False, among=samples.codes_of(metric, key))
        both = np.column_stack(sample.scores)
        sign = sign_of(settings, metric)
        measured = (metric, settings["values"].get(metric, {}).get("kind"))
        found = _measured(both, settings["confidence"], measured == _IN_PRINT)
        for cutoff in cutoffs_of(settings, metric):
            found += labelled(
                _calls((sign * both >= cutoff).astype(float), settings["confidence"]),
                cutoff=cutoff,
            )
        yield from labelled(found, *sample.left_out, metric=metric, subject=key, comparator=kind)


def _measured(both: np.ndarray, confidence: float, in_print: bool = False) -> list[Estimate]:
    """Return how far two measurements agree."""
    own, other = both.T
    within = method_comparison.within_subject(own, other, confidence)
    limits = method_comparison.limits_of_agreement(own, other, confidence)
    # SD and coefficient assume one spread, as raw limits do
    if any("spread_" in row.note for row in limits):
        within = {name: row.noting("no_one_sd") for name, row in within.items()}
    if in_print:
        within["sd"] = within["sd"].noting("in_print")
    return [
        agreement.percent_agreement(both, confidence),
        *within.values(),
        *limits,
        agreement.icc(both, "A1", confidence),
        method_comparison.lin_ccc(own, other, confidence),
    ]


def _calls(both: np.ndarray, confidence: float) -> list[Estimate]:
    """Return how far two calls agree, yes or no."""
    first, second = both.T
    kappas = agreement.kappa_with_both_limits(first, second, confidence=confidence)
    return [*agreement.yes_no_agreement(both, confidence), *kappas]


def _read(both: np.ndarray, confidence: float) -> list[Estimate]:
    return of_these_readers(_calls(both, confidence))


def _graded(both: np.ndarray, confidence: float) -> list[Estimate]:
    if np.isnan(both).all():  # a reader may grade nothing
        return []
    percent = agreement.percent_agreement(both, confidence)
    first, second = both.T
    kappas = agreement.kappa_with_both_limits(first, second, "quadratic", confidence)
    return of_these_readers([percent, *kappas])


def _counted(both: np.ndarray, confidence: float) -> list[Estimate]:
    """Return how far two counts agree: in metastases, and the ICC of log(1 + count)."""
    measured = [row for row in _measured(both, confidence) if row.measure not in _UNSCALED]
    scaled = agreement.icc(np.log1p(both), "A1", confidence).noting("scale=log1p")
    return labelled([*measured, scaled], "same_lesions")


_UNSCALED = ("icc_a1", "lin_ccc")
_COMPARED = {"metastasis": _read, "eod": _graded, "n_metastases": _counted}
