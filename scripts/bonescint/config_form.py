"""The form of config.yaml, the one configuration (R40): the keys of its schema, and its version."""

import difflib
import math
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema

from bonescint.config_values import put_values
from bonescint.errors import InputError
from bonescint.questions import TESTS, known
from bonescint.resources import Texts, project_yaml

# message for a range -> the schema keys that it needs. The first message that fits is used
_BOUNDS = {
    "between": ("exclusiveMinimum", "exclusiveMaximum"),
    "from_to": ("minimum", "maximum"),
    "above_to": ("exclusiveMinimum", "maximum"),
    "at_least": ("minimum",),
    "above": ("exclusiveMinimum",),
}
# bonescint.commands.upgrade_steps knows the changes from one version to the next
CONFIG_VERSION = 2


def config_version(config: Mapping[str, Any]) -> int:
    """Return the version of a configuration's form. Without a numeric key it is the first."""
    version = config.get("config_version", 1)
    return version if isinstance(version, int) and not isinstance(version, bool) else 1


def open_keys(config: Mapping[str, Any]) -> list[str]:
    """Return the keys that are null but must not be: what a new study must still decide."""
    return [".".join(map(str, error.absolute_path)) for error in _faults(config) if _is_open(error)]


def _schema(config: Mapping[str, Any]) -> Any:
    schema = project_yaml("schemas/config.schema.yaml")
    questions = [name for name in known() if name != TESTS]
    schema["$defs"]["question"] = {"enum": questions}
    measures = {"type": "array", "minItems": 1, "items": {"type": "string", "minLength": 1}}
    families = schema["properties"]["metrics"]["properties"]["families"]
    families["additionalProperties"]["properties"] |= dict.fromkeys(questions, measures)
    put_values(schema, config)
    return schema


def _is_finite(_: object, value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)


# YAML has .inf and .nan, but all numbers of a study are finite
_VALIDATOR = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator,
    type_checker=jsonschema.Draft202012Validator.TYPE_CHECKER.redefine("number", _is_finite),
)


def _faults(config: Mapping[str, Any]) -> list[Any]:
    validator = _VALIDATOR(_schema(config))
    return sorted(validator.iter_errors(config), key=lambda e: list(map(str, e.path)))


def faults_of_form(config: Mapping[str, Any], text: Texts) -> Iterator[str]:
    """Yield what the schema does not allow, one sentence for each fault.

    Raises
    ------
    InputError
        If the configuration has a newer version, because its keys may have any meaning.
    """
    if (version := config_version(config)) > CONFIG_VERSION:
        raise InputError(text("newer_version", version=version, known=CONFIG_VERSION))
    for error in _faults(config):
        yield from _explain(error, text, config)


def _is_open(error: Any) -> bool:
    # null for a column of a table means that there is no such column
    if error.instance is None:
        return "columns" not in error.absolute_path
    return error.validator == "minProperties" and not error.instance


def _explain(error: Any, text: Texts, config: Mapping[str, Any]) -> Iterator[str]:
    where = ".".join(str(p) for p in error.absolute_path) or text("top_level")
    match error.validator:
        case _ if _is_open(error):
            yield text("undecided", where=where, wanted=_wanted(error, text))
        case "additionalProperties":
            known = list(map(str, error.schema["properties"]))
            for key in sorted(set(error.instance) - set(known), key=str):
                close = difflib.get_close_matches(str(key), known, 1)
                hint = _meant(error.schema, close[0], text) if close else ""
                yield text("unknown_key", where=where, key=key, known=", ".join(known)) + hint
        case "required":
            for key in error.validator_value:
                if key not in error.instance:
                    wanted = _wanted_key(error.schema, key, config, text)
                    yield text("missing_key", where=where, key=key, wanted=wanted)
        case "enum":
            allowed = ", ".join(map(str, error.validator_value))
            yield text("not_allowed", where=where, value=error.instance, allowed=allowed)
        case "pattern" | "type" if "propertyNames" in error.absolute_schema_path:
            yield text("bad_name", where=where, name=error.instance)
        case "contains":
            yield text("question_needed", where=where, question=error.validator_value["const"])
        case _:
            # a mapping or list is not quoted, because its first wrong leaf has an error of its own
            value = error.instance if not isinstance(error.instance, dict | list) else "..."
            yield text("bad_value", where=where, value=value, wanted=_wanted(error, text))


def meaning(key: Mapping[str, Any], language: str) -> str:
    """Return a key's description in one language by its schema, empty if there is none."""
    ja, _, en = str(key.get("description", "")).partition(" / ")
    return ja if language == "ja" else en


def bounds(key: Mapping[str, Any], text: Texts) -> str:
    """Return the bounds of a number by its schema, empty where it may be any."""
    for said, (low, *high) in _BOUNDS.items():
        if key.keys() >= {low, *high}:
            return text(said, low=key[low], high=key[high[0]] if high else "")
    return ""


def _meant(schema: Mapping[str, Any], key: str, text: Texts) -> str:
    """Return the key that was probably meant, with its description."""
    said = meaning(schema["properties"][key], text.language)
    return text("did_you_mean", key=key) + (f" ({said})" if said else "")


def _wanted_key(schema: Mapping[str, Any], key: str, config: Mapping[str, Any], text: Texts) -> str:
    """Return what to write for a missing key, in brackets."""
    known = schema.get("properties", {}).get(key, {})
    if "$ref" in known:
        known = _schema(config)["$defs"][known["$ref"].rpartition("/")[2]] | known
    wanted = [" | ".join(map(str, known.get("enum", ()))), meaning(known, text.language)]
    said = "; ".join(filter(None, wanted))
    return f" ({said})" if said else ""


def _wanted(error: Any, text: Texts) -> str:
    """Return what a value must be."""
    if error.validator == "enum":
        return ", ".join(map(str, error.validator_value))
    wanted = list(filter(None, [meaning(error.schema, text.language), bounds(error.schema, text)]))
    if error.validator == "type" and not (wanted and error.instance is None):
        kinds = error.validator_value
        kinds = [kinds] if isinstance(kinds, str) else kinds
        wanted.insert(0, ", ".join(text(f"type.{kind}") for kind in kinds))
    return "; ".join(wanted) or f"{error.validator}: {error.validator_value}"
