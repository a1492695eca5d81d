"""Check and decode the image of an instance: exactly the stated length, one sample a pixel."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import (
    encapsulate,
    generate_fragmented_frames,
    generate_fragments,
    itemize_fragment,
    parse_basic_offsets,
)
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    HTJ2KLossless,
    HTJ2KLosslessRPCL,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from bonescint.deid.codestream import check_rle, check_stream, is_padding
from bonescint.deid.palette import PALETTE_TAGS, ColourTable, read_palette
from bonescint.deid.rectangles import Rectangles
from bonescint.deid.refusal import Refused
from bonescint.deid.source import Source
from bonescint.deid.uids import is_standard
from bonescint.deid.vocabulary import vocabulary
from bonescint.dicom import tags
from bonescint.dicom.display import luminance
from bonescint.dicom.photometric import COLOUR_MODELS, PALETTE_COLOR
from bonescint.dicom.sop_classes import SECONDARY_CAPTURES

NATIVE = frozenset(
    {
        ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian,
        ExplicitVRBigEndian,
    }
)  # fmt: skip
# JPEG 2000 (.91) and HTJ2K (.203) may be lossless or lossy, and therefore count as lossy
LOSSLESS = frozenset(
    {
        JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, HTJ2KLossless,
        HTJ2KLosslessRPCL, RLELossless,
    }
)  # fmt: skip
LOSSY = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless, JPEG2000, HTJ2K})
# the image of a file: its pixels and the colour tables that they point at
IMAGE_TAGS = PALETTE_TAGS | {tags.PixelData}
# VRs of pixel data for which the length of a big-endian word is known
_BIG_ENDIAN = (None, "OB", "OW", "SS", "US")
# the tag of a fragment, in either byte order; no image begins with these bytes
_ITEMS = b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00"


class Format(NamedTuple):
    """What the header says of an image (PS3.3 C.7.6.3), checked.

    Parameters
    ----------
    bits, stored, high
        Bits Allocated, Bits Stored and High Bit.
    signed
        Whether numbers are two's complement.
    """

    rows: int
    columns: int
    frames: int
    bits: int
    stored: int
    high: int
    signed: bool
    photometric: str

    @property
    def frame_length(self) -> int:
        """Bytes of a decoded frame."""
        return self.rows * self.columns * self.bits // 8


@dataclass(frozen=True, slots=True)
class Pixels:
    """An image ready to be written in Explicit VR Little Endian.

    Parameters
    ----------
    native
        Little-endian pixel bytes, without padding.
    vr
        OB or OW.
    lossy
        Whether it came compressed lossily.
    palette
        The table of a PALETTE COLOR image.
    rectangles
        Where it was made 0 because a person saw text there (`bonescint.deid.redaction`).
    """

    form: Format
    native: bytes | memoryview
    vr: str = "OW"
    lossy: bool = False
    palette: ColourTable | None = None
    rectangles: Rectangles = ()


def prepare(source: Source) -> Pixels:
    """Return the image of an instance as it may be written.

    Raises
    ------
    Refused
        ``no-pixel-data``, ``colour``, ``pixel-format``, ``pixel-length``, ``surplus-bytes``,
        ``unused-pixel-bits``, ``palette``, ``required-attribute``, ``transfer-syntax`` or
        ``pixels-undecodable``.
    """
    raw = source.level.get(tags.PixelData)
    if raw is None or not len(raw.value):
        raise Refused("no-pixel-data")
    syntax = source.transfer_syntax
    form = image_format(source)
    if syntax in NATIVE:
        if not raw.little_endian and raw.vr not in _BIG_ENDIAN:
            raise Refused("pixel-format", f"{tags.label(tags.PixelData)}: of another VR")
        vr = raw.vr if form.bits == 8 and raw.vr in ("OB", "OW") else "OW"
        pixels = Pixels(form, _native(raw.value, form, raw.little_endian, vr), vr)
    elif syntax in LOSSLESS or syntax in LOSSY:
        frames = _frames(raw.value, form, syntax == RLELossless)
        pixels = Pixels(form, _decoded(frames, form, syntax), lossy=syntax in LOSSY)
    else:
        raise Refused("transfer-syntax", syntax if is_standard(syntax) else "")
    _check_unused_bits(pixels.native, form)
    if form.photometric == PALETTE_COLOR:
        if form.bits > 16:
            raise Refused("palette", f"pixels of {form.bits} bits")
        pixels = replace(pixels, palette=read_palette(source, form.stored, form.signed))
    return pixels


def pictures_of(pixels: Pixels) -> Iterator[NDArray[np.integer]]:
    """Yield the image as frames x rows x columns; with a palette, its luminance as well."""
    form = pixels.form
    kind = f"<{'i' if form.signed else 'u'}{form.bits // 8}"
    frames = np.frombuffer(pixels.native, kind).reshape(-1, form.rows, form.columns)
    yield frames
    if pixels.palette:
        yield luminance(frames, pixels.palette.palette)


def image_format(source: Source) -> Format:
    """Return what the header says about the image.

    Raises
    ------
    Refused
        ``colour`` if a pixel is more than a number; ``pixel-format`` if the image is not
        described, contradicts itself, or is not made of 8, 16 or 32 bit integers;
        ``beyond-limits`` if it is larger than a limit.
    """
    for tag in (tags.Rows, tags.Columns, tags.BitsAllocated):
        if tag not in source.level or not source.level[tag].value:
            raise Refused("pixel-format", f"{tags.label(tag)} is missing")
    try:
        rows, columns = source.number(tags.Rows), source.number(tags.Columns)
        bits, samples = source.number(tags.BitsAllocated), source.number(tags.SamplesPerPixel, 1)
        frames = source.number(tags.NumberOfFrames, 1)
        stored = source.number(tags.BitsStored, bits)
        high = source.number(tags.HighBit, stored - 1)
        representation = source.number(tags.PixelRepresentation)
    except ValueError as error:
        raise Refused("pixel-format", "rows, columns, bits or frames malformed") from error
    said = source.text(tags.PhotometricInterpretation).partition("\\")[0]
    photometric = (vocabulary().text("PhotometricInterpretation", said) or said).upper()
    if samples > 1 or COLOUR_MODELS.match(photometric):
        raise Refused("colour")
    if min(rows, columns, samples, frames) < 1:
        raise Refused("pixel-format", "rows, columns or frames missing")
    form = Format(rows, columns, frames, bits, stored, high, representation == 1, photometric)
    length = form.frame_length * frames
    if bits not in (8, 16, 32):
        raise Refused("pixel-format", f"{bits} bits, {length} bytes")
    if length > source.limits.bytes_of("image_mb"):
        raise Refused("beyond-limits", f"limits.image_mb: more than {source.limits.image_mb}")
    if not 0 < stored <= high + 1 <= bits or representation not in (0, 1):
        raise Refused("pixel-format", f"{stored} of {bits} bits up to bit {high}")
    return form


def signs_of_text(source: Source) -> str:
    """Return what the header says about text in the picture; empty if nothing."""
    words = source.text(tags.ImageType).upper().split("\\")
    burned_in = [word.strip() for word in source.text(tags.BurnedInAnnotation).upper().split("\\")]
    captured = source.text(tags.SOPClassUID) in SECONDARY_CAPTURES
    signs = {
        "BurnedInAnnotation YES": "YES" in burned_in,
        "8 bit Secondary Capture": captured and source.number(tags.BitsAllocated) == 8,
        "ImageType SECONDARY or SCREEN": captured
        and any(word.strip() == "SECONDARY" or "SCREEN" in word for word in words),
    }
    return ", ".join(sign for sign, present in signs.items() if present)


def _native(
    value: bytes | memoryview, form: Format, little_endian: bool, vr: str
) -> bytes | memoryview:
    """Return the pixels of an uncompressed image in little endian, without padding."""
    frame = form.frame_length
    length = frame * form.frames
    # if Number of Frames is forgotten, the other views must not be lost
    if not 0 <= len(value) - length < frame:
        raise Refused("pixel-length", f"expected {length} bytes, found {len(value)}")
    if value[:4] in _ITEMS:
        raise Refused("pixel-format", "fragments in an uncompressed transfer syntax")
    if not little_endian:
        size = form.bits // 8
        if size == 1 and vr == "OW":
            # two pixels share a word, and the last one may be padding (PS3.5 8.1.1 and 7.3)
            size = 2
        whole = len(value) // size * size
        # the bytes do not fill whole words
        if whole < length or not is_padding(value, whole):
            raise Refused("pixel-length", f"{len(value)} bytes in words of {size}")
        value = np.frombuffer(value[:whole], f"u{size}").byteswap().view("u1").data
    if len(value) == length:
        return value
    # the pixels may be shifted by inserted bytes, or the surplus may hide something
    if not is_padding(value, length):
        raise Refused("surplus-bytes", f"{len(value) - length} bytes behind the last pixel")
    return value[:length]


def _frames(value: bytes, form: Format, rle: bool) -> list[bytes]:
    """Return the compressed frames. Each is one whole image of the header's size."""
    try:
        value = _without_empty(value, form.frames)
        parts = list(generate_fragmented_frames(value, number_of_frames=form.frames))
    except Exception as error:
        # the parser raises many kinds of exceptions
        raise Refused("pixels-undecodable", "damaged fragments") from error
    if len(parts) != form.frames:
        raise Refused("pixel-length", f"expected {form.frames} frames, found {len(parts)}")
    # an RLE frame is one fragment (PS3.5 A.4.2)
    if rle and any(len([piece for piece in part if piece]) != 1 for part in parts):
        raise Refused("pixel-length", "several fragments in an RLE frame")
    frames = [b"".join(part) for part in parts]
    for frame in frames:
        if rle:
            check_rle(frame, form.rows, form.columns, form.bits // 8)
        else:
            check_stream(frame, form.rows, form.columns)
    return frames


def _without_empty(value: bytes, frames: int) -> bytes:
    """Return encapsulated pixels without the empty fragments that no offset counts.

    If there are as many full fragments as frames, each is one frame, even if a table of offsets
    says otherwise.
    """
    stream = BytesIO(value)
    offsets = parse_basic_offsets(stream)
    first = stream.tell()
    fragments = list(generate_fragments(stream))
    full = [fragment for fragment in fragments if fragment]
    if len(full) == frames:
        return b"".join(map(itemize_fragment, [b"", *full]))
    if offsets:
        while fragments and not fragments[-1]:
            fragments.pop()
    else:
        fragments = full
    return value[:first] + b"".join(map(itemize_fragment, fragments))


def _check_unused_bits(native: bytes | memoryview, form: Format) -> None:
    """Refuse bits beyond Bits Stored, where old overlays may be (PS3.5 2003, 8.1.2; R23)."""
    if form.stored == form.bits:
        return
    values = np.frombuffer(native, f"<u{form.bits // 8}")
    used = ((1 << form.stored) - 1) << form.high + 1 - form.stored
    if form.signed:
        # a negative number repeats its sign in the bits above
        negative = (values >> form.high & 1).astype(bool)
        sign = values.dtype.type(((1 << form.bits) - 1) & ~((1 << form.high) - 1))
        values = np.where(negative & (values & sign == sign), values & ~sign, values)
    if np.any(values & ~values.dtype.type(used)):
        raise Refused("unused-pixel-bits", f"{form.stored} of {form.bits} bits are stored")


def _decoded(frames: list[bytes], form: Format, syntax: str) -> memoryview:
    """Return the pixels in little endian, decoded frame by frame."""
    kind = f"<{'i' if form.signed else 'u'}{form.bits // 8}"
    image = np.empty((form.frames, form.rows, form.columns), kind)
    decoder = get_decoder(syntax)
    described: dict[str, Any] = {
        "rows": form.rows,
        "columns": form.columns,
        "number_of_frames": 1,
        "samples_per_pixel": 1,
        "planar_configuration": 0,
        "photometric_interpretation": form.photometric or "MONOCHROME2",
        "bits_allocated": form.bits,
        "bits_stored": form.stored,
        "pixel_representation": int(form.signed),
        "pixel_keyword": "PixelData",
        "correct_unused_bits": False,
    }
    try:
        for place, frame in zip(image, frames, strict=True):
            place[...] = decoder.as_array(
                encapsulate([frame], has_bot=False), raw=True, **described
            )[0]
    except Exception as error:
        # codecs raise many kinds of exceptions, and their messages may quote the header
        raise Refused("pixels-undecodable", type(error).__name__) from error
    return image.reshape(-1).view("u1").data
