"""How much of a file is taken into memory: far above any scan, far below what stops a computer."""

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
        Where or how much, in tags and counts; never a value of the header.
    """

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail

    def within(self, place: str) -> Self:
        """Return the fault with the attribute in which it was found.

        Parameters
        ----------
        place
            Its tag.
        """
        if self.reason != "beyond-limits":
            self.detail = f"{place}: {self.detail}"
        return self


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may ask for (``limits`` in config.yaml, ``--limit`` of the command).

    A gated tomography has 8 MB, a large private header 1 MB, a header of many frames some 10,000
    elements that are nested 6 deep. All limits together keep a process below 500 MB.

    Parameters
    ----------
    file_mb
        Of a file that is coded, as it lies on the disk.
    inflated_mb
        Of a deflated data set.
    image_mb
        Of the decoded pixels.
    header_mb
        Of a sequence, or the sum of the shorter values, that the index holds.
    text_kb
        Of a text that may be read.
    elements
        Elements and items of the header, nested ones too.
    nesting
        Sequences within each other.
    """

    file_mb: int = 64
    inflated_mb: int = 64
    image_mb: int = 64
    header_mb: int = 16
    text_kb: int = 64
    elements: int = 200_000
    nesting: int = 64

    def bytes_of(self, name: str) -> int:
        """Return a limit in bytes.

        Parameters
        ----------
        name
            One of those in MB.
        """
        return int(getattr(self, name)) * _MB

    def beyond(self, name: str) -> HeaderFault:
        """Return the fault of a file that asks for more.

        Parameters
        ----------
        name
            Of the limit.
        """
        return HeaderFault("beyond-limits", f"limits.{name}: more than {getattr(self, name)}")

    def check_text(self, tag: int, vr: str | None, length: int) -> None:
        """Refuse a text that no attribute of an image has, and that no search gets through.

        Parameters
        ----------
        tag, vr, length
            Of the element; without a VR the one of its attribute counts.

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
        """Refuse what is longer than a limit.

        Parameters
        ----------
        name
            One of those in MB.
        length
            In bytes.

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
    """What is left of a file's elements while it is read.

    Parameters
    ----------
    limits
        Of the file.
    """

    limits: Limits
    left: int = field(init=False)

    def __post_init__(self) -> None:
        self.left = self.limits.elements

    def spend(self, count: int = 1) -> None:
        """Count elements, and refuse the file if there are too many.

        Parameters
        ----------
        count
            How many.

        Raises
        ------
        HeaderFault
            ``beyond-limits``.
        """
        self.left -= count
        if self.left < 0:
            raise self.limits.beyond("elements")
