"""Volumes of a disc in memory, as the layout has them, for the tests of their check.

The builder does not make them, so that the check also finds what the builder forgets.
"""

import hashlib
import io
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pycdlib
from PIL import Image
from pycdlib import dates, headervd
from pycdlib import pycdlib as mastering
from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, MediaStorageDirectoryStorage
from pyzipper import WZ_AES, ZIP_DEFLATED, AESZipFile

from bonescint.delivery.disc import layout
from bonescint.delivery.sheet import partner_book
from tests.unit.dicom.samples import item, nm_header

CODES = ("BS-23AA3", "BS-7S6RD", "BS-AFD4P")
LABEL = "BONE_DEMO_D001_1"
PASSPHRASE = "k7mp-3xwd-aaaa-bbbb-cccc"  # noqa: S105
Files = dict[str, bytes]  # by their Joliet names
_ISO = {layout.SHEET_IN_JOLIET: layout.SHEET, layout.MANIFEST_IN_JOLIET: layout.MANIFEST}
_LINK = '<a href="{0}"><img src="{0}" alt="" /></a>'


def written(dataset: Dataset, sop_class: str, instance: str) -> bytes:
    """Return a data set as a file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = sop_class, instance
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta = meta
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def coded_image(code: str, n: int, rows: int = 64, columns: int = 20, **more: object) -> bytes:
    """Return a small coded image."""
    own = {"PatientID": code, "PatientName": code, "SOPInstanceUID": f"2.25.1000{n}",
           "StudyInstanceUID": f"2.25.2000{n}", "SeriesInstanceUID": f"2.25.3000{n}"}  # fmt: skip
    dataset = nm_header(1, Rows=rows, Columns=columns, **(own | more))
    dataset.PixelData = (np.arange(rows * columns, dtype="<u2") % 251 + n).tobytes()
    return written(dataset, dataset.SOPClassUID, dataset.SOPInstanceUID)


def dicomdir(images: Files, label: str = LABEL) -> bytes:
    """Return a directory of images, a patient, study and series each."""
    records: list[Dataset] = []
    links: list[tuple[int | None, int | None]] = []  # next, lower: indices of records
    for k, (path, data) in enumerate(images.items()):
        one, last = dcmread(io.BytesIO(data)), k == len(images) - 1
        keys = (
            ("PATIENT", item(PatientName=one.PatientName, PatientID=one.PatientID)),
            ("STUDY", item(StudyDate=one.StudyDate, StudyTime="000000", StudyID=one.PatientID,
                           StudyInstanceUID=one.StudyInstanceUID)),
            ("SERIES", item(Modality="NM", SeriesInstanceUID=one.SeriesInstanceUID,
                            SeriesNumber="1")),
            ("IMAGE", item(ReferencedFileID=path.split("/"), InstanceNumber="1",
                           ReferencedSOPClassUIDInFile=one.SOPClassUID,
                           ReferencedSOPInstanceUIDInFile=one.SOPInstanceUID,
                           ReferencedTransferSyntaxUIDInFile=ExplicitVRLittleEndian)),
        )  # fmt: skip
        for depth, (kind, record) in enumerate(keys):
            record.DirectoryRecordType, record.RecordInUseFlag = kind, 0xFFFF
            below = len(records) + 1 if depth < 3 else None
            links.append((None if depth or last else len(records) + 4, below))
            records.append(record)
    top = item(FileSetID=label, FileSetConsistencyFlag=0)
    offsets = [0] * len(records)
    for _ in range(2):  # the first time to learn the offsets
        for record, (following, lower) in zip(records, links, strict=True):
            record.OffsetOfTheNextDirectoryRecord = offsets[following] if following else 0
            record.OffsetOfReferencedLowerLevelDirectoryEntity = offsets[lower] if lower else 0
        top.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity = offsets[0] if offsets else 0
        last_root = offsets[-4] if offsets else 0
        top.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity = last_root
        top.DirectoryRecordSequence = records
        data = written(top, MediaStorageDirectoryStorage, "2.25.4")
        found = dcmread(io.BytesIO(data)).DirectoryRecordSequence
        offsets = [record.seq_item_tell for record in found]
    return data


def manifest_of(files: Files) -> bytes:
    """Return the manifest of files."""
    names = sorted(name for name in files if name != layout.MANIFEST_IN_JOLIET)
    return "".join(f"{hashlib.sha256(files[n]).hexdigest()}  {n}\n" for n in names).encode()


def index_table(images: Files) -> bytes:
    """Return INDEX.TSV."""
    lines = ["code\tpath\tstudy_date\tviews\tsop_instance_uid\tsha256\treplaces"]
    for path, data in images.items():
        one = dcmread(io.BytesIO(data))
        cells = [one.PatientID, path, "2019-06-10", "anterior", one.SOPInstanceUID,
                 hashlib.sha256(data).hexdigest(), ""]  # fmt: skip
        lines.append("\t".join(cells))
    return ("\r\n".join(lines) + "\r\n").encode("ascii")


def sheet(codes: tuple[str, ...]) -> bytes:
    """Return the partner's sheet."""
    rows = [
        {"code": code, "exam_date": "2019-06-10", "findings": "転移なし", "eod": "0",
         "metastasis": "0", "age": "60", "sex": "F", "height_cm": "", "weight_kg": ""}
        for code in codes
    ]  # fmt: skip
    return partner_book(rows, True, "ja")


def page(previews: list[str]) -> bytes:
    """Return INDEX.HTM."""
    links = "".join(map(_LINK.format, previews))
    body = f'<a href="%E8%BF%BD%E5%8A%A0%E6%83%85%E5%A0%B1.xlsx">表</a>{links}'
    head = (
        '<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml"><head><title>d</title></head>'
    )
    return f"{head}<body>{body}</body></html>\n".encode()


def plain_files(codes: tuple[str, ...] = CODES, rows: int = 64, columns: int = 20) -> Files:
    """Return all files of a plain volume; two images of the first patient."""
    images, previews = {}, {}
    buffer = io.BytesIO()
    Image.fromarray(np.full((rows, columns), 90, np.uint8)).save(buffer, "JPEG")
    for n, code in enumerate(codes, 1):
        images[f"DICOM/P{n:05}/S01/I01"] = coded_image(code, n, rows, columns)
        previews[f"IHE_PDI/P{n:05}/S01I01.JPG"] = buffer.getvalue()
    files = images | previews
    files |= {
        layout.DICOMDIR: dicomdir(images),
        layout.README: "\ufeffSYNTHETIC\r\n".encode(),
        layout.INDEX_PAGE: page(list(previews)),
        layout.INDEX_TABLE: index_table(images),
        layout.SHEET_IN_JOLIET: sheet(codes),
    }
    return listed(files)


def listed(files: Files) -> Files:
    """Return files with a manifest of what they are now."""
    return files | {layout.MANIFEST_IN_JOLIET: manifest_of(files)}


def archive_of(files: Files, passphrase: str = PASSPHRASE) -> bytes:
    """Return files as an encrypted ZIP."""
    buffer = io.BytesIO()
    with AESZipFile(buffer, "w", compression=ZIP_DEFLATED, encryption=WZ_AES) as archive:
        archive.setpassword(passphrase.encode())
        for name, data in files.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def encrypted_files(files: Files) -> Files:
    """Return the files of an encrypted volume."""
    readme = "\ufeffSYNTHETIC\r\n".encode()
    return listed({layout.README: readme, layout.ARCHIVE: archive_of(files)})


def image_of(
    files: Files,
    label: str = LABEL,
    joliet: bool = True,
    alone: tuple[str, str] = ("", ""),
    empty: str = "",
) -> bytes:
    """Return an image.

    `alone` are names of one more file in ISO 9660 or in Joliet only, `empty` is one more folder.
    """
    modules: tuple[Any, ...] = (mastering, dates, headervd)
    clock = SimpleNamespace(**vars(time))
    clock.time, clock.localtime = lambda: 946_684_800.0, time.gmtime
    for module in modules:
        module.time = clock
    try:
        image: Any = pycdlib.PyCdlib()
        image.new(interchange_level=1, joliet=3 if joliet else None, vol_ident=label,
                  app_ident_str="BONESCINT")  # fmt: skip
        folders = {str(p) for name in files for p in Path(name).parents[:-1]}
        folders |= {empty} - {""}
        for folder in sorted(folders):
            both = {"joliet_path": f"/{folder}"} if joliet else {}
            image.add_directory(f"/{folder}", **both)
        for name, data in sorted(files.items()):
            iso = _ISO.get(name, name)
            both = {"joliet_path": f"/{name}"} if joliet else {}
            path = f"/{iso}{'' if '.' in iso else '.'};1"
            image.add_fp(io.BytesIO(data), len(data), path, **both)
        for tree, name in zip(("iso_path", "joliet_path"), alone, strict=True):
            if name:
                image.add_fp(io.BytesIO(b"x"), 1, "/ALONE.TMP;1", joliet_path="/ALONE.TMP")
                other = "joliet_path" if tree == "iso_path" else "iso_path"
                gone = "/ALONE.TMP" if other == "joliet_path" else "/ALONE.TMP;1"
                image.rm_hard_link(**{other: gone})
        buffer = io.BytesIO()
        image.write_fp(buffer)
        image.close()
    finally:
        for module in modules:
            module.time = time
    return buffer.getvalue()


def in_folder(files: Files, folder: Path) -> Path:
    """Write files below a folder and return it."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder
