"""The study's metrics and tracers, as config.yaml names them or by default (R6)."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from bonescint.builtin import BUILTIN, BUILTIN_METRICS
from bonescint.config_words import NONE
from bonescint.declared import columns
from bonescint.dicom.vocabulary import known_tracers
from bonescint.questions import worded
from bonescint.resources import Texts
from bonescint.stats.questions import COUNT_FAILURES, counts_failures
from bonescint.tables.columns import load_columns
from bonescint.tables.metric_columns import (
    Values,
    is_product,
    may_have,
    metric_values,
    metrics_of_entry,
    whose,
)

# R6: the licence binds a product to a tracer
_TRACERS = {"MDP": ["BoneNAVI"], "HMDP": ["VSBONE"]}
# what margins may name besides the metrics
_MEASURES = ("auc", "sensitivity", "specificity", "interchangeability")
_FINDINGS = ("with_findings", "without_findings")
# other subjects and comparators of rows (bonescint.questions)
_SAID = ("all", "all_readers", "any_reader", "any_software", "consensus", "stored", "unanimous")


def _below(config: Any, *keys: str) -> Mapping[str, Any]:
    """Return a mapping within a configuration whose form may be wrong."""
    for key in keys:
        config = config.get(key) if isinstance(config, Mapping) else None
    return config if isinstance(config, Mapping) else {}


def tracer_products(config: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return tracer -> products whose licence allows its scans (R6); the form may be wrong."""
    return dict(_below(config, "cohort", "tracers") or _TRACERS)


def tracers(config: Mapping[str, Any]) -> list[str]:
    """Return the study's tracers, in their order."""
    return list(tracer_products(config))


def entries_of(config: Mapping[str, Any], area: str) -> Mapping[str, Any]:
    """Return the entries of `software` or `readers`; none for a study without readers.

    The builtin analyser is no software under study, so it is not among them (`has_builtin`).
    """
    named = config[area]
    if named == NONE:
        return {}
    return {key: entry for key, entry in named.items() if "builtin" not in entry}


def has_builtin(config: Mapping[str, Any]) -> bool:
    """Tell whether the builtin analyser reads the coded images, too."""
    return bool(config["software"].get(BUILTIN, {}).get("builtin"))


def wrong_builtin(config: Mapping[str, Any], text: Texts) -> Iterator[str]:
    """Yield what is wrong with the builtin analyser, which is no software under study."""
    if not entries_of(config, "software"):
        yield text("no_software")
    for key, entry in config["software"].items():
        if "builtin" in entry and key != BUILTIN:
            yield text("builtin_name", where=f"software.{key}", name=f"software.{BUILTIN}")
    values = metric_values(config["metrics"].get("values"))
    kinds = {metric: values.get(metric, {}).get("kind") for metric in BUILTIN_METRICS}
    if has_builtin(config) and kinds != BUILTIN_METRICS:
        yield text("builtin_metrics", where=f"software.{BUILTIN}")


def put_values(schema: dict[str, Any], config: Mapping[str, Any]) -> None:
    """Put the study's own tracers and metrics into the schema of its configuration.

    Parameters
    ----------
    schema
        schemas/config.schema.yaml, which names the default ones.
    config
        The configuration. Any part of it may be wrong.
    """
    own = tracers(config)
    if not set(own) <= set(known_tracers()):
        own = list(_TRACERS)  # a name that no header can have is reported elsewhere
    cohort = schema["properties"]["cohort"]["properties"]
    cohort["tracers"]["propertyNames"] = {"enum": list(known_tracers())}
    targets = cohort["targets"]
    targets["properties"] = {name: {"type": "integer", "minimum": 0} for name in (*own, *_FINDINGS)}
    targets["required"] = list(targets["properties"])
    entry = schema["properties"]["software"]["additionalProperties"]["then"]
    entry["properties"]["tracer"]["enum"] = own
    if _below(config, "study").get("preceding_study") == NONE:
        schema["properties"]["inputs"]["required"].remove("participants")
    _put_metrics(schema, config)


def _put_metrics(schema: dict[str, Any], config: Mapping[str, Any]) -> None:
    given = _below(config, "metrics", "values")
    if not given or not all(isinstance(one, Mapping) for one in given.values()):
        given = metric_values()  # a fault there is reported elsewhere
    needed = [name for name, own in given.items() if not whose(name, own)]
    form = schema["$defs"]
    form["metric"]["enum"] = [*given]
    export = form["export_columns"]
    for name in metric_values():
        export["properties"].pop(name, None)
    header, maybe = {"type": "string", "minLength": 1}, {"$ref": "#/$defs/text_or_null"}
    export["properties"] |= {name: header if name in needed else maybe for name in given}
    export["required"] = ["key", *needed]
    margins = schema["properties"]["metrics"]["properties"]["margins"]
    margins["properties"] = {metric: {"$ref": "#/$defs/margin"} for metric in given}
    margins["properties"] |= {name: {"$ref": "#/$defs/share_or_null"} for name in _MEASURES}


@cache
def _taken() -> frozenset[str]:
    """Return names that no metric may have: other columns, words of the statistics, other margins.

    A row on age, or on the measure bias, must not be taken for a row on a metric.
    """
    declared = {*columns("software"), *columns("misclassified"), *load_columns("software_export")}
    others = declared | worded("en") | {*columns("measurements"), *columns("estimates"), "key"}
    return frozenset(others.difference(metric_values()) | set(_MEASURES))


def wrong_values(config: Mapping[str, Any], text: Texts) -> Iterator[str]:
    """Yield the contradictions among tracers, metrics and software."""
    allowed, first = tracer_products(config), dict[str, str]()
    for key, entry in entries_of(config, "software").items():
        product, tracer = entry["product"], entry["tracer"]
        if first.setdefault(product, tracer) != tracer:
            yield text("two_tracers", product=product)
        if not any(is_product(product, name) for name in allowed[tracer]):
            products = ", ".join(allowed[tracer])
            yield text("no_licence", key=key, product=product, tracer=tracer, products=products)
    values = metric_values(config["metrics"].get("values"))
    for name, metric in values.items():
        low, high = metric["bounds"]
        where = f"metrics.values.{name}"
        if low is not None and high is not None and low >= high:
            yield text("bounds", where=f"{where}.bounds", low=low, high=high)
        if metric["positive"] == "low" and (low is None or low < 0):
            yield text("low_below", where=where)
        if name in _taken():
            yield text("taken", where=where, name=name)
        for key, entry in entries_of(config, "software").items():
            named = entry["columns"].get(name)
            if named and not may_have(metric, key, entry["product"]):
                there, only = f"software.{key}.columns.{name}", ", ".join(metric["software"])
                yield text("only_of", where=there, products=only, of=where)
    yield from _names(config, values, text)
    yield from _cutoffs(config["metrics"], values, text)
    yield from _primary(config, values, text)
    if partial := config["metrics"].get("partial_auc"):
        low, high = partial["specificity"]
        if low >= high:
            yield text("bounds", where="metrics.partial_auc.specificity", low=low, high=high)
    yield from _plan(config["metrics"], text)


def _names(config: Mapping[str, Any], values: Values, text: Texts) -> Iterator[str]:
    """Yield misleading names, and software that measure nothing."""
    for key, entry in entries_of(config, "software").items():
        if not metrics_of_entry(values, key, entry):
            yield text("no_metric", where=f"software.{key}", known=", ".join(values))
    for area in ("software", "readers"):
        for key in sorted({*values, *_SAID}.intersection(entries_of(config, area))):
            yield text("said", where=f"{area}.{key}", name=key)
    labels = [(language, own) for one in values.values() for language, own in one["label"].items()]
    for language, own in sorted({one for one in labels if labels.count(one) > 1}):
        yield text("same_label", language=language, label=own)


def _cutoffs(settings: Mapping[str, Any], values: Values, text: Texts) -> Iterator[str]:
    """Yield the cut-offs that no value of their metric can reach, and those given twice."""
    seen = set()
    for n, cutoff in enumerate(settings["cutoffs"]):
        metric, value = cutoff["metric"], cutoff["value"]
        low, high = values[metric]["bounds"]
        where = f"metrics.cutoffs.{n}"
        if (low is not None and value < low) or (high is not None and value > high):
            bounds = ", ".join("null" if one is None else f"{one:g}" for one in (low, high))
            yield text("no_cutoff", where=where, value=value, metric=metric, bounds=bounds)
        if (metric, value) in seen:
            yield text("same_cutoff", where=where, value=value, metric=metric)
        seen.add((metric, value))


def _primary(config: Mapping[str, Any], values: Values, text: Texts) -> Iterator[str]:
    """Yield why no row can be the primary hypothesis, where its metric or its cut-off shows it."""
    primary = config["metrics"].get("primary") or {}
    metric, cutoff = primary.get("metric"), primary.get("cutoff")
    for name in ("subject", "comparator"):
        key = str(primary.get(name))
        entry = entries_of(config, "software").get(key)
        if metric and entry and metric not in metrics_of_entry(values, key, entry):
            yield text("has_not", where=f"metrics.primary.{name}", software=key, metric=metric)
    asked = primary.get("question"), primary.get("measure")
    if counts_failures(config["metrics"]) and not (
        asked[0] in COUNT_FAILURES and asked[1] in [f"{one}_difference" for one in _MEASURES]
    ):
        where, allowed = "metrics.primary.cases", "complete"
        yield text("not_allowed", where=where, value=primary["cases"], allowed=allowed)
    given = [one["value"] for one in config["metrics"]["cutoffs"] if one["metric"] == metric]
    if metric and cutoff is not None and cutoff not in given:
        known = ", ".join(f"{one:g}" for one in given)
        where = "metrics.primary.cutoff"
        yield text("not_allowed", where=where, value=cutoff, allowed=known)


def _plan(settings: Mapping[str, Any], text: Texts) -> Iterator[str]:
    """Yield each planned difference that is too large to be subtracted from its value."""
    plan = settings.get("plan") or {}
    for name in _MEASURES:
        value, difference = plan.get(name), plan.get(f"{name}_difference")
        if value is not None and difference is not None and difference >= value:
            yield text("plan_difference", where=f"metrics.plan.{name}_difference", of=name)
