"""Read a header's values fast and decoded, even if they break the rules."""

import struct
from collections.abc import Iterator
from functools import lru_cache

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from bonescint.dicom import tags
from bonescint.dicom.limits import DEFAULT, Budget, HeaderFault
from bonescint.dicom.reader import ITEM_TAGS, Encoding, ReadElement, encoding_in_unknown, items
from bonescint.text.charset import decode
from bonescint.text.numbers import header_numbers

_SHORT_SEQUENCE = 1024  # bytes


def _is_item(element: RawDataElement) -> bool:
    return (element.value or b"")[:4] in ITEM_TAGS


def _levels(value: bytes, encoding: Encoding) -> list[dict[int, RawDataElement]]:
    """Return the elements of each item of a sequence by tag."""
    levels = items(value, encoding, Budget(DEFAULT))
    return [_raw(level, encoding) for level in levels]


# codes and windows repeat in file after file; a level may be shared because it is never changed
_known_levels = lru_cache(maxsize=512)(_levels)


def _raw(level: list[ReadElement], encoding: Encoding) -> dict[int, RawDataElement]:
    implicit, little = not encoding.explicit, encoding.little
    return {
        tag: RawDataElement(BaseTag(tag), vr, length, bytes(value), 0, implicit, little)
        for (tag, vr, length, _), value in level
    }


class Elements:
    r"""The elements of a data set or sequence item by tag, read without pydicom's conversions.

    Parameters
    ----------
    dataset
        As read from a file (raw) or built in memory.
    charset
        Specific Character Set of the enclosing data set, for an item that declares none.

    Notes
    -----
    Text is not parsed, because the table must show a value even if it breaks the rules of its VR
    (a decimal string that is none). It is also three times as fast as `Dataset.__getitem__`.
    """

    def __init__(
        self, dataset: Dataset | dict[int, RawDataElement], charset: tuple[str, ...] = ("",)
    ) -> None:
        self._elements: dict[int, DataElement | RawDataElement] = {
            int(element.tag): element for element in dataset.values()
        }
        self._creators = [
            tag for tag in self._elements if tag >> 16 & 1 and 0x10 <= tag & 0xFFFF <= 0xFF
        ]
        self.charset = charset
        if tags.SpecificCharacterSet in self._elements:
            values = self.text(tags.SpecificCharacterSet).split("\\")
            self.charset = tuple(v.strip().replace("2022_IR", "2022 IR") for v in values)

    def text(self, tag: int, keep_nul: bool = False) -> str:
        r"""Return a text value, several joined by ``\``, padding stripped; empty if absent.

        With `keep_nul` a NUL inside stays, because an ID ends at it.
        """
        element = self._elements.get(tag)
        if element is None or element.value is None:
            return ""
        value = element.value
        if isinstance(value, bytes):
            text = decode(value, self.charset)
        elif isinstance(value, str) or element.VR == "PN" or not hasattr(value, "__iter__"):
            text = str(value)
        else:
            text = "\\".join(str(v) for v in value)
        return text.strip(" \0") if keep_nul else text.replace("\0", "").strip()

    def integers(self, tag: int) -> list[int]:
        """Return the values of an element of VR US; empty if absent or of an odd length."""
        element = self._elements.get(tag)
        if element is None or element.value is None or element.value == "":
            return []
        value = element.value
        if isinstance(value, bytes):
            if len(value) % 2:
                return []
            order = "<" if _is_little_endian(element) else ">"
            return list(struct.unpack(f"{order}{len(value) // 2}H", value))
        return [int(v) for v in (value if hasattr(value, "__iter__") else [value])]

    def numbers(self, tag: int, vm: int) -> list[float]:
        """Return at most `vm` values of VR DS; empty if absent or no numbers."""
        return [float(number) for number in header_numbers(self.text(tag), vm) or ()]

    def items(self, tag: int) -> list["Elements"]:
        """Return the items of a sequence; empty if absent."""
        element = self._elements.get(tag)
        if element is None or not element.value:
            return []
        if isinstance(element, RawDataElement):
            encoding = Encoding(not element.is_implicit_VR, element.is_little_endian)
            if element.VR == "UN":
                encoding = encoding_in_unknown(element.value)
            if element.VR != "SQ" and (element.VR not in (None, "UN") or not _is_item(element)):
                # its VR is not the sequence that its tag stands for
                return []
            try:
                short = len(element.value) <= _SHORT_SEQUENCE
                levels = (_known_levels if short else _levels)(element.value, encoding)
            except HeaderFault as fault:
                raise fault.within(tags.place(tag)) from None
            return [Elements(level, self.charset) for level in levels]
        return [Elements(item, self.charset) for item in element.value if isinstance(item, Dataset)]

    def private(
        self, creator: str, wanted: dict[int, tuple[int, ...]]
    ) -> Iterator[tuple[str, str]]:
        """Yield ``(gggg,xxee)`` and text of private elements, by creator, group and low bytes."""
        for holder in self._creators:
            group = holder >> 16
            if group in wanted and self.text(holder) == creator:
                for element in wanted[group]:
                    if text := self.text(group << 16 | (holder & 0xFF) << 8 | element):
                        yield f"({group:04x},xx{element:02x})", text


def _is_little_endian(element: DataElement | RawDataElement) -> bool:
    """Tell an element's byte order. The content of an element of VR UN is little endian."""
    return not isinstance(element, RawDataElement) or (
        element.is_little_endian or element.VR == "UN"  # PS3.5 6.2.2
    )
