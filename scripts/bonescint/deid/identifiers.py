"""What is known of a patient from the source's own header, and finding it in bytes.

Both sides meet in one form (`bonescint.deid.folding`). Bytes are read in every encoding that
Japanese devices use, declared or not (`bonescint.deid.reading`). What depends on the patient alone
is worked out once for her files (`bonescint.deid.spellings`).
"""

import math
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache

from bonescint.deid.folding import compose, fold, spelt_out
from bonescint.deid.reading import HONORIFICS, Reading, laid_out, read, readings
from bonescint.deid.reading import SEPARATORS as _SEPARATORS
from bonescint.deid.source import Level, Source, text_of
from bonescint.deid.spellings import SHORTEST, Spellings, spellings

__all__ = ["ENCODINGS", "SHORTEST", "SHORTEST_NUMBER", "Identifiers", "known_identifiers"]

# digits that are compared with a numeric attribute's value only from this length on
SHORTEST_NUMBER = 6
ENCODINGS = ("utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16-le", "utf-16-be")
_PATIENT_NAMES = (0x00100010, 0x00101001, 0x00101005, 0x00101060, 0x00102297)
# physicians, operators, orderer
_STAFF = (
    0x00080090, 0x00081048, 0x00081050, 0x00081060, 0x00081070, 0x0008009C, 0x00321032, 0x00400006,
)  # fmt: skip
# Patient ID, Other Patient IDs, accession, telephone, admission, medical record locator
_NUMBERS = (0x00100020, 0x00101000, 0x00080050, 0x00102154, 0x00380010, 0x00101090)
_OTHER_IDS, _PATIENT_ID, _BIRTH, _INSTITUTION = 0x00101002, 0x00100020, 0x00100030, 0x00080080
# institution, its address, the patient's and the referring physician's address
_PHRASES = (_INSTITUTION, 0x00080081, 0x00101040, 0x00080092)
_UIDS = (0x00080018, 0x0020000D, 0x0020000E, 0x00200052)
# names that vendors repeat in private elements: creator, group, element
_PRIVATE_NAMES = (("GEMS_GENIE_1", 0x0009, 0x40), ("GEMS_GENIE_1", 0x0009, 0x42))
_BINARY = {"FD": "d", "FL": "f", "SL": "i", "SV": "q", "UL": "I", "UV": "Q"}


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What must not be found in a coded file.

    Parameters
    ----------
    spellings
        Folded spellings of names, IDs, dates, addresses.
    raw
        Bytes as they stand in the source, looked for as they are.
    institution
        Its name, which explains a family name in a text that repeats its words.
    """

    spellings: Spellings
    raw: frozenset[bytes]
    institution: tuple[str, ...] = ()

    @property
    def numbers(self) -> frozenset[str]:
        """Digits without leading zeros, compared with whole numbers."""
        return self.spellings.numbers

    def are_in(self, value: bytes) -> bool:
        """Tell whether a value holds one of them in any encoding.

        Parameters
        ----------
        value
            The bytes of one text, or of several binary values.
        """
        reading, known = read(value), self.spellings
        if any(raw in value for raw in self.raw) or known.are_in(reading):
            return True
        return known.names_are_in(reading) and not (
            self.institution and not known.names_are_in(self._unexplained(value))
        )

    def holds_number(self, text: str) -> bool:
        """Tell whether a text holds a number of theirs: by its value, or by its digits in a row.

        Parameters
        ----------
        text
            One value of a DS or IS, or a listed text (Symbia 7225 6658).
        """
        numbers = self.numbers
        try:
            value = abs(Decimal(text.strip()))
        except InvalidOperation:
            return _any_long(laid_out((text,)).numbers & numbers)
        digits = "".join(map(str, value.as_tuple().digits)).lstrip("0")
        # no identifier has as many digits as an exponent may ask for
        whole = value.is_finite() and value.adjusted() < 64 and value == int(value)
        return _any_long({digits, str(int(value)) if whole else ""} & numbers)

    def holds_binary(self, vr: str, value: bytes) -> bool:
        """Tell whether little-endian binary numbers hold one of theirs, of any sign.

        Parameters
        ----------
        vr
            Its VR; of other than FD, FL, SL, SV, UL, UV nothing is found (two bytes are too few).
        value
            One or several numbers.
        """
        form = _BINARY.get(vr)
        if form is None:
            return False
        size = struct.calcsize(form)
        stored = struct.unpack(f"<{len(value) // size}{form}", value[: len(value) // size * size])
        rounded = struct.Struct("<f")
        for number in map(abs, stored):
            if not math.isfinite(number) or number < 10 ** (SHORTEST_NUMBER - 1):
                continue
            for known in self.numbers:
                # longer ones have no place in any of these
                if len(known) in range(SHORTEST_NUMBER, 21) and (
                    number == int(known)
                    or (form == "d" and number == float(known))
                    or (form == "f" and number == rounded.unpack(rounded.pack(int(known)))[0])
                ):
                    return True
        return False

    def _unexplained(self, value: bytes) -> Reading:
        """Return what a value says without words of the institution's name."""
        pattern = _words_of(self.institution)
        texts = [form for text in readings(value) for form in (text, spelt_out(compose(text)))]
        return laid_out(tuple(pattern.sub(" ", _comparable(text)) for text in texts))


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
    # of ASCII nothing is there that its spellings do not find
    stored = {
        value
        for tag in (*_PATIENT_NAMES, *_STAFF, *_NUMBERS)
        if len(value := _stored(level, tag)) > 5 and (not value.isascii() or b"\x1b" in value)
    }
    uids = {value for tag in _UIDS if len(value := _stored(level, tag)) > 8}
    return Identifiers(
        spellings=spellings(
            (*_values(source, _PATIENT_NAMES), row.get("patient_name", ""),
             *_private_names(source)),
            tuple(_values(source, _STAFF)),
            tuple(ids),
            (*_values(source, (_BIRTH,)), row.get("patient_birth_date", "")),
            tuple(_values(source, _PHRASES)),
        ),
        raw=frozenset(stored | uids),
        institution=tuple(_values(source, (_INSTITUTION,))),
    )  # fmt: skip


def _any_long(numbers: Iterable[str]) -> bool:
    return any(len(number) >= SHORTEST_NUMBER for number in numbers)


def _comparable(text: str) -> str:
    """Return a text folded, with words set apart where a capital begins one."""
    return fold(re.sub("(?<=[a-z])(?=[A-Z])", " ", compose(text)))


@lru_cache(maxsize=16)
def _words_of(institution: tuple[str, ...]) -> re.Pattern[str]:
    """Return what finds a name's Latin words, if it has several, and the others' beginnings."""
    found = set()
    for words in (_SEPARATORS.split(_comparable(name).strip()) for name in institution):
        for word in words:
            if len(words) > 1 and re.fullmatch("[a-z]{3,}", word):
                found.add(rf"(?<![a-z]){word}(?![a-z]|[\s.-]*(?:san|sama|sensei)(?![a-z]))")
            elif not word.isascii():
                found |= {rf"{re.escape(word[:end])}(?!\s*{HONORIFICS})"
                          for end in range(2, len(word) + 1)}  # fmt: skip
    return re.compile("|".join(sorted(found, key=lambda text: (-len(text), text))) or "(?!)")


def _stored(level: Level, tag: int) -> bytes:
    """Return a value's bytes without padding; none if there is none."""
    raw = level.get(tag)
    return raw.value.strip(b" \0") if raw and isinstance(raw.value, bytes) else b""


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
