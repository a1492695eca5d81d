"""Does a text name this person? The one answer, as strict as it is asked to be.

A text is laid out once (`bonescint.names.reading`) and what is known of the person once
(`bonescint.names.spellings`). What differs from place to place is how much a text must tell: a
header's short value names a patient by a part of the name, a page of prose may hold that part by
chance, and a search that blocks every run by a false alarm wants the whole name.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from bonescint.names.automaton import ManyTexts
from bonescint.names.reading import Reading, laid_out
from bonescint.names.spellings import Spellings, spellings

_FEW = 64  # texts that are looked for faster one by one


@dataclass(frozen=True, slots=True)
class Strictness:
    """What counts as naming a person.

    Parameters
    ----------
    inside
        From how many Latin letters on a name counts inside a word, and of one less at its beginning
        or end.
    kana
        From how many kana on a name counts without a title.
    glued
        Whether names count as devices shorten or cut them: with the other's initial (SATOA), two
        short ones anywhere in one text.
    prose
        Whether the text is one of sentences (`bonescint.names.reading.laid_out`).
    """

    inside: int = 7
    kana: int = 2
    glued: bool = True
    prose: bool = False

    def read(self, text: str) -> Reading:
        """Return a text laid out for search.

        Parameters
        ----------
        text
            As it stands in a table or a report.
        """
        return laid_out((text,), self.prose)


# a value of a header, a cell of a table, a text of sentences
FIELD = Strictness()
CELL = Strictness(inside=2)
PROSE = Strictness(kana=3, glued=False, prose=True)


class Matcher:
    """Tells whether texts name one person, or any of many.

    Parameters
    ----------
    known
        What is looked for.
    strictness
        What counts.

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
        """Tell whether a reading holds what no other text explains: IDs, dates, two names."""
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
    """Texts any of which is looked for in another; many cost little more than few."""

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


# the instances of a patient have the same
@lru_cache(maxsize=64)
def matcher(
    strictness: Strictness,
    patient: tuple[str, ...] = (), staff: tuple[str, ...] = (), ids: tuple[str, ...] = (),
    births: tuple[str, ...] = (), phrases: tuple[str, ...] = (),
) -> Matcher:  # fmt: skip
    """Return the matcher of what is known.

    Parameters
    ----------
    strictness
        What counts.
    patient, staff, ids, births, phrases
        As for `bonescint.names.spellings.spellings`.
    """
    return Matcher(spellings(patient, staff, ids, births, phrases), strictness)
