"""The image of an instance: exactly as long as it should be, lossless decoded, lossy as it is."""

from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydicom.encaps import encapsulate, generate_fragmented_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.pixels.utils import iter_pixels
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

from bonescint.deid.codestream import bare, check_rle, is_padding
from bonescint.deid.refusal import Refused
from bonescint.deid.source import Source
from bonescint.deid.uids import is_standard
from bonescint.dicom import tags
from bonescint.dicom.sop_classes import SECONDARY_CAPTURES

NATIVE = frozenset(
    {
        ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian,
        ExplicitVRBigEndian,
    }
)  # fmt: skip
# JPEG 2000 (.91) and HTJ2K (.203) may be either; what is not known to be lossless counts as lossy
LOSSLESS = frozenset(
    {
        JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, HTJ2KLossless,
        HTJ2KLosslessRPCL, RLELossless,
    }
)  # fmt: skip
LOSSY = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless, JPEG2000, HTJ2K})
# the tag of a fragment, in either byte order; no image begins so
_ITEMS = b"\xfe\xff\x00\xe0", b"\xff\xfe\xe0\x00"


class Format(NamedTuple):
    """What the header says of an image (PS3.3 C.7.6.3), checked.

    Parameters
    ----------
    rows, columns, samples, frames
        Its shape.
    bits, stored, high
        Bits Allocated, Bits Stored and High Bit.
    signed
        Whether numbers are two's complement.
    """

    rows: int
    columns: int
    samples: int
    frames: int
    bits: int
    stored: int
    high: int
    signed: bool

    @property
    def frame_length(self) -> int:
        """Bytes of a decoded frame."""
        return self.rows * self.columns * self.samples * self.bits // 8


@dataclass(frozen=True, slots=True)
class Pixels:
    """An image ready to be written.

    Parameters
    ----------
    transfer_syntax
        Of the file to be written.
    vr
        OB or OW, for native pixels.
    native
        Little-endian pixel bytes; empty if encapsulated.
    fragments
        One compressed frame each; empty if native.
    lossy
        Whether the image has been compressed lossily.
    image
        The decoded image where the bytes written are not the source's; it must be compared.
    """

    transfer_syntax: str
    vr: str = "OW"
    native: bytes | memoryview = b""
    fragments: list[bytes] = field(default_factory=list)
    lossy: bool = False
    image: NDArray[np.integer] | None = None


def prepare(source: Source, data: bytes) -> Pixels:
    """Return the image of an instance as it may be written.

    Parameters
    ----------
    source
        The source.
    data
        The file it was read from.

    Raises
    ------
    Refused
        ``no-pixel-data``, ``pixel-format``, ``pixel-length``, ``surplus-bytes``,
        ``unused-pixel-bits``, ``transfer-syntax`` or ``pixels-undecodable``.
    """
    raw = source.level.get(tags.PixelData)
    if raw is None or not len(raw.value):
        raise Refused("no-pixel-data")
    value = raw.value
    syntax = source.transfer_syntax
    form = image_format(source)
    if syntax in NATIVE:
        vr = raw.vr if form.bits == 8 and raw.vr in ("OB", "OW") else "OW"
        native = _native(value, form, raw.little_endian, vr)
        _check_unused_bits(native, form)
        return Pixels(ExplicitVRLittleEndian, vr, native)
    if syntax not in LOSSLESS and syntax not in LOSSY:
        raise Refused("transfer-syntax", syntax if is_standard(syntax) else "")
    frames, fragments = _frames(value, form, syntax == RLELossless)
    image = _decoded(frames, form, syntax, source.text(tags.PhotometricInterpretation))
    pixels = image.reshape(-1).view("u1").data
    _check_unused_bits(pixels, form)
    if syntax in LOSSLESS:
        return Pixels(ExplicitVRLittleEndian, "OW", pixels, image=image)
    return Pixels(syntax, fragments=fragments, lossy=True, image=image)


def check_image(pixels: Pixels, written: bytes, start: int, end: int) -> None:
    """Prove that a coded file holds the source's image.

    Parameters
    ----------
    pixels
        The image as it was prepared.
    written
        The coded file.
    start, end
        Where its pixel bytes are.

    Raises
    ------
    Refused
        ``verification-failed`` if it does not.
    """
    if pixels.image is not None:
        same = _is_image_of(written, pixels.image)
    else:
        # an odd number of bytes is followed by one of padding
        length = len(pixels.native)
        same = end - start == length + length % 2 and written.startswith(pixels.native, start)
    if not same:
        raise Refused("verification-failed", "pixels")


def frames_of(pixels: Pixels, source: Source) -> NDArray[np.integer]:
    """Return the image as frames x rows x columns, for looking at it (one sample a pixel).

    Parameters
    ----------
    pixels
        The image as it was prepared.
    source
        The source.
    """
    rows, columns = source.number(tags.Rows), source.number(tags.Columns)
    image = pixels.image
    if image is None:
        sign = "i" if source.number(tags.PixelRepresentation) else "u"
        image = np.frombuffer(pixels.native, f"<{sign}{source.number(tags.BitsAllocated) // 8}")
    return image.reshape(-1, rows, columns)


def image_format(source: Source) -> Format:
    """Return what the header says of the image.

    Parameters
    ----------
    source
        The source.

    Raises
    ------
    Refused
        ``pixel-format`` if the image is not described, contradicts itself, or is not made of 8, 16
        or 32 bit integers; ``beyond-limits`` if it is larger than a limit.
    """
    try:
        rows, columns = source.number(tags.Rows), source.number(tags.Columns)
        bits, samples = source.number(tags.BitsAllocated), source.number(tags.SamplesPerPixel, 1)
        frames = source.number(tags.NumberOfFrames, 1)
        stored = source.number(tags.BitsStored, bits)
        high = source.number(tags.HighBit, stored - 1)
        representation = source.number(tags.PixelRepresentation)
    except ValueError as error:
        raise Refused("pixel-format", "rows, columns, bits or frames malformed") from error
    if min(rows, columns, samples, frames) < 1:
        raise Refused("pixel-format", "rows, columns or frames missing")
    form = Format(rows, columns, samples, frames, bits, stored, high, representation == 1)
    length = form.frame_length * frames
    if bits not in (8, 16, 32):
        raise Refused("pixel-format", f"{bits} bits, {length} bytes")
    if length > source.limits.bytes_of("image_mb"):
        raise Refused("beyond-limits", f"limits.image_mb: more than {source.limits.image_mb}")
    if not 0 < stored <= high + 1 <= bits or representation not in (0, 1):
        raise Refused("pixel-format", f"{stored} of {bits} bits up to bit {high}")
    return form


def signs_of_text(source: Source) -> str:
    """Return what the header says of text in the picture; empty if nothing.

    Parameters
    ----------
    source
        The source.
    """
    words = source.text(tags.ImageType).upper().split("\\")
    burned_in = [word.strip() for word in source.text(tags.BurnedInAnnotation).upper().split("\\")]
    captured = source.text(tags.SOPClassUID) in SECONDARY_CAPTURES
    signs = {
        "BurnedInAnnotation YES": "YES" in burned_in,
        "colour": source.number(tags.SamplesPerPixel, 1) != 1
        or not (source.text(tags.PhotometricInterpretation) or "MONOCHROME").startswith("MONO"),
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
    # a forgotten Number of Frames must not cost a view
    if not 0 <= len(value) - length < frame:
        raise Refused("pixel-length", f"expected {length} bytes, found {len(value)}")
    if value[:4] in _ITEMS:
        raise Refused("pixel-format", "fragments in an uncompressed transfer syntax")
    if not little_endian:
        size = form.bits // 8
        if size == 1 and vr == "OW":
            # two pixels in a word, of which the last may be padding (PS3.5 8.1.1 and 7.3)
            size = 2
        whole = len(value) // size * size
        # an odd number of bytes, of words that are none
        if whole < length or not is_padding(value, whole):
            raise Refused("pixel-length", f"{len(value)} bytes in words of {size}")
        value = np.frombuffer(value[:whole], f"u{size}").byteswap().view("u1").data
    if len(value) == length:
        return value
    # pixels that something has pushed on, or a hiding place
    if not is_padding(value, length):
        raise Refused("surplus-bytes", f"{len(value) - length} bytes behind the last pixel")
    return value[:length]


def _frames(value: bytes, form: Format, rle: bool) -> tuple[list[bytes], list[bytes]]:
    """Return the compressed frames as they are, and rebuilt from what their decoder needs."""
    try:
        parts = list(generate_fragmented_frames(value, number_of_frames=form.frames))
    except Exception as error:
        # whatever the parser stumbles on
        raise Refused("pixels-undecodable", "damaged fragments") from error
    if len(parts) != form.frames:
        raise Refused("pixel-length", f"expected {form.frames} frames, found {len(parts)}")
    frames = [b"".join(part) for part in parts]
    if not rle:
        return frames, [bare(frame, (form.rows, form.columns, form.samples)) for frame in frames]
    # PS3.5 A.4.2
    if any(len(part) != 1 for part in parts):
        raise Refused("pixel-length", "several fragments in an RLE frame")
    for frame in frames:
        check_rle(frame, form.rows, form.columns, form.samples * form.bits // 8)
    return frames, []


def _check_unused_bits(native: bytes | memoryview, form: Format) -> None:
    """Refuse bits beyond Bits Stored: old overlays hid there (PS3.5 2003, 8.1.2; R23)."""
    if form.stored == form.bits:
        return
    values = np.frombuffer(native, f"<u{form.bits // 8}")
    used = ((1 << form.stored) - 1) << form.high + 1 - form.stored
    if form.signed:
        # a negative number carries its sign in the bits above
        negative = (values >> form.high & 1).astype(bool)
        sign = values.dtype.type(((1 << form.bits) - 1) & ~((1 << form.high) - 1))
        values = np.where(negative & (values & sign == sign), values & ~sign, values)
    if np.any(values & ~values.dtype.type(used)):
        raise Refused("unused-pixel-bits", f"{form.stored} of {form.bits} bits are stored")


def _decoded(
    frames: list[bytes], form: Format, syntax: str, photometric: str
) -> NDArray[np.integer]:
    """Return the image (frames, rows, columns and perhaps samples), decoded frame by frame."""
    colour = (form.samples,) if form.samples > 1 else ()
    kind = f"<{'i' if form.signed else 'u'}{form.bits // 8}"
    image = np.empty((form.frames, form.rows, form.columns, *colour), kind)
    decoder = get_decoder(syntax)
    described: dict[str, Any] = {
        "rows": form.rows,
        "columns": form.columns,
        "number_of_frames": 1,
        "samples_per_pixel": form.samples,
        "planar_configuration": 0,
        "photometric_interpretation": photometric or "MONOCHROME2",
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
        # codecs raise whatever they like; the message may quote the header
        raise Refused("pixels-undecodable", type(error).__name__) from error
    return image


def _is_image_of(written: bytes, image: NDArray[np.integer]) -> bool:
    """Tell whether a file's image, decoded anew by its own header, is this one."""
    try:
        frames = iter_pixels(BytesIO(written), raw=True, correct_unused_bits=False)
        return all(np.array_equal(a, b) for a, b in zip(frames, image, strict=True))
    except Exception as error:
        raise Refused("pixels-undecodable", type(error).__name__) from error
