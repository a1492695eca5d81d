"""Limit the memory for one file: far above any scan, far below what stops a computer."""

from dataclasses import dataclass, field
from typing import Self

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from bonescint.dicom.vrs import DIGITS, TEXT

_MB = 1 << 20


class HeaderFault(Exception):
    """A file cannot be read.

    Parameters
    ----------
    reason
        ``truncated``, ``damaged``, ``surplus-bytes`` or ``beyond-limits``.
    detail
        Where or how much, in tags and counts, but never a value of the header.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail

    def within(self, place: str) -> Self:
        """Return the fault with the tag of the attribute in which it was found."""
        if self.reason != "beyond-limits":
            self.detail = f"{place}: {self.detail}"
        return self


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits for a file (``limits`` in config.yaml, ``--limit`` of the command).

    A gated tomography has 8 MB, and a large private header has 1 MB. A header of many frames has
    some 10,000 elements, nested 6 deep. All limits together keep a process below 500 MB.

    Parameters
    ----------
    file_mb
        Size on the disk of a file that is coded.
    inflated_mb
        Size of a deflated data set after inflating.
    image_mb
        Size of the decoded pixels.
    header_mb
        Size of a sequence that the index holds, or the sum of the shorter values.
    text_kb
        Length of a text that may be read.
    elements
        Number of elements and items of the header, with nested ones.
    nesting
        Depth of sequences within each other.
    """

    file_mb: int = 64
    inflated_mb: int = 64
    image_mb: int = 64
    header_mb: int = 16
    text_kb: int = 64
    elements: int = 200_000
    nesting: int = 64

    def bytes_of(self, name: str) -> int:
        """Return a limit that is in MB in bytes."""
        return int(getattr(self, name)) * _MB

    def beyond(self, name: str) -> HeaderFault:
        """Return the fault of a file beyond a limit."""
        return HeaderFault("beyond-limits", f"limits.{name}: more than {getattr(self, name)}")

    def check_text(self, tag: int, vr: str | None, length: int) -> None:
        """Refuse a text that is too long for any attribute of an image and for the search.

        Parameters
        ----------
        tag, vr, length
            Those of the element. Without a VR, the VR of its attribute counts.

        Raises
        ------
        HeaderFault
            ``beyond-limits``.
        """
        if length > self.text_kb << 10:
            if vr is None and dictionary_has_tag(tag):
                vr = dictionary_VR(tag)
            if vr in TEXT | DIGITS | {"DT", "TM", "UI"}:
                raise self.beyond("text_kb")

    def check_bytes(self, name: str, length: int) -> None:
        """Refuse a length beyond a limit that is in MB.

        Raises
        ------
        HeaderFault
            ``beyond-limits``.
        """
        if length > self.bytes_of(name):
            raise self.beyond(name)


DEFAULT = Limits()


@dataclass(slots=True)
class Budget:
    """The number of elements that may still be read from a file."""

    limits: Limits
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.limits.elements

    def spend(self) -> None:
        """Count an element, and refuse the file if there are too many.

        Raises
        ------
        HeaderFault
            ``beyond-limits``.
        """
        self.left -= 1
        if self.left < 0:
            raise self.limits.beyond("elements")
