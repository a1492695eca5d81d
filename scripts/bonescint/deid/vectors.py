"""Check frame vectors of the NM IOD: one small number for each frame (PS3.3 C.8.4.8)."""

import struct
from collections.abc import Iterable

from bonescint.dicom import tags

VECTORS = frozenset(
    {
        tags.EnergyWindowVector, tags.DetectorVector, tags.PhaseVector, tags.RotationVector,
        tags.RRIntervalVector, tags.TimeSlotVector, tags.SliceVector, tags.AngularViewVector,
        tags.TimeSliceVector,
    }
)  # fmt: skip
# a single frame may come from any of a camera's detectors or windows, so more than 1 is possible
_FEW = 16


def is_vector(value: bytes, frames: int) -> bool:
    """Tell whether US values in little endian are one number a frame, none larger than possible."""
    if len(value) != 2 * frames:
        return False
    return max(struct.unpack(f"<{frames}H", value), default=0) <= max(frames, _FEW)


def pointed(value: bytes) -> list[int]:
    """Return the tags of Frame Increment Pointer (VR AT, little endian)."""
    words = struct.unpack(f"<{len(value) // 4 * 2}H", value[: len(value) // 4 * 4])
    return [group << 16 | element for group, element in zip(words[::2], words[1::2], strict=True)]


def pointing(vectors: Iterable[int]) -> bytes:
    """Return the value of Frame Increment Pointer for these tags, in little endian."""
    return b"".join(struct.pack("<HH", tag >> 16, tag & 0xFFFF) for tag in vectors)
