"""Write docs/en/configuration.md and docs/ja/configuration.md from the configuration's schema.

    python -m tools.generate_configuration_doc

The prose around the tables stands in tools/configuration.en.md and tools/configuration.ja.md.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tools.generated import filled, write_documents

from bonescint.config_form import bounds, meaning
from bonescint.resources import Texts, project_yaml

SCHEMA = project_yaml("schemas/config.schema.yaml")
_KINDS = ("date", "path", "question")  # $defs that say more about a value than its type


class Key(NamedTuple):
    """A key of the configuration, and what the schema says of it."""

    path: str
    said: Mapping[str, Any]
    needed: bool


def resolved(key: Mapping[str, Any]) -> dict[str, Any]:
    """Return a key's schema with its reference resolved; keywords beside the reference win.

    Parameters
    ----------
    key
        The key's schema.
    """
    name = str(key.get("$ref", "")).rpartition("/")[2]
    if not name:
        return dict(key)
    kind = name.removesuffix("_or_null")
    named = {"kind": [kind, "null"][: 1 + (kind != name)]} if kind in _KINDS else {}
    return named | resolved(SCHEMA["$defs"][name]) | key


def below(form: Mapping[str, Any], path: str = "") -> Iterator[Key]:
    """Yield every key below one, deepest last, without the keys that say how a table is read.

    Parameters
    ----------
    form
        The schema of the key, resolved.
    path
        Where it stands; empty for the whole configuration.
    """
    form = form.get("then", form)
    for name, key in form.get("properties", {}).items():
        if key is not SCHEMA["x-layout"].get(name):
            said = resolved(key)
            here = f"{path}.{name}" if path else name
            yield Key(here, said, name in form.get("required", ()))
            yield from below(said, here)
    if isinstance(named := form.get("additionalProperties"), dict):
        yield from below(resolved(named), f"{path}.NAME")
    if isinstance(items := form.get("items"), dict):
        yield from below(resolved(items), f"{path}[]")


def document(language: str) -> str:
    """Return the text of the document in ``en`` or ``ja``."""
    text, sections = Texts("configuration", language), list[str]()
    for name, key in SCHEMA["properties"].items():
        said = resolved(key)
        keys = list(below(said, name))
        about = [_sentence(meaning(said, language), language), ""] if keys else []
        keys = keys or [Key(name, said, name in SCHEMA["required"])]
        sections.append("\n".join([f"## {name}", *about, *_rows(keys, text)]))
    layout = {"properties": SCHEMA["x-layout"]}
    own = [Key(name, resolved(key), False) for name, key in layout["properties"].items()]
    own += [one for key in own for one in below(key.said, key.path)]
    parts = {"sections": "\n\n".join(sections), "layout": "\n".join(_rows(own, text))}
    return filled("configuration", language, parts)


def _sentence(said: str, language: str) -> str:
    if language == "ja":
        return said.removesuffix("。") + "。"
    return f"{said[:1].upper()}{said[1:]}."


def _rows(keys: list[Key], text: Texts) -> Iterator[str]:
    yield "| " + " | ".join(text(one) for one in ("key", "value", "needed", "meaning")) + " |"
    yield "|---|---|---|---|"
    first: dict[int, str] = {}  # keys with several places are listed at the first
    again = ""
    for key in keys:
        if again and key.path.startswith(again):
            continue
        meant, form = meaning(key.said, text.language), key.said.get("then", key.said)
        if "properties" in form:
            seen = first.setdefault(id(form["properties"]), key.path)
            again = f"{key.path}." if seen != key.path else ""
            meant += text("as", path=seen) if again else ""
        needed = text("yes") if key.needed else ""
        cells = [f"`{key.path}`", _value(key.said, text), needed, meant]
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def _value(said: Mapping[str, Any], text: Texts) -> str:
    """Return what may be written."""
    if "oneOf" in said:
        return ", ".join(_value(one, text) for one in said["oneOf"])
    if "if" in said:
        word = said["else"].get("const")
        return text("word_or_keys", word=word) if word else text("path_or_keys")
    if words := said.get("x-words") or said.get("enum"):
        return ", ".join(f"`{one}`" for one in words)
    if "const" in said:
        return f"`{str(said['const']).lower()}`"
    given = said.get("kind") or said["type"]
    first, *others = given if isinstance(given, list) else [given]
    of = _value(resolved(said["items"]), text) if "items" in said else ""
    limits = bounds(said, Texts("config", text.language))
    value = text(f"type.{first}") + "".join(f" ({one})" for one in (limits, of) if one)
    return ", ".join([value, *(text(f"type.{one}") for one in others)])


if __name__ == "__main__":
    write_documents("configuration", document)
