"""List the only texts that stay: values and codes, written as the standard writes them."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache

from bonescint.deid.versions import is_version
from bonescint.resources import resource_rows
from bonescint.text.folding import unpadded

# SH and LO hold at most 64 characters; anything longer was not meant for these attributes
_LONGEST = 64
# digits of all numbers beside listed words: an ID in pieces has more
_MOST_DIGITS = 5
# the position of a value has a meaning in these attributes, so an unlisted one leaves a gap
POSITIONAL = frozenset({"ImageType", "PatientOrientation"})
# its words may also be version numbers, and they are written as found
VERSIONS = "SoftwareVersions"
# attributes that a hospital's own table may keep as typed (R18)
_TABLES = frozenset({VERSIONS, "ProtocolName", "ImageID"})
_SEPARATORS = re.compile(r"[ /_\-+&.,:;()>^・]+")
_NUMBER = re.compile(r"[0-9.]+")
_VERSION = re.compile(r"[^ /_+,:;()>^-]+")
# a number without a dot: it may stay only behind a listed word
_PLAIN = re.compile(r"[0-9]{1,3}(?![0-9.])")


class Vocabulary:
    """Values and codes that may stay.

    They are listed in resources/nm_vocabulary.csv (whole values), nm_words.csv (every word of a
    value must be listed) and nm_codes.csv.

    A value is compared in NFKC, trimmed and without regard to case. ``match`` is a regular
    expression for the whole value. The first line that matches decides: its ``term`` is written, or
    the value itself if the line has no term.
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
        """Tell whether a decision leaves only listed texts in an attribute."""
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
    """The words of one attribute's values. The longest match at a place is taken."""

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
    """Return the pattern of a word that no further letter or digit follows."""
    before = "(?:(?<![a-z])|(?![a-z]))(?:(?<![0-9])|(?![0-9]))"
    after = "(?:(?![a-z])|(?<![a-z]))(?:(?![0-9])|(?<![0-9]))"
    return re.compile(f"{before}(?:{match}){after}", re.IGNORECASE)


@cache
def vocabulary() -> Vocabulary:
    """Return the project's vocabulary, read once."""
    return Vocabulary()
