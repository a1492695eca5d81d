"""The only texts that stay: listed values and codes, written as the standard writes them."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from bonescint.deid.versions import is_version
from bonescint.resources import resource_rows
from bonescint.text.folding import unpadded

# SH and LO hold at most 64 characters; anything longer was not meant for these attributes
_LONGEST = 64
# of the numbers beside listed words: an ID in pieces has more
_MOST_DIGITS = 5
# attributes whose values mean something by their position: an unlisted one leaves its place empty
POSITIONAL = frozenset({"ImageType", "PatientOrientation"})
# whose words may also be numbers of versions, and stand as they were found
VERSIONS = "SoftwareVersions"
# what a hospital's own table may keep as it was typed (R18)
_TABLES = frozenset({VERSIONS, "ProtocolName", "ImageID"})
_SEPARATORS = re.compile(r"[ /_\-+&.,:;()>^・]+")
_NUMBER = re.compile(r"[0-9.]+")
_VERSION = re.compile(r"[^ /_+,:;()>^-]+")
# a number without a dot: what is before it says whose it is
_PLAIN = re.compile(r"[0-9]{1,3}(?![0-9.])")


class Vocabulary:
    """Values and codes that may stay.

    They stand in resources/nm_vocabulary.csv (whole values), nm_words.csv (values of which every
    word must be listed) and nm_codes.csv.

    A value is compared in NFKC, trimmed and without regard to case; ``match`` is a regular
    expression for the whole of it. The first line that matches decides: its ``term`` is written, or
    the value itself where the line has no term.
    """

    def __init__(self) -> None:
        self._texts: dict[str, list[tuple[re.Pattern[str], str]]] = {}
        for row in resource_rows("nm_vocabulary.csv"):
            entry = re.compile(row["match"], re.IGNORECASE), row["term"]
            self._texts.setdefault(row["keyword"], []).append(entry)
        words: dict[str, list[tuple[str, str]]] = {}
        for row in resource_rows("nm_words.csv"):
            words.setdefault(row["keyword"], []).append((row["match"], row["term"]))
        self._words = {keyword: _Words(rows, keyword) for keyword, rows in words.items()}
        self._codes = {
            (row["sequence"], row["scheme"], row["value"]): row["meaning"]
            for row in resource_rows("nm_codes.csv")
        }

    def __contains__(self, keyword: str) -> bool:
        return keyword in self._texts or keyword in self._words

    def judges(self, keyword: str, action: str) -> bool:
        """Tell whether a decision leaves an attribute its listed texts alone.

        Parameters
        ----------
        keyword, action
            The attribute and what is decided of it: ``keep`` or ``vocabulary``.
        """
        return action == "vocabulary" or (keyword in self and keyword not in _TABLES)

    @lru_cache(maxsize=4096)  # noqa: B019 (one vocabulary, read once)
    def text(self, keyword: str, value: str) -> str | None:
        """Return the text to write for one value of an attribute, or None if it is not listed."""
        value = unpadded(value)
        if len(value) > _LONGEST:
            return None
        for pattern, term in self._texts.get(keyword, []):
            if pattern.fullmatch(value):
                return term or value
        words = self._words.get(keyword)
        return words.text(value) if words else None

    def meaning(self, sequence: str, scheme: str, value: str) -> str | None:
        """Return the standard meaning of a code in a code sequence, or None if it is not listed."""
        return self._codes.get((sequence, scheme, value))


class _Words:
    """Words that make up the values of one attribute, the longest reading first."""

    def __init__(self, rows: Iterable[tuple[str, str]], keyword: str) -> None:
        self._terms = [(_bounded(match), term) for match, term in rows]
        self._versions = keyword == VERSIONS

    def text(self, value: str) -> str | None:
        """Return a value's terms, or None if it holds anything else."""
        terms: list[str] = []
        at, after_word = 0, False
        while at < len(value):
            if gap := _SEPARATORS.match(value, at):
                at = gap.end()
                continue
            end, term, after_word = self._word(value, at, after_word)
            if end == at:
                return None
            terms.append(term)
            at = end
        if self._versions:
            return value if terms else None
        text = " ".join(terms)
        digits = sum(c.isdigit() for c in text)
        return text if 0 < len(text) <= _LONGEST and digits <= _MOST_DIGITS else None

    def _word(self, value: str, at: int, after_word: bool) -> tuple[int, str, bool]:
        """Return where a word ends, how it is written, and whether a plain number may follow."""
        if self._versions:
            version = _VERSION.match(value, at)
            if version and is_version(version[0]):
                return version.end(), version[0], False
            if after_word and (number := _PLAIN.match(value, at)):
                return number.end(), number[0], False
        found = [(m.end(), term, m) for p, term in self._terms if (m := p.match(value, at))]
        if not found:
            return at, "", False
        end, term, match = max(found, key=lambda one: one[0])
        number = _NUMBER.search(match[0])
        return end, term.replace("#", number[0]) if number else term, True


def _bounded(match: str) -> re.Pattern[str]:
    """Return the pattern of a word that goes on in neither letters nor digits."""
    before = "(?:(?<![a-z])|(?![a-z]))(?:(?<![0-9])|(?![0-9]))"
    after = "(?:(?![a-z])|(?<![a-z]))(?:(?![0-9])|(?<![0-9]))"
    return re.compile(f"{before}(?:{match}){after}", re.IGNORECASE)


@cache
def vocabulary() -> Vocabulary:
    """Return the project's vocabulary, read once."""
    return Vocabulary()
