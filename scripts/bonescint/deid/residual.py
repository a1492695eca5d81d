"""Verifying what is about to be written, by its bytes and not by the engine's word.

A small reader of its own walks the Explicit VR Little Endian bytes. Every element must be allowed
where it stands and hold what its decision allows; the rest of the bytes, outside the pixels, is
searched for the patient's own identifiers.
"""

import re
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.uid import ExplicitVRLittleEndian

from bonescint.deid.encoding import LONG_VRS
from bonescint.deid.engine import IMPLEMENTATION_UID, IMPLEMENTATION_VERSION
from bonescint.deid.identifiers import Identifiers, bare_escapes
from bonescint.deid.pixels import LOSSY
from bonescint.deid.policy import DUMMIES, Policy, Rule
from bonescint.deid.refusal import Refused
from bonescint.deid.uids import is_standard
from bonescint.deid.vocabulary import Vocabulary, vocabulary

_PIXEL_DATA = 0x7FE00010
_UNDEFINED = 0xFFFFFFFF
_CODE = (0x00080100, 0x00080102, 0x00080104)
_META = {
    0x00020000: "UL", 0x00020001: "OB", 0x00020002: "UI", 0x00020003: "UI", 0x00020010: "UI",
    0x00020012: "UI", 0x00020013: "SH",
}  # fmt: skip
_TEXT_VRS = frozenset({"AE", "LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_NUMBERS = re.compile(rb"[0-9+.eEDWMY \\-]*")
_NUMBER_VRS = frozenset({"AS", "DA", "DS", "IS"})


@dataclass(frozen=True, slots=True)
class _Found:
    tag: int
    vr: str
    start: int
    end: int


def verify(data: bytes, policy: Policy, code: str, known: Identifiers) -> tuple[int, int]:
    """Check a coded file and return where its pixel bytes start and end.

    Parameters
    ----------
    data
        The file's bytes.
    policy
        The decisions it was made by.
    code
        The patient's code.
    known
        What must not be in it.

    Raises
    ------
    Refused
        ``verification-failed`` with the tag, or ``residual-identifier`` with the place.
    """
    check = _Check(data, policy, code, known)
    return check.run()


class _Check:
    def __init__(self, data: bytes, policy: Policy, code: str, known: Identifiers) -> None:
        self.data = data
        self.policy = policy
        self.code = code.encode("ascii")
        self.known = known
        # ranges whose content is proved by the list or is a number: not searched for text
        self.settled: list[tuple[int, int]] = []
        self.seen: dict[int, bytes] = {}

    def run(self) -> tuple[int, int]:
        data = self.data
        if data[:132] != b"\0" * 128 + b"DICM":
            raise Refused("verification-failed", "preamble")
        start = self._meta()
        pixels = (0, 0)
        for element in _elements(data, start, len(data)):
            if element.tag == _PIXEL_DATA:
                pixels = element.start, element.end
                self.settled.append(pixels)
                continue
            self.seen[element.tag] = data[element.start : element.end]
            self._element(element, self.policy.rules, top=True)
        if not pixels[1] or pixels[1] != len(data):
            raise Refused("verification-failed", "(7FE0,0010)")
        self._check_identity()
        self._search()
        return pixels

    def _meta(self) -> int:
        end = 144 + int.from_bytes(self.data[140:144], "little")
        for element in _elements(self.data, 132, end):
            if _META.get(element.tag) != element.vr:
                raise Refused("verification-failed", _name(element.tag))
            self.seen[element.tag] = self.data[element.start : element.end]
        return end

    def _check_identity(self) -> None:
        """Compare file meta and data set, and the code in its two places (R17)."""
        syntax = _plain(self.seen.get(0x00020010, b"")).decode("ascii", "replace")
        expected = {
            0x00020001: b"\0\1",
            0x00020002: _plain(self.seen.get(0x00080016, b"")),
            0x00020003: _plain(self.seen.get(0x00080018, b"")),
            0x00020012: IMPLEMENTATION_UID.encode(),
            0x00020013: IMPLEMENTATION_VERSION.encode(),
            0x00100010: self.code,
            0x00100020: self.code,
        }
        for tag, value in expected.items():
            if self.seen.get(tag, b"").rstrip(b" \0") != value.rstrip(b"\0"):
                raise Refused("verification-failed", _name(tag))
        if syntax not in LOSSY | {ExplicitVRLittleEndian}:
            raise Refused("verification-failed", "(0002,0010)")

    def _element(self, element: _Found, rules: dict[int, Rule], top: bool = False) -> None:
        tag = element.tag
        rule = rules.get(tag)
        group = tag >> 16
        if (
            rule is None
            or rule.action == "remove"
            or group & 1
            or group & 0xFF00 in (0x5000, 0x6000)
            or element.vr not in rule.vr.split("/")
        ):
            raise Refused("verification-failed", _name(tag))
        value = self.data[element.start : element.end]
        if rule.vr == "SQ" and rule.action != "fixed":
            for item in _items(self.data, element.start, element.end):
                self._item(rule, list(item))
            return
        if not self._allowed(rule, _plain(value), value, top):
            raise Refused("verification-failed", _name(tag))
        if rule.action != "keep" or element.vr == "UI" or rule.keyword in vocabulary():
            self.settled.append((element.start, element.end))
        elif element.vr in _NUMBER_VRS:
            self.settled.append((element.start, element.end))
            if not _NUMBERS.fullmatch(value):
                raise Refused("verification-failed", _name(tag))
            # the study date is kept (R24), be it anybody's birth date
            if element.vr != "DA":
                self._compare_numbers(tag, value)

    def _item(self, rule: Rule, elements: list[_Found]) -> None:
        coded: dict[int, str] = {}
        for element in elements:
            if rule.action == "vocabulary" and element.tag in _CODE:
                coded[element.tag] = _plain(self.data[element.start : element.end]).decode(
                    "utf-8", "replace"
                )
                self.settled.append((element.start, element.end))
            else:
                self._element(element, rule.items)
        if rule.action == "vocabulary":
            value, scheme, meaning = (coded.get(tag, "") for tag in _CODE)
            if vocabulary().meaning(rule.keyword, scheme, value) != meaning:
                raise Refused("verification-failed", _name(rule.tag))

    def _allowed(self, rule: Rule, plain: bytes, value: bytes, top: bool) -> bool:
        """Tell whether a value is one that its decision can have written."""
        words: Vocabulary = vocabulary()
        match rule.action:
            case "code":
                return plain == self.code
            case "fixed":
                return top and _plain(self.policy.fixed[rule.tag]) == plain
            case "empty":
                return not value
            case "dummy":
                return plain == DUMMIES.get(rule.vr, b"")
            case "replace":
                uid = plain.decode("ascii", "replace")
                return not uid or uid.startswith("2.25.") or is_standard(uid)
        if not value:
            return True
        if rule.action == "vocabulary" or rule.keyword in words:
            parts = plain.decode("utf-8", "replace").split("\\")
            return all(words.text(rule.keyword, part) == part for part in parts)
        if rule.vr == "UI":
            return is_standard(plain.decode("ascii", "replace"))
        return True

    def _search(self) -> None:
        """Look for identifiers in everything that is not settled, raw and decoded."""
        rest, at = [], 0
        for start, end in sorted(self.settled):
            rest.append(self.data[at:start])
            at = end
        rest.append(self.data[at:])
        # a separator, so that two neighbours of a cut do not make a word
        raw = b"\xff\xff".join(rest).lower()
        bare = bare_escapes(raw)
        if any(pattern in raw or pattern in bare for pattern in self.known.patterns):
            raise Refused("residual-identifier", "bytes")
        for tag, value in self.seen.items():
            rule = self.policy.rules.get(tag)
            if rule and rule.action == "keep" and rule.vr in _TEXT_VRS:
                text = unicodedata.normalize("NFKC", value.decode("utf-8", "replace"))
                text = text.strip(" \0").lower()
                if text in self.known.wholes or any(t in text for t in self.known.texts):
                    raise Refused("residual-identifier", _name(tag))

    def _compare_numbers(self, tag: int, value: bytes) -> None:
        """Refuse a number that is one of the patient's, compared as a whole."""
        for part in value.decode("ascii").split("\\"):
            if part.strip(" +-0") and part.strip().lstrip("+-0") in self.known.numbers:
                raise Refused("residual-identifier", _name(tag))


def _plain(value: bytes) -> bytes:
    return value.rstrip(b" \0")


def _name(tag: int) -> str:
    return f"({tag >> 16:04X},{tag & 0xFFFF:04X})"


def _elements(data: bytes, start: int, end: int) -> Iterator[_Found]:
    """Yield the elements of a range; any disorder is a refusal."""
    at, last = start, -1
    while at < end:
        if at + 8 > end:
            raise Refused("verification-failed", "header")
        group, number, vr_bytes, length = struct.unpack_from("<HH2sH", data, at)
        tag, vr = group << 16 | number, vr_bytes.decode("ascii", "replace")
        at += 8
        if vr in LONG_VRS:
            length = int.from_bytes(data[at : at + 4], "little")
            at += 4
            if length == _UNDEFINED and tag == _PIXEL_DATA:
                length = end - at
        if tag <= last or at + length > end:
            raise Refused("verification-failed", _name(tag))
        yield _Found(tag, vr, at, at + length)
        at, last = at + length, tag


def _items(data: bytes, start: int, end: int) -> Iterator[Iterator[_Found]]:
    at = start
    while at < end:
        tag, length = struct.unpack_from("<II", data, at) if at + 8 <= end else (0, 0)
        if tag != 0xE000FFFE or at + 8 + length > end:
            raise Refused("verification-failed", "item")
        yield _elements(data, at + 8, at + 8 + length)
        at += 8 + length
