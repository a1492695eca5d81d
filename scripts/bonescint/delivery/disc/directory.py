"""DICOMDIR, the directory of a file-set (PS3.3 annex F, PS3.10), written record by record.

pydicom's FileSet is not used. It copies each image, its time grows with the square of their number,
and it silently drops a second image with the same UID.
"""

import struct
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_dataset, write_file_meta_info
from pydicom.uid import UID, ExplicitVRLittleEndian

from bonescint.deid.engine import IMPLEMENTATION_UID, IMPLEMENTATION_VERSION
from bonescint.delivery.disc.layout import DiscFile
from bonescint.dicom import tags
from bonescint.dicom.sop_classes import MEDIA_DIRECTORY

# the elements of a record at each level; all are required but description and accession number
_PATIENT = ("PatientName", "PatientID")
_STUDY = (
    "StudyDate",
    "StudyTime",
    "StudyDescription",
    "StudyInstanceUID",
    "StudyID",
    "AccessionNumber",
)
_SERIES = ("Modality", "SeriesInstanceUID", "SeriesNumber")
_IMAGE = ("InstanceNumber",)
# keywords of the image's file
SYNTAX, CLASS, INSTANCE = "TransferSyntaxUID", "SOPClassUID", "SOPInstanceUID"
DATA_SET = (*_PATIENT, *_STUDY, *_SERIES, *_IMAGE)
_LEVELS = ("PATIENT", "STUDY", "SERIES", "IMAGE")
# the offsets of a record are its first three elements, which follow the head of its item
_HEAD = 8
_NEXT, _LOWER = _HEAD + 8, _HEAD + 12 + 10 + 8
_U32 = struct.Struct("<I")
_SEQUENCE = struct.Struct("<HH2sHI")  # head of the sequence of records


class DiscImage(NamedTuple):
    """An image of a volume.

    Parameters
    ----------
    attributes
        Values of `DATA_SET`, `SYNTAX`, `CLASS` and `INSTANCE` as texts; empty = absent.
    views
        The view of each frame, joined by ``+``; empty = unknown.
    replaces
        The delivery whose content of the patient is replaced, or empty.
    preview
        The path of its JPEG; empty = it cannot be drawn.
    """

    code: str
    file: DiscFile
    attributes: Mapping[str, str]
    views: str
    replaces: str
    preview: str


def directory(images: Sequence[DiscImage], file_set_id: str) -> bytes:
    """Return a DICOMDIR. The same images give the same bytes.

    Some values must not be empty in a directory, and the images are not changed. So a study without
    time gets 000000, and one without ID gets the code (``code-2`` for the next study of the
    patient). A series or image without number gets the number of its place.

    Parameters
    ----------
    images
        In their order. Images of one patient follow each other.
    file_set_id
        `bonescint.delivery.disc.layout.Label.file_set_id`.
    """
    records = list(_records(images))
    size = sum(len(data) for _, data in records)
    start = len(_head(images, file_set_id, 0, 0)) + _SEQUENCE.size
    at, last, lower = start + size, 0, 0
    following = [0] * len(_LEVELS)
    for level, data in reversed(records):
        at -= len(data)
        _U32.pack_into(data, _NEXT, following[level])
        _U32.pack_into(data, _LOWER, lower if level < len(_LEVELS) - 1 else 0)
        following[level], lower = at, at
        following[level + 1 :] = [0] * (len(_LEVELS) - level - 1)
        if level == 0:
            last = last or at
    head = _head(images, file_set_id, start, last)
    sequence = _SEQUENCE.pack(*divmod(tags.DirectoryRecordSequence, 1 << 16), b"SQ", 0, size)
    return b"".join([head, sequence, *(data for _, data in records)])


def _head(images: Sequence[DiscImage], file_set_id: str, first: int, last: int) -> bytes:
    """Return all bytes before the sequence of records, with the first and last patient's offsets.

    The length does not depend on these offsets.
    """
    meta = FileMetaDataset()
    meta.FileMetaInformationVersion = b"\0\1"
    meta.MediaStorageSOPClassUID = UID(MEDIA_DIRECTORY)
    said = "\n".join([file_set_id, *(one.file.sha256 for one in images)])
    meta.MediaStorageSOPInstanceUID = UID(f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, said).int}")
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID = UID(IMPLEMENTATION_UID)
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    buffer = DicomBytesIO()
    buffer.write(bytes(128) + b"DICM")
    write_file_meta_info(buffer, meta)
    top = Dataset()
    top.FileSetID = file_set_id
    top.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = first
    top.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = last
    top.FileSetConsistencyFlag = 0
    return buffer.getvalue() + _encoded(top)


def _encoded(dataset: Dataset) -> bytes:
    buffer = DicomBytesIO()
    buffer.is_little_endian, buffer.is_implicit_VR = True, False
    write_dataset(buffer, dataset)
    return buffer.getvalue()


def _records(images: Sequence[DiscImage]) -> Iterator[tuple[int, bytearray]]:
    """Yield level and bytes of each record. Each record comes before those below it."""
    tree: dict[str, dict[str, dict[str, list[DiscImage]]]] = {}
    for one in images:
        studies = tree.setdefault(one.code, {})
        series = studies.setdefault(one.attributes["StudyInstanceUID"], {})
        series.setdefault(one.attributes["SeriesInstanceUID"], []).append(one)
    for code, studies in tree.items():
        yield _record(0, _first(studies), {})
        for n, series in enumerate(studies.values(), 1):
            study_id = code if n == 1 else f"{code}-{n}"
            yield _record(1, _first(series), {"StudyTime": "000000", "StudyID": study_id})
            for m, images in enumerate(series.values(), 1):
                yield _record(2, images[0], {"SeriesNumber": str(m)})
                for k, one in enumerate(images, 1):
                    yield _record(3, one, {"InstanceNumber": str(k)})


def _first(below: Mapping[str, Mapping[str, list[DiscImage]] | list[DiscImage]]) -> DiscImage:
    """Return the first image of a patient or study."""
    one = next(iter(below.values()))
    return one[0] if isinstance(one, list) else _first(one)


def _record(level: int, one: DiscImage, instead: Mapping[str, str]) -> tuple[int, bytearray]:
    """Return a record without its offsets, with values for required elements that are empty."""
    record = Dataset()
    record.OffsetOfTheNextDirectoryRecord = 0
    record.RecordInUseFlag = 0xFFFF
    record.OffsetOfReferencedLowerLevelDirectoryEntity = 0
    record.DirectoryRecordType = _LEVELS[level]
    said = one.attributes
    if level == len(_LEVELS) - 1:
        record.ReferencedFileID = one.file.iso.split("/")
        record.ReferencedSOPClassUIDInFile = said[CLASS]
        record.ReferencedSOPInstanceUIDInFile = said[INSTANCE]
        record.ReferencedTransferSyntaxUIDInFile = said[SYNTAX]
    keywords = (_PATIENT, _STUDY, _SERIES, _IMAGE)[level]
    for keyword in keywords:
        setattr(record, keyword, said[keyword] or instead.get(keyword, ""))
    if not all(said[keyword].isascii() for keyword in keywords):
        record.SpecificCharacterSet = "ISO_IR 192"
    data = _encoded(record)
    return level, bytearray(struct.pack("<HHI", *divmod(tags.Item, 1 << 16), len(data)) + data)
