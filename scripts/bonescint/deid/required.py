"""Write Type 1 attributes that a source lacks if the rest of the header settles their value."""

import struct
from collections.abc import Iterator

from bonescint.deid.encoding import MOST_BYTES, CodedElements, value_of
from bonescint.deid.policy import DUMMIES, Policy
from bonescint.deid.refusal import Refused
from bonescint.deid.source import RawLevel, is_blank
from bonescint.deid.vectors import VECTORS, pointed, pointing
from bonescint.dicom import tags

_WINDOWS_AND_DETECTORS = (tags.EnergyWindowVector, tags.DetectorVector)
# vectors that Frame Increment Pointer names, by Image Type value 3 (PS3.3 C.8.4.8.1.1)
_POINTED = {
    "STATIC": _WINDOWS_AND_DETECTORS,
    "WHOLE BODY": _WINDOWS_AND_DETECTORS,
    "DYNAMIC": (*_WINDOWS_AND_DETECTORS, tags.PhaseVector, tags.TimeSliceVector),
    "GATED": (*_WINDOWS_AND_DETECTORS, tags.RRIntervalVector, tags.TimeSlotVector),
    "TOMO": (*_WINDOWS_AND_DETECTORS, tags.RotationVector, tags.AngularViewVector),
    "GATED TOMO": (
        *_WINDOWS_AND_DETECTORS, tags.RotationVector, tags.RRIntervalVector, tags.TimeSlotVector,
        tags.AngularViewVector,
    ),
    "RECON TOMO": (tags.SliceVector,),
    "RECON GATED TOMO": (tags.RRIntervalVector, tags.TimeSlotVector, tags.SliceVector),
}  # fmt: skip
# a number, the vector that counts up to it, and the sequence with as many items
_COUNTED = (
    (tags.NumberOfEnergyWindows, tags.EnergyWindowVector, tags.EnergyWindowInformationSequence),
    (tags.NumberOfDetectors, tags.DetectorVector, tags.DetectorInformationSequence),
)


def complete(
    out: CodedElements, source: RawLevel, policy: Policy, frames: int
) -> list[tuple[int, str]]:
    """Add attributes that the source lacks and the rest settles. Return tags and outcomes.

    Parameters
    ----------
    out
        The coded data set with checked pixels and vectors. It is changed in place.
    source
        The source's top level.
    frames
        Number of Frames, confirmed by the length of the pixels.

    Raises
    ------
    Refused
        ``required-attribute`` with the first attribute that nothing settles.
    """
    done: list[tuple[int, str]] = []
    lacking = [rule for rule in policy.required if not out.get(rule.tag, ("", b""))[1]]
    for rule in lacking:
        if rule.action == "dummy" and rule.vrs[0] in DUMMIES:
            out[rule.tag] = rule.vrs[0], DUMMIES[rule.vrs[0]]
            done.append((rule.tag, "dummy"))
    kept = {rule.tag for rule in lacking if rule.action in ("keep", "vocabulary")}
    for find in (_of_image, _counts, _vectors, _pointer):
        for tag, vr, value in find(out, frames):
            vector = tag in VECTORS and policy.iod == "nm" and policy.rules[tag].action == "keep"
            if tag in kept or (vector and is_blank(source.get(tag))):
                out[tag] = vr, value
                done.append((tag, "derived"))
    for rule in lacking:
        if not out.get(rule.tag, ("", b""))[1]:
            raise Refused("required-attribute", rule.keyword)
    _point_to_what_is_there(out, source)
    return done


_Found = Iterator[tuple[int, str, bytes]]


def _of_image(out: CodedElements, frames: int) -> _Found:
    """Yield the values that the SOP class or the length of the pixels settles."""
    yield tags.Modality, "CS", b"NM"
    # one sample a pixel: an image in colours has another length, or was refused before
    if value_of(out, tags.PhotometricInterpretation)[:4] in (b"", b"MONO", b"PALE"):
        yield tags.SamplesPerPixel, "US", b"\1\0"
    if frames == 1:
        yield tags.NumberOfFrames, "IS", b"1"
    if stored := int.from_bytes(value_of(out, tags.BitsStored), "little"):
        yield tags.HighBit, "US", struct.pack("<H", stored - 1)


def _counts(out: CodedElements, _: int) -> _Found:
    """Yield the numbers of windows and detectors if sequence and vector agree."""
    for number, vector, sequence in _COUNTED:
        used = _words(value_of(out, vector))
        items = out.get(sequence, ("SQ", b""))[1]
        if isinstance(items, list):
            if not used or 1 <= min(used) <= max(used) <= len(items):
                yield number, "US", struct.pack("<H", len(items))
        elif used and set(used) == set(range(1, max(used) + 1)):
            yield number, "US", struct.pack("<H", max(used))


def _vectors(out: CodedElements, frames: int) -> _Found:
    """Yield the vectors of frames that have only one window or detector to come from."""
    wanted = pointed(value_of(out, tags.FrameIncrementPointer)) or _by_image_type(out)
    if 2 * frames > MOST_BYTES:
        # a vector of so many frames is too long for its length field
        return
    for number, vector, _ in _COUNTED:
        if vector in wanted and vector not in out and value_of(out, number) == b"\1\0":
            yield vector, "US", b"\1\0" * frames


def _pointer(out: CodedElements, _: int) -> _Found:
    wanted = _by_image_type(out)
    if wanted and all(tag in out for tag in wanted):
        yield tags.FrameIncrementPointer, "AT", pointing(wanted)


def _point_to_what_is_there(out: CodedElements, source: RawLevel) -> None:
    """Drop pointers to vectors that the source lacks, unless none is left."""
    wanted = pointed(value_of(out, tags.FrameIncrementPointer))
    there = [tag for tag in wanted if tag in out or not is_blank(source.get(tag))]
    if there and there != wanted:
        out[tags.FrameIncrementPointer] = "AT", pointing(there)


def _by_image_type(out: CodedElements) -> tuple[int, ...]:
    values = value_of(out, tags.ImageType).decode().split("\\")
    return _POINTED.get(values[2].strip(), ()) if len(values) > 2 else ()


def _words(value: bytes) -> tuple[int, ...]:
    return struct.unpack(f"<{len(value) // 2}H", value[: len(value) // 2 * 2])
