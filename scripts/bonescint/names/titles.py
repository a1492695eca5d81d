"""Find titles and words such as 病院: they show an unlisted person or institution."""

import re
import unicodedata

from bonescint.names.parts import KANJI
from bonescint.names.reading import Reading
from bonescint.text.folding import enlarged

# words behind 様 where it means "like"
_LIKE = "[高低]?集積|異常|陰影|病変|変化|所見|構造|像|分布|硬化|欠損|隆起|腫瘤|結節|肥厚|分岐"
# For a folded text without separators. 様 also means "like" (同様, 結節様集積), 殿 is a part of
# 大殿筋, 氏 a part of 摂氏, and 患者様 names nobody.
_TITLE = re.compile(
    "先生|医師|技[師士]|看護[師士婦]|薬剤師|女史|教授|院長|医長|師長|センセイ"
    f"|(?<![同一多模仕異有各状様ノ])(?<!患者)様(?![様子式相ナ]|{_LIKE})"
    f"|(?<=[{KANJI}])(?<![大中小臀患])殿(?![部筋裂溝床])"
    f"|(?<=[{KANJI}])(?<![摂華])氏(?!名)"
    f"|(?<=[{KANJI}])(?<!患者)サン(?!プル)"
    "|ドクタ"  # the long vowel has many spellings, or is left out
)
# with case, because DR and MR are kinds of images
_WESTERN = re.compile(
    r"(?<![A-Za-z])(?:Dr|Prof|Mrs?|Ms)(?![A-Za-z])"
    rf"|(?<![A-Za-z])(?:(?:DR|dr|PROF|prof)\.\s*|dr\s+)(?=[A-Za-z{KANJI}])"
    r"|(?<=[A-Za-z])[-\s](?i:san|sama|sensei|dono)(?![A-Za-z])"
)
_INSTITUTION = re.compile(enlarged("病院|大学|センタ|クリニック|医院|診療所|ビョウイン"))
_WESTERN_INSTITUTION = re.compile(
    r"(?<![A-Za-z])(?i:hospitals?|clinics?|medical\s+(?:center|centre)s?)(?![A-Za-z])"
)


def has_title(text: str, reading: Reading) -> bool:
    """Tell whether a text mentions a person by a title; its reading is by `matcher.PROSE`."""
    written = unicodedata.normalize("NFKC", text)
    return bool(_TITLE.search(reading.bare) or _WESTERN.search(written))


def has_institution(text: str, reading: Reading) -> bool:
    """Tell whether a text, with its reading as for `has_title`, mentions an institution."""
    written = unicodedata.normalize("NFKC", text)
    return bool(_INSTITUTION.search(reading.bare) or _WESTERN_INSTITUTION.search(written))
