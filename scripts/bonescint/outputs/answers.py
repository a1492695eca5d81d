"""The study's answer in a few sentences, each made from estimates and their limits."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from bonescint.files import Row, number
from bonescint.outputs.data import first_cutoffs
from bonescint.outputs.estimates import find, noted, primary
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results
from bonescint.outputs.rounding import NULLS, rounded
from bonescint.outputs.verdicts import Verdict, verdict
from bonescint.resources import Texts
from bonescint.stats.estimate import FAILURES_AS_WRONG
from bonescint.stats.questions import counts_failures

_AREA = "answer"


class Answer(NamedTuple):
    """A sentence and the rows that it was made from.

    Parameters
    ----------
    topic
        ``cases``, ``versions``, ``readers``, ``products`` or ``failures``.
    text
        Ready to be read, in the study's language.
    verdict
        What it says of a difference, where it is about one.
    rows
        Estimate rows.
    """

    topic: str
    text: str
    verdict: Verdict | None = None
    rows: tuple[Row, ...] = ()


def answers(results: Results, labels: Labels) -> list[Answer]:
    """Return what the study found, how sure it is, and what cannot be said.

    Parameters
    ----------
    results
        The run's tables and the configuration that it recorded.
    labels
        Names and words of the study.
    """
    said = [_cases(results, labels), *_versions(results, labels)]
    said += [*_readers(results, labels), *_failures(results, labels), *_products(results, labels)]
    return said


def _cases(results: Results, labels: Labels) -> Answer:
    words = Texts(_AREA, labels.language)
    decided = [row["metastasis"] for row in results.reference if row["metastasis"]]
    positive = decided.count("1")
    key = "cases_none" if not results.cases else "cases_decided" if decided else "cases"
    counts = {"n": len(results.cases), "positive": positive, "negative": len(decided) - positive}
    return Answer("cases", words(key, **counts))


def _versions(results: Results, labels: Labels) -> Iterator[Answer]:
    """Yield a sentence for each pair of versions: on the primary hypothesis, else on the AUC."""
    settings = results.provenance["analysis"]["metrics"]
    rows = results.metrics.get("version_diagnosis", [])
    pairs = dict.fromkeys((row["subject"], row["comparator"]) for row in rows)
    tested = [row for row in primary(results.metrics.get("hypotheses", [])) if row["comparator"]]
    cases = FAILURES_AS_WRONG if counts_failures(settings) else ""
    for subject, comparator in pairs:
        chosen = [
            row for row in tested if (row["subject"], row["comparator"]) == (subject, comparator)
        ]
        chosen = [row for row in chosen if row["question"] == "version_diagnosis"] or [
            row
            for metric in labels.metrics(subject)
            for place in (cases, "")
            if (row := find(rows, "auc_difference", subject, metric, comparator, cases=place))
        ]
        if chosen:
            yield _version(chosen[0], results, labels)


def _version(row: Row, results: Results, labels: Labels) -> Answer:
    words = Texts(_AREA, labels.language)
    settings = results.provenance["analysis"]["metrics"]
    margin = settings.get("margins", {}).get(row["measure"].removesuffix("_difference"))
    low, high = _limits(row)
    said = verdict(low, high, margin, _within(row, results))
    fields = {
        "subject": labels.software(row["subject"]),
        "comparator": labels.software(row["comparator"]),
        "margin": f"{margin:g}" if margin else "",
        "why": labels.word(row["status"]),
    }
    key = "neither_margin" if said == "neither" and margin else said
    text = words(
        "versions",
        **fields,
        n=row["n"],
        measure=_measure(row, labels),
        value=_signed(row, labels, margin),
        verdict=words(key, **fields),
    )
    if margin:
        protocol = settings.get("protocol")
        fixed = words("margin_protocol", **protocol) if protocol else words("margin_unfixed")
        text = words("sentences", a=text, b=fixed)
    if "primary" in noted(row):
        text = words("sentences", a=text, b=words("primary"))
    return Answer("versions", text, said, (row,))


def _within(row: Row, results: Results) -> tuple[float, float] | None:
    """Return the limits that are held against the margin, where the study asked for them."""
    same = ("subject", "comparator", "measure", "metric", "cutoff", "cases")
    for other in results.metrics.get("equivalence", []):
        if all(other[key] == row[key] for key in same):
            limits = _limits(other)
            return None if math.isnan(limits[0]) else limits
    return None


def _readers(results: Results, labels: Labels) -> Iterator[Answer]:
    """Yield one sentence that says of each software how it agrees with the readers."""
    words = Texts(_AREA, labels.language)
    rows = results.metrics.get("software_readers", [])
    cutoffs = first_cutoffs(results.provenance["analysis"]["metrics"]["cutoffs"])
    found: list[tuple[Row, Verdict]] = []
    for software in labels.software_keys:
        for metric, cutoff in cutoffs.items():
            row = find(rows, "kappa_gap", software, metric, "all_readers", cutoff)
            if row is not None:
                found.append((row, verdict(*_limits(row))))
                break
    if not found:
        return
    numbers = [
        words(
            "readers_one",
            software=labels.software(row["subject"]),
            metric=labels.at(row["metric"], float(row["cutoff"]), "at_cutoff"),
            program=_kappa(row, "program_kappa"),
            readers=_kappa(row, "readers_kappa"),
        )
        for row, _ in found
        if "program_kappa" in noted(row)
    ]
    judged: dict[Verdict, list[str]] = {}
    for row, said in found:
        judged.setdefault(said, []).append(labels.software(row["subject"]))
    groups = [
        words(f"readers_{said}", software=words("and").join(names))
        for said, names in judged.items()
    ]
    text = words("readers", said=words("separator").join([*numbers, *groups]))
    only = next(iter(judged)) if len(judged) == 1 else None
    yield Answer("readers", text, only, tuple(row for row, _ in found))


def _kappa(row: Row, name: str) -> str:
    return rounded(float(noted(row)[name]))


def _failures(results: Results, labels: Labels) -> Iterator[Answer]:
    words = Texts(_AREA, labels.language)
    rows = [
        row
        for row in results.metrics.get("failures", [])
        if row["measure"] == "segmentation_failed"
    ]
    counted = [(row, noted(row).get("count", "0/0")) for row in rows]
    failed = [
        words("failures_one", software=labels.software(row["subject"]), count=count)
        for row, count in counted
        if not count.startswith("0/")
    ]
    if failed:
        text = words("failures", said=words("separator").join(failed))
        yield Answer("failures", text, rows=tuple(rows))
    elif any(not count.endswith("/0") for _, count in counted):
        yield Answer("failures", words("failures_none"), rows=tuple(rows))


def _products(results: Results, labels: Labels) -> Iterator[Answer]:
    rows = results.metrics.get("software_comparison", [])
    if rows:
        words = Texts(_AREA, labels.language)
        products = dict.fromkeys(
            labels.product(key) for row in rows for key in (row["subject"], row["comparator"])
        )
        yield Answer("products", words("products", products=words("and").join(products)))


def _measure(row: Row, labels: Labels) -> str:
    words = Texts(_AREA, labels.language)
    measure = labels.word(row["measure"])
    if (cutoff := number(row["cutoff"])) is not None:
        return words("at", measure=measure, at=labels.at(row["metric"], cutoff, "at_cutoff"))
    return (
        words("of", measure=measure, metric=labels.word(row["metric"]))
        if row["metric"]
        else measure
    )


def _signed(row: Row, labels: Labels, margin: float | None) -> str:
    """Return a difference with its sign and limits, rounded onto neither 0 nor the margin."""
    against = (*NULLS, *((margin, -margin) if margin else ()))
    value = number(row["estimate"])
    if value is None:
        return labels.word(row["status"])
    point = rounded(value, against)
    point = point if value <= 0 or point.startswith("−") else f"+{point}"
    low, high = _limits(row)
    if math.isnan(low):
        return point
    limits: Mapping[str, Any] = {"low": rounded(low, against), "high": rounded(high, against)}
    return Texts(_AREA, labels.language)("interval", point=point, **limits)


def _limits(row: Row) -> tuple[float, float]:
    low, high = (number(row[key]) for key in ("ci_low", "ci_high"))
    return (math.nan, math.nan) if low is None or high is None else (low, high)
