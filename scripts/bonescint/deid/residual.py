"""Verify a coded file before it is written, from its bytes alone and not from the engine's report.

A small separate reader walks the Explicit VR Little Endian bytes. Every element must be allowed in
its place and hold a value that its decision allows. A value that neither a list nor the form of a
number settles is searched for the patient's identifiers.
"""

import re
import struct
from collections.abc import Iterator
from functools import lru_cache
from typing import TypeAlias

from pydicom.uid import ExplicitVRLittleEndian

from bonescint.deid.engine import IMPLEMENTATION_UID, IMPLEMENTATION_VERSION
from bonescint.deid.identifiers import SHORTEST_NUMBER, Identifiers
from bonescint.deid.palette import PALETTE_TAGS
from bonescint.deid.policy import DUMMIES, Policy, Rule
from bonescint.deid.refusal import Refused
from bonescint.deid.uids import is_standard
from bonescint.deid.vectors import VECTORS, is_vector, pointed
from bonescint.deid.vocabulary import POSITIONAL, VERSIONS, vocabulary
from bonescint.deid.written import CodedImage
from bonescint.dicom import tags, vrs
from bonescint.dicom.tags import notation
from bonescint.names.spellings import SHORTEST

# needed for every element; a name of this module is found faster
_PIXEL_DATA = tags.PixelData
_UNDEFINED = 0xFFFFFFFF
_CODE = (tags.CodeValue, tags.CodingSchemeDesignator, tags.CodeMeaning)
_META = {
    tags.FileMetaInformationGroupLength: "UL",
    tags.FileMetaInformationVersion: "OB",
    tags.MediaStorageSOPClassUID: "UI",
    tags.MediaStorageSOPInstanceUID: "UI",
    tags.TransferSyntaxUID: "UI",
    tags.ImplementationClassUID: "UI",
    tags.ImplementationVersionName: "SH",
}
_SHORT = {vr.encode(): vr for vr in vrs.SHORT}
_LONG = {vr.encode(): vr for vr in vrs.LONG - vrs.UNKNOWN_FORM}
_NUMBERS = re.compile(rb"[0-9+.eEDWMY \\-]*")
_NO_DIGITS = bytes(set(range(256)) - set(b"0123456789"))
_HEAD = struct.Struct("<HH2sH").unpack_from
_LENGTH = struct.Struct("<I").unpack_from
_ITEM = struct.Struct("<II").unpack_from
# read as one number in little endian, the element comes before the group
_ITEM_TAG = (tags.Item & 0xFFFF) << 16 | tags.Item >> 16


# tag, VR, and where the value starts and ends
_ElementAt: TypeAlias = tuple[int, str, int, int]


def verify_coded(data: bytes, policy: Policy, code: str, known: Identifiers) -> CodedImage:
    """Check a coded file and return where its image is and what its header says.

    Raises
    ------
    Refused
        ``verification-failed`` with the tag, or ``residual-identifier`` with the place.
    """
    return _Check(data, policy, code, known).run()


class _Check:
    def __init__(self, data: bytes, policy: Policy, code: str, known: Identifiers) -> None:
        self.data = data
        self.policy = policy
        self.code = code.encode("ascii")
        self.known = known
        # values that neither a list nor the form of a number has settled
        self.texts: list[tuple[int, bytes]] = []
        self.binaries: list[bytes] = []
        self.seen: dict[int, bytes] = {}
        self.private: dict[int, tuple[str, bytes]] = {}

    def run(self) -> CodedImage:
        data = self.data
        if not data.startswith(b"\0" * 128 + b"DICM"):
            raise Refused("verification-failed", "preamble")
        pixels = CodedImage(0, 0, "", self.seen)
        for element in _elements(data, self._meta(), len(data)):
            if element[0] == _PIXEL_DATA:
                pixels = CodedImage(*element[2:], element[1], self.seen)
                continue
            self._element(element, self.policy.rules)
        if not pixels.end or pixels.end != len(data):
            raise Refused("verification-failed", notation(tags.PixelData))
        self._check_identity()
        self._check_private()
        self._check_vectors()
        self._search()
        return pixels

    def _meta(self) -> int:
        end = 144 + int.from_bytes(self.data[140:144], "little")
        for tag, vr, start, stop in _elements(self.data, 132, end):
            if _META.get(tag) != vr:
                raise Refused("verification-failed", notation(tag))
            self.seen[tag] = self.data[start:stop]
        return end

    def _check_identity(self) -> None:
        """Compare file meta and data set, and the code in its two places (R17)."""
        sop_class, instance = (
            self.seen.get(tag, b"").rstrip(b" \0")
            for tag in (tags.SOPClassUID, tags.SOPInstanceUID)
        )
        expected = {
            tags.FileMetaInformationVersion: b"\0\1",
            tags.MediaStorageSOPClassUID: sop_class,
            tags.MediaStorageSOPInstanceUID: instance,
            tags.TransferSyntaxUID: ExplicitVRLittleEndian.encode(),
            tags.ImplementationClassUID: IMPLEMENTATION_UID.encode(),
            tags.ImplementationVersionName: IMPLEMENTATION_VERSION.encode(),
            tags.PatientName: self.code,
            tags.PatientID: self.code,
        }
        for tag, value in expected.items():
            if self.seen.get(tag, b"").rstrip(b" \0") != value.rstrip(b"\0"):
                raise Refused("verification-failed", notation(tag))

    def _check_vectors(self) -> None:
        """Compare the frame vectors with the number of frames, because others could hold text."""
        frames = int(self.seen.get(tags.NumberOfFrames, b"1").strip() or 1)
        for tag in VECTORS & self.seen.keys():
            if self.seen[tag] and not is_vector(self.seen[tag], frames):
                raise Refused("verification-failed", notation(tag))
        if not VECTORS.issuperset(pointed(self.seen.get(tags.FrameIncrementPointer, b""))):
            raise Refused("verification-failed", notation(tags.FrameIncrementPointer))

    def _check_private(self) -> None:
        """Compare private and overlay elements with the recorded decisions, and search them all."""
        fault = self.policy.kept.fault(self.private)
        if fault is not None:
            raise Refused("verification-failed", notation(fault))
        for tag, (vr, value) in self.private.items():
            if vr in vrs.DIGITS:
                self._compare_numbers(tag, value)
            elif vr in vrs.TEXT:
                self.texts.append((tag, value))
            else:
                self._binary(tag, vr, value)

    def _element(self, element: _ElementAt, rules: dict[int, Rule]) -> None:
        tag, vr, start, end = element
        rule = rules.get(tag)
        if rule is None and self.policy.kept and rules is self.policy.rules:
            # it is settled together with its private creator, after all were read (R22, R23)
            self.private[tag] = vr, self.data[start:end]
            return
        if (
            rule is None
            or rule.action == "remove"
            or tag >> 16 & 1
            or tag >> 24 in (0x50, 0x60)
            or vr not in rule.vrs
        ):
            raise Refused("verification-failed", notation(tag))
        value = self.data[start:end]
        if rules is self.policy.rules:
            self.seen[tag] = value
        if vr == "SQ" and rule.action != "fixed":
            for item in _items(self.data, start, end):
                self._item(rule, item)
            return
        match rule.action:
            case "code":
                settled = value.rstrip(b" \0") == self.code
            case "fixed":
                settled = value.rstrip(b" \0") == self.policy.fixed[tag].rstrip(b" \0")
            case _:
                settled = self._settle(tag, vr, value, _judged(rule, vr, value))
        if not settled:
            raise Refused("verification-failed", notation(tag))

    def _settle(self, tag: int, vr: str, value: bytes, kind: str) -> bool:
        """Search a value now or put it aside for the search, depending on its kind."""
        if kind == "number":
            self._compare_numbers(tag, value)
        elif kind in ("text", "version"):
            self.texts.append((tag, value))
            if kind == "version" and self.known.holds_pieces(value):
                raise Refused("residual-identifier", notation(tag))
        elif kind == "binary":
            self._binary(tag, vr, value)
        return kind != "bad"

    def _item(self, rule: Rule, elements: Iterator[_ElementAt]) -> None:
        listed = rule.action == "vocabulary"
        coded: dict[int, str] = {}
        for element in elements:
            tag, _, start, end = element
            if listed and tag in _CODE:
                coded[tag] = self.data[start:end].rstrip(b" \0").decode("utf-8", "replace")
            else:
                self._element(element, rule.items)
        if listed:
            value, scheme, meaning = (coded.get(tag, "") for tag in _CODE)
            if vocabulary().meaning(rule.keyword, scheme, value) != meaning:
                raise Refused("verification-failed", notation(rule.tag))

    def _search(self) -> None:
        """Look for identifiers in everything that is not settled, in every encoding."""
        for tag, value in self.texts:
            self.known.search(tag, value)
        # the gap is longer than any between words, so that two neighbours do not make one name
        if self.known.are_in(b"\0\0\0\0".join(self.binaries)):
            raise Refused("residual-identifier", "binary values")

    def _compare_numbers(self, tag: int, value: bytes) -> None:
        """Refuse a number that is one of the patient's, however it is written."""
        # an ID of fewer digits cannot be told from other numbers
        parts = value.rstrip(b" \0").decode("utf-8").split("\\")
        known = any(self.known.holds_number(part) for part in parts)
        if known or (len(parts) > 1 and self.known.holds_numbers([p.strip() for p in parts])):
            raise Refused("residual-identifier", notation(tag))

    def _binary(self, tag: int, vr: str, value: bytes) -> None:
        if self.known.holds_binary(vr, value):
            raise Refused("residual-identifier", notation(tag))
        # a character has a byte above this value in every encoding
        if value and max(value) > 0x20:
            self.binaries.append(value)


# most values are the same in file after file
@lru_cache(maxsize=4096)
def _judged(rule: Rule, vr: str, value: bytes) -> str:
    """Tell whether a decision can have written a value, and how it must still be searched.

    It is ``bad`` or it is ``settled`` by a list or by its form. The others are searched: a
    ``number`` with as many digits as an ID, ``text``, ``version`` or ``binary``.
    """
    plain = value.rstrip(b" \0")
    match rule.action:
        case "empty":
            return "bad" if value else "settled"
        case "dummy":
            return "settled" if plain == DUMMIES.get(vr, b"") else "bad"
        case "replace":
            known = plain.startswith(b"2.25.") or is_standard(plain.decode("ascii", "replace"))
            return "settled" if known or not plain else "bad"
    # a palette belongs to the image and is searched like its pixels (`bonescint.deid.hidden`)
    if not value or rule.tag in PALETTE_TAGS:
        return "settled"
    # a number of the patient may stand in a decimal, or in pieces in a listed text
    many = len(plain.translate(None, _NO_DIGITS)) >= SHORTEST_NUMBER
    words = vocabulary()
    if words.judges(rule.keyword, rule.action):
        unlisted = {
            part
            for part in plain.decode("utf-8", "replace").split("\\")
            if words.text(rule.keyword, part) != part and (part or rule.keyword not in POSITIONAL)
        }
        listed = unlisted.issubset(rule.own.values())
        if listed and rule.keyword == VERSIONS:
            # versions are judged by their form, and a date or an ID in pieces may have that form
            return "version"
        if listed and unlisted:
            return "text"  # a line of the hospital's own
        return ("number" if many else "settled") if listed else "bad"
    if vr == "UI":
        return "settled" if is_standard(plain.decode("ascii", "replace")) else "bad"
    if vr in vrs.DIGITS:
        if not _NUMBERS.fullmatch(value):
            return "bad"
        # the study date is kept (R24), even if it is also a birth date
        return "number" if many and vr != "DA" else "settled"
    if vr in vrs.TEXT:
        return "text"
    return "binary" if len(value) >= SHORTEST else "settled"


def _elements(data: bytes, start: int, end: int) -> Iterator[_ElementAt]:
    """Yield the elements of a range, and refuse any disorder."""
    at, last = start, -1
    while at < end:
        if at + 8 > end:
            raise Refused("verification-failed", "header")
        group, number, kind, length = _HEAD(data, at)
        tag = group << 16 | number
        at += 8
        vr = _SHORT.get(kind)
        if vr is None:
            vr = _LONG.get(kind, "")
            (length,) = _LENGTH(data, at) if vr and at + 4 <= end else (_UNDEFINED,)
            at += 4
        stop = at + length
        if tag <= last or stop > end:
            raise Refused("verification-failed", notation(tag))
        yield tag, vr, at, stop
        at, last = stop, tag


def _items(data: bytes, start: int, end: int) -> Iterator[Iterator[_ElementAt]]:
    at = start
    while at < end:
        tag, length = _ITEM(data, at) if at + 8 <= end else (0, 0)
        if tag != _ITEM_TAG or at + 8 + length > end:
            raise Refused("verification-failed", "item")
        yield _elements(data, at + 8, at + 8 + length)
        at += 8 + length
