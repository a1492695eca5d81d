"""Prove from its bytes alone that a coded file decodes to the right image."""

from collections.abc import Mapping
from typing import NamedTuple

from bonescint.deid.palette import PALETTE_TAGS
from bonescint.deid.pixels import Pixels
from bonescint.deid.refusal import Refused
from bonescint.dicom import tags
from bonescint.dicom.photometric import GREYS, PALETTE_COLOR


class CodedImage(NamedTuple):
    """Place and VR of the pixels of a coded file, and its other values at the top by tag."""

    start: int
    end: int
    vr: str
    values: Mapping[int, bytes]


def check_image(pixels: Pixels, written: bytes, found: CodedImage) -> None:
    """Prove from its bytes alone that a coded file decodes to the source's image.

    Raises
    ------
    Refused
        ``verification-failed`` with the tag.
    """
    form, values = pixels.form, found.values
    for tag, number in (
        (tags.SamplesPerPixel, 1), (tags.Rows, form.rows), (tags.Columns, form.columns),
        (tags.BitsAllocated, form.bits), (tags.BitsStored, form.stored), (tags.HighBit, form.high),
        (tags.PixelRepresentation, int(form.signed)),
    ):  # fmt: skip
        if values.get(tag) != number.to_bytes(2, "little"):
            raise Refused("verification-failed", tags.notation(tag))
    photometric = values.get(tags.PhotometricInterpretation, b"").rstrip(b" \0").decode("latin-1")
    if photometric != form.photometric or photometric not in GREYS | {PALETTE_COLOR}:
        raise Refused("verification-failed", tags.notation(tags.PhotometricInterpretation))
    if int(values.get(tags.NumberOfFrames, b"").strip() or 1) != form.frames:
        raise Refused("verification-failed", tags.notation(tags.NumberOfFrames))
    table = pixels.palette.elements if pixels.palette else {}
    for tag in PALETTE_TAGS:
        if values.get(tag) != (table[tag][1] if tag in table else None):
            raise Refused("verification-failed", tags.notation(tag))
    # an odd number of bytes is padded by one
    length = form.frame_length * form.frames
    if (
        (found.vr != "OW" and (found.vr, form.bits) != ("OB", 8))
        or found.end - found.start != length + length % 2
        or len(pixels.native) != length
        or not written.startswith(pixels.native, found.start)
    ):
        raise Refused("verification-failed", tags.notation(tags.PixelData))
