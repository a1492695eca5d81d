"""Compare the directory of a file-set, record by record, with its images (PS3.3 F).

pydicom drops a missing image with only a warning. Other programs notice one flipped byte in ten. So
here each record must be reached by its offset, and each of its values must be that of the images
below it.
"""

import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import IO

from pydicom import Dataset, dcmread
from pydicom.datadict import dictionary_VR
from pydicom.uid import ExplicitVRLittleEndian

from bonescint.delivery.disc.verdict import DiscVerdict
from bonescint.dicom.opening import open_meta
from bonescint.dicom.sop_classes import MEDIA_DIRECTORY
from bonescint.text.dates import header_date

CHECK = "dicomdir"
_LARGEST = 1 << 24  # bytes; 3,000 images take three million
_ITEM = b"\xfe\xff\x00\xe0"
_MOST_RECORDS = 100_000  # in memory, pydicom's record takes a hundred times its eight bytes
_LEVELS = ("PATIENT", "STUDY", "SERIES", "IMAGE")
_IN_USE = 0xFFFF
# elements that belong to the record itself, and elements that an image has under another name
_OWN = {
    "OffsetOfTheNextDirectoryRecord", "RecordInUseFlag", "DirectoryRecordType",
    "OffsetOfReferencedLowerLevelDirectoryEntity", "ReferencedFileID", "SpecificCharacterSet",
}  # fmt: skip
_OF_IMAGE = {
    "ReferencedSOPClassUIDInFile": "SOPClassUID",
    "ReferencedSOPInstanceUIDInFile": "SOPInstanceUID",
    "ReferencedTransferSyntaxUIDInFile": "TransferSyntaxUID",
}
# required in a directory but often empty in an image; the writer of the directory fills them in
_FILLED_IN = {"StudyDate", "StudyTime", "StudyID", "SeriesNumber", "InstanceNumber"}
_NEEDED = {
    "PATIENT": {"PatientID", "PatientName"},
    "STUDY": {"StudyInstanceUID", "StudyDate", "StudyTime", "StudyID"},
    "SERIES": {"SeriesInstanceUID", "Modality", "SeriesNumber"},
    "IMAGE": {"ReferencedFileID", "InstanceNumber", *_OF_IMAGE},
}


@dataclass
class DirectoryListing:
    """What a DICOMDIR says.

    Parameters
    ----------
    images
        Path of an image -> keyword -> value in the records on the way to it.
    wanted
        Keywords that are to be compared.
    """

    file_set_id: str = ""
    images: dict[str, dict[str, str]] = field(default_factory=dict)
    wanted: set[str] = field(default_factory=set)


def read_directory(stream: IO[bytes], size: int, verdict: DiscVerdict) -> DirectoryListing:
    """Walk a DICOMDIR by its offsets."""
    listing = DirectoryListing()
    data = stream.read(_LARGEST + 1)
    if len(data) > _LARGEST or data.count(_ITEM) > _MOST_RECORDS:
        verdict.fault(CHECK, "directory_large", size=size)
        return listing
    try:
        opening = open_meta(data)
        stream.seek(0)
        if not opening.is_directory or opening.syntaxes != (str(ExplicitVRLittleEndian),):
            verdict.fault(CHECK, "no_directory")
            return listing
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = dcmread(stream)
            _walk(found, listing, verdict)
            _check_encoding(data, found, verdict)
    # pydicom raises many kinds of errors for damaged bytes; messages may quote them, so only the
    # type is shown
    except Exception as error:
        verdict.fault(CHECK, "directory_damaged", reason=type(error).__name__)
    return listing


def _walk(found: Dataset, listing: DirectoryListing, verdict: DiscVerdict) -> None:
    listing.file_set_id = str(found.get("FileSetID", ""))
    meta = found.file_meta
    if meta.MediaStorageSOPClassUID != MEDIA_DIRECTORY:
        verdict.fault(CHECK, "no_directory")
    records = {record.seq_item_tell: record for record in found.get("DirectoryRecordSequence", ())}
    first, last = (
        int(found.get(name, 0))
        for name in ("OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity",
                     "OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity")
    )  # fmt: skip
    if found.get("FileSetConsistencyFlag", None) != 0:
        verdict.fault(CHECK, "inconsistent")
    number = {offset: n for n, offset in enumerate(records, 1)}
    reached: set[int] = set()
    # offset, depth, values of the records above
    waiting: list[tuple[int, int, dict[str, str]]] = [(first, 0, {})]
    while waiting:
        offset, depth, above = waiting.pop()
        while offset:
            record = records.get(offset)
            if record is None or offset in reached or depth >= len(_LEVELS):
                key = "record_nowhere" if record is None else "record_twice"
                verdict.fault(CHECK, key, offset=offset)
                break
            reached.add(offset)
            values = above | _values(record)
            _check_level(record, depth, number[offset], verdict)
            lower = int(record.get("OffsetOfReferencedLowerLevelDirectoryEntity", 0) or 0)
            if depth < len(_LEVELS) - 1:
                if not lower:
                    verdict.fault(CHECK, "record_empty", n=number[offset])
                waiting.append((lower, depth + 1, values))
            else:
                if lower:
                    verdict.fault(CHECK, "record_nowhere", offset=lower)
                _take_image(record, values, number[offset], listing, verdict)
            before = offset
            offset = int(record.get("OffsetOfTheNextDirectoryRecord", 0) or 0)
        if depth == 0 and first and before != last:
            verdict.fault(CHECK, "record_last", offset=last)
    for offset in records.keys() - reached:
        verdict.fault(CHECK, "record_unreached", n=number[offset])
    verdict.checked(CHECK, n=len(records), images=len(listing.images))


def _check_encoding(data: bytes, found: Dataset, verdict: DiscVerdict) -> None:
    """Find faults that pydicom accepts: another head or length of an item, another VR."""
    records = found.get("DirectoryRecordSequence", ())
    elements = (element for one in (found, *records) for element in one)
    starts = [record.seq_item_tell for record in records]
    ends = [at + 8 + int.from_bytes(data[at + 4 : at + 8], "little") for at in starts]
    if (
        data.count(_ITEM) != len(starts)
        or ends != [*starts, len(data)][1:]
        or any(dictionary_VR(element.tag) != element.VR for element in elements)
    ):
        verdict.fault(CHECK, "directory_damaged", reason="encoding")


def _values(record: Dataset) -> dict[str, str]:
    return {
        _OF_IMAGE.get(element.keyword, element.keyword): shown_value(element.value)
        for element in record
        if element.keyword not in _OWN
    }


def shown_value(value: object) -> str:
    """Return the value of an element as text, an absent one as an empty text."""
    return "" if value is None else str(value)


def _check_level(record: Dataset, depth: int, n: int, verdict: DiscVerdict) -> None:
    kind = _LEVELS[depth]
    if record.get("DirectoryRecordType", "") != kind:
        verdict.fault(CHECK, "record_kind", n=n, kind=kind)
    if record.get("RecordInUseFlag", None) != _IN_USE:
        verdict.fault(CHECK, "record_unused", n=n)
    for name in sorted(_NEEDED[kind]):
        if record.get(name, None) in (None, ""):
            verdict.fault(CHECK, "record_lacks", n=n, name=name)


def _take_image(
    record: Dataset, values: dict[str, str], n: int, listing: DirectoryListing, verdict: DiscVerdict
) -> None:
    reference = record.get("ReferencedFileID", "")
    parts = [reference] if isinstance(reference, str) else list(reference)
    path = "/".join(map(str, parts))
    if path in listing.images:
        verdict.fault(CHECK, "referenced_twice", file=path, n=n)
    listing.images[path] = values
    listing.wanted |= values.keys()


def compare_directory(
    listing: DirectoryListing,
    images: Mapping[str, Mapping[str, str]],
    broken: set[str],
    verdict: DiscVerdict,
) -> None:
    """Compare a directory with the images both ways.

    Parameters
    ----------
    listing
        What `read_directory` returned.
    images
        Path -> keyword -> value of each image that could be read.
    broken
        Paths of images that could not be read.
    """
    for path in sorted(listing.images.keys() - images.keys() - broken):
        verdict.fault(CHECK, "reference_missing", file=path)
    for path in sorted((images.keys() | broken) - listing.images.keys()):
        verdict.fault(CHECK, "unreferenced", file=path)
    for path in sorted(listing.images.keys() & images.keys()):
        for name in _different(listing.images[path], images[path]):
            verdict.fault(CHECK, "record_differs", file=path, name=name)


def _different(said: Mapping[str, str], there: Mapping[str, str]) -> Iterator[str]:
    for name, value in sorted(said.items()):
        own = there.get(name, "")
        if value != own and (own or name not in _FILLED_IN or not _is_filled(name, value, said)):
            yield name


def _is_filled(name: str, value: str, said: Mapping[str, str]) -> bool:
    """Tell whether a value is one that is filled in because the image has none."""
    match name:
        case "StudyDate":
            return header_date(value) is not None
        case "StudyTime":
            return value == "000000"
        case "StudyID":
            code, _, n = value.rpartition("-")
            return said.get("PatientID") in (value, code) and (n.isdecimal() or value != code)
    return value.isdecimal()
