"""Build the coded data set: only elements that the policy names are read (R17 to R24).

The source's elements are byte ranges. An element that the policy drops is never decoded. The result
is assembled as bytes by `encoding`. Therefore the source's preamble, file meta, padding and unknown
elements cannot get into it.
"""

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from pydicom.uid import ExplicitVRLittleEndian

from bonescint.deid.encoding import (
    MOST_BYTES,
    CodedElements,
    Part,
    coded_item,
    encode_dataset,
    encode_element,
    value_of,
)
from bonescint.deid.own_vocabulary import literal
from bonescint.deid.palette import PALETTE_TAGS
from bonescint.deid.pixels import IMAGE_TAGS, Pixels
from bonescint.deid.policy import DUMMIES, Policy, Rule, by_type
from bonescint.deid.redaction import mark_redacted
from bonescint.deid.refusal import Refused
from bonescint.deid.required import complete
from bonescint.deid.source import Raw, RawLevel, Source, is_blank, text_of
from bonescint.deid.uids import UidReplacer, is_standard
from bonescint.deid.values import normal_form
from bonescint.deid.vectors import VECTORS, is_vector, pointed, pointing
from bonescint.deid.views import save_views
from bonescint.deid.vocabulary import POSITIONAL, vocabulary
from bonescint.dicom import tags, vrs
from bonescint.text.charset import decode

# identifies this software; a constant, so that the same input gives the same bytes
IMPLEMENTATION_UID = "2.25.191325472104297312207463713521894352731"
IMPLEMENTATION_VERSION = "BONESCINT"
_CODE_ITEM = tags.CodeValue, tags.CodingSchemeDesignator, tags.CodeMeaning
_IDENTITY = (tags.SOPInstanceUID, tags.StudyInstanceUID, tags.SeriesInstanceUID)
# most characters of a kept text, by VR
_LONGEST = {"AE": 16, "CS": 16, "SH": 16}
# VRs that `normal_form` judges
_NUMBER_VRS = frozenset(vrs.WORD) - {"OW"} | vrs.DIGITS
# in metres, kilograms and millimetres a comma never separates thousands
_BELOW_THOUSAND = frozenset({tags.PatientSize, tags.PatientWeight, tags.PixelSpacing})
# the study needs these: digits that are no valid day or number, or an ambiguous one, are refused
_NEEDED = frozenset({tags.StudyDate, tags.PixelSpacing})
_IN_DIGITS = re.compile(rb"[\d .,/:+\\\0-]*\d[\d .,/:+\\\0-]*")
# what was done to an element; the report has these columns in this order
OUTCOMES = (
    "kept", "derived", "vocabulary", "coded", "fixed", "uid", "dummy", "emptied", "unusable",
    "removed", "removed_private", "removed_overlay", "kept_by_decision",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Transformed:
    """A coded file before its verification.

    Parameters
    ----------
    parts
        The file's bytes, unjoined.
    elements
        The data set without its pixels.
    counts
        Number of elements by outcome (`OUTCOMES`), over every level that was visited. A removed
        sequence counts as one.
    table
        What was done to each attribute that the hospital's table names (R18), by its tag as the
        table writes it: an outcome, or ``absent``.
    keywords
        Attributes that were ``derived``, those that were ``unusable``, and those with a value or
        code that the vocabulary does not list (``unlisted``).
    """

    parts: list[Part]
    elements: CodedElements
    counts: Counter[str]
    table: dict[str, str]
    keywords: dict[str, set[str]]


class Engine:
    """Turn source data sets of one patient into coded ones."""

    def __init__(self, policy: Policy, code: str, uids: UidReplacer) -> None:
        self._policy = policy
        self._code = code.encode("ascii")
        self._uids = uids
        self._charset: tuple[str, ...] = ("",)
        self._signed = False
        # every element that was visited; those of the top level come last
        self._done: list[tuple[int, str]] = []
        self._named: dict[str, set[str]] = {}

    def transform(self, source: Source, pixels: Pixels, views: list[str]) -> Transformed:
        """Return the coded file of one instance.

        Parameters
        ----------
        pixels
            Its image, ready to be written.
        views
            ``anterior`` or ``posterior`` for each frame; empty if unknown (R22: saved before
            the private groups go).

        Raises
        ------
        Refused
            ``missing-uid``, ``required-attribute`` or ``unreadable-value``.
        """
        self._done = []
        self._named = {"derived": set(), "unusable": set(), "unlisted": set()}
        self._charset = source.charset
        self._signed = source.number(tags.PixelRepresentation) == 1
        elements = self._level(source.level, self._policy.rules)
        for rule, value in self._policy.stamps(self._code):
            elements[rule.tag] = rule.vr, value
            self._done.append((rule.tag, "coded" if rule.action == "code" else "fixed"))
        for tag in _IDENTITY:
            if not elements.get(tag, ("UI", b""))[1]:
                raise Refused("missing-uid", tags.notation(tag))
        if self._policy.kept:
            self._keep_private(elements, source)
        if pixels.lossy:
            elements[tags.LossyImageCompression] = "CS", b"01"
        self._add_palette(elements, source, pixels)
        self._check_vectors(elements, source.number(tags.NumberOfFrames, 1))
        self._complete(elements, source)
        save_views(elements, self._policy, views)
        if pixels.rectangles:
            mark_redacted(elements, self._policy, source, pixels, self._uids)
        body = encode_dataset(elements)
        body += encode_element(tags.PixelData, pixels.vr, pixels.native)
        self._done.append((tags.PixelData, "kept"))
        parts = _file_head(elements) + body
        counts = Counter(outcome for _, outcome in self._done)
        return Transformed(parts, elements, counts, self._table(counts), self._named)

    def _add_palette(self, out: CodedElements, source: Source, pixels: Pixels) -> None:
        """Write the colour table that was checked with the pixels, and drop an unused one."""
        table = pixels.palette.elements if pixels.palette else {}
        out |= table
        for tag in PALETTE_TAGS & source.level.keys():
            self._done.append((tag, "kept" if tag in table else "removed"))

    def _check_vectors(self, out: CodedElements, frames: int) -> None:
        """Drop invalid vectors and pointers to anything else, because they could hold text."""
        for tag in VECTORS & out.keys():
            value = out[tag][1]
            if not isinstance(value, bytes) or not is_vector(value, frames):
                self._done.remove((tag, "kept"))
                self._gone(out, self._policy.rules[tag], out.pop(tag)[0], lost=True)
        if tags.FrameIncrementPointer in out:
            vr, value = out.pop(tags.FrameIncrementPointer)
            vectors = [tag for tag in pointed(bytes(value)) if tag in VECTORS]  # type: ignore[arg-type]
            if vectors:
                out[tags.FrameIncrementPointer] = vr, pointing(vectors)
            else:
                self._done.remove((tags.FrameIncrementPointer, "kept"))
                self._gone(out, self._policy.rules[tags.FrameIncrementPointer], vr, lost=True)

    def _complete(self, out: CodedElements, source: Source) -> None:
        """Add and count the Type 1 attributes that the source lacks and other attributes settle."""
        frames = source.number(tags.NumberOfFrames, 1)
        for tag, outcome in complete(out, source.level, self._policy, frames):
            if (tag, "removed") in self._done:
                # the source had it, but empty
                self._done.remove((tag, "removed"))
            self._done.append((tag, outcome))
            if outcome == "derived":
                self._named[outcome].add(self._policy.rules[tag].keyword)

    def _level(self, source: RawLevel, rules: dict[int, Rule]) -> CodedElements:
        """Apply the rules of one level of nesting to a data set or an item."""
        out: CodedElements = {}
        for tag, raw in source.items():
            rule = rules.get(tag)
            if rule is None or rule.action == "remove":
                self._done.append((tag, _goes(tag)))
            elif tag in IMAGE_TAGS or rule.action in ("code", "fixed"):
                # these are written last, whether the source has them or not; nested ones follow
                # their Type
                if rules is not self._policy.rules:
                    self._gone(out, rule, rule.vr)
            elif rule.vr == "SQ":
                self._sequence(out, rule, raw)
            else:
                self._element(out, rule, raw)
        return out

    def _element(self, out: CodedElements, rule: Rule, raw: Raw) -> None:
        """Write one element as its rule says, or as its Type says when its value may not stay."""
        # a sequence in the place of a value counts as no value
        value = raw.value if isinstance(raw.value, bytes) else b""
        if rule.action == "replace":
            vr, written, outcome = "UI", self._uids(_uid(value)).encode(), "uid"
        else:
            known = raw.vr or self._implicit_vr(rule)
            vr, written, outcome = _rewritten(rule, known, value, raw.little_endian, self._charset)
        if outcome == "unlisted":
            self._named["unlisted"].add(rule.keyword)
            outcome = "vocabulary"
        if written:
            out[rule.tag] = vr, written
            self._done.append((rule.tag, outcome))
        elif rule in self._policy.required and is_blank(raw) and rule.action != "replace":
            # treated as absent: other attributes may settle it
            pass
        else:
            lost = rule.action == "keep" and not is_blank(raw)
            if lost and rule.tag in _NEEDED and _IN_DIGITS.fullmatch(value):
                raise Refused("unreadable-value", rule.keyword)
            self._gone(out, rule, vr, lost)

    def _implicit_vr(self, rule: Rule) -> str | None:
        """Return the VR that Pixel Representation gives an element of an implicit file."""
        return "SS" if self._signed and rule.vrs == ("US", "SS") else None

    def _gone(self, out: CodedElements, rule: Rule, vr: str, lost: bool = False) -> None:
        """Write or drop an element as its Type asks for when its value may not stay (R19).

        It is `lost` if it could have stayed but cannot be read.
        """
        if rule.type == "1":
            missing = "missing-uid" if rule.action == "replace" else "required-attribute"
            raise Refused(missing, rule.keyword)
        empty = rule.action == "empty" or by_type(rule) == "empty"
        if empty:
            out[rule.tag] = vr, b""
        outcome = "emptied" if empty else "removed"
        if lost:
            self._named["unusable"].add(rule.keyword)
        self._done.append((rule.tag, "unusable" if lost else outcome))

    def _sequence(self, out: CodedElements, rule: Rule, raw: Raw) -> None:
        """Write a sequence: its items by their own rules, or only its listed codes."""
        items: list[CodedElements] = []
        stays = rule.action in ("keep", "vocabulary")
        if stays and raw.vr in (None, "SQ"):
            for item in raw.parse(raw.value):
                if rule.action == "keep":
                    items.append(self._level(item, rule.items))
                elif code := self._code_item(rule, item):
                    rest = {tag: raw for tag, raw in item.items() if tag not in _CODE_ITEM}
                    items.append(code | self._level(rest, rule.items))
                else:
                    self._named["unlisted"].add(rule.keyword)
        if items:
            out[rule.tag] = "SQ", items
            self._done.append((rule.tag, "kept" if rule.action == "keep" else "vocabulary"))
        else:
            self._gone(out, rule, "SQ", stays and raw.vr not in (None, "SQ") and not is_blank(raw))

    def _code_item(self, rule: Rule, item: RawLevel) -> CodedElements | None:
        """Return a code with its standard meaning, or None if it is not listed."""
        value, scheme = (text_of(item, tag, ("",)) for tag in _CODE_ITEM[:2])
        meaning = vocabulary().meaning(rule.keyword, scheme, value)
        if meaning is None:
            return None
        self._done += [(tag, "vocabulary") for tag in _CODE_ITEM]
        return coded_item(scheme, value, meaning)

    def _keep_private(self, out: CodedElements, source: Source) -> None:
        """Add the private and overlay elements of the top level that a person kept (R22, R23)."""
        found = {
            tag: (raw.vr, raw.value)
            for tag, raw in source.level.items()
            if _goes(tag) != "removed" and isinstance(raw.value, bytes)
        }
        little_endian = next((source.level[tag].little_endian for tag in found), True)
        for tag, element in self._policy.kept.elements(
            found, little_endian, lambda value: decode(value, self._charset)
        ).items():
            out[tag] = element
            self._done.remove((tag, _goes(tag)))
            self._done.append((tag, "kept_by_decision"))

    def _table(self, counts: Counter[str]) -> dict[str, str]:
        """Return what was done to each attribute of the hospital's table."""
        groups = {"odd groups": "removed_private", "60xx": "removed_overlay"}
        outcomes = {}
        # for an attribute that also occurs nested, the outcome at the top level counts
        done = dict(self._done)
        kept = {_goes(tag) for tag, outcome in done.items() if outcome == "kept_by_decision"}
        for row in self._policy.table:
            if gone := groups.get(row.tag):
                removed = "removed" if counts[gone] else "absent"
                outcomes[row.tag] = "kept_by_decision" if gone in kept else removed
            else:
                outcomes[row.tag] = done.get(row.number, "absent")
        return outcomes


def _goes(tag: int) -> str:
    """Return the outcome of an element that the list does not name."""
    if tag >> 16 & 1:
        return "removed_private"
    return "removed_overlay" if tag >> 24 == 0x60 else "removed"


def _file_head(elements: CodedElements) -> list[Part]:
    """Return a zeroed preamble and a file meta group of our own (PS3.10 section 7.1)."""
    meta: CodedElements = {
        tags.FileMetaInformationVersion: ("OB", b"\0\1"),
        tags.MediaStorageSOPClassUID: ("UI", value_of(elements, tags.SOPClassUID)),
        tags.MediaStorageSOPInstanceUID: ("UI", value_of(elements, tags.SOPInstanceUID)),
        tags.TransferSyntaxUID: ("UI", ExplicitVRLittleEndian.encode()),
        tags.ImplementationClassUID: ("UI", IMPLEMENTATION_UID.encode()),
        tags.ImplementationVersionName: ("SH", IMPLEMENTATION_VERSION.encode()),
    }
    body = b"".join(encode_dataset(meta))
    length = len(body).to_bytes(4, "little")
    head = encode_element(tags.FileMetaInformationGroupLength, "UL", length)
    return [b"\0" * 128 + b"DICM", *head, body]


# most values of a series are the same in file after file
@lru_cache(maxsize=4096)
def _rewritten(
    rule: Rule, vr: str | None, value: bytes, little_endian: bool, charset: tuple[str, ...]
) -> tuple[str, bytes, str]:
    """Return VR, value and outcome of an element. The value is empty if it may not stay.

    The outcome is ``unlisted`` if a vocabulary does not have all of the value.
    """
    target = vr if vr in rule.vrs else rule.vrs[0]
    if rule.action == "dummy":
        if target not in DUMMIES:
            raise Refused("required-attribute", rule.keyword)
        return target, DUMMIES[target], "dummy"
    # of another kind than the attribute: a number in the place of a text, or the reverse
    another = vr is not None and vr not in rule.vrs and (vr in vrs.WORD) != (target in vrs.WORD)
    if vr == "SQ" or another or rule.action == "empty":
        return target, b"", ""
    if vocabulary().judges(rule.keyword, rule.action):
        return target, *_listed(rule, decode(value, charset))
    if target in _NUMBER_VRS:
        small = rule.tag in _BELOW_THOUSAND
        number = normal_form(target, value, rule.vm, little_endian, small) or b""
        # a value too long for the length field is hardly a number of this study
        return target, number if len(number) <= MOST_BYTES else b"", "kept"
    if target == "UI":
        uid = _uid(value)
        return target, uid.encode() if is_standard(uid) else b"", "kept"
    # A text that the hospital's own table keeps (R18), in the result's character set. Only one
    # value and no more than the VR allows, because nobody would see anything behind it.
    text = decode(value, charset).partition("\0")[0].partition("\\")[0]
    text = "".join(c for c in text if c.isprintable()).strip()[: _LONGEST.get(target, 64)]
    return target, text.encode(), "kept"


def _listed(rule: Rule, value: str) -> tuple[bytes, str]:
    """Return the listed texts of a value, and ``unlisted`` if it holds another."""
    words = vocabulary()
    texts = value.split("\\")
    # more values than the attribute may have are dropped like unlisted ones
    missing = any(text.strip(" \0") for text in texts[rule.vm or len(texts) :])
    texts = texts[: rule.vm]
    listed = [words.text(rule.keyword, text) or rule.own.get(literal(text), "") for text in texts]
    missing |= any(text.strip(" \0") and not term for text, term in zip(texts, listed, strict=True))
    if rule.vrs[0] == "CS":
        listed = [text.upper() for text in listed]
    if rule.keyword not in POSITIONAL:
        listed = [text for text in listed if text]
    written = "\\".join(listed).rstrip("\\").encode()
    if len(written) > MOST_BYTES:
        return b"", "unlisted"
    return written, "unlisted" if missing else "vocabulary"


def _uid(value: bytes) -> str:
    return value.strip(b" \0").decode("ascii", "replace")
