"""Set rectangles of an image to 0, because a person saw text there (R15).

0 is the lowest count. A MONOCHROME1 image shows it white, and a palette shows it in its first
colour. The drawn text is gone in every case.
"""

from dataclasses import replace

import numpy as np

from bonescint.deid.encoding import CodedElements, value_of
from bonescint.deid.options import CLEAN_PIXELS
from bonescint.deid.pixels import Pixels
from bonescint.deid.policy import Policy, method_items
from bonescint.deid.rectangles import Rectangles, outside, spelled
from bonescint.deid.refusal import Refused
from bonescint.deid.source import Source
from bonescint.deid.uids import UidReplacer
from bonescint.deid.written import CodedImage
from bonescint.dicom import tags

_DERIVED = b"DERIVED"
# value 2 of Image Type for a redacted image if the source gives none (PS3.3 C.7.6.1.1.2)
_NOT_STATED = b"SECONDARY"


def redacted(pixels: Pixels, rectangles: Rectangles) -> Pixels:
    """Return an image with every pixel inside the rectangles 0 and all others unchanged.

    Raises
    ------
    Refused
        ``rectangles-outside`` if one of them is not inside the image.
    """
    form = pixels.form
    if wrong := outside(rectangles, form.frames, form.columns, form.rows):
        shape = f"{form.frames} frames of {form.columns} x {form.rows}"
        raise Refused("rectangles-outside", f"{spelled([wrong])} in {shape}")
    image = np.frombuffer(bytearray(pixels.native), f"<u{form.bits // 8}")
    frames = image.reshape(form.frames, form.rows, form.columns)
    for one in rectangles:
        frames[one.frame - 1, one.y : one.y + one.height, one.x : one.x + one.width] = 0
    return replace(pixels, native=image.view("u1").data, rectangles=rectangles)


def of_redacted(policy: Policy) -> Policy:
    """Return a policy whose files also say that pixels were cleaned (PS3.15 option 113101)."""
    key = tags.DeidentificationMethodCodeSequence
    return replace(
        policy, fixed=policy.fixed | {key: policy.fixed[key] + method_items(CLEAN_PIXELS)}
    )


def mark_redacted(
    elements: CodedElements, policy: Policy, source: Source, pixels: Pixels, uids: UidReplacer
) -> None:
    """Mark a coded data set as another image than its source's, without drawn text.

    Parameters
    ----------
    elements
        The coded data set without its pixels.
    policy
        Its decisions. An attribute that the hospital's table removes is not added.
    source
        The new SOP Instance UID depends only on the source's UID and on the rectangles.
    pixels
        The redacted image. Its smallest and largest value may have changed.
    """
    uid = f"{source.text(tags.SOPInstanceUID)} {spelled(pixels.rectangles)}"
    elements[tags.SOPInstanceUID] = "UI", uids(uid).encode()
    if _may_stay(policy, tags.BurnedInAnnotation):
        elements[tags.BurnedInAnnotation] = "CS", b"NO"
    if _may_stay(policy, tags.ImageType):
        others = value_of(elements, tags.ImageType).partition(b"\\")[2]
        elements[tags.ImageType] = "CS", _DERIVED + b"\\" + (others or _NOT_STATED)
    form = pixels.form
    values = np.frombuffer(pixels.native, f"<{'i' if form.signed else 'u'}{form.bits // 8}")
    for tag, value in (
        (tags.SmallestImagePixelValue, values.min()),
        (tags.LargestImagePixelValue, values.max()),
    ):
        # the attribute has two bytes, so it cannot be right for 32-bit pixels
        if tag in elements and form.bits <= 16:
            vr = elements[tag][0]
            elements[tag] = vr, int(value).to_bytes(2, "little", signed=vr == "SS")


def check_redacted(
    before: Pixels, written: bytes, found: CodedImage, policy: Policy, rectangles: Rectangles
) -> None:
    """Prove from the coded file's bytes: 0 inside the rectangles, nothing changed outside.

    Raises
    ------
    Refused
        ``verification-failed`` with the tag.
    """
    form = before.form
    size = form.bits // 8
    shape = form.frames, form.rows, form.columns, size
    length = form.frame_length * form.frames
    was = np.frombuffer(before.native, "u1").reshape(shape)
    now = np.frombuffer(written, "u1", length, found.start).reshape(shape)
    row, column = np.ogrid[: form.rows, : form.columns]
    inside = np.zeros(shape[:3], bool)
    for one in rectangles:
        inside[one.frame - 1] |= (
            (row >= one.y)
            & (row < one.y + one.height)
            & (column >= one.x)
            & (column < one.x + one.width)
        )
    if now[inside].any() or not np.array_equal(now[~inside], was[~inside]):
        raise Refused("verification-failed", tags.notation(tags.PixelData))
    for tag, value in ((tags.BurnedInAnnotation, b"NO"), (tags.ImageType, _DERIVED)):
        first = found.values.get(tag, b"").partition(b"\\")[0].strip()
        if _may_stay(policy, tag) and first != value:
            raise Refused("verification-failed", tags.notation(tag))


def _may_stay(policy: Policy, tag: int) -> bool:
    return tag in policy.rules and policy.rules[tag].action in ("keep", "vocabulary")
