"""The tokens of a text: enough to tell that a person is surely not in it (R12).

Tokens do not depend on who is looked for, so they are kept. Whoever declines later is compared with
them, and a header is read again only if it may hold that person. They are kept as numbers of 32
bits. Two tokens with the same number cost one needless reading, and hide nobody.
"""

import re
import zlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from bonescint.custody.traces.encodings import texts
from bonescint.names.full import KANA_WORDS, OTHERS, SHORTEST, WORDS, FullName, sounds_of
from bonescint.names.ids import normalise
from bonescint.text.encodings import JAPANESE
from bonescint.text.folding import DASHES, romanised

# separators inside an ID; not a line end or a tab, after which another value begins
WITHIN = rf"[ \xa0\xad\u200b-\u200f\u2060\u3000\ufeff_\-{DASHES}ー]"
_SEPARATORS = re.findall(WITHIN, "".join(map(chr, range(1 << 16))))
CODE = re.compile(rf"(?<![0-9a-z])bs(?:{WITHIN}?)([2-9a-z]{{5}})(?![0-9a-z])")
LEAST_DIGITS = 5  # of an ID that counts wherever it stands
_PARTED = re.compile(rf"(?<![0-9])[0-9]++(?:{WITHIN}{{1,3}}[0-9]++)+")
_NUMBER = re.compile(f"[1-9][0-9]{{{LEAST_DIGITS - 1},}}")
_PADDED = re.compile(r"(?<![0-9])0+[1-9][0-9]{0,4}(?![0-9])")
PADDED_DIGITS = 6  # least length of an ID that is written with leading zeros
_MOST_PARTS = 5
# a letter of an ID and the digits behind it
_LETTERED = re.compile(rf"[^\W\d_][0-9]{{{LEAST_DIGITS}}}")
_UID = re.compile(rb"[0-9.]+")
_ENCODINGS = (*JAPANESE, "latin-1")  # of headers
_CACHED = 100  # bytes
_MARK = 8  # hexadecimal digits


class Tokens(NamedTuple):
    """The tokens of a text as numbers, one after the other.

    Parameters
    ----------
    words
        What names consist of: sounds of words, parts of the sounds of kana, other characters.
    numbers
        Codes and numbers.
    """

    words: str
    numbers: str


def tokens_of(runs: Iterable[bytes]) -> Tokens:
    """Return the tokens of the strings in binary data.

    Parameters
    ----------
    runs
        The strings.
    """
    words: set[str] = set()
    numbers: set[str] = set()
    for run in set(runs):
        of_run = _tokens_of_run if len(run) < _CACHED else _tokens_of_run.__wrapped__
        for all_tokens, tokens in zip((words, numbers), of_run(run), strict=True):
            all_tokens.update(tokens)
    return Tokens("".join(sorted(words)), "".join(sorted(numbers)))


def with_ends(run: bytes) -> bytes:
    """Return a string of a header, also without its last one and two bytes.

    A value is followed by the group number of the next element, whose two bytes may be letters.

    Parameters
    ----------
    run
        The string.
    """
    return b"\n".join(run[: len(run) - n] for n in range(3))


@lru_cache(maxsize=1 << 12)  # the headers of one device are made of the same strings
def _tokens_of_run(run: bytes) -> tuple[set[str], set[str]]:
    """Return the marks of words, and of codes and numbers."""
    ends = with_ends(run)
    if _UID.fullmatch(run):
        return set(), set(_marks(_numbers_in(ends.decode())))
    words: set[str] = set()
    numbers: set[str] = set()
    for text in all_texts(ends):
        words.update(f"={sound}" for sound in sounds_of(WORDS.findall(text)))
        if not text.isascii():
            others = "".join(OTHERS.findall(text))
            words.update(others)
            for kana in sounds_of(map(romanised, KANA_WORDS.findall(text))):
                # a name of kana may begin anywhere in a word
                words.update(kana[at : at + SHORTEST] for at in range(len(kana) - SHORTEST + 1))
        numbers.update(_numbers_in(text))
        numbers.update(joined for joined in joined_numbers(text) if len(joined) >= LEAST_DIGITS)
        numbers.update(_LETTERED.findall(without_separators(text)))
        if "bs" in text:
            numbers.update(f"bs{code}" for code in CODE.findall(text))
    return set(_marks(words)), set(_marks(numbers))


def all_texts(data: bytes) -> Iterator[str]:
    """Return the texts of a header's strings in every encoding that a header may have, folded.

    Parameters
    ----------
    data
        The strings.
    """
    return texts(data, () if data.isascii() else _ENCODINGS)


def _numbers_in(text: str) -> Iterator[str]:
    yield from _NUMBER.findall(text)
    yield from (f"0{number}" for number in padded_numbers(text))


def padded_numbers(text: str) -> set[str]:
    """Return the short numbers that a folded text holds with leading zeros, without these.

    Parameters
    ----------
    text
        The text.
    """
    found = set(_PADDED.findall(text))
    return {normalise(number) for number in found if len(number) >= PADDED_DIGITS}


def without_separators(text: str) -> str:
    """Return a folded text without the characters that may stand within an ID.

    Parameters
    ----------
    text
        The text.
    """
    # `replace` for each separator is much faster than `translate`
    for separator in _SEPARATORS:
        text = text.replace(separator, "")
    return text


def is_told(lettered: str) -> bool:
    """Tell whether the tokens of a text tell that an ID with letters is surely not in it.

    Parameters
    ----------
    lettered
        The ID, folded and normalised.
    """
    return bool(_LETTERED.search(lettered))


def joined_numbers(text: str) -> Iterator[str]:
    """Yield the numbers of a text that are written in parts, joined and without leading zeros.

    Parameters
    ----------
    text
        Folded.
    """
    for run in set(_PARTED.findall(text)):
        parts = re.findall("[0-9]+", run)
        for first in range(len(parts)):
            for last in range(first + 2, min(first + _MOST_PARTS, len(parts)) + 1):
                yield normalise("".join(parts[first:last]))


def _marks(tokens: Iterable[str]) -> Iterator[str]:
    return (f"{zlib.crc32(token.encode('utf-8', 'surrogatepass')):08x}" for token in tokens)


def _mark(token: str) -> str:
    return next(_marks([token]))


def _split(marks: str) -> set[str]:
    return {marks[at : at + _MARK] for at in range(0, len(marks), _MARK)}


class SoughtTokens:
    """The tokens of persons, to be compared with those of texts.

    Parameters
    ----------
    codes
        Of the persons, folded and without their ``bs-``.
    ids
        IDs of at least `LEAST_DIGITS` digits, and those with letters for which `is_told` is true.
    padded
        Shorter ones, which count where they are written with leading zeros.
    names
        The forms of their names.
    """

    def __init__(
        self,
        codes: Iterable[str],
        ids: Iterable[str],
        padded: Iterable[str],
        names: Iterable[FullName],
    ) -> None:
        lettered = {one: _LETTERED.search(one) for one in ids}
        numbers = {found[0] if found else one for one, found in lettered.items()}
        numbers |= {*(f"0{one}" for one in padded), *(f"bs{code}" for code in codes)}
        self._numbers = set(_marks(numbers))
        # each name by the tokens of its longest piece, one of which a text must hold
        self._names: defaultdict[str, list[Collection[str]]] = defaultdict(list)
        self._short: list[Collection[str]] = []
        for name in names:
            for pieces in (name.pieces, *((one,) for one in name.joined)):
                key = max(pieces, key=lambda piece: (not piece.isascii(), len(piece)), default="")
                for mark in _marks_of_piece(key):
                    self._names[mark].append(pieces)
                if _is_short(key):
                    self._short.append(pieces)

    def may_be_among(self, tokens: Tokens) -> bool:
        """Tell whether a text with these tokens may hold one of the persons.

        Parameters
        ----------
        tokens
            Of the text.
        """
        if not self._numbers.isdisjoint(_split(tokens.numbers)):
            return True
        marks = _split(tokens.words)
        suspects = [self._short, *(self._names[mark] for mark in self._names.keys() & marks)]
        return any(
            all(_may_be_in(piece, marks) for piece in pieces)
            for several in suspects
            for pieces in several
        )


def _is_short(piece: str) -> bool:
    return piece.isascii() and len(piece) < SHORTEST


def _marks_of_piece(piece: str) -> list[str]:
    """Return tokens of which one is there if a piece of a name is."""
    if _is_short(piece):
        return []
    if piece.isascii():
        return [_mark(f"={piece}"), _mark(piece[:SHORTEST])]
    return [_mark(piece[0])]


def _may_be_in(piece: str, marks: Collection[str]) -> bool:
    if piece.isascii():
        return _is_short(piece) or any(mark in marks for mark in _marks_of_piece(piece))
    return all(mark in marks for mark in _marks(piece))
