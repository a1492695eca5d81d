"""Many texts looked for in another one in a single pass, however many they are."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from ahocorasick_rs import AhoCorasick


class ManyTexts:
    """Texts that are looked for together.

    Parameters
    ----------
    texts
        Folded like those in which they are looked for; an empty one is left out.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = sorted(set(texts) - {""})

    def __reduce__(self) -> tuple[type["ManyTexts"], tuple[list[str]]]:
        return ManyTexts, (self._texts,)  # an automaton goes to no other process

    def __bool__(self) -> bool:
        return bool(self._texts)

    @cached_property
    def _automaton(self) -> AhoCorasick:
        return AhoCorasick(self._texts)

    def are_in(self, text: str) -> bool:
        """Tell whether a text holds any of those.

        Parameters
        ----------
        text
            Any text.
        """
        return bool(self._texts and self._automaton.find_matches_as_indexes(_valid(text)))

    def found_in(self, text: str) -> set[str]:
        """Return those that a text holds; they may overlap.

        Parameters
        ----------
        text
            Any text.
        """
        if not self._texts or not text:
            return set()
        # by their numbers: the texts themselves are made anew for every place
        found = self._automaton.find_matches_as_indexes(_valid(text), overlapping=True)
        return {self._texts[number] for number in {number for number, _, _ in found}}

    def places_in(self, text: str) -> dict[str, list[int]]:
        """Return where each of those begins that a text holds, in order.

        Parameters
        ----------
        text
            Any text.
        """
        places: defaultdict[str, list[int]] = defaultdict(list)
        if self._texts and text:
            found = self._automaton.find_matches_as_indexes(_valid(text), overlapping=True)
            for number, start, _ in found:
                places[self._texts[number]].append(start)
        return places


def _valid(text: str) -> str:
    """Return a text as long, without half pairs, which the automaton does not take."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
