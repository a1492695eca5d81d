"""Find full names in long texts: the strictest search for a person, never by a family name alone.

Megabytes are searched in two steps. First the words of the whole text are compared with sets. This
takes the same time for one person and for a thousand. Then exact patterns are tried for the names
whose words all occur. If these are many, a pattern is tried only where its first words occur.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from bonescint.names.alike import as_kana, as_romaji
from bonescint.names.automaton import ManyTexts
from bonescint.names.parts import HONORIFICS, KANA, KANJI, LETTERS, SEPARATORS, orders, parts
from bonescint.text.folding import compose, enlarged, fold_name, romanised, sound, spelt_out

SHORTEST = 3  # letters of a word in the first step
WORDS = re.compile(f"[a-z]{{{SHORTEST},}}")
OTHERS = re.compile("[^\x00-\x7f]+")
_KANA = re.compile(f"[{KANA}]+")
_SHORT_WORDS = re.compile(f"(?<![a-z])[a-z]{{1,{SHORTEST - 1}}}(?![a-z])")
_WHOLE_WORDS = re.compile(f"[a-z]+|[{KANA}]+")
KANA_WORDS = re.compile(f"[{KANA}]{{2,}}")  # one kana has at most two letters: fewer than 3
_FEW = 4  # so many names are searched faster one after the other
# first letter of a sound -> first letters of the romaji with this sound
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
# characters between the parts of a name: punctuation, line ends, or tags of XML and HTML
_MOST_BETWEEN, _LONGEST_TAG = 8, 102
_WIDEST = _MOST_BETWEEN * _LONGEST_TAG
_BETWEEN = (
    rf"(?:{SEPARATORS.pattern[:-1]}|[、|\"]|<[^<>]{{0,{_LONGEST_TAG - 2}}}>){{%d,{_MOST_BETWEEN}}}"
)
# 患者林花子様 names 林花子, but 小林花子 does not
_NO_KANJI_BEFORE = f"(?:(?<![{KANJI}])(?<!ー)|(?<=[者名前人例性師医]))"
_Pieces = Sequence[tuple[str, ...]]


class FullName(NamedTuple):
    """A name for the search in a folded text.

    Parameters
    ----------
    pieces
        Parts that must all occur in a text; romaji and kana by their sound.
    joined
        The sounds of the name written as one word, in each order.
    pattern
        Pattern of the whole name.
    firsts
        The word at the beginning of the pattern in each order, unchanged from the name.
    is_short
        Whether each part of the name is one word.
    """

    pieces: tuple[str, ...]
    joined: frozenset[str]
    pattern: str
    firsts: tuple[str, ...]
    is_short: bool


def full_names(name: str) -> Iterator[FullName]:
    """Yield the forms of a header's name for the search: each group in every order."""
    name = compose(name)
    for group in dict.fromkeys([*name.split("="), *spelt_out(name).split("=")]):
        found = parts(fold_name(group))
        if len(found) > 1 or (found and len("".join(found[0])) > _whole(found[0][0])):
            yield _full(found)
        if len(found) == 3:
            yield _full(found[:2])


def _whole(piece: str) -> int:
    """Return the greatest length of a name in one piece that may be a family name alone."""
    return 9 if piece.isascii() else 5 if _KANA.match(piece) else 3


def _full(found: _Pieces) -> FullName:
    flat = [piece for part in found for piece in part]
    firsts, is_short = tuple(part[0] for part in found), len(flat) == len(found)
    is_latin = all(map(LETTERS.fullmatch, flat))
    if not is_latin and not all(_KANA.fullmatch(p) and romanised(p).isascii() for p in flat):
        return FullName(tuple(_looked_up(flat)), frozenset(), _written(found), firsts, is_short)
    # Romaji are searched only in romaji and kana only in kana, because a namesake may share
    # only one of them.
    heard = [tuple(sound(romanised(piece)) for piece in part) for part in found]
    if is_latin:
        romaji = _in_orders(found, _in_romaji, _between(len("".join(flat))))
        pattern = f"(?<![a-z])(?:{romaji})(?![a-z])"
    else:
        # ヤマダハナ must not be found in ヤマダハナコ
        kana = _in_orders(found, _in_kana, _BETWEEN % 0)
        pattern = f"(?<![{KANA}])(?:{kana})(?:(?![{KANA}])|(?={HONORIFICS}))"
    whole = (romanised("".join(p for part in order for p in part)) for order in orders(found))
    pieces = tuple(piece for part in heard for piece in part)
    return FullName(pieces, frozenset(map(sound, whole)), pattern, firsts, is_short)


def _looked_up(pieces: Iterable[str]) -> Iterator[str]:
    for piece in pieces:
        if piece.isascii():
            yield from map(sound, LETTERS.findall(piece))
        else:
            # split at kana, because these may be written in either size
            yield from filter(None, _KANA.split(piece))


def _between(letters: int) -> str:
    """Return a pattern between Latin names: "main" is not MA^IN, but "ono ai" is ONO^AI."""
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
    # also unchanged, because it may be no romaji
    return f"(?:{as_romaji(sound(piece))}|{piece})"


def _in_kana(piece: str) -> str:
    alike = as_kana(sound(romanised(piece)))
    return f"(?:{alike}|{_in_either_size(piece)})" if alike else _in_either_size(piece)


def _in_either_size(piece: str) -> str:
    # old devices write large kana in place of small ones
    return "".join(
        f"[{large}{_SMALL[large]}]" if (large := enlarged(c)) in _SMALL else re.escape(c)
        for c in piece
    )


def _in_orders(found: _Pieces, spelt: Callable[[str], str], between: str) -> str:
    return "|".join(
        between.join(spelt(piece) for part in order for piece in part) for order in orders(found)
    )


class FullNames:
    """The full names of many persons, given as in headers, for the search in folded texts."""

    def __init__(self, names: Iterable[str]) -> None:
        self._always: list[FullName] = []
        self._by_word: dict[str, list[FullName]] = {}
        # names by the beginning of a part's sound, for kana, and by a part in other scripts
        self._by_sound: dict[str, list[FullName]] = {}
        self._by_text: dict[str, list[FullName]] = {}
        self._patterns: dict[str, re.Pattern[str]] = {}
        self.forms = sorted({full for one in names for full in full_names(one)})
        for name in self.forms:
            key = max(name.pieces, key=lambda piece: (not piece.isascii(), len(piece)), default="")
            if not key.isascii():
                self._by_text.setdefault(key, []).append(name)
            elif len(key) < SHORTEST:
                self._always.append(name)
            else:
                for word in {key, *name.joined}:
                    self._by_word.setdefault(word, []).append(name)
                for start in {word[:SHORTEST] for word in (key, *name.joined)}:
                    self._by_sound.setdefault(start, []).append(name)
        parts = {piece for name in self.forms for piece in name.pieces}
        sounds = {piece for piece in parts if piece.isascii()}
        joined = {one for name in self.forms for one in name.joined}
        self._sounds = ManyTexts({*self._by_sound, *sounds, *joined})
        self._texts = ManyTexts(parts - sounds)
        self._firsts = ManyTexts(
            enlarged(first) for name in self.forms if not name.joined for first in name.firsts
        )
        # j is the only letter whose sound has two (zy)
        self._least = min((len(w) - w.count("zy") for w in self._by_word), default=0)
        self._initials = set("".join(_INITIALS.get(w[0], w[0]) for w in self._by_word))

    def __bool__(self) -> bool:
        return bool(self._always or self._by_word or self._by_text)

    def suspects(self, text: str) -> Iterator[str]:
        """Yield the patterns of names that may be in a text. Most texts hold none.

        Parameters
        ----------
        text
            Folded: small letters of one width, kana and kanji in one form (`text.folding.fold`).
        """
        return (name.pattern for name in self._suspects(text, {}))

    def find(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield where each name begins and ends in a folded text; overlaps count once."""
        return (found.span() for _, found in self._found(text))

    def named_in(self, text: str) -> set[str]:
        """Return the patterns of the names that a folded text holds."""
        return {pattern for pattern, _ in self._found(text)}

    def _found(self, text: str) -> Iterator[tuple[str, re.Match[str]]]:
        heard: dict[str, str] = {}
        names = self._suspects(text, heard)
        if len(names) <= _FEW:
            for name in names:
                places = self._pattern(name.pattern).finditer(text)
                yield from ((name.pattern, found) for found in places)
            return
        begins = _Places(text, names, heard, self._firsts)
        for name in names:
            end = 0
            for start in begins.of(name):
                if start >= end and (found := self._pattern(name.pattern).match(text, start)):
                    end = found.end()
                    yield name.pattern, found

    def _pattern(self, pattern: str) -> re.Pattern[str]:
        # the cache of `re` is too small for many names
        if pattern not in self._patterns:
            self._patterns[pattern] = re.compile(pattern)
        return self._patterns[pattern]

    def _suspects(self, text: str, heard: dict[str, str]) -> list[FullName]:
        """Return the names that may be in a text, and add the sounds of its words to `heard`."""
        written = set(WORDS.findall(text))
        near = [w for w in written if w[0] in self._initials and len(w) >= self._least]
        found = [self._always]
        found += [self._by_word[w] for w in self._by_word.keys() & {*sounds_of(near)}]
        sounds: set[str] = set()
        texts: set[str] = set()
        if not text.isascii():
            others = "\n".join(set(OTHERS.findall(text)))
            texts = self._texts.found_in(others)
            kana = sounds_of(map(romanised, set(KANA_WORDS.findall(others))))
            sounds = self._sounds.found_in("\n".join(set(kana)))
            found += [self._by_text[one] for one in self._by_text.keys() & texts]
            found += [self._by_sound[one] for one in self._by_sound.keys() & sounds]
        if not any(found):
            return []
        heard |= zip(written, sounds_of(written), strict=True)
        sounds.update(heard.values())
        return [
            name
            for name in sorted({name for names in found for name in names})
            if not sounds.isdisjoint(name.joined)
            or all(
                (len(piece) < SHORTEST or piece in sounds) if piece.isascii() else piece in texts
                for piece in name.pieces
            )
        ]


class _Places:
    """The places of a text where many names may begin.

    Parameters
    ----------
    text
        As for `FullNames.suspects`.
    heard
        Its words of three letters or more -> their sounds.
    texts
        The first words of names that are neither in romaji nor in kana.
    """

    def __init__(
        self, text: str, names: Iterable[FullName], heard: Mapping[str, str], texts: ManyTexts
    ) -> None:
        # small and large kana may be mixed up
        self._written = texts.places_in(enlarged(text))
        spelt = {first for name in names if name.joined for first in name.firsts}
        words = _Heard(text, heard)
        alone = {first: words.alone(first) for first in spelt}
        glued = {first: words.glued(first) for first in spelt}
        wanted = {word for found in (alone, glued) for some in found.values() for word in some}
        places: defaultdict[str, list[int]] = defaultdict(list)
        for word in _WHOLE_WORDS.finditer(text):
            if word[0] in wanted:
                places[word[0]].append(word.start())
        self._alone, self._glued = (
            {first: [at for word in some for at in places[word]] for first, some in found.items()}
            for found in (alone, glued)
        )
        longest = max(map(len, (*wanted, *self._written)), default=0)
        self._reach = longest + (_WIDEST if "<" in text else _MOST_BETWEEN)

    def of(self, name: FullName) -> list[int]:
        """Return where a name may begin, in order."""
        if name.joined:
            alone = {at for first in name.firsts for at in self._alone[first]}
            glued = {at for first in name.firsts for at in self._glued[first]}
        else:
            alone = {a for first in name.firsts for a in self._written.get(enlarged(first), ())}
            glued = set()
        if len(name.firsts) > 1 and name.is_short:
            # a word that is only the first part must have another part near behind it
            near = pairwise(sorted(alone | glued))
            alone = {a for a, b in near if a in alone and b - a <= self._reach}
        return sorted(alone | glued)


class _Heard:
    """The words of a text, by sound and by first letter."""

    def __init__(self, text: str, heard: Mapping[str, str]) -> None:
        self._by_sound: defaultdict[str, list[str]] = defaultdict(list)
        by_letter: defaultdict[str, list[str]] = defaultdict(list)
        short = dict.fromkeys(_SHORT_WORDS.findall(text))
        for word, as_heard in (*heard.items(), *zip(short, sounds_of(short), strict=True)):
            self._by_sound[as_heard].append(word)
            by_letter[word[0]].append(word)
        self._by_letter = {letter: "\n".join(["", *some]) for letter, some in by_letter.items()}
        self._kana = "\n".join(["", *set(_KANA.findall(text))])

    def alone(self, piece: str) -> list[str]:
        """Return the words that consist of a piece of a name alone."""
        if LETTERS.fullmatch(piece):
            return self._by_sound.get(sound(piece), [])
        return re.findall(f"\n({_in_kana(piece)})(?![^\n])", self._kana)

    def glued(self, piece: str) -> list[str]:
        """Return the words that begin with a piece of a name and are longer."""
        if not LETTERS.fullmatch(piece):
            return re.findall(f"\n({_in_kana(piece)}[^\n]+)", self._kana)
        heard = sound(piece)
        letters = {*_INITIALS.get(heard[:1], heard[:1]), piece[0]}
        pattern = re.compile(f"\n({_in_romaji(piece)}[a-z]+)")
        return [word for one in letters for word in pattern.findall(self._by_letter.get(one, ""))]


def sounds_of(words: Iterable[str]) -> list[str]:
    """Return the sounds of words. All at once is much faster than one by one.

    Parameters
    ----------
    words
        Romaji in small letters.
    """
    joined = "\n".join(words)
    return sound.__wrapped__(joined).split("\n") if joined else []
