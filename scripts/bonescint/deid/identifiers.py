"""What is known of a patient from the source's own header, in every spelling it may hide in."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import permutations

from pydicom import Dataset
from pydicom.dataelem import RawDataElement
from pydicom.multival import MultiValue

from bonescint.identity.ids import normalise

# shorter ones meet other text by chance: they are compared with whole values only
SHORTEST = 4
# digits that are compared with whole numbers only from this length on
SHORTEST_NUMBER = 6
ENCODINGS = ("utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16-le", "utf-16-be")
_NAMES = (
    "PatientName", "OtherPatientNames", "PatientBirthName", "PatientMotherBirthName",
    "ReferringPhysicianName", "PhysiciansOfRecord", "PerformingPhysicianName",
    "NameOfPhysiciansReadingStudy", "OperatorsName", "RequestingPhysician", "ResponsiblePerson",
    "ConsultingPhysicianName", "ScheduledPerformingPhysicianName",
)  # fmt: skip
_NUMBERS = (
    "PatientID", "OtherPatientIDs", "AccessionNumber", "PatientTelephoneNumbers", "AdmissionID",
    "MedicalRecordLocator",
)  # fmt: skip
# what others wrote where an identifier was
_PLACEHOLDERS = frozenset({"removed", "anonymous", "anonymized", "anonymised", "unknown", "none"})
_PHRASES = ("InstitutionName", "InstitutionAddress", "PatientAddress", "ReferringPhysicianAddress")
_UIDS = ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID", "FrameOfReferenceUID")
# names that vendors repeat in private elements: creator, group, element
_PRIVATE_NAMES = (("GEMS_GENIE_1", 0x0009, 0x40),)
_ERAS = (("昭和", "S", 1925), ("大正", "T", 1911), ("平成", "H", 1988), ("明治", "M", 1867))
_SEPARATORS = ("", " ", "^", ",", ", ", "_", "-", "　", "・")
# half-width katakana of the standard code page, by their ordinary form
_HALF_WIDTH = {unicodedata.normalize("NFKC", chr(c)): chr(c) for c in range(0xFF66, 0xFF9E)}
_VOICED = {
    unicodedata.normalize("NFKC", chr(c) + mark): chr(c) + mark
    for c in range(0xFF66, 0xFF9E)
    for mark in "ﾞﾟ"
    if len(unicodedata.normalize("NFKC", chr(c) + mark)) == 1
}


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What must not be found in a coded file.

    Parameters
    ----------
    texts
        Case-folded spellings to be looked for anywhere.
    wholes
        Case-folded short spellings, to be compared with whole values.
    numbers
        Digits without leading zeros, to be compared with whole numbers.
    patterns
        The bytes of `texts` in every encoding, ASCII letters in lower case, and UIDs.
    """

    texts: frozenset[str]
    wholes: frozenset[str]
    numbers: frozenset[str]
    patterns: tuple[bytes, ...]


def known_identifiers(source: Dataset, row: Mapping[str, str]) -> Identifiers:
    """Collect the identifiers of an instance.

    Parameters
    ----------
    source
        The source's data set; call this when nothing needs its raw elements any more.
    row
        The instance's row of the batch (patient_id, patient_name, patient_birth_date, subject).
    """
    names = [*_values(source, _NAMES), row.get("patient_name", ""), *_private_names(source)]
    ids = [*_values(source, _NUMBERS), row.get("patient_id", ""), row.get("subject", "")]
    for item in source.get("OtherPatientIDsSequence") or []:
        ids += _values(item, ("PatientID",))
    births = [*_values(source, ("PatientBirthDate",)), row.get("patient_birth_date", "")]
    spellings: set[str] = set()
    for name in names:
        spellings |= _name_spellings(name)
    for number in ids:
        plain = unicodedata.normalize("NFKC", number).strip()
        spellings |= {number.strip(), plain, plain.lstrip("0"), normalise(number)}
    for birth in births:
        spellings |= _birth_spellings(birth)
    spellings |= {phrase.strip() for phrase in _values(source, _PHRASES)}
    folded = {_folded(variant) for s in spellings for variant in _widths(s)}
    folded -= _PLACEHOLDERS | {""}
    texts = frozenset(text for text in folded if _is_searchable(text))
    uids = [uid.encode("ascii", "replace") for uid in _values(source, _UIDS)]
    return Identifiers(
        texts=texts,
        wholes=frozenset(folded - texts),
        numbers=frozenset(
            text.lstrip("0") for text in folded if text.isdecimal() and len(text) >= SHORTEST_NUMBER
        ),
        patterns=tuple(sorted(_encoded(texts) | {uid for uid in uids if len(uid) > 8})),
    )


def _values(source: Dataset, keywords: Iterable[str]) -> list[str]:
    values: list[str] = []
    for keyword in keywords:
        values += _undeclared(source.get_item(keyword, keep_deferred=True))
        value = source.get(keyword)
        for one in value if isinstance(value, MultiValue | list) else [value]:
            values += [str(one)] if one is not None else []
    return [value.strip(" \0") for value in values if value.strip(" \0")]


def _undeclared(raw: object) -> list[str]:
    """Return a value as the encodings read it that Japanese devices use without declaring them."""
    value = raw.value if isinstance(raw, RawDataElement) else None
    readings: list[str] = []
    if value and not value.isascii():
        for encoding in ("utf-8", "cp932", "euc_jp"):
            try:
                readings += value.decode(encoding).split("\\")
            except UnicodeDecodeError:
                continue
    return readings


def _private_names(source: Dataset) -> list[str]:
    names = []
    for creator, group, offset in _PRIVATE_NAMES:
        try:
            names.append(str(source.private_block(group, creator)[offset].value))
        except (KeyError, ValueError):
            continue
    return names


def _name_spellings(name: str) -> set[str]:
    """Return the parts of a name and all of them joined in every order (romaji, kanji, kana)."""
    spellings = set()
    for group in name.split("="):
        parts = [part.strip() for part in group.replace(",", "^").split("^") if part.strip()]
        words = [word for part in parts for word in part.split() if word]
        spellings |= set(parts) | set(words)
        # joined, short parts become long enough to be looked for; longer ones are found as they are
        short = [word for word in dict.fromkeys(words) if not _is_searchable(word)]
        for one, other in permutations(short[:4], 2):
            spellings |= {f"{one}{separator}{other}" for separator in _SEPARATORS}
    return spellings


def _birth_spellings(text: str) -> set[str]:
    digits = text.replace(".", "").replace("-", "").replace("/", "")
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return set()
    year, month, day = born.year, born.month, born.day
    spellings = {
        f"{year}{month:02}{day:02}", f"{year}年{month}月{day}日", f"{year}年{month:02}月{day:02}日",
        f"{day:02}.{month:02}.{year}", f"{day:02}/{month:02}/{year}", f"{month:02}/{day:02}/{year}",
    }  # fmt: skip
    for mark in "-/.":
        spellings |= {f"{year}{mark}{month:02}{mark}{day:02}", f"{year}{mark}{month}{mark}{day}"}
    for era, letter, before in _ERAS:
        since = year - before
        if 1 <= since <= 64:
            spellings |= {f"{era}{since}年{month}月{day}日", f"{letter}{since}.{month}.{day}"}
            spellings.add(f"{letter}{since:02}{month:02}{day:02}")
    return spellings


def _widths(text: str) -> set[str]:
    """Return a spelling in half and full width, and kana in both scripts."""
    plain = unicodedata.normalize("NFKC", text)
    katakana = "".join(chr(ord(c) + 0x60) if "ぁ" <= c <= "ゖ" else c for c in plain)
    hiragana = "".join(chr(ord(c) - 0x60) if "ァ" <= c <= "ヶ" else c for c in plain)
    half = "".join(_HALF_WIDTH.get(c) or _VOICED.get(c) or c for c in katakana)
    full = "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in plain)
    return {text, plain, katakana, hiragana, half, full}


def _is_searchable(text: str) -> bool:
    """Tell whether a spelling is too long to occur by chance: two kanji are, three letters not."""
    return len(text) >= SHORTEST or (len(text) >= 2 and not any(c.isascii() for c in text))


def _folded(text: str) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text)


def _encoded(texts: Iterable[str]) -> set[bytes]:
    patterns = set()
    for text in texts:
        for encoding in ENCODINGS:
            try:
                patterns.add(bare_escapes(text.encode(encoding)).lower())
            except UnicodeEncodeError:
                continue
    # without their escapes, the ISO 2022 bytes of few characters look like ordinary text
    return {p for p in patterns if len(p) >= (SHORTEST if p.isascii() else SHORTEST - 1)}


def bare_escapes(data: bytes) -> bytes:
    """Return bytes without the escape sequences of ISO 2022.

    Parameters
    ----------
    data
        Encoded text or a whole file.
    """
    if b"\x1b" not in data:
        return data
    for escape in (b"\x1b$B", b"\x1b$@", b"\x1b(B", b"\x1b(J", b"\x1b)I", b"\x1b(I", b"\x1b$(D"):
        data = data.replace(escape, b"")
    return data
