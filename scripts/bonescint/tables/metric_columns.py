"""The study's metrics: which a software has, their columns in its export and in our tables."""

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
# those of schemas/software_export.schema.yaml and resources/tables: by default the study's (R9)
_DEFAULT: Values = MappingProxyType(
    {
        "bsi": {"unit": "%", "kind": "percent", "bounds": [0, 100]},
        "hotspots": {"kind": "count"},
        "ann": {"bounds": [0, 1], "software": ["BoneNAVI"]},
    }
)
_BOUNDS = {"percent": [0, 100], "count": [0, None], "number": [None, None]}
# What is added to both values so that a 0 has a ratio; the first is the main one. Of a percentage
# printed in hundredths ten steps, so that one step at 0 changes the ratio by a tenth at most; one
# step; 1, the scale of a cut-off. Of a count one, and a half. A number's scale nobody knows.
_OFFSETS = {"percent": [0.1, 0.01, 1], "count": [1, 0.5], "number": []}


def metric_values(given: Values | None = None) -> dict[str, dict[str, Any]]:
    """Return each metric with all that can be said of it.

    Parameters
    ----------
    given
        ``metrics.values`` of the configuration, None for the default: key -> ``label`` (ja, en),
        ``unit``, ``kind``, ``bounds``, ``positive``, ``warn_above``, ``software`` (who alone has
        it), ``offsets`` (of ratios), as far as they are named.
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
    """Return which software alone have a metric, nothing if all have it.

    Parameters
    ----------
    key, own
        Its name, and what the configuration says of it, right or not.
    """
    return {**_DEFAULT.get(key, {}), **own}.get("software")


def is_product(product: str, name: str) -> bool:
    """Tell whether a product, as an entry spells it, is the one of a name."""
    return fold_header(product).startswith(fold_header(name))


def may_have(metric: Mapping[str, Any], key: str, product: str) -> bool:
    """Tell whether a software may have a metric.

    Parameters
    ----------
    metric
        As `metric_values` returns it.
    key, product
        The software's entry in the configuration, and its product.
    """
    names = metric["software"]
    return not names or key in names or any(is_product(product, name) for name in names)


def metrics_of_entry(values: Values, key: str, entry: Mapping[str, Any]) -> list[str]:
    """Return the metrics that a software has, in their order.

    Parameters
    ----------
    values
        As `metric_values` returns them.
    key, entry
        The software's entry. A metric that not all have is there if a column is named for it.
    """
    named = entry.get("columns") or {}
    return [
        name
        for name, metric in values.items()
        if not metric["software"]
        or (named.get(name) and may_have(metric, key, str(entry["product"])))
    ]


def export_columns(values: Values) -> dict[str, Column]:
    """Return the columns of a software's export: those of its schema, with the study's metrics.

    Parameters
    ----------
    values
        As `metric_values` returns them.
    """
    schema = load_columns("software_export")
    own = {name: _column(name, metric) for name, metric in values.items()}
    # whoever names the default ones in another order gets the same template
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
    """Return a declared header with the study's metrics in the place of the default ones.

    Parameters
    ----------
    names
        Such as ``columns("software")``.
    values
        As `metric_values` returns them.
    """
    return replaced(names, [*_DEFAULT], [*values])


def metric_phrase(key: str, metric: Mapping[str, Any]) -> Phrase | str:
    """Return how a warning calls a metric: its label, its known name, or its key."""
    if len(metric["label"]) > 1:
        return Phrase("metric.own", metric["label"])
    return Phrase(f"metric.{key}") if key in _DEFAULT else key


def metric_title(key: str, metric: Mapping[str, Any], text: Texts, word: str) -> str:
    """Return what stands above a metric's values or beside an axis: its name and its unit.

    Parameters
    ----------
    key, metric
        Its name in the configuration, and what that says of it.
    text, word
        The words of an output, and which of them is this metric's, if it has any.
    """
    name = metric_name(key, metric, text.language)
    if not name and word in text:
        usual = metric_values()[key]
        if all(metric[what] == usual[what] for what in ("unit", "kind")):
            return text(word)
        name = text(word).partition(" (")[0]  # the program's word says the usual unit
    return f"{name or key} ({metric['unit']})" if metric["unit"] else name or key


def metric_name(key: str, metric: Mapping[str, Any], language: str) -> str:
    """Return what a study calls a metric; nothing where the program's own words say it.

    Parameters
    ----------
    key, metric
        Its name in the configuration, and what that says of it.
    language
        ``ja`` or ``en``.
    """
    # a word that happens to be called as the study's metric is another's
    return str(metric["label"].get(language, "" if key in _DEFAULT else key))
