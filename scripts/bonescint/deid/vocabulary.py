"""The only texts that stay: listed values and codes, written as the standard writes them."""

import re
from functools import cache, lru_cache

from bonescint.resources import resource_rows
from bonescint.text.folding import unpadded

# SH and LO hold at most 64 characters; anything longer was not meant for these attributes
_LONGEST = 64
# attributes whose values mean something by their position: an unlisted one leaves its place empty
POSITIONAL = frozenset({"ImageType", "PatientOrientation"})


class Vocabulary:
    """Values and codes that may stay (resources/nm_vocabulary.csv, resources/nm_codes.csv).

    A value is compared in NFKC, trimmed and without regard to case; ``match`` is a regular
    expression for the whole of it. The first line that matches decides: its ``term`` is written, or
    the value itself where the line has no term.
    """

    def __init__(self) -> None:
        self._texts: dict[str, list[tuple[re.Pattern[str], str]]] = {}
        for row in resource_rows("nm_vocabulary.csv"):
            entry = re.compile(row["match"], re.IGNORECASE), row["term"]
            self._texts.setdefault(row["keyword"], []).append(entry)
        self._codes = {
            (row["sequence"], row["scheme"], row["value"]): row["meaning"]
            for row in resource_rows("nm_codes.csv")
        }

    def __contains__(self, keyword: str) -> bool:
        return keyword in self._texts

    @lru_cache(maxsize=4096)  # noqa: B019 (one vocabulary, read once)
    def text(self, keyword: str, value: str) -> str | None:
        """Return the text to write for one value of an attribute, or None if it is not listed."""
        value = unpadded(value)
        if len(value) > _LONGEST:
            return None
        for pattern, term in self._texts.get(keyword, []):
            if pattern.fullmatch(value):
                return term or value
        return None

    def meaning(self, sequence: str, scheme: str, value: str) -> str | None:
        """Return the standard meaning of a code in a code sequence, or None if it is not listed."""
        return self._codes.get((sequence, scheme, value))


@cache
def vocabulary() -> Vocabulary:
    """Return the project's vocabulary, read once."""
    return Vocabulary()
