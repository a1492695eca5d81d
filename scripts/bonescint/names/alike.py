"""Make patterns of all romaji or all kana with one sound, for the search in long texts."""

import re
from collections.abc import Mapping
from functools import cache

from bonescint.text.folding import romanised, sound

_LENGTH = "(?:h(?![aeiouy]))?"
# part of a sound (`bonescint.text.folding.sound`) -> the romaji with this sound
_ROMAJI = {
    "k(?=k)": "(?:k|ts?u)", "p(?=p)": "(?:p|ts?u)", "s(?=s)": "(?:s|ts?u)",
    "t(?=t)": "(?:[tc]|ts?u)", "n(?=[bmp])": "[nm]",
    "sy": "s(?:h(?:i?y)?|i?y)", "s(?=i)": "s(?:hy?|y)?",
    "ty": "(?:ch(?:i?y)?|ti?y)", "t(?=i)": "(?:ch|t)y?", "t(?=u)": "ts?",
    "zy": "(?:j(?:i?y)?|d?zi?y|di?y)", "z(?=i)": "(?:jy?|d?zy?|dy?)", "z(?=u)": "(?:d?z|d)",
    "z": "d?z", "h(?=u)": "[hf]",
    "(?<=[ou])y": "h?i?yy?", "y": "i?yy?",
    "a": f"a+{_LENGTH}", "i": f"i+{_LENGTH}", "u": f"u+{_LENGTH}", "e": f"e+{_LENGTH}",
    "o": f"o[ou]*{_LENGTH}",
}  # fmt: skip
_LONG_KANA = {"a": "[アァー]*", "i": "[イィヰー]*", "u": "[ウゥー]*", "e": "[エェヱー]*",
              "o": "[オォヲウゥー]*"}  # fmt: skip
_DOUBLED = "kstpgzdbhmr"
_Table = tuple[re.Pattern[str], Mapping[str, str]]


def as_romaji(heard: str) -> str:
    """Return a pattern of the romaji with a sound (`sound`)."""
    return _pattern(heard, *_romaji())


def as_kana(heard: str) -> str:
    """Return a pattern of the katakana with a sound (`sound`); empty if there are none."""
    pattern = _pattern(heard, *_kana())
    return "" if re.search("[a-z]", pattern) else pattern


def _pattern(heard: str, parts: re.Pattern[str], patterns: Mapping[str, str]) -> str:
    def of(found: re.Match[str]) -> str:
        assert found.lastgroup  # noqa: S101  each part is a group
        return patterns[found.lastgroup]

    return parts.sub(of, heard)


@cache
def _romaji() -> _Table:
    return _table(_ROMAJI)


@cache
def _kana() -> _Table:
    of: dict[str, set[str]] = {}
    kana = [c for c in map(chr, range(0x30A1, 0x30FB)) if romanised(c).isascii()]
    # pairs that sound as one syllable (キャ), and pairs that begin with ン or イ (シンイチ, イヤマ)
    pairs = [a + b for a in kana for b in "ャュョヤユヨ" if romanised(a)[1:] == "i"]
    pairs += ["ン" + b for b in "アイウエオヤユヨ"] + ["イ" + b for b in "ヤユヨ"]
    for syllable in [*kana, *pairs]:
        of.setdefault(sound(romanised(syllable)), set()).add(syllable)
    found = {f"{c}(?={c})": "[ッツ]" for c in _DOUBLED}
    for heard in sorted(of, key=len, reverse=True):
        if heard[-1] in _LONG_KANA:
            written = f"(?:{'|'.join(sorted(of[heard]))}){_LONG_KANA[heard[-1]]}"
            if heard[0] == "y":  # ドヒョン sounds like Dohyon, which may be written Doyon
                found[f"(?<=[ou]){heard}"] = f"ヒ?{written}"
            found[heard] = written
    return _table(found | {"n": "ン"})


def _table(patterns: Mapping[str, str]) -> _Table:
    names = {f"p{n}": pattern for n, pattern in enumerate(patterns.values())}
    parts = "|".join(f"(?P<p{n}>{part})" for n, part in enumerate(patterns))
    return re.compile(parts), names
