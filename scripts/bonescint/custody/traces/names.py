"""Texts in the form in which they are searched, and a map back to places in the original (R12)."""

import re
from functools import lru_cache

from bonescint.text.folding import fold_name

_TEXT = re.compile("[^\x00-\x7f]+")
_COMBINING = "".join(map(chr, range(0x300, 0x370)))
_CACHED = 64
# a character with its voicing marks or accents
_CHARACTERS = re.compile(".[\u0300-\u036f\u3099\u309a\u309b\u309c\uff9e\uff9f]*", re.DOTALL)


def folded(text: str) -> str:
    """Return a text in small letters of one width, kana and kanji in one form.

    Parameters
    ----------
    text
        Any text; its line ends stay.
    """
    if text.isascii():
        return text.lower()
    return _TEXT.sub(_fold_run, text).lower()


def _fold_run(run: re.Match[str]) -> str:
    return _fold_short(run[0]) if len(run[0]) <= _CACHED else fold_name(run[0])


@lru_cache(maxsize=1 << 14)
def _fold_short(run: str) -> str:
    # a run may begin with the accent of the ASCII letter before it
    return fold_name(run).lstrip(_COMBINING)


def index_map(text: str) -> tuple[str, list[int]]:
    """Return a text folded, and the place in it of every folded character and of its end.

    Parameters
    ----------
    text
        Any text.
    """
    pieces: list[str] = []
    places: list[int] = []
    for found in _CHARACTERS.finditer(text):
        piece = folded(found[0])
        if found[0] == "々" and pieces and not pieces[-1].isascii():
            piece = pieces[-1][-1]
        pieces.append(piece)
        places += [found.start()] * len(piece)
    return "".join(pieces), [*places, len(text)]
