"""The study's answer in a few sentences, each made from estimates and their limits."""

import math
from collections.abc import Iterator
from typing import NamedTuple

from bonescint.files import Row, number
from bonescint.outputs.estimates import compared_with, find, noted, primary
from bonescint.outputs.glance import Glance, at_a_glance
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results
from bonescint.outputs.rounding import rounded, rounded_p
from bonescint.outputs.verdicts import Judgement, verdict
from bonescint.resources import Texts
from bonescint.stats.estimate import FAILURES_AS_WRONG
from bonescint.stats.questions import COUNT_FAILURES, counts_failures

# two rows with the same values of these are about the same difference
_SAME = ("subject", "comparator", "measure", "metric", "cutoff", "cases")
# with one of these in the note, the limits alone would claim too much
_CAUTIONS = ("test_and_limits_differ", "one_without_variance")


class Answer(NamedTuple):
    """A sentence and the rows that it was made from."""

    # ``data``, ``primary``, ``versions``, ``readers``, ``truth``, ``failures`` or ``products``
    topic: str
    text: str  # ready to be read, in the study's language
    # what the sentence says about a difference, where it is about one
    verdict: Judgement | None = None
    rows: tuple[Row, ...] = ()


def answers(results: Results, labels: Labels) -> list[Answer]:
    """Return what the study found, how certain it is, and what it cannot say."""
    glances = at_a_glance(results, labels)
    versions = list(_versions(glances, results, labels))
    return [
        _data(results, labels),
        *_primary(versions, results, labels),
        *versions,
        *_readers(glances, labels),
        *_truth(glances, results, labels),
        *_failures(glances, labels),
        *_products(results, labels),
    ]


def caution(found: list[Answer], labels: Labels) -> str:
    """Return how to read the answer's numbers. It covers only what was found."""
    if any(one.verdict for one in found):
        return labels.shared("small_groups")
    return labels.shared("few_cases") if any(one.topic == "truth" for one in found) else ""


def _data(results: Results, labels: Labels) -> Answer:
    words = Texts("answer", labels.language)
    decided = [row["metastasis"] for row in results.reference if row["metastasis"]]
    positive, n = decided.count("1"), len(results.cases)
    counts = {
        key: labels.mark(str(count), "reference", f"metastasis={value}")
        for key, count, value in (
            ("positive", positive, "1"),
            ("negative", len(decided) - positive, "0"),
            ("undecided", n - len(decided), ""),
        )
    }
    all_cases = labels.mark(str(n), "cases", "rows")
    if not n or not decided:
        key = "data_none" if not n else "data" if labels.has("readers") else "data_no_readers"
        return Answer("data", words(key, n=all_cases))
    key = "data_decided" if len(decided) == n else "data_undecided"
    return Answer("data", words(key, n=all_cases, **counts))


def _primary(versions: list[Answer], results: Results, labels: Labels) -> Iterator[Answer]:
    """Yield what was found on the primary hypothesis, unless a sentence on versions covers it.

    The hypothesis may be about any measure. For many of them no direction is the better one.
    """
    words = Texts("answer", labels.language)
    told = {_about(row) for one in versions for row in one.rows}
    for row in primary(results.metrics.get("hypotheses", [])):
        if row["question"] in COUNT_FAILURES and _about(row) in told:
            continue
        who = [labels.software(labels.word(row[key])) for key in ("subject", "comparator")]
        said = words(
            "primary_other",
            question=labels.question("title", row["question"]),
            who=words("versus").join(filter(None, who)),
            measure=_measure(row, labels),
            value=_value(row, labels),
            n=labels.mark(row["n"] or "0", row, "n"),
        )
        if (p := number(row["p_value"])) is not None:
            test = labels.word(row["test"])
            said = words(
                "tested",
                said=said,
                test=test,
                p=labels.mark(rounded_p(p, labels.error), row, "p_value"),
            )
        yield Answer("primary", words("sentence", said=said), rows=(row,))


def _about(row: Row) -> tuple[str, ...]:
    return tuple(row[name] for name in _SAME)


def _versions(glances: list[Glance], results: Results, labels: Labels) -> Iterator[Answer]:
    """Yield a sentence for each pair of versions: on the primary hypothesis, else on the AUC."""
    settings = results.provenance["analysis"]["metrics"]
    rows = results.metrics.get("version_diagnosis", [])
    pairs = dict.fromkeys((row["subject"], row["comparator"]) for row in rows)
    tested = {
        _about(row)
        for row in primary(results.metrics.get("hypotheses", []))
        if row["question"] in COUNT_FAILURES
    }
    shown = {one.software: one.metric for one in glances}
    cases = FAILURES_AS_WRONG if counts_failures(settings) else ""
    for pair in pairs:
        subject, comparator = pair
        chosen = [
            row
            for row in rows
            if _about(row) in tested and (row["subject"], row["comparator"]) == pair
        ] or [
            row
            # the metric that represents the software everywhere comes first
            for metric in dict.fromkeys((shown[subject], *labels.metrics(subject)))
            for place in (cases, "")
            if (row := find(rows, "auc_difference", subject, metric, comparator, cases=place))
        ]
        if chosen:
            yield _version(chosen[0], _about(chosen[0]) in tested, results, labels)


def _version(row: Row, is_primary: bool, results: Results, labels: Labels) -> Answer:
    words = Texts("answer", labels.language)
    settings = results.provenance["analysis"]["metrics"]
    margin = settings.get("margins", {}).get(row["measure"].removesuffix("_difference"))
    held = _held(row, results)
    said = verdict(*_limits(row), margin, _limits(held) if held else None)
    fields = {
        "subject": labels.software(row["subject"]),
        "comparator": labels.software(row["comparator"]),
        "margin": labels.mark(f"{margin:g}", "provenance", "metrics.margins") if margin else "",
        "why": labels.word(row["status"]),
    }
    key = "neither_margin" if said == "neither" and margin else said
    judged = words(key, **fields)
    if held and said in ("equivalent", "better_within", "worse_within"):
        # these limits have another level than those beside the value, so the text names it
        level = f"{100 * float(held['level']):g}" if held["level"] else ""
        level = labels.mark(level, held, "level")
        judged = words("held", said=judged, level=level, limits=_interval(held, labels, margin))
    if is_primary:
        judged = words("primary", said=judged)
    text = words(
        "versions",
        **fields,
        n=labels.mark(row["n"] or "0", row, "n"),
        measure=_measure(row, labels),
        value=_value(row, labels, margin),
        verdict=judged,
    )
    notes = noted(row)
    more = [words("sentence", said=labels.note(k, notes[k])) for k in _CAUTIONS if k in notes]
    if margin and said != "not_assessed":
        protocol = settings.get("protocol")
        more.append(words("margin_protocol", **protocol) if protocol else words("margin_unfixed"))
    for one in more:
        text = words("sentences", a=text, b=one)
    return Answer("versions", text, said, (row,))


def _held(row: Row, results: Results) -> Row | None:
    """Return the row whose limits are compared with the margin, None where there is none."""
    for other in results.metrics.get("equivalence", []):
        if _about(other) == _about(row):
            return None if math.isnan(_limits(other)[0]) else other
    return None


def _readers(glances: list[Glance], labels: Labels) -> Iterator[Answer]:
    """Yield a sentence for each verdict: which software agree so with the readers, by how much."""
    words = Texts("answer", labels.language)
    judged: dict[Judgement, list[tuple[Glance, Row]]] = {}
    for one in glances:
        if one.gap is not None:
            judged.setdefault(verdict(*_limits(one.gap)), []).append((one, one.gap))
    for said, found in judged.items():
        text = words(f"readers_{said}", **_by_software(found, labels))
        yield Answer("readers", text, said, tuple(row for _, row in found))


def _truth(glances: list[Glance], results: Results, labels: Labels) -> Iterator[Answer]:
    """Yield how each software compares with the mean reader, or only its AUC without that row."""
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
    """Return the values of several software. A metric that all share is named once."""
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
        words(
            "failures_one",
            software=labels.software(row["subject"]),
            count=labels.mark(count, row, "note"),
        )
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
    """Return a value with its limits, rounded so that none equals what it is compared with."""
    value = number(row["estimate"])
    if value is None:
        return labels.word(row["status"])
    point = rounded(value, _against(row, margin))
    if value > 0 and row["comparator"]:  # a difference
        point = f"+{point}"
    point = labels.mark(point, row, "estimate")
    low, high = _limits(row)
    if math.isnan(low):
        status = "" if row["status"] == "ok" else labels.word(row["status"])
        return f"{point} ({status})" if status else point
    return Texts("answer", labels.language)(
        "interval", point=point, limits=_interval(row, labels, margin)
    )


def _interval(row: Row, labels: Labels, margin: float | None = None) -> str:
    low, high = (
        labels.mark(rounded(one, _against(row, margin)), row, column)
        for one, column in zip(_limits(row), ("ci_low", "ci_high"), strict=True)
    )
    return Texts("answer", labels.language)("limits", low=low, high=high)


def _against(row: Row, margin: float | None) -> tuple[float, ...]:
    return (*compared_with(row), *((margin, -margin) if margin else ()))


def _limits(row: Row) -> tuple[float, float]:
    low, high = (number(row[key]) for key in ("ci_low", "ci_high"))
    return (math.nan, math.nan) if low is None or high is None else (low, high)
