"""A source's elements as they stand in the file: VR, bytes, byte order; nothing is decoded here.

Two readers give the same structure: `bonescint.deid.ranges` for the two encodings that nearly all
files have, and pydicom for all others and for whatever looks unusual.
"""

import struct
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from typing import Any, NamedTuple, TypeAlias

from pydicom import Dataset
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.filereader import data_element_generator, read_partial
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)
from pydicom.values import convert_SQ

from bonescint.deid.codestream import is_padding
from bonescint.deid.refusal import Refused
from bonescint.dicom import tags
from bonescint.dicom.sop_classes import MEDIA_DIRECTORY
from bonescint.dicom.vrs import WORD
from bonescint.text.charset import decode
from bonescint.text.numbers import whole_number

UNDEFINED = 0xFFFFFFFF
_WORDS = {vr: WORD[vr] for vr in ("SL", "SS", "UL", "US")}


class Raw(NamedTuple):
    """An element as it was read.

    Parameters
    ----------
    vr
        Its VR; None if it is in implicit VR: the whole file, or a public element of VR UN, which
        a device wrote that did not know it (PS3.5 6.2.2).
    value
        Its bytes; of a sequence what `parse` takes.
    little_endian
        Byte order.
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
        As declared; of a file that declares none, as it was found to be encoded.
    charset
        The values of Specific Character Set; ``("",)`` if none is declared.
    """

    level: RawLevel
    transfer_syntax: str
    charset: tuple[str, ...]

    def text(self, tag: int) -> str:
        r"""Return a value decoded and stripped, several joined by ``\``; empty if there is none."""
        return text_of(self.level, tag, self.charset)

    def number(self, tag: int, missing: int = 0) -> int:
        """Return the first value of an integer attribute (US, SS, UL, SL or text).

        Parameters
        ----------
        tag
            The attribute.
        missing
            What is returned if it is absent or empty.

        Raises
        ------
        ValueError
            If the value is no integer.
        """
        raw = self.level.get(tag)
        if raw is None or not isinstance(raw.value, bytes) or not raw.value:
            return missing
        # without a VR, group 0028 is binary but for Number of Frames
        vr = raw.vr or ("IS" if tag == tags.NumberOfFrames else "US")
        if vr in _WORDS:
            order = "little" if raw.little_endian else "big"
            if len(raw.value) % _WORDS[vr]:
                raise ValueError
            return int.from_bytes(raw.value[: _WORDS[vr]], order, signed=vr[0] == "S")  # type: ignore[arg-type]
        text = self.text(tag).partition("\\")[0].strip()
        # no device counts frames with an exponent
        number = None if "e" in text.lower() else whole_number(text or str(missing))
        if number is None:
            raise ValueError
        return number


def text_of(level: RawLevel, tag: int, charset: tuple[str, ...]) -> str:
    r"""Return a value decoded and stripped, several joined by ``\``; empty if there is none.

    Parameters
    ----------
    level
        A data set or an item.
    tag
        The attribute.
    charset
        The values of Specific Character Set.
    """
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
    """Return the values of a level's Specific Character Set; ``("",)`` if it declares none."""
    text = text_of(level, tags.SpecificCharacterSet, ("",))
    return tuple(name.strip().replace("2022_IR", "2022 IR") for name in text.split("\\"))


def read_source(data: bytes, inflated: bytes = b"") -> Source:
    """Open a DICOM file from memory, up to its pixel data, by pydicom.

    No element behind the pixel data belongs to the image, so none is kept; but bytes there that
    no element accounts for mean that the image may begin elsewhere.

    Parameters
    ----------
    data
        The file's content.
    inflated
        Of a deflated file its data set.

    Raises
    ------
    Refused
        ``not-dicom``, ``dicomdir``, ``damaged``, ``truncated`` or ``surplus-bytes``.
    """
    seen: set[int] = set()
    twice: list[int] = []

    def stop(tag: BaseTag, vr: str | None, length: int) -> bool:
        if tags.PixelData in seen:
            return True
        if tag in seen and tag != tags.DataSetTrailingPadding:
            twice.append(int(tag))
        seen.add(int(tag))
        return False

    stream = BytesIO(data)
    try:
        source = read_partial(stream, stop_when=stop, force=True)
        syntax = str(source.file_meta.get("TransferSyntaxUID") or "")
        stored = str(source.file_meta.get("MediaStorageSOPClassUID") or "").rstrip("\0 ")
        level = _level(source)
    except Exception as error:
        raise Refused("damaged" if data[128:132] == b"DICM" else "not-dicom") from error
    if data[128:132] != b"DICM" and tags.SOPClassUID not in source:
        raise Refused("not-dicom")
    if stored == MEDIA_DIRECTORY or (
        tags.SOPClassUID not in source and tags.DirectoryRecordSequence in source
    ):
        raise Refused("dicomdir")
    if tags.SOPClassUID not in source:
        # cut before it, or read in an encoding that it is not in
        raise Refused("damaged", tags.notation(tags.SOPClassUID))
    if twice:
        # nobody can say which of them is true, and only the last one would be looked at
        raise Refused("damaged", f"{tags.notation(twice[0])} stands twice")
    _check_last(source)
    deflated = syntax == DeflatedExplicitVRLittleEndian
    if tags.PixelData not in seen and stream.tell() < len(data) and not deflated:
        raise Refused("damaged", "the data set ends before the file does")
    if tags.PixelData in seen:
        pixels = source.get_item(tags.PixelData, keep_deferred=True)
        _check_rest(inflated if deflated else data, pixels)
    return Source(level, syntax or _found_syntax(source), charset_of(level))


def _check_last(source: Dataset) -> None:
    """Refuse a data set whose last element is not whole."""
    end = source.get_item(max(source.keys()), keep_deferred=True)
    # too short pixels have a reason of their own
    if isinstance(end, RawDataElement) and end.tag != tags.PixelData and not _is_complete(end):
        # an unknown VR makes a length of what is none
        guessed = end.VR is None and not source.original_encoding[0]
        reason = "damaged" if guessed else "truncated"
        raise Refused(reason, tags.notation(end.tag))


def _check_rest(data: bytes, pixels: RawDataElement | DataElement | None) -> None:
    """Refuse what stands behind the pixels and is neither elements in their order nor padding."""
    if not isinstance(pixels, RawDataElement):
        raise Refused("damaged", tags.notation(tags.PixelData))
    stream, last = BytesIO(data), tags.PixelData
    # a delimiter closes pixels without length
    stream.seek(pixels.value_tell + len(pixels.value or b"") + 8 * (pixels.length == UNDEFINED))
    while (at := stream.tell()) < len(data) and not is_padding(data, at):
        refusal = Refused("surplus-bytes", f"{len(data) - at} bytes")
        try:
            found = next(
                data_element_generator(stream, pixels.is_implicit_VR, pixels.is_little_endian)
            )
        except Exception as error:
            raise refusal from error
        if found.tag == last:
            raise Refused("damaged", f"{tags.notation(last)} stands twice")
        whole = not isinstance(found, RawDataElement) or _is_complete(found)
        if found.tag < last or found.tag.group == 0xFFFE or not whole:
            raise refusal
        last = int(found.tag)


def _is_complete(raw: RawDataElement) -> bool:
    return raw.length in (UNDEFINED, len(raw.value or b""))


def _found_syntax(source: Dataset) -> str:
    implicit, little = source.original_encoding
    if not little:
        return ExplicitVRBigEndian
    return ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian


def _level(source: Dataset) -> RawLevel:
    """Return the elements of a data set without asking pydicom for a value."""
    level: RawLevel = {}
    for tag in source.keys():  # noqa: SIM118 (a Dataset's own iteration decodes)
        element = source.get_item(tag, keep_deferred=True)
        if isinstance(element, RawDataElement):
            vr, little, implicit = element.VR, element.is_little_endian, element.is_implicit_VR
            if vr == "UN" and not tag.is_private:
                vr, little, implicit = None, True, True
            parse = partial(_parse, implicit=implicit, little_endian=little)
            level[int(tag)] = Raw(vr, element.value or b"", little, parse)
        elif element is not None and element.VR == "SQ":
            # of undefined length: ready made
            level[int(tag)] = Raw("SQ", element.value or [], True, _levels)
        elif element is not None:
            # Specific Character Set, which pydicom needs itself
            values = element.value if isinstance(element.value, MultiValue) else [element.value]
            value = "\\".join(str(one or "") for one in values).encode("ascii", "replace")
            level[int(tag)] = Raw(element.VR, value, True, _levels)
    return level


def _parse(value: bytes, implicit: bool, little_endian: bool) -> list[RawLevel]:
    # pydicom would make items of anything
    if not _holds_items(value, "<HHL" if little_endian else ">HHL"):
        raise Refused("damaged", "a sequence that is none")
    try:
        return _levels(convert_SQ(value, implicit, little_endian))
    except Exception as error:
        raise Refused("damaged", type(error).__name__) from error


def _holds_items(value: bytes, head: str) -> bool:
    """Tell whether items follow one another to the end of a sequence's value."""
    at = 0
    while at + 8 <= len(value):
        group, element, length = struct.unpack_from(head, value, at)
        if group << 16 | element != tags.Item:
            return False
        if length == UNDEFINED:
            # its delimiter is pydicom's to find
            return True
        at += 8 + length
    return at == len(value)


def _levels(items: Iterable[Dataset]) -> list[RawLevel]:
    return [_level(item) for item in items]
