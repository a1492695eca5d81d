"""DICOMDIR: its offsets lead to each image once, under the values of its file."""

import shutil
import subprocess
import sys
import warnings
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from pydicom import Dataset, dcmread
from pydicom.fileset import FileSet

from bonescint.deid.engine import IMPLEMENTATION_UID, IMPLEMENTATION_VERSION
from bonescint.delivery.disc.fileset import volume_files
from tests.unit.delivery.disc.samples import CODES, LABEL, case, cases, image, named, put, write


@pytest.fixture
def disc(tmp_path: Path) -> Path:
    return put(volume_files(cases(tmp_path / "dicom"), LABEL), tmp_path / "disc")


def tool(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    if not found:
        pytest.skip(f"{name} is not installed")
    return found


def said(*command: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def walk(directory: Dataset) -> list[tuple[str, Dataset]]:
    """Follow the offsets; return depth and record of each, in the order found."""
    at = {record.seq_item_tell: record for record in directory.DirectoryRecordSequence}
    found: list[tuple[str, Dataset]] = []

    def follow(offset: int, above: tuple[str, ...]) -> int:
        last = 0
        while offset:
            record = at.pop(offset)
            assert record.RecordInUseFlag == 0xFFFF
            found.append(("/".join((*above, record.DirectoryRecordType)), record))
            below = record.OffsetOfReferencedLowerLevelDirectoryEntity
            follow(below, (*above, record.DirectoryRecordType))
            last, offset = offset, record.OffsetOfTheNextDirectoryRecord
        return last

    last = follow(directory.OffsetOfTheFirstDirectoryRecordOfTheRootDirectoryEntity, ())
    assert last == directory.OffsetOfTheLastDirectoryRecordOfTheRootDirectoryEntity
    assert not at, "records that no offset leads to"
    return found


def test_offsets_lead_to_each_image_under_what_its_file_says(disc: Path) -> None:
    found = walk(dcmread(disc / "DICOMDIR"))
    series = "PATIENT/STUDY/SERIES"
    one = ["PATIENT", "PATIENT/STUDY", series, f"{series}/IMAGE"]
    assert [where for where, _ in found] == [
        *one,
        *one, f"{series}/IMAGE", series, f"{series}/IMAGE",
        *one, "PATIENT/STUDY", series, f"{series}/IMAGE",
    ]  # fmt: skip
    above: dict[str, Dataset] = {}
    for where, record in found:
        above[record.DirectoryRecordType] = record
        if not where.endswith("IMAGE"):
            continue
        file = dcmread(disc.joinpath(*record.ReferencedFileID))
        assert file.PatientID == above["PATIENT"].PatientID
        assert file.PatientName == above["PATIENT"].PatientName
        assert file.StudyInstanceUID == above["STUDY"].StudyInstanceUID
        assert file.StudyDate == above["STUDY"].StudyDate
        assert file.SeriesInstanceUID == above["SERIES"].SeriesInstanceUID
        assert file.SeriesNumber == above["SERIES"].SeriesNumber
        assert file.InstanceNumber == record.InstanceNumber
        assert file.SOPClassUID == record.ReferencedSOPClassUIDInFile
        assert file.SOPInstanceUID == record.ReferencedSOPInstanceUIDInFile
        assert file.file_meta.TransferSyntaxUID == record.ReferencedTransferSyntaxUIDInFile


def test_what_is_empty_in_the_images_is_filled_in_the_directory_alone(tmp_path: Path) -> None:
    code = CODES[0]
    images = [
        image(code, "1"),
        image(code, "2", SeriesNumber=None, InstanceNumber=None),
        image(code, "3", StudyTime="0930", StudyID="X", SeriesNumber="0", StudyDate=""),
    ]
    files = volume_files([case(code, write(tmp_path, code, *images))], LABEL)
    found = walk(dcmread(BytesIO(named(files, "DICOMDIR"))))
    studies = [r for _, r in found if r.DirectoryRecordType == "STUDY"]
    assert [one.StudyID for one in studies] == [code, f"{code}-2", "X"]
    assert [one.StudyTime for one in studies] == ["000000", "000000", "0930"]
    assert [one.StudyDate for one in studies] == ["20190701"] * 3
    assert [r.SeriesNumber for _, r in found if "SeriesNumber" in r] == [1, 1, 0]
    assert [r.InstanceNumber for _, r in found if "InstanceNumber" in r] == [1, 1, 1]
    assert dcmread(BytesIO(named(files, "DICOM/P00001/S02/I01"))).InstanceNumber is None


def test_it_is_ours_and_says_no_character_set_without_need(disc: Path, tmp_path: Path) -> None:
    directory = dcmread(disc / "DICOMDIR")
    meta = directory.file_meta
    assert (meta.ImplementationClassUID, meta.ImplementationVersionName) == (
        IMPLEMENTATION_UID,
        IMPLEMENTATION_VERSION,
    )
    assert b"pydicom" not in (disc / "DICOMDIR").read_bytes().lower()
    assert directory.FileSetID == LABEL.file_set_id == "BONE_DEMO_D002_1"
    assert not any("SpecificCharacterSet" in r for r in directory.DirectoryRecordSequence)
    code = CODES[0]
    named_in_kanji = image(code, "1", StudyDescription="骨シンチ")
    files = volume_files([case(code, write(tmp_path, code, named_in_kanji))], LABEL)
    found = dict(walk(dcmread(BytesIO(named(files, "DICOMDIR")))))
    study = found.pop("PATIENT/STUDY")
    assert (study.SpecificCharacterSet, study.StudyDescription) == ("ISO_IR 192", "骨シンチ")
    assert not any("SpecificCharacterSet" in r for r in found.values())


def test_pydicom_finds_every_image(disc: Path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # it drops what is missing with a warning
        found = list(FileSet(disc / "DICOMDIR"))
    assert len(found) == 6
    assert [one.PatientID for one in found].count(CODES[1]) == 3


def test_dcmtk_takes_it_for_a_directory(disc: Path) -> None:
    assert said(tool("dcmftest"), disc / "DICOMDIR").startswith("yes:")
    dump = said(tool("dcmdump"), "+L", disc / "DICOMDIR")
    assert dump.count("DirectoryRecordType") == 18
    assert "W:" not in dump and "E:" not in dump


def test_dicom3tools_walk_it_without_a_complaint(disc: Path) -> None:
    walked = said(tool("dcdirdmp"), disc / "DICOMDIR")
    assert "Error" not in walked and "Warning" not in walked
    assert [line for line in walked.splitlines() if "->" in line] == [
        f"\t\t\t -> DICOM\\{name}"
        for name in (
            "P00001\\S01\\I01",
            "P00002\\S01\\I01", "P00002\\S01\\I02", "P00002\\S01\\I03",
            "P00003\\S01\\I01", "P00003\\S02\\I01",
        )
    ]  # fmt: skip
    checked = filter(None, said(tool("dciodvfy"), disc / "DICOMDIR").splitlines())
    # a code is no name in the form of a person's
    lines = [line for line in checked if "Retired Person Name form" not in line]
    assert lines == ["BasicDirectory"]


@pytest.mark.parametrize(
    ("study", "name"),
    [
        ("BONE-DEMO", "BONE_DEMO_D002_1"),
        # two studies of one hospital
        ("HS2022-005", "HS2022005_D002_1"),
        ("HS-2026-101", "HS2026101_D002_1"),
        ("骨シンチの比較研究その二", "__________D002_1"),
    ],
)
def test_an_id_that_is_too_long_loses_its_separators_first(study: str, name: str) -> None:
    assert replace(LABEL, study=study).file_set_id == name
