"""Take a name apart: its separators, titles and parts, and the orders of these."""

import re
from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import TypeVar

from bonescint.text.folding import DASHES

SEPARATORS = re.compile(rf"[\s\0^=,.;:_/\\()\[\]+・*'\-{DASHES}]+")
KANJI = "㐀-鿿々〆\U00020000-\U0003ffff"
KANA = "ァ-ヺー"  # of a folded text
LETTERS = re.compile("[a-z]+")
_BEHIND = ("san", "sama", "kun", "chan", "tyan", "sensei", "dono")  # tyan is the sound of chan
TITLES = frozenset({"mr", "mrs", "ms", "dr", "pt", "prof", "miss", *_BEHIND})
HONORIFICS = "(?:様|サン|サマ|氏|殿|先生|君|クン|チャン|女史|技師|医師)"
# a title of either script behind a name, in a folded text
TITLE_BEHIND = rf"(?:\s*{HONORIFICS}|[\s.-]*(?:{'|'.join(_BEHIND)})(?![a-z]))"
# other programs write these in place of a name or an ID; they identify nobody
NOBODY = frozenset({"removed", "anonymous", "anonymized", "anonymised", "unknown", "none"})
_COMPONENTS = 3  # family, given and middle name; prefix and suffix (Ms., MD) are left out
_BETWEEN_WORDS = re.compile(rf"(?:{SEPARATORS.pattern}|、)+")
_Part = TypeVar("_Part")


def parts(group: str) -> list[tuple[str, ...]]:
    """Return the words of family, given and middle name. Without ^, each word is a part.

    Parameters
    ----------
    group
        One component group of a Person Name (romaji, kanji or kana).
    """
    components = [part for part in group.split("^")[:_COMPONENTS] if part.strip()]
    if len(components) == 1:
        components = re.split(r"[\s,、・]+", components[0])
    words = (tuple(filter(None, _BETWEEN_WORDS.split(part))) for part in components)
    return [part for part in words if part]


def orders(names: Sequence[_Part], number: int | None = None) -> Iterator[tuple[_Part, ...]]:
    """Yield the orders in which (some) parts of a name are written: family or given name first."""
    return permutations(names, number)
