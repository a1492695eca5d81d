"""The study's metrics: which software has them, and their columns in exports and our tables."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from bonescint.declared import replaced
from bonescint.resources import Texts
from bonescint.tables.columns import Column, load_columns
from bonescint.text.folding import fold_header
from bonescint.warnings import Phrase

Values = Mapping[str, Mapping[str, Any]]
# the default metrics of a study (R9), in schemas/software_export.schema.yaml and resources/tables
_DEFAULT: Values = MappingProxyType(
    {
        "bsi": {"unit": "%", "kind": "percent", "bounds": [0, 100]},
        "hotspots": {"kind": "count"},
        "ann": {"bounds": [0, 1], "software": ["BoneNAVI"]},
    }
)
_BOUNDS = {"percent": [0, 100], "count": [0, None], "number": [None, None]}
# Offsets that are added to both values so that a 0 has a ratio. The first is the main one.
# For a percentage printed in hundredths: ten steps, so that one step at 0 changes the ratio by a
# tenth at most; one step; and 1, the scale of a cut-off. For a count: 1 and a half. For a number
# there is none, because its scale is unknown.
_OFFSETS = {"percent": [0.1, 0.01, 1], "count": [1, 0.5], "number": []}


def metric_values(given: Values | None = None) -> dict[str, dict[str, Any]]:
    """Return each metric with all its settings.

    Parameters
    ----------
    given
        ``metrics.values`` of the configuration, or None for the default. Key -> any of ``label``
        (ja, en), ``unit``, ``kind``, ``bounds``, ``positive``, ``warn_above``, ``software`` (the
        only software that has it), ``offsets`` (of ratios).
    """
    found = {}
    for key, own in (_DEFAULT if given is None else given).items():
        said = {**_DEFAULT.get(key, {}), **own}
        kind = said.get("kind", "number")
        if "bounds" not in own and "kind" in own and own["kind"] != _kind(key):
            said["bounds"] = _BOUNDS[kind]
        plain = {"label": {}, "unit": "", "bounds": _BOUNDS[kind], "positive": "high"}
        plain |= {"warn_above": None, "software": [], "offsets": _OFFSETS[kind]}
        found[key] = plain | said | {"kind": kind}
    return found


def _kind(key: str) -> str | None:
    return _DEFAULT[key].get("kind", "number") if key in _DEFAULT else None


def whose(key: str, own: Mapping[str, Any]) -> Any:
    """Return the only software that has a metric, or nothing if all have it.

    `own` is the metric's entry in the configuration, which may be wrong.
    """
    return {**_DEFAULT.get(key, {}), **own}.get("software")


def is_product(product: str, name: str) -> bool:
    """Tell whether the product of an entry is the one with a name, in any spelling."""
    return fold_header(product).startswith(fold_header(name))


def may_have(metric: Mapping[str, Any], key: str, product: str) -> bool:
    """Tell whether a software may have a metric."""
    names = metric["software"]
    return not names or key in names or any(is_product(product, name) for name in names)


def metrics_of_entry(values: Values, key: str, entry: Mapping[str, Any]) -> list[str]:
    """Return the metrics that a software has, in their order.

    A metric of only some software counts if the software's entry names a column for it.
    """
    named = entry.get("columns") or {}
    return [
        name
        for name, metric in values.items()
        if not metric["software"]
        or (named.get(name) and may_have(metric, key, str(entry["product"])))
    ]


def export_columns(values: Values) -> dict[str, Column]:
    """Return the columns of a software's export from its schema, with the study's metrics."""
    schema = load_columns("software_export")
    own = {name: _column(name, metric) for name, metric in values.items()}
    # the order of the default metrics in the configuration does not change the template
    order = dict.fromkeys([*(name for name in _DEFAULT if name in own), *own])
    return {name: {**schema, **own}[name] for name in replaced([*schema], [*_DEFAULT], [*order])}


def _column(name: str, metric: Mapping[str, Any]) -> Column:
    schema = load_columns("software_export")
    base = schema[name if metric["kind"] == _kind(name) else "ann"]
    headers = (*metric["label"].values(), *(base.headers if base.name == name else (name,)))
    low, high = (None if bound is None else Decimal(str(bound)) for bound in metric["bounds"])
    above = metric["warn_above"]
    return replace(
        base,
        name=name,
        kind="integer" if metric["kind"] == "count" else "number",
        required=not metric["software"],
        headers=tuple(dict.fromkeys(headers)),
        minimum=low,
        maximum=high,
        warn_above=base.warn_above if above is None else Decimal(str(above)),
        percent=metric["kind"] == "percent",
        rule=base.rule if name in _DEFAULT else "R9",
    )


def with_metrics(names: tuple[str, ...], values: Values) -> tuple[str, ...]:
    """Return a declared header with the study's metrics in place of the default ones."""
    return replaced(names, [*_DEFAULT], [*values])


def metric_phrase(key: str, metric: Mapping[str, Any]) -> Phrase | str:
    """Return the name of a metric in warnings: its label, its known name, or its key."""
    if len(metric["label"]) > 1:
        return Phrase("metric.own", metric["label"])
    return Phrase(f"metric.{key}") if key in _DEFAULT else key


def metric_title(key: str, metric: Mapping[str, Any], text: Texts, word: str) -> str:
    """Return the title of a metric's column or axis: its name and its unit.

    `word` is the key of this metric's word in the words of an output, if it has one.
    """
    name = metric_name(key, metric, text.language)
    if not name and word in text:
        usual = metric_values()[key]
        if all(metric[what] == usual[what] for what in ("unit", "kind")):
            return text(word)
        name = text(word).partition(" (")[0]  # the program's word includes the usual unit
    return f"{name or key} ({metric['unit']})" if metric["unit"] else name or key


def metric_name(key: str, metric: Mapping[str, Any], language: str) -> str:
    """Return a study's name for a metric, or nothing if the program's own words are used."""
    # no word of the program is used for other metrics, because it could mean something else
    return str(metric["label"].get(language, "" if key in _DEFAULT else key))
