"""Read a source's elements as the file has them: VR, bytes, byte order. Nothing is decoded here.

Two readers give the same structure: `bonescint.deid.ranges` for the encodings of nearly all files,
and `bonescint.dicom.reader` for all others and for unusual files.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, TypeAlias

from bonescint.deid.codestream import inflate, is_padding
from bonescint.deid.refusal import Refused
from bonescint.dicom import tags
from bonescint.dicom.limits import DEFAULT, Budget, HeaderFault, Limits
from bonescint.dicom.opening import (
    begins_data_set,
    encoding_of,
    ends_with_pixels,
    looks_like_data_set,
    open_meta,
    transfer_syntax,
)
from bonescint.dicom.reader import (
    ITEM_TAGS,
    SHORTEST_ELEMENT,
    UNDEFINED,
    Bytes,
    Encoding,
    Head,
    encoding_in_unknown,
    end_of_value,
    head_at,
    items,
)
from bonescint.dicom.vrs import WORD
from bonescint.text.charset import decode
from bonescint.text.numbers import whole_number

_WORDS = {vr: WORD[vr] for vr in ("SL", "SS", "UL", "US")}


class Raw(NamedTuple):
    """An element as it was read.

    Parameters
    ----------
    vr
        Its VR; None if it is in implicit VR. This holds for all elements of an implicit file, and
        for a public element of VR UN, written by a device that did not know it (PS3.5 6.2.2).
    value
        Its bytes; for a sequence, the argument of `parse`.
    parse
        Gives a sequence's items from `value`.
    """

    vr: str | None
    value: Any
    little_endian: bool
    parse: Callable[[Any], list["RawLevel"]]


# one level of nesting: tag -> element
RawLevel: TypeAlias = dict[int, Raw]


@dataclass(frozen=True, slots=True)
class Source:
    """A source up to its pixel data.

    Parameters
    ----------
    level
        The elements at the top.
    transfer_syntax
        As declared. If none is declared or the bytes are encoded otherwise, the real one.
    charset
        The values of Specific Character Set; ``("",)`` if none is declared.
    """

    level: RawLevel
    transfer_syntax: str
    charset: tuple[str, ...]
    limits: Limits = DEFAULT

    def text(self, tag: int) -> str:
        r"""Return a value decoded and stripped, several joined by ``\``; empty if it has none."""
        return text_of(self.level, tag, self.charset)

    def number(self, tag: int, missing: int = 0) -> int:
        """Return an integer attribute: the first value of US, SS, UL or SL, or the only text.

        Raises
        ------
        ValueError
            If the value is no integer.
        """
        raw = self.level.get(tag)
        if raw is None or not isinstance(raw.value, bytes) or not raw.value:
            return missing
        # in an implicit file, group 0028 is binary except for Number of Frames
        vr = raw.vr or ("IS" if tag == tags.NumberOfFrames else "US")
        if vr in _WORDS:
            order = "little" if raw.little_endian else "big"
            if len(raw.value) % _WORDS[vr]:
                raise ValueError
            return int.from_bytes(raw.value[: _WORDS[vr]], order, signed=vr[0] == "S")  # type: ignore[arg-type]
        text = self.text(tag).strip()
        # no device writes a count with an exponent
        number = None if "e" in text.lower() else whole_number(text or str(missing))
        if number is None:
            raise ValueError
        return number


def text_of(level: RawLevel, tag: int, charset: tuple[str, ...]) -> str:
    r"""Return a value decoded and stripped, several joined by ``\``; empty if there is none."""
    raw = level.get(tag)
    if raw is None or not isinstance(raw.value, bytes):
        return ""
    return decode(raw.value, charset).strip(" \0")


def is_blank(raw: Raw | None) -> bool:
    """Tell whether an element holds nothing but padding, or is absent."""
    return raw is None or not (
        raw.value.strip(b" \0") if isinstance(raw.value, bytes) else len(raw.value)
    )


def charset_of(level: RawLevel) -> tuple[str, ...]:
    """Return a data set's or an item's Specific Character Set; ``("",)`` if it declares none.

    Raises
    ------
    Refused
        ``character-set`` if a NUL stands inside a value. Either the text behind it is a remnant,
        or the NUL replaced a character.
    """
    text = text_of(level, tags.SpecificCharacterSet, ("",))
    names = tuple(name.strip(" \0") for name in text.split("\\"))
    if any("\0" in name for name in names):
        raise Refused("character-set", tags.notation(tags.SpecificCharacterSet))
    return tuple(name.replace("2022_IR", "2022 IR") for name in names)


def read_source(data: bytes, limits: Limits = DEFAULT) -> Source:
    """Open a DICOM file from memory, up to its pixel data, in any encoding.

    No element behind the pixel data belongs to the image, so none is kept. But bytes there that
    belong to no element mean that the image may begin elsewhere.

    Raises
    ------
    Refused
        ``not-dicom``, ``dicomdir``, ``damaged``, ``truncated``, ``surplus-bytes``,
        ``required-attribute``, ``two-syntaxes``, ``character-set`` or ``beyond-limits``.
    """
    level: RawLevel = {}
    is_dicom = data[128:132] == b"DICM"
    if not is_dicom and not looks_like_data_set(data, len(data)):
        raise Refused("not-dicom")
    try:
        opening = open_meta(data)
        if opening.is_directory:
            raise Refused("dicomdir")
        body, at = data, opening.start
        if opening.is_deflated and not looks_like_data_set(data[at : at + 8], -1):
            body = inflate(memoryview(data)[at:], limits.bytes_of("inflated_mb"))
            at = open_meta(body, 0).start
        encoding = encoding_of(body, at, opening.syntaxes)
        is_encapsulated = _read_level(body, at, encoding, Budget(limits), level)
        _check_class(level)
        _check_nested(level, limits)
        syntax = transfer_syntax(opening.syntaxes, encoding, is_encapsulated)
    except HeaderFault as fault:
        if not is_dicom and not {tags.SOPClassUID, tags.SOPInstanceUID} & level.keys():
            raise Refused("not-dicom") from fault
        # a file that has all its pixels was not cut off
        is_cut = fault.reason == "truncated" and not ends_with_pixels(data)
        reason = fault.reason if is_cut or fault.reason != "truncated" else "damaged"
        raise Refused(reason, fault.detail) from fault
    return Source(level, syntax, charset_of(level), limits)


def _read_level(
    body: bytes, at: int, encoding: Encoding, budget: Budget, level: RawLevel
) -> bool | None:
    """Read the elements up to the pixels, and return whether these are encapsulated."""
    behind = "the file meta"
    while at < len(body):
        if not body[at : at + 8].strip(b"\0") or len(body) - at == 1:
            if is_padding(body, at):
                break
            raise HeaderFault("damaged", f"bytes without element behind {behind}")
        head = head_at(body, at, len(body), encoding)
        budget.spend()
        name = tags.place(head.tag)
        if head.tag >> 16 == tags.Item >> 16:
            raise HeaderFault("damaged", f"{name} behind {behind}")
        if head.tag in level and head.tag != tags.DataSetTrailingPadding:
            # nobody can tell which of them is true, and only the last one would be used
            raise HeaderFault("damaged", f"{name} stands twice")
        try:
            stop, at = _span(body, head, encoding, budget)
        except HeaderFault as fault:
            raise fault.within(name) from None
        if head.tag == tags.PixelData:
            # pixels that are too short get a reason of their own later
            pixels = memoryview(body)[head.start : stop]
            # pixels are not copied
            value = bytes(pixels) if head.length == UNDEFINED else pixels
            level[head.tag] = _raw(head, value, encoding, budget.limits)
            _check_rest(body, at, encoding, budget, level)
            return head.length == UNDEFINED
        if stop > len(body):
            # with an unknown VR, the bytes taken for the length may not be one
            guessed = head.vr is None and encoding.explicit
            is_cut = not guessed and (level or begins_data_set(head))
            raise HeaderFault("truncated" if is_cut else "damaged", name)
        level[head.tag] = _raw(head, body[head.start : stop], encoding, budget.limits)
        behind = name
    if not level:
        raise HeaderFault("truncated", "the file ends before its data set")
    return None


def _span(body: bytes, head: Head, encoding: Encoding, budget: Budget) -> tuple[int, int]:
    """Return where a value ends, and where the next element begins."""
    if head.length == UNDEFINED:
        # a delimiter of 8 bytes closes it
        stop = end_of_value(body, head.start, len(body), encoding, budget)
        return stop, stop + 8
    return (stop := head.start + head.length), stop


def _check_class(level: RawLevel) -> None:
    if not is_blank(level.get(tags.SOPClassUID)):
        return
    if tags.DirectoryRecordSequence in level:
        raise Refused("dicomdir")
    name = tags.notation(tags.SOPClassUID)
    raise HeaderFault("truncated" if max(level) < tags.SOPClassUID else "required-attribute", name)


def _check_rest(body: bytes, at: int, encoding: Encoding, budget: Budget, level: RawLevel) -> None:
    """Refuse bytes behind the pixels that are neither elements in their order nor padding."""
    last = tags.PixelData
    while at < len(body) and not is_padding(body, at):
        surplus = HeaderFault("surplus-bytes", f"{len(body) - at} bytes")
        try:
            head = head_at(body, at, len(body), encoding)
            _, at = _span(body, head, encoding, budget)
        except HeaderFault as fault:
            raise (fault if fault.reason == "beyond-limits" else surplus) from fault
        if head.tag == last:
            raise HeaderFault("damaged", f"{tags.place(last)} stands twice")
        if head.tag < last and tags.SOPClassUID not in level:
            raise HeaderFault("damaged", f"{tags.place(head.tag)} behind the pixels")
        if head.tag < last or head.tag >> 16 == tags.Item >> 16 or at > len(body):
            raise surplus
        last = head.tag


def _check_nested(level: RawLevel, limits: Limits) -> None:
    """Count the elements in sequences. Short sequences are skipped: they cannot hold too many."""
    nested = [raw for raw in level.values() if _may_hold_items(raw)]
    if sum(len(raw.value) for raw in nested) >= SHORTEST_ELEMENT * limits.elements:
        budget = Budget(limits)
        for raw in nested:
            encoding = Encoding(raw.vr not in (None, "UN"), raw.little_endian)
            _count(raw.value, encoding, budget, 1)


def _count(value: bytes, encoding: Encoding, budget: Budget, depth: int) -> None:
    if depth > budget.limits.nesting:
        raise budget.limits.beyond("nesting")
    for elements in items(value, encoding, budget):
        for head, inner in elements:
            if inner[:4] in ITEM_TAGS:
                nested = Encoding(head.vr not in (None, "UN"), encoding.little)
                _count(bytes(inner), nested, budget, depth + 1)


def _may_hold_items(raw: Raw) -> bool:
    return raw.vr in (None, "SQ", "UN") and raw.value[:4] in ITEM_TAGS


def _raw(head: Head, value: Bytes, encoding: Encoding, limits: Limits) -> Raw:
    vr, inner = head.vr, encoding._replace(explicit=head.vr is not None)
    if vr == "UN":
        inner = encoding_in_unknown(value)
        if head.length == UNDEFINED:
            vr = "SQ"
        elif not head.tag >> 16 & 1:
            # its writer did not know this public element, so its tag decides about the VR
            vr = None
    little = encoding.little if vr == head.vr else inner.little
    limits.check_text(head.tag, vr, len(value))
    parse = partial(_parse, encoding=inner, limits=limits, head=head)
    return Raw(vr, value, little, parse)


def _parse(value: bytes, encoding: Encoding, limits: Limits, head: Head) -> list[RawLevel]:
    if head.vr is None and value[:4] not in ITEM_TAGS:
        # its VR is not the sequence that its tag stands for
        return []
    try:
        return [
            {head.tag: _raw(head, bytes(inner), encoding, limits) for head, inner in elements}
            for elements in items(value, encoding, Budget(limits))
        ]
    except HeaderFault as fault:
        fault.within(tags.place(head.tag))
        raise Refused(fault.reason, fault.detail) from fault
