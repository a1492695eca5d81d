"""Texts in one form, and every usual spelling of a full name in it (R12)."""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import permutations
from typing import NamedTuple

from bonescint.names.reading import HONORIFICS, SEPARATORS
from bonescint.text.folding import fold_name

LETTERS = re.compile("[a-z]{3,}")
TEXT = re.compile("[^\x00-\x7f]+")
_COMBINING = "".join(map(chr, range(0x300, 0x370)))
_CACHED = 64
# a character with its marks of voice or accents
_CHARACTERS = re.compile(".[\u0300-\u036f\u3099\u309a\u309b\u309c\uff9e\uff9f]*", re.DOTALL)
# between the parts of a name: punctuation, line ends, or the tags of XML and HTML
_BETWEEN = rf"(?:{SEPARATORS.pattern[:-1]}|[、|\"]|<[^<>]{{0,100}}>){{%d,8}}"
_KANJI = "㐀-鿿々〆"
_KANA = "ァ-ヺー"
# 患者林花子様 is she, 小林花子 is not
_NO_KANJI_BEFORE = f"(?<![{_KANJI}])(?<!ー)|(?<=[者名前人例性師医])"


class Name(NamedTuple):
    """A name to look for.

    Parameters
    ----------
    pieces
        What must stand in a text all of it.
    joined
        All pieces in one word, in each order.
    pattern
        Of the whole name.
    """

    pieces: tuple[str, ...]
    joined: frozenset[str]
    pattern: str


def folded(text: str) -> str:
    """Return a text in small letters of one width, kana and kanji in one form.

    Parameters
    ----------
    text
        Any text; its line ends stay.
    """
    if text.isascii():
        return text.lower()
    return TEXT.sub(_fold_run, text).lower()


def _fold_run(run: re.Match[str]) -> str:
    return _fold_short(run[0]) if len(run[0]) <= _CACHED else fold_name(run[0])


@lru_cache(maxsize=1 << 14)
def _fold_short(run: str) -> str:
    # an accent that stands as a character of its own behind an ASCII letter
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


def names_of(name: str) -> Iterator[Name]:
    """Yield what is looked for of a name: each group in every order; never a family name alone."""
    for group in name.split("="):
        # a prefix or suffix (Ms., MD) is no part of the name
        parts = [part for part in group.split("^")[:3] if part.strip()]
        if len(parts) == 1:
            parts = [part for part in re.split(r"[\s,、・]+", parts[0]) if part]
        pieces = [tuple(p for p in SEPARATORS.split(folded(part)) if p) for part in parts]
        pieces = [part for part in pieces if part]
        if len(pieces) > 1 or (pieces and len("".join(pieces[0])) > _whole(pieces[0][0])):
            yield _name(tuple(pieces))
        if len(pieces) == 3:
            yield _name(tuple(pieces[:2]))


def _whole(piece: str) -> int:
    """Return how long a name in one piece is at most while it may be a family name alone."""
    return 9 if piece.isascii() else 5 if re.match(f"[{_KANA}]", piece) else 3


def _name(parts: tuple[tuple[str, ...], ...]) -> Name:
    flat = [piece for part in parts for piece in part]
    size = sum(map(len, flat))
    before, between, after = "", _BETWEEN % 0, ""
    if all(piece.isascii() for piece in flat):
        before, after = "(?<![a-z])", "(?![a-z])"
        if size < 6:  # "main" is no MA^IN, but "ono ai" is ONO^AI
            between = _BETWEEN % 1 if size > 4 else r"\s?[\^,=]\s?"
    elif all(re.fullmatch(f"[{_KANA}]+", piece) for piece in flat):
        # ヤマダハナ is not ヤマダハナコ
        before, after = f"(?<![{_KANA}])", f"(?:(?![{_KANA}])|(?={HONORIFICS}))"
    elif size < 4:
        before = f"(?:{_NO_KANJI_BEFORE})"
        after = f"(?:(?![{_KANJI}])|(?={HONORIFICS}))"
    orders = [[p for part in order for p in part] for order in permutations(parts)]
    patterns = [between.join(map(re.escape, order)) for order in orders]
    return Name(
        tuple(flat),
        frozenset("".join(order) for order in orders),
        f"{before}(?:{'|'.join(patterns)}){after}",
    )
