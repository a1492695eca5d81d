"""One form for the many spellings of a Japanese name: width, case, kana, romaji, old kanji."""

import csv
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from bonescint.resources import RESOURCES

# long vowels, and Hepburn and Kunrei spellings, meet in a form that is neither; the order counts
_ROMAJI = (
    ("tch", "tty"), ("cch", "tty"), ("sh", "sy"), ("ch", "ty"), ("j", "zy"), ("tsu", "tu"),
    ("fu", "hu"), ("dz", "z"), ("du", "zu"), ("di", "zi"), ("dy", "zy"), ("mb", "nb"),
    ("mp", "np"), ("mm", "nm"), ("yy", "y"), ("yi", "i"), ("iya", "ya"), ("iyu", "yu"),
    ("iyo", "yo"),
)  # fmt: skip
_LONG = re.compile(r"([aeiu])\1+|(o)[ou]+")
_LONG_BY_H = re.compile("(?<=[aeiou])h(?![aeiouy])")
# old devices write a small tsu, which doubles a consonant, as a large one
_LARGE_TSU = re.compile("tu([kpst])")
# as a speaker of German or Danish writes them who has no such letters
_TWO_LETTERS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue",
     "Ø": "Oe", "Å": "Aa"}
)  # fmt: skip
_STROKED = str.maketrans({"ø": "o", "æ": "ae", "œ": "oe", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
_SYLLABLES = {
    "": "アイウエオ", "k": "カキクケコ", "s": "サシスセソ", "t": "タチツテト", "n": "ナニヌネノ",
    "h": "ハヒフヘホ", "m": "マミムメモ", "r": "ラリルレロ", "g": "ガギグゲゴ", "z": "ザジズゼゾ",
    "d": "ダヂヅデド", "b": "バビブベボ", "p": "パピプペポ", "y": "ヤ ユ ヨ", "w": "ワ    ",
}  # fmt: skip
# a small tsu doubles what follows; a long mark says what is not told apart here
_OTHER_KANA = {
    "ン": "n", "ヂ": "zi", "ヅ": "zu", "ヲ": "o", "ヰ": "i", "ヱ": "e", "ヴ": "bu", "ッ": "Q",
    "ー": "",
}  # fmt: skip
_SMALL = "ァィゥェォャュョヮヵヶッ"
_LARGE = "アイウエオヤユヨワカケツ"
_ENLARGED = str.maketrans(_SMALL, _LARGE)
_DOUBLED = re.compile("Q+([a-z])")
_KANA = re.compile("[ァ-ヺー]+")
# combining, full-width and half-width
_VOICE_MARKS = (("\u3099", "\u309b", "\uff9e"), ("\u309a", "\u309c", "\uff9f"))
_REPEATED = re.compile("(.)々")


def _kana_table() -> dict[int, str]:
    table = {
        ord(kana): consonant + vowel
        for consonant, row in _SYLLABLES.items()
        for kana, vowel in zip(row, "aiueo", strict=True)
        if kana != " "
    }
    table |= {ord(small): table[ord(large)] for small, large in zip(_SMALL, _LARGE, strict=True)}
    return table | {ord(kana): romaji for kana, romaji in _OTHER_KANA.items()}


_ROMAJI_OF = _kana_table()


def _plain_table() -> dict[int, str]:
    table = {hiragana: chr(hiragana + 0x60) for hiragana in range(0x3041, 0x3097)}
    with (RESOURCES / "name_variants.csv").open(encoding="utf-8", newline="") as stream:
        table |= {ord(row["variant"]): row["plain"] for row in csv.DictReader(stream)}
    return table


_PLAIN = _plain_table()


def compose(text: str) -> str:
    """Return a text in one width (NFKC), marks of voice joined to their kana; case stays.

    Parameters
    ----------
    text
        Any text.
    """
    if text.isascii():
        return text
    for marks in _VOICE_MARKS:
        if any(mark in text for mark in marks):
            text = re.sub(rf"\s*[{''.join(marks)}]", marks[0], text)
    return unicodedata.normalize("NFKC", text)


def fold(text: str) -> str:
    """Return a text without what does not count: width, case, kana script, accents, old kanji.

    Parameters
    ----------
    text
        Any text.
    """
    if text.isascii():
        return text.lower()
    plain = compose(text).casefold().translate(_PLAIN)
    if "々" in plain:
        plain = _REPEATED.sub(r"\1\1", plain)
    if any("\xc0" <= c < "\u0250" for c in plain):
        plain = plain.translate(_STROKED)
        plain = "".join(unicodedata.normalize("NFD", c)[0] if c < "\u0250" else c for c in plain)
    return plain


def spelt_out(text: str) -> str:
    """Return a composed text with umlauts as two letters (Mueller).

    Parameters
    ----------
    text
        Of any case.
    """
    return text if text.isascii() else text.translate(_TWO_LETTERS)


def enlarged(text: str) -> str:
    """Return a folded text with small kana as large ones, as old devices write them.

    Parameters
    ----------
    text
        As `fold` returns it.
    """
    return text if text.isascii() else text.translate(_ENLARGED)


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """Return the one form of a romaji word: Ohno, Ono, Oono are ono; Shimpei, Sinpei are sinpei.

    Parameters
    ----------
    word
        Small Latin letters.
    """
    for spelling, form in _ROMAJI:
        word = word.replace(spelling, form)
    word = _LARGE_TSU.sub(r"\1\1", _LONG_BY_H.sub("", word))
    return _LONG.sub(_first, word)


def _first(vowels: re.Match[str]) -> str:
    return vowels[0][0]


def romanised(text: str, between: Callable[[str], str] = str) -> str:
    """Return a folded text with its katakana in romaji, to be given to `sound` afterwards.

    Parameters
    ----------
    text
        As `fold` returns it.
    between
        What is made of each run of kana's romaji.
    """
    if text.isascii():
        return text

    def romaji(run: re.Match[str]) -> str:
        return between(_DOUBLED.sub(r"\1\1", run[0].translate(_ROMAJI_OF)).replace("Q", "tu"))

    return _KANA.sub(romaji, text)
