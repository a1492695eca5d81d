"""Break text into lines of a width. Words stay whole, and no line begins with a closing mark."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator

# characters that may not begin a line, and characters that may not end one
_CLOSING = "、。，．・：；！？）」』】〕〉》々ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;!?)]"
_OPENING = "（「『【〔〈《(["
# a Latin word with its blanks, or one character, together with the marks that belong to it
_PIECE = re.compile(
    rf"[{re.escape(_OPENING)}]*(?:[!-'*-~\u00a0-\u024f]+|.)[{re.escape(_CLOSING)}]*[ \u3000]*"
)


def lines_of(text: str, room: float, measure: Callable[[str], float]) -> list[str]:
    """Return a text in lines.

    Its own line breaks are kept. `measure` gives the width of a text in the unit of `room`.
    """
    return [line for part in text.split("\n") for line in _broken(part, room, measure)]


def _broken(text: str, room: float, measure: Callable[[str], float]) -> Iterator[str]:
    line = ""
    for piece in _PIECE.findall(text):
        if line and measure((line + piece).rstrip()) > room:
            yield line.rstrip()
            line = ""
        line += piece
        # a word or a hash may be longer than a line
        while len(line) > 1 and measure(line.rstrip()) > room:
            fits = _fitting(line, room, measure)
            yield line[:fits]
            line = line[fits:]
    yield line.rstrip()


def _fitting(word: str, room: float, measure: Callable[[str], float]) -> int:
    """Return how many characters of a word that is too long fit, at least one."""
    # a word may be a whole statement, so the part that is measured grows step by step
    many = 2
    while many < len(word) and measure(word[:many]) <= room:
        many *= 2
    counts = range(1, min(many, len(word)) + 1)
    return max(bisect_right(counts, room, key=lambda n: measure(word[:n])), 1)
