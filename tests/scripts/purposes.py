"""Which measures no question explains."""

from collections.abc import Iterable

from bonescint.registered import words_in


def explained() -> set[str]:
    """Return the measures for which a question has a sentence on what they are for."""
    keys = (key for words in words_in("text/questions/", "en").values() for key in words)
    return {key.removeprefix("purpose_") for key in keys if key.startswith("purpose_")}


def unexplained(measures: Iterable[str]) -> set[str]:
    """Return those of some measures that lack such a sentence."""
    return set(measures) - explained()
