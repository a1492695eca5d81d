"""Keep private and overlay elements that a person decided to keep (R22, R23).

Without a decision everything in odd groups and 60xx is removed. A decision names one element of one
creator and what it may hold: numbers of one VR, or texts whose pattern (digits replaced by 0) a
person has seen. Or it names one overlay bitmap, byte for byte. All of them are elements at the top
level of the data set.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeAlias

from bonescint.deid.options import CLEAN_GRAPHICS, SAFE_PRIVATE, MethodCode
from bonescint.deid.values import normal_form, swapped
from bonescint.dicom import vrs
from bonescint.text.folding import unpadded

# VR (None in an implicit file) and bytes of the source
Sourced: TypeAlias = Mapping[int, tuple[str | None, bytes]]
KeptElements: TypeAlias = dict[int, tuple[str, bytes]]

BINARY_VRS = frozenset(vrs.FORMATS)
# without dates and ages, because these belong to the patient
NUMBER_VRS = BINARY_VRS | {"DS", "IS"}
# without names of persons and of devices in the hospital's network
TEXT_VRS = vrs.TEXT - {"AE", "PN", "UR"}
# creator and element, in any group, where makers repeat name, ID or UIDs; these are never approved
KNOWN_HOLDERS = frozenset(
    {
        ("GEMS_GENIE_1", 0x40), ("GEMS_GENIE_1", 0x42), ("GEMS_GENIE_1", 0x26),
        ("TOSHIBA_MEC_OT3", 0x00), ("TOSHIBA_MEC_OT3", 0x73), ("TOSHIBA_MEC_OT3", 0x85),
        ("SIEMENS NM", 0x01), ("SIEMENS NM", 0x40),
    }
)  # fmt: skip
LONGEST_TEXT = 64
# so many letters in a row are a text and no numbers
_LETTERS = re.compile(rb"[A-Za-z ]{6}|(?:[A-Za-z]\0){4}|(?:\0[A-Za-z]){4}")
# so many digits can be an ID or a date
_MANY_DIGITS = 6
# PS3.3 C.9.2: the numbers of an overlay plane with their VR and number of values
_DESCRIPTION = {
    0x0010: ("US", 1), 0x0011: ("US", 1), 0x0015: ("IS", 1), 0x0040: ("CS", 1), 0x0050: ("SS", 2),
    0x0051: ("US", 1), 0x0100: ("US", 1), 0x0102: ("US", 1),
}  # fmt: skip
BITMAP = 0x3000
_PRINTABLE = re.compile("[ -~]+")
_DECIMAL = {"DS": re.compile(rb"[0-9+\-.eE]{1,24}"), "IS": re.compile(rb"[0-9+\-]{1,13}")}
_DIGITS_TO_ZERO = bytes.maketrans(b"123456789", b"000000000")


def why_not(text: str) -> str:
    """Return why a text cannot be approved by its pattern, as a key of resources/text/private.csv.

    Returns
    -------
    str
        ``unfit.characters``, ``unfit.long``, ``unfit.no_letter``, ``unfit.digits``, or empty if
        the text can be approved.
    """
    text = unpadded(text)
    if len(text) > LONGEST_TEXT:
        return "unfit.long"
    if text and not _PRINTABLE.fullmatch(text):
        return "unfit.characters"
    if not any(c.isalpha() for c in text):
        return "unfit.no_letter"
    return "unfit.digits" if sum(c.isdigit() for c in text) >= _MANY_DIGITS else ""


def pattern_digest(text: str) -> str:
    """Return the SHA-256 of a text's pattern: NFKC, trimmed, digits replaced by 0, in UTF-8."""
    pattern = "".join("0" if c.isdecimal() else c for c in unpadded(text))
    return sha256(pattern.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class PrivateDecision:
    """What one private element may hold.

    Parameters
    ----------
    creator, vr
        Private creator and VR of the element.
    vm
        The greatest number of values, for numbers.
    digests
        `pattern_digest` of the approved texts; empty for numbers.
    """

    creator: str
    vr: str
    vm: int
    digests: frozenset[str]

    def written(
        self, vr: str | None, value: bytes, little_endian: bool, decode: Callable[[bytes], str]
    ) -> bytes | None:
        """Return the bytes to write, or None if the decision does not cover this value.

        Parameters
        ----------
        vr
            The VR in the source. None in an implicit file: then the VR of the decision holds.
        decode
            Reads text in the source's character set.

        Returns
        -------
        bytes or None
            The bytes in Explicit VR Little Endian, without padding. They are never empty.
        """
        if vr is not None and vr != self.vr:
            return None
        if self.vr in NUMBER_VRS:
            if self.vr in BINARY_VRS and _LETTERS.search(value):
                return None
            return normal_form(self.vr, value, self.vm, little_endian) or None
        text = unpadded(decode(value))
        if why_not(text) or pattern_digest(text) not in self.digests:
            return None
        return text.encode("ascii")


@dataclass(frozen=True, slots=True)
class KeptPrivate:
    """Every recorded decision of a configuration. The object is false if there is none.

    Parameters
    ----------
    decisions
        By creator, group and the low byte of the element number.
    overlays
        SHA-256 of the approved bitmaps by group.
    """

    decisions: Mapping[tuple[str, int, int], PrivateDecision] = field(default_factory=dict)
    overlays: Mapping[int, frozenset[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        """Tell whether anything may stay."""
        return bool(self.decisions or self.overlays)

    @property
    def options(self) -> tuple[MethodCode, ...]:
        """PS3.15 options that these decisions add to the file's method codes (CID 7050)."""
        private = [SAFE_PRIVATE] if self.decisions else []
        return (*private, *([CLEAN_GRAPHICS] if self.overlays else []))

    def elements(
        self, level: Sourced, little_endian: bool, decode: Callable[[bytes], str]
    ) -> KeptElements:
        """Return the private and overlay elements to write, with the creators they need.

        Parameters
        ----------
        level
            VR (None if implicit) and bytes of the elements of the source's top level.
        decode
            Reads text in the source's character set.
        """
        creators = {
            (tag >> 16, tag & 0xFFFF): decode(value).strip(" \0")
            for tag, (_, value) in level.items()
            if _is_creator(tag)
        }
        out: KeptElements = {}
        for tag, (vr, value) in level.items():
            decision = self.select(creators, tag)
            written = decision.written(vr, value, little_endian, decode) if decision else None
            if decision and written:
                out[tag] = decision.vr, written
                out[_creator_of(tag)] = "LO", decision.creator.encode("ascii")
        for group in self.overlays:
            out |= self.overlay(group, level, little_endian)
        return out

    def select(self, creators: Mapping[tuple[int, int], str], tag: int) -> PrivateDecision | None:
        """Return the decision for a private element, by the creators of groups and blocks."""
        group, element = tag >> 16, tag & 0xFFFF
        creator = creators.get((group, element >> 8))
        return self.decisions.get((creator, group, element & 0xFF)) if creator else None

    def overlay(self, group: int, level: Sourced, little_endian: bool) -> KeptElements:
        """Return an approved overlay (group 60xx) with its numbers; empty if it is not approved."""
        out: KeptElements = {}
        for element, (vr, vm) in _DESCRIPTION.items():
            _, value = level.get(group << 16 | element, (None, b""))
            known = value.strip(b" \0") if vr == "CS" else normal_form(vr, value, vm, little_endian)
            if known:
                out[group << 16 | element] = vr, known
        stored, value = level.get(group << 16 | BITMAP, (None, b""))
        out[group << 16 | BITMAP] = "OW", overlay_bitmap(stored, value, little_endian)
        return out if self._is_approved(group, out) else {}

    def allows(self, creator: str, tag: int, vr: str, value: bytes) -> bool:
        """Tell whether a decision covers a private element as it is written, padded, in a block.

        It checks the written bytes without the code of `PrivateDecision.written`.
        """
        decision = self.decisions.get((creator, tag >> 16, tag & 0xFF))
        if decision is None or decision.vr != vr or tag & 0xFFFF < 0x1000 or not value:
            return False
        if vr in BINARY_VRS:
            size = vrs.WORD[vr]
            if _LETTERS.search(value):
                return False
            return not len(value) % size and len(value) <= decision.vm * size
        value = value.rstrip(b" ")
        if form := _DECIMAL.get(vr):
            parts = value.split(b"\\")
            return len(parts) <= decision.vm and all(
                form.fullmatch(part) and _is_decimal(part) for part in parts
            )
        digits = sum(value.count(digit) for digit in b"0123456789")
        return (
            len(value) <= LONGEST_TEXT
            and all(0x20 <= byte < 0x7F for byte in value)
            and value.upper() != value.lower()
            and digits < _MANY_DIGITS
            and sha256(value.translate(_DIGITS_TO_ZERO)).hexdigest() in decision.digests
        )

    def fault(self, written: Mapping[int, tuple[str, bytes]]) -> int | None:
        """Return the first written private or overlay element that no decision covers, or None.

        Parameters
        ----------
        written
            VR and bytes, padding included, of the elements in odd groups and 60xx at the top level
            of a written file.
        """
        creators = {
            tag: value.rstrip(b" ").decode("ascii", "replace")
            for tag, (vr, value) in written.items()
            if _is_creator(tag) and vr == "LO"
        }
        needed = {_creator_of(tag) for tag in written if tag & 0xFFFF >= 0x1000}
        for tag, (vr, value) in sorted(written.items()):
            group = tag >> 16
            if group in self.overlays:
                own = {t: element for t, element in written.items() if t >> 16 == group}
                good = self._is_approved(group, own)
            elif tag in creators:
                # a creator without an element is not needed, and its text could be anything
                good = tag in needed
            else:
                good = self.allows(creators.get(_creator_of(tag), ""), tag, vr, value)
            if not good:
                return tag
        return None

    def _is_approved(self, group: int, plane: Mapping[int, tuple[str, bytes]]) -> bool:
        """Tell whether an overlay plane has the approved bitmap and numbers that fit it."""
        values = {tag & 0xFFFF: value for tag, (_, value) in plane.items()}
        bitmap = values.pop(BITMAP, b"")
        known = {BITMAP: "OW"} | {element: vr for element, (vr, _) in _DESCRIPTION.items()}
        if any(known.get(tag & 0xFFFF) != vr for tag, (vr, _) in plane.items()):
            return False
        number = {element: int.from_bytes(value, "little") for element, value in values.items()}
        frames = values.get(0x0015, b"1").strip()
        return (
            sha256(bitmap).hexdigest() in self.overlays[group]
            and values.get(0x0040, b"").strip() in (b"G", b"R")
            and (number.get(0x0100), number.get(0x0102)) == (1, 0)
            and len(values.get(0x0050, b"")) == 4
            and frames.isdigit()
            # one bit a pixel, filled up to an even number of bytes (PS3.5 8.1.2)
            and -(-number.get(0x0010, 0) * number.get(0x0011, 0) * int(frames) // 16) * 2
            == len(bitmap)
        )


def overlay_bitmap(vr: str | None, value: bytes, little_endian: bool) -> bytes:
    """Return the bytes of an overlay as they are written. A decision approves their SHA-256."""
    return value if little_endian or vr == "OB" else swapped(value, 2)


def _is_creator(tag: int) -> bool:
    return bool(tag >> 16 & 1) and 0x10 <= tag & 0xFFFF <= 0xFF


def _creator_of(tag: int) -> int:
    """Return the tag of the element that names the creator of a private element's block."""
    return tag & 0xFFFF0000 | tag >> 8 & 0xFF


def _is_decimal(part: bytes) -> bool:
    try:
        float(part)
    except ValueError:
        return False
    return True
