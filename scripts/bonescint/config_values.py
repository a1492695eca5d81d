"""What a study measures and with which tracers, as config.yaml names it or by default (R6)."""

from collections.abc import Iterator, Mapping
from typing import Any

from bonescint.dicom.vocabulary import known_tracers
from bonescint.resources import Texts
from bonescint.text.folding import fold_header

# R6: the licence ties a product to a tracer
_TRACERS = {"MDP": ["BoneNAVI"], "HMDP": ["VSBONE"]}
_FINDINGS = ("with_findings", "without_findings")


def _below(config: Any, *keys: str) -> Mapping[str, Any]:
    """Return a mapping of a configuration that may not have the form it should."""
    for key in keys:
        config = config.get(key) if isinstance(config, Mapping) else None
    return config if isinstance(config, Mapping) else {}


def tracer_products(config: Mapping[str, Any]) -> dict[str, list[str]]:
    """Return tracer -> the products whose licence allows its scans (R6).

    Parameters
    ----------
    config
        The configuration, checked or not.
    """
    return dict(_below(config, "cohort", "tracers") or _TRACERS)


def tracers(config: Mapping[str, Any]) -> list[str]:
    """Return the study's tracers, in their order."""
    return list(tracer_products(config))


def put_values(schema: dict[str, Any], config: Mapping[str, Any]) -> None:
    """Put the study's own tracers into the schema of its configuration.

    Parameters
    ----------
    schema
        schemas/config.schema.yaml, which names those by default.
    config
        The configuration, which may be wrong anywhere.
    """
    own = tracers(config)
    if not set(own) <= set(known_tracers()):
        own = list(_TRACERS)  # a name that no header can have has a fault of its own
    cohort = schema["properties"]["cohort"]["properties"]
    cohort["tracers"]["propertyNames"] = {"enum": list(known_tracers())}
    targets = cohort["targets"]
    targets["properties"] = {name: {"type": "integer", "minimum": 0} for name in (*own, *_FINDINGS)}
    targets["required"] = list(targets["properties"])
    schema["properties"]["software"]["additionalProperties"]["properties"]["tracer"]["enum"] = own


def is_product(product: str, name: str) -> bool:
    """Tell whether a product, as an entry spells it, is the one of a name."""
    return fold_header(product).startswith(fold_header(name))


def wrong_values(config: Mapping[str, Any], text: Texts) -> Iterator[str]:
    """Yield what contradicts itself among the software's tracers.

    Parameters
    ----------
    config
        The configuration, whose form is right.
    text
        The words of resources/text/config.csv.
    """
    allowed, first = tracer_products(config), dict[str, str]()
    for key, entry in config["software"].items():
        product, tracer = entry["product"], entry["tracer"]
        if first.setdefault(product, tracer) != tracer:
            yield text("two_tracers", product=product)
        if not any(is_product(product, name) for name in allowed[tracer]):
            products = ", ".join(allowed[tracer])
            yield text("no_licence", key=key, product=product, tracer=tracer, products=products)
