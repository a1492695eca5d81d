"""Writing DICOM files by hand, with something at any place between the elements.

pydicom encodes single elements here; the file around them is ours, so that it may hold what pydicom
would never write: bytes in a preamble, between two elements, in a delimiter, behind the pixels.
"""

import struct
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field

from pydicom import Dataset
from pydicom.charset import convert_encodings
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import correct_ambiguous_vr, write_data_element

from tests.planted.codecs import CODECS
from tests.planted.objects import COLUMNS, ROWS

LONG = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "SQ", "SV", "UC", "UN", "UR", "UT", "UV"})
UNDEFINED = 0xFFFFFFFF
PIXEL_DATA = 0x7FE00010


@dataclass(frozen=True, slots=True)
class Syntax:
    """A transfer syntax: how elements and pixels are encoded."""

    uid: str
    implicit: bool = False
    little: bool = True
    deflated: bool = False

    def numbers(self, form: str, *values: int) -> bytes:
        return struct.pack(("<" if self.little else ">") + form, *values)


EXPLICIT = Syntax("1.2.840.10008.1.2.1")
IMPLICIT = Syntax("1.2.840.10008.1.2", implicit=True)
BIG = Syntax("1.2.840.10008.1.2.2", little=False)
DEFLATED = Syntax("1.2.840.10008.1.2.1.99", deflated=True)
RLE = Syntax("1.2.840.10008.1.2.5")
JPEG_LOSSLESS = Syntax("1.2.840.10008.1.2.4.70")
J2K_LOSSLESS = Syntax("1.2.840.10008.1.2.4.90")
JPEG_BASELINE = Syntax("1.2.840.10008.1.2.4.50")
J2K = Syntax("1.2.840.10008.1.2.4.91")

# declared character set, and what the text is encoded in
CHARSETS: dict[str, tuple[list[str], list[str]]] = {
    "utf8": (["ISO_IR 192"], ["utf8"]),
    "jis": (["", "ISO 2022 IR 87"], convert_encodings(["", "ISO 2022 IR 87"])),
    "jis named": (["ISO 2022 IR 6", "ISO 2022 IR 87"], ["iso8859", "iso2022_jp"]),
    "half width": (
        ["ISO_IR 13", "ISO 2022 IR 87"],
        convert_encodings(["ISO 2022 IR 13", "ISO 2022 IR 87"]),
    ),
    "latin": (["ISO_IR 100"], ["latin_1"]),
    "ascii": ([], ["iso8859"]),
    "undeclared cp932": ([], ["cp932"]),
    "undeclared utf8": ([], ["utf8"]),
    "lying euc": (["ISO_IR 100"], ["euc_jp"]),
    "lying cp932": (["ISO_IR 192"], ["cp932"]),
}
WESTERN = ("latin", "ascii")
HONEST_JAPANESE = ("utf8", "jis", "jis named", "half width", "undeclared cp932", "undeclared utf8")


def element(syntax: Syntax, tag: int, vr: str, value: bytes, length: int | None = None) -> bytes:
    """Return one element; `value` is in the syntax's byte order and of even length, or padded.

    Parameters
    ----------
    length
        Another length than the true one, such as `UNDEFINED`.
    """
    value += b" " * (len(value) & 1)
    length = len(value) if length is None else length
    head = syntax.numbers("HH", tag >> 16, tag & 0xFFFF)
    if syntax.implicit:
        head += syntax.numbers("I", length)
    elif vr in LONG:
        head += vr.encode() + syntax.numbers("HI", 0, length)
    else:
        head += vr.encode() + syntax.numbers("H", length)
    return head + value


def sequence(syntax: Syntax, tag: int, items: list[bytes]) -> bytes:
    """Return a sequence of items that are encoded already."""
    body = b"".join(syntax.numbers("HHI", 0xFFFE, 0xE000, len(item)) + item for item in items)
    return element(syntax, tag, "SQ", body)


def delimited(syntax: Syntax, tag: int, item: bytes, hidden: bytes, where: str) -> bytes:
    """Return a sequence of undefined lengths with bytes where a delimiter must be empty.

    Parameters
    ----------
    where
        ``item`` or ``sequence``: which delimiter counts the bytes as its own; ``behind``: they
        stand between the last item and the sequence delimiter.
    """
    sizes = {"item": 0, "sequence": 0} | {where: len(hidden)}
    parts = [
        syntax.numbers("HHI", 0xFFFE, 0xE000, UNDEFINED), item,
        syntax.numbers("HHI", 0xFFFE, 0xE00D, sizes["item"]), hidden * (where == "item"),
        hidden * (where == "behind"),
        syntax.numbers("HHI", 0xFFFE, 0xE0DD, sizes["sequence"]), hidden * (where == "sequence"),
    ]  # fmt: skip
    return element(syntax, tag, "SQ", b"", UNDEFINED) + b"".join(parts)


@dataclass(slots=True)
class Draft:
    """A file that is being made.

    Parameters
    ----------
    ds
        Its elements.
    syntax, charset
        How it is encoded; a key of `CHARSETS`.
    extra
        Further elements as bytes, with the tag they are sorted by.
    preamble, meta, tail
        128 bytes; further elements of the file meta (tag, VR, value); bytes behind the data set.
    frame, offsets, fragments, delimiter
        Of compressed pixels: what is done to each frame's codestream, the basic offset table,
        further fragments, and bytes that the sequence delimiter counts as its own.
    """

    ds: Dataset
    syntax: Syntax = EXPLICIT
    charset: str = "ascii"
    extra: list[tuple[int, bytes]] = field(default_factory=list)
    preamble: bytes = bytes(128)
    meta: list[tuple[int, str, bytes]] = field(default_factory=list)
    tail: bytes = b""
    frame: Callable[[bytes], bytes] = bytes
    offsets: bytes = b""
    fragments: list[bytes] = field(default_factory=list)
    delimiter: bytes = b""

    def add(self, tag: int, vr: str, value: bytes) -> None:
        """Add a raw element, in its place by tag."""
        self.extra.append((tag, element(self.syntax, tag, vr, value)))

    def data(self) -> bytes:
        """Return the file."""
        declared, encodings = CHARSETS[self.charset]
        if declared and "SpecificCharacterSet" not in self.ds:
            self.ds.SpecificCharacterSet = declared
        parts = [(tag, 1, data) for tag, data in self.extra]
        correct_ambiguous_vr(self.ds, self.syntax.little)
        for one in self.ds:
            if one.tag == PIXEL_DATA:
                parts.append((PIXEL_DATA, 0, self._pixels(one.VR, one.value)))
                continue
            stream = DicomBytesIO()
            stream.is_little_endian = self.syntax.little
            stream.is_implicit_VR = self.syntax.implicit
            write_data_element(stream, one, list(encodings))
            parts.append((int(one.tag), 0, stream.getvalue()))
        body = b"".join(data for *_, data in sorted(parts, key=lambda part: part[:2]))
        if self.syntax.deflated:
            packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
            body = packer.compress(body) + packer.flush()
            body += b"\0" * (len(body) & 1)
        return self.preamble + b"DICM" + self._meta() + body + self.tail

    def _meta(self) -> bytes:
        known = {
            0x00020001: ("OB", b"\0\1"),
            0x00020002: ("UI", str(self.ds.get("SOPClassUID", "")).encode()),
            0x00020003: ("UI", str(self.ds.get("SOPInstanceUID", "")).encode()),
            0x00020010: ("UI", self.syntax.uid.encode()),
            0x00020012: ("UI", b"1.2.3.4"),
        }
        known |= {tag: (vr, value) for tag, vr, value in self.meta}
        body = b"".join(
            element(EXPLICIT, tag, vr, value + b"\0" * (vr == "UI" and len(value) % 2))
            for tag, (vr, value) in sorted(known.items())
        )
        return element(EXPLICIT, 0x00020000, "UL", struct.pack("<I", len(body))) + body

    def _pixels(self, vr: str, value: bytes) -> bytes:
        if self.syntax.uid not in CODECS:
            words = value if self.syntax.little else _swapped(value)
            return element(self.syntax, PIXEL_DATA, vr, words)
        size = ROWS * COLUMNS * self.ds.BitsAllocated // 8
        encode = CODECS[self.syntax.uid]
        frames = [value[at : at + size] for at in range(0, len(value), size)]
        streams = [self.frame(encode(frame, ROWS, COLUMNS)) for frame in frames]
        body = b"".join(
            EXPLICIT.numbers("HHI", 0xFFFE, 0xE000, len(item) + len(item) % 2)
            + item + b"\0" * (len(item) % 2)
            for item in [self.offsets, *streams, *self.fragments]
        )  # fmt: skip
        end = EXPLICIT.numbers("HHI", 0xFFFE, 0xE0DD, len(self.delimiter)) + self.delimiter
        return element(EXPLICIT, PIXEL_DATA, "OB", b"", UNDEFINED) + body + end


def _swapped(value: bytes) -> bytes:
    return struct.pack(f">{len(value) // 2}H", *struct.unpack(f"<{len(value) // 2}H", value))
