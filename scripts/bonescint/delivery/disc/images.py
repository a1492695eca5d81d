"""Check the images of a volume. Each is parsed as a whole: coded patient, nothing cut off."""

import io
import re
import warnings
from collections.abc import Collection
from typing import IO

from pydicom import Dataset, dcmread
from pydicom.pixels.utils import get_expected_length
from pydicom.uid import ExplicitVRLittleEndian

from bonescint.deid.ranges import Unusual, read_ranges
from bonescint.deid.source import read_source
from bonescint.delivery.disc.contents import KEPT, FileRead
from bonescint.delivery.disc.dicomdir_walk import shown_value
from bonescint.delivery.disc.verdict import DiscVerdict
from bonescint.dicom import tags
from bonescint.dicom.limits import Limits
from bonescint.dicom.opening import open_meta
from bonescint.dicom.sop_classes import MEDIA_DIRECTORY
from bonescint.identity.codes import CODE_PATTERN

CHECK = "images"
COMPARED = ("PatientID", "SOPInstanceUID", "SOPClassUID", "TransferSyntaxUID", "StudyDate")
_HEAD = 1 << 12  # bytes that hold the file meta
# limits elements and their nesting only, because a study may set wider limits for the rest
_LIMITS = Limits(header_mb=KEPT >> 20, text_kb=KEPT >> 10)
_LARGE_HEADER = 8 * _LIMITS.elements  # bytes before the pixels of an image not held in memory


def check_picture(read: FileRead, wanted: Collection[str], verdict: DiscVerdict) -> dict[str, str]:
    """Return keyword -> value of an image; empty if the file is not an image.

    Parameters
    ----------
    wanted
        Keywords in addition to `COMPARED`.
    verdict
        Gets the faults, which quote no value of the image.
    """
    try:
        with read.opened() as stream, warnings.catch_warnings():
            warnings.simplefilter("error")
            opening = open_meta(stream.read(_HEAD))
            if not opening.is_part10 or opening.is_directory:
                verdict.fault(CHECK, "no_image", file=read.name)
                return {}
            if opening.syntaxes != (str(ExplicitVRLittleEndian),):
                verdict.fault(CHECK, "syntax", file=read.name)
                return {}
            stream.seek(0)
            return _values(stream, read, wanted, verdict)
    # pydicom raises many kinds of errors for damaged bytes; messages may quote them, so only the
    # type is shown
    except Exception as error:
        verdict.fault(CHECK, "image_damaged", file=read.name, reason=type(error).__name__)
        return {}


def _values(
    stream: IO[bytes], read: FileRead, wanted: Collection[str], verdict: DiscVerdict
) -> dict[str, str]:
    is_large = read.size > KEPT
    if is_large:
        stream = io.BytesIO(stream.read(_LARGE_HEADER))
    else:
        _check_limits(stream.read())
        stream.seek(0)
    data = dcmread(stream, stop_before_pixels=is_large)
    meta = data.file_meta
    for element in data.iterall():
        _ = element.value  # pydicom decodes a value only when it is accessed
    if not is_large:
        _check_pixels(data, read.name, verdict)
    same = (
        (meta.get("MediaStorageSOPInstanceUID"), data.get("SOPInstanceUID")),
        (meta.get("MediaStorageSOPClassUID"), data.get("SOPClassUID")),
        (data.get("PatientID"), data.get("PatientName")),
    )
    names = ("SOPInstanceUID", "SOPClassUID", "PatientName")
    for name, (one, other) in zip(names, same, strict=True):
        if not one or str(one) != str(other):
            verdict.fault(CHECK, "image_disagrees", file=read.name, name=name)
    if not re.fullmatch(CODE_PATTERN, str(data.get("PatientID", ""))):
        verdict.fault(CHECK, "no_code", file=read.name)
    if data.get("SOPClassUID") == MEDIA_DIRECTORY:
        verdict.fault(CHECK, "no_image", file=read.name)
    found = {name: shown_value(data.get(name)) for name in {*wanted, *COMPARED}}
    return found | {"TransferSyntaxUID": shown_value(meta.get("TransferSyntaxUID"))}


def _check_limits(data: bytes) -> None:
    """Refuse a header with so many elements or items that pydicom would need gigabytes."""
    try:
        read_ranges(data, _LIMITS)
    except Unusual:
        read_source(data, _LIMITS)


def _check_pixels(data: Dataset, name: str, verdict: DiscVerdict) -> None:
    pixels = data.get("PixelData")
    length = get_expected_length(data) if pixels else 0
    if not pixels or len(pixels) != length + length % 2 or max(data.keys()) != tags.PixelData:
        verdict.fault(CHECK, "pixels", file=name)


def check_jpeg(read: FileRead, verdict: DiscVerdict) -> None:
    """Check that a preview is a JPEG of JFIF with nothing else in it: no EXIF, no comment."""
    with read.opened() as stream:
        data = stream.read(KEPT)
    at = 2
    good = data[:4] == b"\xff\xd8\xff\xe0" and data[6:11] == b"JFIF\0" and data[-2:] == b"\xff\xd9"
    while good and at + 4 <= len(data) and data[at] == 0xFF and data[at + 1] != 0xDA:
        # application segments other than JFIF's, and comments
        if (0xE1 <= data[at + 1] <= 0xEF) or data[at + 1] == 0xFE:
            good = False
        at += 2 + int.from_bytes(data[at + 2 : at + 4])
    if not good or data[at : at + 2] != b"\xff\xda":
        verdict.fault("previews", "no_jpeg", file=read.name)
