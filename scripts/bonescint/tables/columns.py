"""Load the columns of the input tables, with headers and bounds, from schemas/*.schema.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from bonescint.resources import project_yaml
from bonescint.text.folding import fold_header

# the patient's column is one of these
KEYS = ("patient_id", "code")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of an input table."""

    name: str  # its name in the schema and in config.yaml
    kind: str  # ``text``, ``number``, ``integer``, ``date`` or ``word``
    required: bool
    # accepted headers, Japanese first, used if the configuration names none
    headers: tuple[str, ...]
    # bounds of a number: outside is an error, and above `warn_above` is a warning
    minimum: Decimal | None
    maximum: Decimal | None
    warn_above: Decimal | None
    words: Mapping[str, str]  # folded spelling -> meaning
    accepted: tuple[str, ...]  # the words as typed, for messages
    blanks: frozenset[str]  # folded spellings of "nothing here"
    # whether a ``%`` may follow; whether a Saturday or Sunday gives a warning; whether a table
    # without the column gives one, because that changes the results
    percent: bool
    warn_weekend: bool
    warn_absent: bool
    pattern: str  # what a text must match in half width; empty accepts anything
    products: tuple[str, ...]  # names that may stand before a version
    rule: str  # the requirement behind the bounds

    @property
    def limits(self) -> str:
        """The kind of a number's bounds: ``between``, ``at_least``, ``at_most`` or ``any``."""
        if self.maximum is None:
            return "any" if self.minimum is None else "at_least"
        return "at_most" if self.minimum is None else "between"


@cache
def load_columns(schema: str) -> dict[str, Column]:
    """Return the columns of one input table by name.

    `schema` is a file of schemas/ without ``.schema.yaml``.
    """
    table = project_yaml(f"schemas/{schema}.schema.yaml")
    return {
        name: _column(name, name in table["required"], keywords)
        for name, keywords in table["properties"].items()
    }


def _column(name: str, required: bool, keywords: Mapping[str, Any]) -> Column:
    def bound(keyword: str) -> Decimal | None:
        return Decimal(str(keywords[keyword])) if keyword in keywords else None

    words = keywords.get("x-words", {})
    kind = "date" if keywords.get("format") == "date" else keywords["type"]
    if kind == "string":
        kind = "word" if words else "text"
    return Column(
        name=name,
        kind=kind,
        required=required,
        headers=(*keywords["x-headers"]["ja"], *keywords["x-headers"]["en"]),
        minimum=bound("minimum"),
        maximum=bound("maximum"),
        warn_above=bound("x-warn-above"),
        words={fold_header(word): meaning for meaning, spelt in words.items() for word in spelt},
        accepted=tuple(word for spelt in words.values() for word in spelt),
        blanks=frozenset(map(fold_header, ["", *keywords.get("x-blank", [])])),
        percent=keywords.get("x-percent", False),
        warn_weekend=keywords.get("x-warn-weekend", False),
        warn_absent=keywords.get("x-warn-absent", False),
        pattern=keywords.get("pattern", ""),
        products=tuple(keywords.get("x-products", ())),
        rule=keywords.get("x-rule", ""),
    )
