"""What is known of a patient from the source's own header, and finding it in bytes.

Texts meet in one folded form: width (NFKC), case, kana script and Latin accents do not count. Bytes
are read in every encoding that Japanese devices use, declared or not.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import permutations

from bonescint.deid.source import Level, Source, text_of
from bonescint.identity.ids import normalise

# shorter ones meet other text by chance: they are compared with whole values only
SHORTEST = 4
# digits that are compared with a numeric attribute's value only from this length on
SHORTEST_NUMBER = 6
ENCODINGS = ("utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16-le", "utf-16-be")
# patient's own, physicians, operators, responsible person
_NAMES = (
    0x00100010, 0x00101001, 0x00101005, 0x00101060, 0x00080090, 0x00081048, 0x00081050, 0x00081060,
    0x00081070, 0x0008009C, 0x00321032, 0x00102297, 0x00400006,
)  # fmt: skip
# Patient ID, Other Patient IDs, accession, telephone, admission, medical record locator
_NUMBERS = (0x00100020, 0x00101000, 0x00080050, 0x00102154, 0x00380010, 0x00101090)
_OTHER_IDS, _PATIENT_ID, _BIRTH = 0x00101002, 0x00100020, 0x00100030
# institution, its address, the patient's and the referring physician's address
_PHRASES = (0x00080080, 0x00080081, 0x00101040, 0x00080092)
_UIDS = (0x00080018, 0x0020000D, 0x0020000E, 0x00200052)
# names that vendors repeat in private elements: creator, group, element
_PRIVATE_NAMES = (("GEMS_GENIE_1", 0x0009, 0x40), ("GEMS_GENIE_1", 0x0009, 0x42))
# what others wrote where an identifier was
_FILLERS = frozenset({"removed", "anonymous", "anonymized", "anonymised", "unknown", "none"})
_RAW_FILLERS = frozenset(text.encode() for text in _FILLERS)
_ERAS = (("昭和", "s", 1925), ("大正", "t", 1911), ("平成", "h", 1988), ("明治", "m", 1867))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_SEPARATORS = re.compile(r"[\s\0^=,.;:_/\\()\[\]+・*'\-‐-―−]+")
_DIGITS = re.compile(r"[0-9]+")
_ESCAPES = re.compile(rb"\x1b[$(][@BDIJ]|\x1b\$[()][@BD]|\x1b[)-][I]")
_KATAKANA = {hiragana: hiragana + 0x60 for hiragana in range(0x3041, 0x3097)}


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What must not be found in a coded file, folded.

    Parameters
    ----------
    words
        Looked for anywhere in a text.
    joined
        Looked for anywhere in a text whose separators were taken out.
    wholes
        Short ones, compared with whole values.
    numbers
        Digits without leading zeros, compared with whole runs of digits.
    raw
        Bytes as they stand in the source, looked for as they are.
    """

    words: frozenset[str]
    joined: frozenset[str]
    wholes: frozenset[str]
    numbers: frozenset[str]
    raw: frozenset[bytes]

    def are_in(self, value: bytes) -> bool:
        """Tell whether a value holds one of them in any encoding.

        Parameters
        ----------
        value
            The bytes of one text, or of several binary values.
        """
        return any(raw in value for raw in self.raw) or any(map(self._are_in, readings(value)))

    def _are_in(self, text: str) -> bool:
        folded = fold(text).strip(" \0")
        bare = _SEPARATORS.sub("", folded)
        return (
            folded in self.wholes
            or any(word in folded for word in self.words)
            or any(word in bare for word in self.joined)
            or any(run.lstrip("0") in self.numbers for run in _DIGITS.findall(folded))
        )


def known_identifiers(source: Source, row: Mapping[str, str]) -> Identifiers:
    """Collect the identifiers of an instance.

    Parameters
    ----------
    source
        The source.
    row
        The instance's row of the batch (patient_id, patient_name, patient_birth_date, subject).
    """
    level = source.level
    ids = [*_values(source, _NUMBERS), row.get("patient_id", ""), row.get("subject", "")]
    if _OTHER_IDS in level and level[_OTHER_IDS].value:
        items = level[_OTHER_IDS].parse(level[_OTHER_IDS].value)
        ids += [text_of(item, _PATIENT_ID, source.charset) for item in items]
    words, joined = _spellings(
        (*_values(source, _NAMES), row.get("patient_name", ""), *_private_names(source)),
        tuple(ids),
        (*_values(source, (_BIRTH,)), row.get("patient_birth_date", "")),
        tuple(_values(source, _PHRASES)),
    )
    numbers = {w.lstrip("0") for w in words | joined if w.isdecimal() and len(w) >= SHORTEST}
    stored = {value for tag in (*_NAMES, *_NUMBERS) if len(value := _stored(level, tag)) >= 6}
    uids = {value for tag in _UIDS if len(value := _stored(level, tag)) > 8}
    return Identifiers(
        words=frozenset(word for word in words if _is_searchable(word)),
        joined=frozenset(word for word in joined if _is_searchable(word)),
        wholes=frozenset(w for w in words | joined if w and not _is_searchable(w)),
        numbers=frozenset(numbers - {""}),
        raw=frozenset(value for value in stored if value.lower() not in _RAW_FILLERS) | uids,
    )


# the instances of a patient have the same
@lru_cache(maxsize=64)
def _spellings(
    names: tuple[str, ...], ids: tuple[str, ...], births: tuple[str, ...], phrases: tuple[str, ...]
) -> tuple[frozenset[str], frozenset[str]]:
    """Return what is looked for as it is, and what in a text without separators."""
    words: set[str] = set()
    joined: set[str] = set()
    for name in names:
        for group in name.split("="):
            parts = [p for p in _SEPARATORS.split(fold(group)) if p]
            words.update(parts)
            # both orders, for parts too short to be looked for alone
            joined.update("".join(pair) for pair in permutations(dict.fromkeys(parts[:4]), 2))
    for number in ids:
        plain = _SEPARATORS.sub("", fold(number))
        joined |= {plain, plain.lstrip("0"), fold(normalise(number))}
    for birth in set(births):
        words |= _birth_spellings(birth)
    joined |= {_SEPARATORS.sub("", fold(phrase)) for phrase in phrases}
    return frozenset(words - _FILLERS), frozenset(joined - _FILLERS)


def _stored(level: Level, tag: int) -> bytes:
    """Return a value's bytes without padding; none if there is none."""
    raw = level.get(tag)
    return raw.value.strip(b" \0") if raw and isinstance(raw.value, bytes) else b""


def readings(value: bytes) -> Iterator[str]:
    """Yield a value as every encoding reads it (ISO 2022 also without its escapes).

    Parameters
    ----------
    value
        Encoded text, or binary values in which text may hide.
    """
    if len(value) < 2:
        return
    plain = value.isascii()
    if plain:
        yield value.decode("ascii")
    else:
        for encoding in ("utf-8", "cp932", "euc_jp", "latin-1"):
            yield value.decode(encoding, "ignore")
    bare = _ESCAPES.sub(b"", value) if b"\x1b" in value else value
    for start in (0, 1):
        # kanji take two bytes, so a text may begin at either
        for encoding in ("utf-16-le", "utf-16-be"):
            yield value[start:].decode(encoding, "ignore")
        if plain:
            yield (b"\x1b$B" + bare[start:]).decode("iso2022_jp", "ignore")
    if plain and bare is not value:
        yield value.decode("iso2022_jp_ext", "ignore")


def fold(text: str) -> str:
    """Return a text without what does not count: width, case, kana script, Latin accents.

    Parameters
    ----------
    text
        Any text.
    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKC", text).casefold().translate(_KATAKANA)
    if any("\xc0" <= c < "\u0250" for c in plain):
        plain = "".join(unicodedata.normalize("NFD", c)[0] if c < "\u0250" else c for c in plain)
    return plain


def _values(source: Source, tags: Iterable[int]) -> list[str]:
    values: list[str] = []
    for tag in tags:
        raw = source.level.get(tag)
        if raw is None or not isinstance(raw.value, bytes) or not raw.value:
            continue
        texts = {source.text(tag)}
        if not raw.value.isascii():
            # as devices encode it that declare another character set, or none
            for encoding in ("utf-8", "cp932", "euc_jp"):
                try:
                    texts.add(raw.value.decode(encoding).strip(" \0"))
                except UnicodeDecodeError:
                    continue
        values += [value.strip() for text in sorted(texts) for value in text.split("\\")]
    return values


def _private_names(source: Source) -> list[str]:
    names = []
    for creator, group, offset in _PRIVATE_NAMES:
        for tag in source.level:
            block = tag - (group << 16)
            if 0x10 <= block <= 0xFF and source.text(tag) == creator:
                names.append(source.text(group << 16 | block << 8 | offset))
    return names


def _birth_spellings(text: str) -> set[str]:
    digits = text.replace(".", "").replace("-", "").replace("/", "").strip()
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return set()
    year, month, day = born.year, born.month, born.day
    name = _MONTHS[month - 1]
    spellings = {
        f"{year}{month:02}{day:02}", f"{year % 100:02}{month:02}{day:02}",
        f"{year}年{month}月{day}日", f"{year}年{month:02}月{day:02}日",
    }  # fmt: skip
    for mark in ("-", "/", ".", " ", ""):
        spellings |= {
            f"{year}{mark}{month:02}{mark}{day:02}", f"{day:02}{mark}{month:02}{mark}{year}",
            f"{month:02}{mark}{day:02}{mark}{year}", f"{day:02}{mark}{name}{mark}{year}",
            f"{year}{mark}{name}{mark}{day:02}",
        }  # fmt: skip
        if mark:
            spellings |= {f"{year}{mark}{month}{mark}{day}", f"{day}{mark}{month}{mark}{year}"}
    for era, letter, before in _ERAS:
        since = year - before
        if 1 <= since <= 64:
            spellings |= {f"{era}{since}年{month}月{day}日", f"{era}{since}.{month}.{day}"}
            spellings |= {f"{letter}{since}{mark}{month}{mark}{day}" for mark in "./-"}
            spellings |= {f"{letter}{since:02}{month:02}{day:02}", f"{era}{since}/{month}/{day}"}
    return spellings


def _is_searchable(text: str) -> bool:
    """Tell whether a spelling is too long to occur by chance: two kanji are, three letters not."""
    return len(text) >= SHORTEST or (len(text) >= 2 and not any(c.isascii() for c in text))
