"""The study's answer in a few sentences, each made from estimates and their limits."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from bonescint.files import Row, number
from bonescint.outputs.estimates import compared_with, find, noted, primary
from bonescint.outputs.glance import Glance, at_a_glance
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results
from bonescint.outputs.rounding import rounded
from bonescint.outputs.verdicts import Judgement, verdict
from bonescint.resources import Texts
from bonescint.stats.estimate import FAILURES_AS_WRONG
from bonescint.stats.questions import counts_failures


class Answer(NamedTuple):
    """A sentence and the rows that it was made from.

    Parameters
    ----------
    topic
        ``data``, ``versions``, ``readers``, ``truth``, ``failures`` or ``products``.
    text
        Ready to be read, in the study's language.
    verdict
        What it says of a difference, where it is about one.
    rows
        Estimate rows.
    """

    topic: str
    text: str
    verdict: Judgement | None = None
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
    glances = at_a_glance(results, labels)
    return [
        _data(results, labels),
        *_versions(results, labels),
        *_readers(glances, labels),
        *_truth(glances, results, labels),
        *_failures(glances, labels),
        *_products(results, labels),
    ]


def caution(found: list[Answer], labels: Labels) -> str:
    """Return how the answer's numbers are to be read; of what was not found nothing is said.

    Parameters
    ----------
    found
        The answer.
    labels
        Names and words of the study.
    """
    if any(one.verdict for one in found):
        return labels.shared("small_groups")
    return labels.shared("few_cases") if any(one.topic == "truth" for one in found) else ""


def _data(results: Results, labels: Labels) -> Answer:
    words = Texts("answer", labels.language)
    decided = [row["metastasis"] for row in results.reference if row["metastasis"]]
    positive, n = decided.count("1"), len(results.cases)
    counts = {"positive": positive, "negative": len(decided) - positive}
    if not n or not decided:
        key = "data_none" if not n else "data" if labels.has("readers") else "data_no_readers"
        return Answer("data", words(key, n=n))
    key = "data_decided" if len(decided) == n else "data_undecided"
    return Answer("data", words(key, n=n, undecided=n - len(decided), **counts))


def _versions(results: Results, labels: Labels) -> Iterator[Answer]:
    """Yield a sentence for each pair of versions: on the primary hypothesis, else on the AUC."""
    settings = results.provenance["analysis"]["metrics"]
    rows = results.metrics.get("version_diagnosis", [])
    pairs = dict.fromkeys((row["subject"], row["comparator"]) for row in rows)
    tested = [
        row
        for row in primary(results.metrics.get("hypotheses", []))
        if row["question"] == "version_diagnosis"
    ]
    cases = FAILURES_AS_WRONG if counts_failures(settings) else ""
    for pair in pairs:
        subject, comparator = pair
        chosen = [row for row in tested if (row["subject"], row["comparator"]) == pair] or [
            row
            for metric in labels.metrics(subject)
            for place in (cases, "")
            if (row := find(rows, "auc_difference", subject, metric, comparator, cases=place))
        ]
        if chosen:
            yield _version(chosen[0], results, labels)


def _version(row: Row, results: Results, labels: Labels) -> Answer:
    words = Texts("answer", labels.language)
    settings = results.provenance["analysis"]["metrics"]
    margin = settings.get("margins", {}).get(row["measure"].removesuffix("_difference"))
    said = verdict(*_limits(row), margin, _within(row, results))
    fields = {
        "subject": labels.software(row["subject"]),
        "comparator": labels.software(row["comparator"]),
        "margin": f"{margin:g}" if margin else "",
        "why": labels.word(row["status"]),
    }
    key = "neither_margin" if said == "neither" and margin else said
    judged = words(key, **fields)
    if "primary" in noted(row):
        judged = words("primary", said=judged)
    text = words(
        "versions",
        **fields,
        n=row["n"] or 0,
        measure=_measure(row, labels),
        value=_value(row, labels, margin),
        verdict=judged,
    )
    if margin:
        protocol = settings.get("protocol")
        fixed = words("margin_protocol", **protocol) if protocol else words("margin_unfixed")
        text = words("sentences", a=text, b=fixed)
    return Answer("versions", text, said, (row,))


def _within(row: Row, results: Results) -> tuple[float, float] | None:
    """Return the limits that are held against the margin, where the study asked for them."""
    same = ("subject", "comparator", "measure", "metric", "cutoff", "cases")
    for other in results.metrics.get("equivalence", []):
        if all(other[key] == row[key] for key in same):
            limits = _limits(other)
            return None if math.isnan(limits[0]) else limits
    return None


def _readers(glances: list[Glance], labels: Labels) -> Iterator[Answer]:
    """Yield a sentence a verdict: the software that agree with the readers so, by how much."""
    words = Texts("answer", labels.language)
    judged: dict[Judgement, list[tuple[Glance, Row]]] = {}
    for one in glances:
        if one.gap is not None:
            judged.setdefault(verdict(*_limits(one.gap)), []).append((one, one.gap))
    for said, found in judged.items():
        text = words(f"readers_{said}", **_by_software(found, labels))
        yield Answer("readers", text, said, tuple(row for _, row in found))


def _truth(glances: list[Glance], results: Results, labels: Labels) -> Iterator[Answer]:
    """Yield how each software stands to the mean reader; where nobody asked, its AUC alone."""
    words = Texts("answer", labels.language)
    rows = results.metrics.get("one_truth", [])
    judged: dict[tuple[str, Judgement], list[tuple[Glance, Row]]] = {}
    for measure in ("sensitivity", "specificity"):
        for one in glances:
            if one.cutoff is None:
                continue
            name = (f"{measure}_difference", one.software, one.metric, "mean_reader", one.cutoff)
            if row := find(rows, *name):
                judged.setdefault((measure, verdict(*_limits(row))), []).append((one, row))
    for (measure, said), found in judged.items():
        fields = {"measure": labels.word(measure)} | _by_software(found, labels)
        text = words(f"truth_{said}", **fields)
        yield Answer("truth", text, said, tuple(row for _, row in found))
    aucs = [(one, one.auc) for one in glances if one.auc is not None]
    if aucs and not judged:
        text = words("truth", **_by_software(aucs, labels))
        yield Answer("truth", text, rows=tuple(row for _, row in aucs))


def _by_software(found: list[tuple[Glance, Row]], labels: Labels) -> dict[str, str]:
    """Return the values of several software; where all have one metric it is said once."""
    words = Texts("answer", labels.language)
    metrics = []
    for one, row in found:
        at = one.cutoff is not None and row["cutoff"]
        said = labels.at(one.metric, one.cutoff or 0, "at_cutoff") if at else ""
        metrics.append(said or labels.word(one.metric))
    same = len(set(metrics)) == 1 and metrics[0] != ""
    values = [
        words(
            "of_software" if same else "of_software_at",
            software=labels.software(one.software),
            metric=metric,
            value=_value(row, labels),
        )
        for (one, row), metric in zip(found, metrics, strict=True)
    ]
    at_metric = words("at_metric", metric=metrics[0]) if same else ""
    return {"at": at_metric, "values": words("separator").join(values)}


def _failures(glances: list[Glance], labels: Labels) -> Iterator[Answer]:
    words = Texts("answer", labels.language)
    rows = [one.failed for one in glances if one.failed is not None]
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
        words = Texts("answer", labels.language)
        products = dict.fromkeys(
            labels.product(key) for row in rows for key in (row["subject"], row["comparator"])
        )
        text = words("products", products=words("and").join(filter(None, products)))
        yield Answer("products", text, rows=tuple(rows))


def _measure(row: Row, labels: Labels) -> str:
    words = Texts("answer", labels.language)
    measure = labels.word(row["measure"])
    if (cutoff := number(row["cutoff"])) is not None:
        return words("at", measure=measure, at=labels.at(row["metric"], cutoff, "at_cutoff"))
    metric = labels.word(row["metric"])
    return words("of", measure=measure, metric=metric) if row["metric"] else measure


def _value(row: Row, labels: Labels, margin: float | None = None) -> str:
    """Return a value with its limits, rounded onto nothing that it is compared with."""
    against = (*compared_with(row), *((margin, -margin) if margin else ()))
    value = number(row["estimate"])
    if value is None:
        return labels.word(row["status"])
    point = rounded(value, against)
    if value > 0 and row["comparator"]:  # a difference
        point = f"+{point}"
    low, high = _limits(row)
    if math.isnan(low):
        status = "" if row["status"] == "ok" else labels.word(row["status"])
        return f"{point} ({status})" if status else point
    words = Texts("answer", labels.language)
    return words("interval", point=point, low=rounded(low, against), high=rounded(high, against))


def _limits(row: Row) -> tuple[float, float]:
    low, high = (number(row[key]) for key in ("ci_low", "ci_high"))
    return (math.nan, math.nan) if low is None or high is None else (low, high)
