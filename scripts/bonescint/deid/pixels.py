"""The image of an instance: exactly as long as it should be, lossless decoded, lossy as it is."""

from dataclasses import dataclass, field
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset, dcmread
from pydicom.dataelem import RawDataElement
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
from bonescint.deid.source import PIXEL_DATA, header_of, raw_of
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
    decoded
        Whether the bytes differ from the source's, so that the images must be compared decoded.
    """

    transfer_syntax: str
    vr: str = "OW"
    native: bytes = b""
    fragments: list[bytes] = field(default_factory=list)
    lossy: bool = False
    decoded: bool = False


def prepare(source: Dataset, data: bytes) -> Pixels:
    """Return the image of an instance as it may be written.

    Parameters
    ----------
    source
        The data set; its elements stay raw.
    data
        The file it was read from.

    Raises
    ------
    Refused
        ``no-pixel-data``, ``pixel-format``, ``pixel-length``, ``unused-pixel-bits``,
        ``transfer-syntax`` or ``pixels-undecodable``.
    """
    raw = raw_of(source, PIXEL_DATA)
    if not isinstance(raw, RawDataElement) or not raw.value:
        raise Refused("no-pixel-data")
    value = raw.value
    syntax = UID(source.file_meta.get("TransferSyntaxUID") or _assumed_syntax(source))
    header = header_of(source, 0x0028)
    length, bits = expected_length(header)
    if syntax in NATIVE:
        if len(value) < length:
            raise Refused("pixel-length", f"expected {length} bytes, found {len(value)}")
        # bytes behind the last pixel are not image: a hiding place, cut off
        native = value if len(value) == length else value[:length]
        _check_unused_bits(native, header, bits)
        vr = raw.VR if bits == 8 and raw.VR in ("OB", "OW") else "OW"
        return Pixels(ExplicitVRLittleEndian, vr, native)
    if syntax in LOSSLESS:
        decoded = _decoded(data)
        native = decoded.astype(decoded.dtype.newbyteorder("<"), copy=False).tobytes()
        if len(native) != length:
            raise Refused("pixel-length", f"expected {length} bytes, decoded {len(native)}")
        return Pixels(ExplicitVRLittleEndian, "OW", native, decoded=True)
    if syntax in LOSSY:
        frames = int(header.get("NumberOfFrames") or 1)
        try:
            fragments = [bare(f) for f in generate_frames(value, number_of_frames=frames)]
        except ValueError as error:
            raise Refused("pixels-undecodable", "damaged fragments") from error
        if len(fragments) != frames:
            raise Refused("pixel-length", f"expected {frames} frames, found {len(fragments)}")
        return Pixels(str(syntax), fragments=fragments, lossy=True, decoded=True)
    raise Refused("transfer-syntax", syntax if is_standard(syntax) else "")


def same_image(source: bytes, written: bytes) -> bool:
    """Tell whether two files decode to the same pixels.

    Parameters
    ----------
    source, written
        Whole DICOM files.

    Raises
    ------
    Refused
        ``pixels-undecodable`` if one cannot be decoded.
    """
    return np.array_equal(_decoded(source), _decoded(written))


def expected_length(header: Dataset) -> tuple[int, int]:
    """Return the length of the decoded image in bytes and the bits allocated.

    Parameters
    ----------
    header
        The elements of group 0028.

    Raises
    ------
    Refused
        ``pixel-format`` if the image is not described, or not as 8, 16 or 32 bit integers.
    """
    try:
        rows, columns, bits = (int(header[k].value) for k in ("Rows", "Columns", "BitsAllocated"))
        samples = int(header.get("SamplesPerPixel") or 1)
        frames = int(header.get("NumberOfFrames") or 1)
    except (KeyError, TypeError, ValueError) as error:
        raise Refused("pixel-format", "rows, columns, bits or frames missing") from error
    length = rows * columns * samples * frames * bits // 8
    if bits not in (8, 16, 32) or not 0 < length <= _MOST_BYTES:
        raise Refused("pixel-format", f"{bits} bits, {length} bytes")
    return length, bits


def refuse_burned_in(source: Dataset) -> None:
    """Refuse an image whose header speaks of text in the picture; the pixels are not looked at.

    Parameters
    ----------
    source
        The data set; its elements stay raw.

    Raises
    ------
    Refused
        ``burned-in-suspected`` with the sign.
    """
    header = header_of(source, 0x0028)
    identity = header_of(source, 0x0008)
    image_type = identity.get("ImageType") or []
    words = [image_type] if isinstance(image_type, str) else list(image_type)
    captured = identity.get("SOPClassUID") in SECONDARY_CAPTURE
    signs = {
        "BurnedInAnnotation YES": header.get("BurnedInAnnotation") == "YES",
        "colour": (header.get("SamplesPerPixel") or 1) != 1
        or not str(header.get("PhotometricInterpretation") or "MONOCHROME").startswith("MONO"),
        "8 bit Secondary Capture": captured and header.get("BitsAllocated") == 8,
        "ImageType SECONDARY or SCREEN": captured
        and any(word == "SECONDARY" or "SCREEN" in word for word in words),
    }
    found = [sign for sign, present in signs.items() if present]
    if found:
        raise Refused("burned-in-suspected", ", ".join(found))


def _assumed_syntax(source: Dataset) -> str:
    """Return the transfer syntax of a file without file meta, as pydicom found it to be encoded."""
    implicit, little = source.original_encoding
    if not little:
        return ExplicitVRBigEndian
    return ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian


def _check_unused_bits(native: bytes, header: Dataset, bits: int) -> None:
    """Refuse bits beyond Bits Stored: old overlays hid there (PS3.5 2003, 8.1.2; R23)."""
    stored, high = (header.get(k) or bits for k in ("BitsStored", "HighBit"))
    if stored >= bits:
        return
    values = np.frombuffer(native, f"<u{bits // 8}")
    used = ((1 << stored) - 1) << max(0, high - stored + 1)
    if header.get("PixelRepresentation") == 1:
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
