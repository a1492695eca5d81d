"""Full names in long texts: the strictest way to name a person, never a family name alone.

Megabytes are searched in two steps: the words of the whole text against sets, which costs the same
for one person and for a thousand, and exact patterns for those whose words are all there.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from bonescint.names.alike import as_kana, as_romaji
from bonescint.names.parts import HONORIFICS, KANA, KANJI, LETTERS, SEPARATORS, orders, parts
from bonescint.text.folding import compose, enlarged, fold_name, romanised, sound, spelt_out

_WORDS = re.compile("[a-z]{3,}")
_OTHERS = re.compile("[^\x00-\x7f]+")
_KANA = re.compile(f"[{KANA}]+")
_KANA_WORDS = re.compile(f"[{KANA}]{{2,}}")  # one kana has two letters at most
_SHORTEST = 3  # letters of a word that is looked for in the first step
_GRAM = 2  # characters of other scripts by which a name is looked up
# first letter of a sound -> those of the romaji that have it
_INITIALS = {
    "t": "tc",
    "z": "zjd",
    "h": "hf",
    "y": "yi",
    "k": "kt",
    "p": "pt",
    "s": "st",
    "n": "nm",
}
_SMALL = {enlarged(small): small for small in "ァィゥェォャュョヮヵヶッ"}
# between the parts of a name: punctuation, line ends, or the tags of XML and HTML
_BETWEEN = rf"(?:{SEPARATORS.pattern[:-1]}|[、|\"]|<[^<>]{{0,100}}>){{%d,8}}"
# 患者林花子様 is this patient, 小林花子 is not
_NO_KANJI_BEFORE = f"(?:(?<![{KANJI}])(?<!ー)|(?<=[者名前人例性師医]))"
_Pieces = Sequence[tuple[str, ...]]


class FullName(NamedTuple):
    """A name to look for in a folded text.

    Parameters
    ----------
    pieces
        What must stand in a text all of it; in romaji and kana as it sounds.
    joined
        All that sounds in one word, in each order.
    pattern
        Of the whole name.
    """

    pieces: tuple[str, ...]
    joined: frozenset[str]
    pattern: str


def full_names(name: str) -> Iterator[FullName]:
    """Yield what is looked for of a name: each group in every order.

    Parameters
    ----------
    name
        As in a header.
    """
    name = compose(name)
    for group in dict.fromkeys([*name.split("="), *spelt_out(name).split("=")]):
        found = parts(fold_name(group))
        if len(found) > 1 or (found and len("".join(found[0])) > _whole(found[0][0])):
            yield _full(found)
        if len(found) == 3:
            yield _full(found[:2])


def _whole(piece: str) -> int:
    """Return how long a name in one piece is at most while it may be a family name alone."""
    return 9 if piece.isascii() else 5 if _KANA.match(piece) else 3


def _full(found: _Pieces) -> FullName:
    flat = [piece for part in found for piece in part]
    is_latin = all(map(LETTERS.fullmatch, flat))
    if not is_latin and not all(_KANA.fullmatch(p) and romanised(p).isascii() for p in flat):
        return FullName(tuple(_looked_up(flat)), frozenset(), _written(found))
    # romaji are looked for in romaji and kana in kana: a namesake may bear but one of them
    heard = [tuple(sound(romanised(piece)) for piece in part) for part in found]
    if is_latin:
        romaji = _in_orders(found, _in_romaji, _between(len("".join(flat))))
        pattern = f"(?<![a-z])(?:{romaji})(?![a-z])"
    else:
        # ヤマダハナ is not ヤマダハナコ
        kana = _in_orders(found, _in_kana, _BETWEEN % 0)
        pattern = f"(?<![{KANA}])(?:{kana})(?:(?![{KANA}])|(?={HONORIFICS}))"
    whole = (romanised("".join(p for part in order for p in part)) for order in orders(found))
    pieces = tuple(piece for part in heard for piece in part)
    return FullName(pieces, frozenset(map(sound, whole)), pattern)


def _looked_up(pieces: Iterable[str]) -> Iterator[str]:
    for piece in pieces:
        if piece.isascii():
            yield from map(sound, LETTERS.findall(piece))
        else:
            # kana may be written in either size
            yield from filter(None, _KANA.split(piece))


def _between(letters: int) -> str:
    """Return what stands between Latin names: "main" is no MA^IN, but "ono ai" is ONO^AI."""
    if letters < 6:
        return _BETWEEN % 1 if letters > 4 else r"\s?[\^,=]\s?"
    return _BETWEEN % 0


def _written(found: _Pieces) -> str:
    """Return a pattern of a name in kanji, or in several scripts."""
    flat = "".join(piece for part in found for piece in part)
    if flat.isascii():
        return f"(?<![a-z])(?:{_in_orders(found, re.escape, _between(len(flat)))})(?![a-z])"
    pattern = f"(?:{_in_orders(found, _in_either_size, _BETWEEN % 0)})"
    if len(flat) < 4:
        return f"{_NO_KANJI_BEFORE}{pattern}(?:(?![{KANJI}])|(?={HONORIFICS}))"
    return pattern


def _in_romaji(piece: str) -> str:
    # as it stands too, if it is no romaji
    return f"(?:{as_romaji(sound(piece))}|{piece})"


def _in_kana(piece: str) -> str:
    alike = as_kana(sound(romanised(piece)))
    return f"(?:{alike}|{_in_either_size(piece)})" if alike else _in_either_size(piece)


def _in_either_size(piece: str) -> str:
    # old devices write small kana as large ones
    return "".join(
        f"[{large}{_SMALL[large]}]" if (large := enlarged(c)) in _SMALL else re.escape(c)
        for c in piece
    )


def _in_orders(found: _Pieces, spelt: Callable[[str], str], between: str) -> str:
    return "|".join(
        between.join(spelt(piece) for part in order for piece in part) for order in orders(found)
    )


class FullNames:
    """The full names of many, looked for in folded texts.

    Parameters
    ----------
    names
        As in headers.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._always: list[FullName] = []
        self._by_word: dict[str, list[FullName]] = {}
        self._by_start: dict[str, list[FullName]] = {}
        for name in sorted({full for one in names for full in full_names(one)}):
            key = max(name.pieces, key=lambda piece: (not piece.isascii(), len(piece)), default="")
            if not key.isascii():
                self._by_start.setdefault(key[:_GRAM], []).append(name)
            elif len(key) < _SHORTEST:
                self._always.append(name)
            else:
                for word in {key, *name.joined}:
                    self._by_word.setdefault(word, []).append(name)
                for start in {word[:_SHORTEST] for word in (key, *name.joined)}:
                    self._by_start.setdefault(start, []).append(name)
        # j is the only letter that sounds as two (zy)
        self._least = min((len(w) - w.count("zy") for w in self._by_word), default=0)
        self._initials = set("".join(_INITIALS.get(w[0], w[0]) for w in self._by_word))

    def __bool__(self) -> bool:
        return bool(self._always or self._by_start)

    def suspects(self, text: str) -> Iterator[str]:
        """Yield the patterns of names that may be in a text; most texts hold none.

        Parameters
        ----------
        text
            In small letters of one width, kana and kanji in one form (`text.folding.fold`).
        """
        written = set(_WORDS.findall(text))
        near = [w for w in written if w[0] in self._initials and len(w) >= self._least]
        found = [self._always] + [self._by_word[w] for w in self._by_word.keys() & _heard(near)]
        others = kana = ""
        if not text.isascii():
            others = "\n".join(set(_OTHERS.findall(text)))
            kana = "\n".join(_heard(map(romanised, set(_KANA_WORDS.findall(others)))))
            found += [
                names
                for start, names in self._by_start.items()
                if start in (kana if start.isascii() else others)
            ]
        words = _heard(written) if any(found) else set()
        for name in sorted({name for names in found for name in names}):
            if (
                not words.isdisjoint(name.joined)
                or any(one in kana for one in name.joined)
                or all(
                    (len(piece) < _SHORTEST or piece in words or piece in kana)
                    if piece.isascii()
                    else piece in others
                    for piece in name.pieces
                )
            ):
                yield name.pattern


def _heard(words: Iterable[str]) -> set[str]:
    """Return how words sound; together, which is faster by far than one by one."""
    return set(sound.__wrapped__("\n".join(words)).split("\n"))
