"""Warnings of all stages, as a key and values that are the same in every language.

The words are added where a person reads them (`bonescint.warning_words`). So a change of a word or
of the language makes no stage run again.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bonescint.declared import columns
from bonescint.files import write_rows
from bonescint.resources import Texts


@dataclass(frozen=True, slots=True)
class Phrase:
    """A text as a key and values. The words are added later.

    Parameters
    ----------
    values
        For the text's fields. A phrase among them has words of its own.
    """

    key: str
    values: Mapping[str, object] = field(default_factory=dict)

    def in_words(self, *texts: Texts) -> str:
        """Return the words from the first catalogue, all of one language, that has the key."""
        for text in texts:
            if self.key in text:
                return text(
                    self.key, **{n: value_in_words(v, *texts) for n, v in self.values.items()}
                )
        raise KeyError(self.key)


def value_in_words(value: object, *texts: Texts) -> object:
    """Return a value as a text shows it. A phrase, or a list of phrases, becomes words."""
    if isinstance(value, Phrase):
        return value.in_words(*texts)
    if isinstance(value, list):
        return (
            Phrase("separator").in_words(*texts).join(str(value_in_words(v, *texts)) for v in value)
        )
    return value


def place_in_words(place: Mapping[str, object], *texts: Texts) -> str:
    """Return where something is, such as ``file "a.csv" row 3``.

    Parameters
    ----------
    place
        Where it is, the widest part first: ``file``, ``sheet``, ``row``, ``column`` and more. A
        part without a text ``place_...``, such as a code, is shown unchanged.
    texts
        As for `Phrase.in_words`.
    """
    said = []
    for kind, value in place.items():
        one = Phrase(f"place_{kind}", {kind: value})
        known = any(one.key in text for text in texts)
        said.append(str(value_in_words(one if known else value, *texts)))
    return " ".join(said)


def warning(
    source: str, rule: str, phrase: Phrase, where: Mapping[str, object] | None = None
) -> dict[str, str]:
    """Return a row of a ``*.warnings.csv``. Nothing in it may identify a patient.

    Parameters
    ----------
    source
        The subject: a table's name, or the key ``source....`` of a text.
    rule
        The requirement (R1..R40), empty if none.
    where
        As for `place_in_words`; None if it has no particular place.
    """
    return {
        "source": source,
        "rule": rule,
        "where": _written(where or {}),
        "key": phrase.key,
        "values": _written(phrase.values),
    }


def write_warnings(path: str | Path, rows: Iterable[Mapping[str, str]]) -> int:
    """Write rows of `warning` as a ``*.warnings.csv`` and return their number."""
    return write_rows(path, columns("warnings"), rows)


def read_phrases(written: str) -> dict[str, object]:
    """Return the cell ``where`` or ``values`` of a row as name -> value, phrases among them."""
    return {name: _read(value) for name, value in json.loads(written or "{}").items()}


def _written(values: Mapping[str, object]) -> str:
    plain = {name: _plain(value) for name, value in values.items()}
    return json.dumps(plain, ensure_ascii=False) if plain else ""


def _plain(value: object) -> object:
    match value:
        case Phrase(key=key, values=values):
            plain = {name: _plain(one) for name, one in values.items()}
            return {"key": key} | ({"values": plain} if plain else {})
        case list():
            return [_plain(one) for one in value]
        case None | int() | str():
            return value
    return str(value)


def _read(value: object) -> object:
    match value:
        case {"key": str(key), **rest}:
            values: Any = rest.get("values", {})
            return Phrase(key, {name: _read(one) for name, one in values.items()})
        case list():
            return [_read(one) for one in value]
    return value
