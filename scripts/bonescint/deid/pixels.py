"""The image of an instance: exactly as long as it should be, lossless decoded, lossy as it is."""

from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.encaps import generate_frames
from pydicom.pixels.utils import pixel_array
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    UID,
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

from bonescint.deid.codestream import bare
from bonescint.deid.refusal import Refused
from bonescint.deid.source import PIXEL_DATA, Source
from bonescint.deid.uids import is_standard

NATIVE = frozenset({ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian})
# JPEG 2000 (.91) and HTJ2K (.203) may be either; what is not known to be lossless counts as lossy
LOSSLESS = frozenset(
    {
        JPEGLossless, JPEGLosslessSV1, JPEGLSLossless, JPEG2000Lossless, HTJ2KLossless,
        HTJ2KLosslessRPCL, RLELossless, ExplicitVRBigEndian,
    }
)  # fmt: skip
LOSSY = frozenset({JPEGBaseline8Bit, JPEGExtended12Bit, JPEGLSNearLossless, JPEG2000, HTJ2K})
SECONDARY_CAPTURE = frozenset(
    f"1.2.840.10008.5.1.4.1.1.7{tail}" for tail in ("", ".1", ".2", ".3", ".4")
)
_MOST_BYTES = 1 << 30
_SOP_CLASS, _IMAGE_TYPE, _PHOTOMETRIC, _BURNED_IN = 0x00080016, 0x00080008, 0x00280004, 0x00280301
_SAMPLES, _FRAMES, _ROWS, _COLUMNS = 0x00280002, 0x00280008, 0x00280010, 0x00280011
_ALLOCATED, _STORED, _HIGH, _REPRESENTATION = 0x00280100, 0x00280101, 0x00280102, 0x00280103


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
        ``no-pixel-data``, ``pixel-format``, ``pixel-length``, ``unused-pixel-bits``,
        ``transfer-syntax`` or ``pixels-undecodable``.
    """
    raw = source.level.get(PIXEL_DATA)
    if raw is None or not len(raw.value):
        raise Refused("no-pixel-data")
    value = raw.value
    syntax = UID(source.transfer_syntax)
    length, bits = expected_length(source)
    if syntax in NATIVE:
        if len(value) < length:
            raise Refused("pixel-length", f"expected {length} bytes, found {len(value)}")
        # bytes behind the last pixel are not image: a hiding place, cut off
        native = value if len(value) == length else value[:length]
        _check_unused_bits(native, source, bits)
        vr = raw.vr if bits == 8 and raw.vr in ("OB", "OW") else "OW"
        return Pixels(ExplicitVRLittleEndian, vr, native)
    if syntax in LOSSLESS:
        decoded = _decoded(data)
        native = decoded.astype(decoded.dtype.newbyteorder("<"), copy=False).tobytes()
        if len(native) != length:
            raise Refused("pixel-length", f"expected {length} bytes, decoded {len(native)}")
        return Pixels(ExplicitVRLittleEndian, "OW", native, image=decoded)
    if syntax in LOSSY:
        frames = source.number(_FRAMES, 1)
        try:
            fragments = [bare(f) for f in generate_frames(value, number_of_frames=frames)]
        except ValueError as error:
            raise Refused("pixels-undecodable", "damaged fragments") from error
        if len(fragments) != frames:
            raise Refused("pixel-length", f"expected {frames} frames, found {len(fragments)}")
        return Pixels(str(syntax), fragments=fragments, lossy=True, image=_decoded(data))
    raise Refused("transfer-syntax", syntax if is_standard(syntax) else "")


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
        same = np.array_equal(pixels.image, _decoded(written))
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
    rows, columns = source.number(_ROWS), source.number(_COLUMNS)
    if pixels.image is not None:
        return pixels.image.reshape(-1, rows, columns)
    sign = "i" if source.number(_REPRESENTATION) == 1 else "u"
    kind = f"<{sign}{source.number(_ALLOCATED) // 8}"
    image: NDArray[np.integer] = np.frombuffer(pixels.native, kind)
    return image.reshape(-1, rows, columns)


def expected_length(source: Source) -> tuple[int, int]:
    """Return the length of the decoded image in bytes and the bits allocated.

    Parameters
    ----------
    source
        The source.

    Raises
    ------
    Refused
        ``pixel-format`` if the image is not described, or not as 8, 16 or 32 bit integers.
    """
    try:
        rows, columns, bits = (source.number(tag) for tag in (_ROWS, _COLUMNS, _ALLOCATED))
        samples = source.number(_SAMPLES, 1)
        frames = source.number(_FRAMES, 1)
    except ValueError as error:
        raise Refused("pixel-format", "rows, columns, bits or frames malformed") from error
    if min(rows, columns, samples, frames) < 1:
        raise Refused("pixel-format", "rows, columns or frames missing")
    length = rows * columns * samples * frames * bits // 8
    if bits not in (8, 16, 32) or not 0 < length <= _MOST_BYTES:
        raise Refused("pixel-format", f"{bits} bits, {length} bytes")
    return length, bits


def signs_of_text(source: Source) -> str:
    """Return what the header says of text in the picture; empty if nothing.

    Parameters
    ----------
    source
        The source.
    """
    words = source.text(_IMAGE_TYPE).split("\\")
    captured = source.text(_SOP_CLASS) in SECONDARY_CAPTURE
    signs = {
        "BurnedInAnnotation YES": source.text(_BURNED_IN) == "YES",
        "colour": source.number(_SAMPLES, 1) != 1
        or not (source.text(_PHOTOMETRIC) or "MONOCHROME").startswith("MONO"),
        "8 bit Secondary Capture": captured and source.number(_ALLOCATED) == 8,
        "ImageType SECONDARY or SCREEN": captured
        and any(word == "SECONDARY" or "SCREEN" in word for word in words),
    }
    return ", ".join(sign for sign, present in signs.items() if present)


def _check_unused_bits(native: bytes | memoryview, source: Source, bits: int) -> None:
    """Refuse bits beyond Bits Stored: old overlays hid there (PS3.5 2003, 8.1.2; R23)."""
    stored = source.number(_STORED, bits)
    high = source.number(_HIGH, bits - 1)
    if stored >= bits:
        return
    values = np.frombuffer(native, f"<u{bits // 8}")
    used = ((1 << stored) - 1) << max(0, high - stored + 1)
    if source.number(_REPRESENTATION) == 1:
        # a negative number carries its sign in the bits above
        negative = (values >> high & 1).astype(bool)
        sign = values.dtype.type(((1 << bits) - 1) & ~((1 << high) - 1))
        values = np.where(negative & (values & sign == sign), values & ~sign, values)
    if np.any(values & ~values.dtype.type(used)):
        raise Refused("unused-pixel-bits", f"{stored} of {bits} bits are stored")


def _decoded(data: bytes) -> NDArray[np.integer]:
    try:
        array: NDArray[np.integer] = pixel_array(dcmread(BytesIO(data), force=True), raw=True)
    except Exception as error:
        # codecs raise whatever they like; the message may quote the header
        raise Refused("pixels-undecodable", type(error).__name__) from error
    return array
