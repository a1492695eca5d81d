"""Invented names for the benches: of the demonstration's there are not a thousand."""

import unicodedata

import numpy as np

from bonescint.demo.patients import PersonName

SYLLABLES = {
    "KA": "ｶ", "KI": "ｷ", "SA": "ｻ", "SHI": "ｼ", "SU": "ｽ", "TA": "ﾀ", "TO": "ﾄ", "NA": "ﾅ",
    "NO": "ﾉ", "HA": "ﾊ", "HI": "ﾋ", "FU": "ﾌ", "MA": "ﾏ", "MI": "ﾐ", "MU": "ﾑ", "YA": "ﾔ",
    "YO": "ﾖ", "RA": "ﾗ",
}  # fmt: skip
KANJI = "川村松森林石原岡島谷野杉竹桜梅藤花春秋冬美和子江代香里恵真理千幸文静"


def invented_name(rng: np.random.Generator, half_width: bool = False) -> PersonName:
    """Return a name in its three scripts.

    Parameters
    ----------
    rng
        Draws it.
    half_width
        Whether the kana are of half width.
    """
    parts = [rng.choice(list(SYLLABLES), n) for n in (3, 2)]
    kana = "^".join("".join(SYLLABLES[one] for one in part) for part in parts)
    return PersonName(
        romaji="^".join("".join(part) for part in parts),
        kanji="^".join("".join(rng.choice(list(KANJI), 2)) for _ in parts),
        kana=kana if half_width else unicodedata.normalize("NFKC", kana),
    )
