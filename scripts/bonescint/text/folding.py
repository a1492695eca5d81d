"""Bring the many spellings of a name, a header, a term, a cell or an ID to one form.

Different things count in each, so each has its function: `fold_name` (kana scripts and old kanji
become one), `fold_header` (spaces are removed), `fold_term` (spaces stay), `half_width` (case
stays, too).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

from bonescint.resources import resource_rows

# Hepburn and Kunrei spellings, and long vowels, get one form that is neither; the order matters
_ROMAJI = (
    ("tch", "tty"), ("cch", "tty"), ("sh", "sy"), ("ch", "ty"), ("j", "zy"), ("tsu", "tu"),
    ("fu", "hu"), ("dz", "z"), ("du", "zu"), ("di", "zi"), ("dy", "zy"), ("mb", "nb"),
    ("mp", "np"), ("mm", "nm"), ("yy", "y"), ("yi", "i"), ("iya", "ya"), ("iyu", "yu"),
    ("iyo", "yo"),
)  # fmt: skip
_LONG = re.compile(r"([aeiu])\1+|(o)[ou]+")
# h lengthens a vowel (Ohno); before y only o and u (Ohyama), as in Japanese spelling
_LONG_BY_H = re.compile("(?<=[aeiou])h(?![aeiouy])|(?<=[ou])h(?=y)")
# a small tsu doubles a consonant, but old devices write it as a large one
_LARGE_TSU = re.compile("tu([kpst])")
# how speakers of German or Danish write these letters without having them
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
# a small tsu (Q) doubles the next consonant; a long mark is dropped, because length does not count
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
# Dashes and the minus, for a class of a regular expression. NFKC does not change them. The
# katakana long mark is sometimes typed for a dash, but not every caller may treat it as one.
DASHES = "‐‑‒–—―−"
_TO_HYPHEN = str.maketrans(dict.fromkeys(f"{DASHES}ー", "-"))


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
    rows = resource_rows("name_variants.csv")
    return table | {ord(row["variant"]): row["plain"] for row in rows}


_PLAIN = _plain_table()


def compose(text: str) -> str:
    """Return a text in one width (NFKC), with voicing marks joined to their kana. Case stays."""
    if text.isascii():
        return text
    for marks in _VOICE_MARKS:
        if any(mark in text for mark in marks):
            text = re.sub(rf"\s*[{''.join(marks)}]", marks[0], text)
    return unicodedata.normalize("NFKC", text)


def fold_name(text: str) -> str:
    """Return a text without the differences that do not count in a name.

    These are width, case, kana script, accents and old kanji.
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


def without_unseen(text: str) -> str:
    """Return a text without invisible characters (Cf): zero-width spaces, soft hyphens, a BOM.

    Word and PDF leave such characters in a text.
    """
    return text if text.isascii() else "".join(c for c in text if unicodedata.category(c) != "Cf")


def half_width(text: str) -> str:
    """Return a cell in half width (NFKC), trimmed, with a hyphen for every dash."""
    return unicodedata.normalize("NFKC", text).translate(_TO_HYPHEN).strip()


def unpadded(text: str) -> str:
    """Return a header's value in one width (NFKC) without DICOM's padding."""
    return unicodedata.normalize("NFKC", text).strip(" \0")


def restyled(text: str) -> bool:
    """Tell whether NFKC would turn other characters into digits: 3², ①, ⒈, ½ (not full width)."""
    return any(
        unicodedata.decomposition(c).startswith("<")
        and not unicodedata.decomposition(c).startswith(("<wide>", "<narrow>"))
        and not c.isspace()
        for c in text
    )


def fold_term(text: str) -> str:
    """Return a text without differences of width, case and composition (half-width kana too)."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def fold_header(text: str) -> str:
    """Return the form in which headers and words are compared.

    Width, case, spaces, underscores and invisible characters do not count.
    """
    return re.sub(r"[\s_]+", "", fold_term(without_unseen(text)))


def spelt_out(text: str) -> str:
    """Return a composed text with umlauts as two letters (Mueller)."""
    return text if text.isascii() else text.translate(_TWO_LETTERS)


def enlarged(text: str) -> str:
    """Return a folded text with large kana in place of small ones, as old devices write it.

    `text` is one of `fold_name`.
    """
    return text if text.isascii() else text.translate(_ENLARGED)


@lru_cache(maxsize=4096)
def sound(word: str) -> str:
    """Return the one form of a romaji word: Ohno, Oono are ono; Ohyama is oyama; Shimpei sinpei.

    `word` has small Latin letters.
    """
    for spelling, form in _ROMAJI:
        word = word.replace(spelling, form)
    word = _LARGE_TSU.sub(r"\1\1", _LONG_BY_H.sub("", word))
    return _LONG.sub(_first, word)


def _first(vowels: re.Match[str]) -> str:
    return vowels[0][0]


def romanised(text: str, between: Callable[[str], str] = str) -> str:
    """Return a folded text with its katakana in romaji, to be given to `sound` afterwards.

    `between` is applied to the romaji of each run of kana.
    """
    if text.isascii():
        return text

    def romaji(run: re.Match[str]) -> str:
        return between(_DOUBLED.sub(r"\1\1", run[0].translate(_ROMAJI_OF)).replace("Q", "tu"))

    return _KANA.sub(romaji, text)
