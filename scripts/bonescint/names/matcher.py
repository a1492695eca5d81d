"""Tell whether a text names a person, with the strictness that the place needs.

A text is laid out once (`bonescint.names.reading`), and the person's spellings are made once
(`bonescint.names.spellings`). Only the strictness differs from place to place. A short value of a
header names a patient by a part of the name. A page of prose may hold that part by chance. A search
whose false alarms would block every run needs the whole name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bonescint.names.automaton import ManyTexts
from bonescint.names.reading import Reading, laid_out
from bonescint.names.spellings import Spellings, spellings

_FEW = 64  # so many texts are searched faster one by one


@dataclass(frozen=True, slots=True)
class Strictness:
    """The rules for what counts as naming a person.

    Parameters
    ----------
    inside
        A name of so many Latin letters or more counts inside a word. One with a letter less counts
        at the beginning or end of a word.
    kana
        A name of so many kana or more counts without a title.
    glued
        Whether names count in the forms that devices shorten or cut: with the other's initial
        (SATOA), or two short ones anywhere in one text.
    prose
        Whether the text consists of sentences (`bonescint.names.reading.laid_out`).
    """

    inside: int = 7
    kana: int = 2
    glued: bool = True
    prose: bool = False

    def read(self, text: str) -> Reading:
        """Return an unchanged text of a table or a report, laid out for the search."""
        return laid_out((text,), self.prose)


# a value of a header, a cell of a table, a text of sentences
FIELD = Strictness()
CELL = Strictness(inside=2)
PROSE = Strictness(kana=3, glued=False, prose=True)


class Matcher:
    """Tell whether texts name one person, or any of many.

    Parameters
    ----------
    known
        The spellings to find.
    strictness
        The rules for what counts.

    Attributes
    ----------
    numbers
        Digits without leading zeros, compared with whole numbers.
    births
        A birth date's three numbers.
    """

    def __init__(self, known: Spellings, strictness: Strictness) -> None:
        self.numbers, self.births = known.numbers, known.births
        self._wholes = known.wholes
        self._joined = _Phrases(known.joined)
        latin = known.latin
        self._tokens = known.tokens.union(latin, known.glued if strictness.glued else ())
        short = strictness.kana
        self._words = _Phrases(
            w for w in known.words if len(w) >= short or not "ァ" <= w[0] <= "ヺ"
        )
        self._inside = _Phrases(
            name for name in latin if latin[name] >= strictness.inside and len(name) > 1
        )
        edge = strictness.inside - 1
        self._edges = _Phrases(
            form for name in latin if latin[name] == edge for form in (f" {name}", f"{name} ")
        )
        self._both: dict[str, list[str]] = {}
        for one, other in known.both if strictness.glued else ():
            self._both.setdefault(one, []).append(other)

    def are_in(self, reading: Reading) -> bool:
        """Tell whether a reading holds IDs, dates or two names, which have no other explanation."""
        return (
            not self._wholes.isdisjoint(reading.wholes)
            or not self.numbers.isdisjoint(reading.numbers)
            or not self.births.isdisjoint(reading.triples)
            or self._joined.are_in(reading.bare)
            or any(
                one in reading.letters and any(other in reading.letters for other in others)
                for one, others in self._both.items()
            )
        )

    def names_are_in(self, reading: Reading) -> bool:
        """Tell whether a reading holds one name, which may also be an institution's."""
        return (
            not self._tokens.isdisjoint(reading.tokens)
            or self._words.are_in(reading.bare)
            or self._inside.are_in(reading.letters)
            or self._edges.are_in(reading.letters)
        )

    def is_named_in(self, reading: Reading) -> bool:
        """Tell whether a reading holds anything of a person."""
        return self.are_in(reading) or self.names_are_in(reading)


class _Phrases:
    """A search for any of several texts. Many take little more time than few."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._few = frozenset(texts)
        self._many: ManyTexts | None = None
        if len(self._few) > _FEW:
            self._many = ManyTexts(self._few)
            self._few = frozenset()

    def are_in(self, text: str) -> bool:
        if self._many:
            return self._many.are_in(text)
        return any(one in text for one in self._few)


# the instances of a patient share one matcher
@lru_cache(maxsize=64)
def matcher(
    strictness: Strictness,
    patient: tuple[str, ...] = (), staff: tuple[str, ...] = (), ids: tuple[str, ...] = (),
    births: tuple[str, ...] = (), phrases: tuple[str, ...] = (),
) -> Matcher:  # fmt: skip
    """Return the matcher of the known names and numbers (`spellings`)."""
    return Matcher(spellings(patient, staff, ids, births, phrases), strictness)
