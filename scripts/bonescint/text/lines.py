"""Lines of a given width: words and numbers whole, no closing mark at a line's begin."""

import re
from collections.abc import Callable, Iterator

# what may not begin a line, and what may not end one
_CLOSING = "、。，．・：；！？）」』】〕〉》々ーぁぃぅぇぉっゃゅょァィゥェォッャュョ,.:;!?)]"
_OPENING = "（「『【〔〈《(["
# Latin words with their blanks, or one character, with the marks that belong to them
_PIECE = re.compile(
    rf"[{re.escape(_OPENING)}]*(?:[!-'*-~\u00a0-\u024f]+|.)[{re.escape(_CLOSING)}]*[ \u3000]*"
)


def lines_of(text: str, room: float, measure: Callable[[str], float]) -> list[str]:
    """Return a text in lines.

    Parameters
    ----------
    text
        Its own line breaks are kept.
    room
        The width of a line.
    measure
        The width of a text, in the same unit.
    """
    return [line for part in text.split("\n") for line in _broken(part, room, measure)]


def _broken(text: str, room: float, measure: Callable[[str], float]) -> Iterator[str]:
    line = ""
    for piece in _PIECE.findall(text):
        if line and measure((line + piece).rstrip()) > room:
            yield line.rstrip()
            line = ""
        line += piece
        # a hash, or a word longer than a line
        while measure(line.rstrip()) > room and len(line) > 1:
            fits = next(
                n for n in range(len(line) - 1, 0, -1) if n == 1 or measure(line[:n]) <= room
            )
            yield line[:fits]
            line = line[fits:]
    yield line.rstrip()
