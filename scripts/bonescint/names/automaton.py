"""Search a text for many others in a single pass."""

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property

from ahocorasick_rs import AhoCorasick


class ManyTexts:
    """Texts, folded like the searched text, that are searched together. Empty ones are left out."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._texts = sorted(set(texts) - {""})

    def __reduce__(self) -> tuple[type["ManyTexts"], tuple[list[str]]]:
        return ManyTexts, (self._texts,)  # an automaton cannot be sent to another process

    def __bool__(self) -> bool:
        return bool(self._texts)

    @cached_property
    def _automaton(self) -> AhoCorasick:
        return AhoCorasick(self._texts)

    def are_in(self, text: str) -> bool:
        """Tell whether a text holds any of them."""
        return bool(self._texts and self._automaton.find_matches_as_indexes(_valid(text)))

    def found_in(self, text: str) -> set[str]:
        """Return those that a text holds. They may overlap."""
        if not self._texts or not text:
            return set()
        # asks for numbers, because the automaton would copy the text for every place
        found = self._automaton.find_matches_as_indexes(_valid(text), overlapping=True)
        return {self._texts[number] for number in {number for number, _, _ in found}}

    def places_in(self, text: str) -> dict[str, list[int]]:
        """Return each that a text holds with the places where it begins, in order."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        if self._texts and text:
            found = self._automaton.find_matches_as_indexes(_valid(text), overlapping=True)
            for number, start, _ in found:
                places[self._texts[number]].append(start)
        return places


def _valid(text: str) -> str:
    """Replace single surrogates, which the automaton does not accept. The length stays."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace").decode()
    return text
