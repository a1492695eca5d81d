"""What a study has, and which questions it can answer with it."""

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise
from typing import Any

from bonescint.config_values import entries_of, has_builtin, tracers
from bonescint.questions import answerable, missing
from bonescint.resources import Texts
from bonescint.stats.subgroups import GRADES
from bonescint.tables.metric_columns import metric_values, metrics_of_entry
from bonescint.tables.repeats import repeats


def study_has(config: Mapping[str, Any]) -> set[str]:
    """Return the needs of questions and figures that the study meets."""
    readers, software = entries_of(config, "readers"), entries_of(config, "software")
    graded = sum(gives_eod(entry) for entry in readers.values())
    values = metric_values(config["metrics"].get("values"))
    found = (metrics_of_entry(values, k, entry) for k, entry in software.items())
    counted = {values[metric]["kind"] == "count" for metrics in found for metric in metrics}
    there = {
        "repeated": repeats(software, readers),
        "readers": readers,
        "two_readers": len(readers) > 1,
        "eod": graded,
        "two_eod": graded > 1,
        "versions": version_pairs(config),
        "products": product_pairs(config),
        "tracers": len(tracers(config)) > 1,
        "counts": True in counted,
        "shares": False in counted,
        "plan": config["metrics"].get("plan"),
        "subgroups": config["metrics"].get("subgroups"),
        "builtin": has_builtin(config),
    }
    return {name for name, is_there in there.items() if is_there}


def gives_eod(reader: Mapping[str, Any]) -> bool:
    """Tell whether a reader may grade the extent of disease; ``columns.eod: null`` says never."""
    return (reader.get("columns") or {}).get("eod", "") is not None


def questions(config: Mapping[str, Any]) -> list[str]:
    """Return the questions that are answered, in their order. Their tests are always listed.

    By default these are all questions that the study can answer. One about repeatability needs a
    further table of the same cases (`bonescint.tables.repeats`).
    """
    return answerable(config["metrics"].get("questions"), study_has(config))


def unanswered(config: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return each asked question that cannot be answered, and what the study lacks to answer it.

    Questions about cases measured twice, about subgroups, or about the builtin analyser are left
    out where the study has no such cases or subgroups, or does not use it.
    """
    there = study_has(config) | {"repeated", "subgroups", "builtin"}
    return missing(config["metrics"].get("questions"), there)


def wrong_subgroups(config: Mapping[str, Any], text: Texts) -> Iterator[str]:
    """Yield why cases cannot be grouped as asked: numbers have cut points, grades have none."""
    seen = set()
    for n, one in enumerate(config["metrics"].get("subgroups") or ()):
        where, by, at = f"metrics.subgroups.{n}", one["by"], one.get("at")
        if by == GRADES and at:
            yield text("grades_cut", where=where)
        elif by == GRADES and "subgroups" in questions(config) and "eod" not in study_has(config):
            yield text("no_grades", where=where)
        elif by != GRADES and not at:
            yield text("no_cut", where=where, by=by)
        elif at and any(low >= high for low, high in pairwise(at)):
            yield text("cut_order", where=f"{where}.at")
        if by in seen:
            yield text("same_subgroups", where=where, by=by)
        seen.add(by)


def version_pairs(config: Mapping[str, Any]) -> list[list[str]]:
    """Return every [older, newer] pair of versions of one product: same patients, paired (R11)."""
    return [[a, b] for a, b in _pairs(config) if _product(config, a) == _product(config, b)]


def product_pairs(config: Mapping[str, Any]) -> list[list[str]]:
    """Return every pair of products with different tracers: other patients, unpaired (R11).

    Two products of one tracer are in no pair. They have the same patients, but an unpaired
    comparison would treat these as different.
    """
    tracer = {key: entry["tracer"] for key, entry in entries_of(config, "software").items()}
    return [[a, b] for a, b in _pairs(config) if tracer[a] != tracer[b]]


def _product(config: Mapping[str, Any], key: str) -> str:
    return str(entries_of(config, "software")[key]["product"])


def _pairs(config: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    def order(key: str) -> tuple[str, tuple[int, ...]]:
        version = entries_of(config, "software")[key]["version"]
        return _product(config, key), tuple(int(part) for part in version.split("."))

    return combinations(sorted(entries_of(config, "software"), key=order), 2)
