import gzip
import os
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEGLosslessSV1,
)

from bonescint.dicom.elements import Elements
from bonescint.dicom.headers import Header, Unreadable, read_header
from bonescint.dicom.index import classify, index_row
from bonescint.folders import files_below
from tests.unit.dicom.samples import nm_file, nm_header, two_views


def reason(path: Path) -> str:
    outcome = read_header(path)
    return outcome.reason if isinstance(outcome, Unreadable) else ""


def row(path: Path) -> dict[str, str]:
    outcome = read_header(path)
    assert isinstance(outcome, Header), outcome
    return index_row(outcome, path.name, path.stat().st_size)


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("empty.dcm", b"", "empty"),
        ("notes.txt", "骨シンチの説明\n".encode(), "not_dicom"),
        ("short", b"ab", "not_dicom"),
        ("Thumbs.db", bytes(4000), "not_dicom"),
        (".DS_Store", b"\0\0\0\1Bud1" + bytes(500), "not_dicom"),
        ("scan.dcm.gz", gzip.compress(bytes(1000), mtime=0), "not_dicom"),
        ("zip", b"PK\x03\x04" + bytes(500), "not_dicom"),
        ("preamble only", bytes(128) + b"DICM", "truncated"),
        ("looks like group 8", b"\x08\x00\x05\x00CS" + b"\xff" * 300, "not_dicom"),
    ],
)
def test_files_that_are_no_instance(
    tmp_path: Path, name: str, content: bytes, expected: str
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert reason(path) == expected


@given(st.binary(max_size=600))
def test_no_content_raises(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "random"
    for prefix in (b"", bytes(128) + b"DICM", struct.pack("<HH2sH", 8, 0x16, b"UI", 8)):
        path.write_bytes(prefix + content)
        outcome = read_header(path)
        if isinstance(outcome, Header):
            classify(Elements(outcome.dataset), outcome.has_pixel_data)


def test_a_missing_or_forbidden_file_is_listed(tmp_path: Path) -> None:
    assert read_header(tmp_path / "gone") == ("unreadable", "FileNotFoundError")
    assert read_header(tmp_path) == ("unreadable", "IsADirectoryError")
    if os.geteuid():  # root may read everything
        path = nm_file(tmp_path / "a.dcm")
        path.chmod(0)
        assert read_header(path) == ("unreadable", "PermissionError")


def test_a_row_holds_what_the_file_says(tmp_path: Path) -> None:
    path = nm_file(tmp_path / "a.dcm", number=7)
    result = row(path)
    assert result["patient_name"] == "YAMADA^HARUKO=山田^春子"
    assert result["patient_id"] == "0000007"
    assert result["modality"] == "NM"
    assert result["kind_evidence"] == "ImageType WHOLE BODY\\EMISSION"
    outcome = read_header(path)
    assert isinstance(outcome, Header)
    assert outcome.transfer_syntax_uid == ExplicitVRLittleEndian
    assert result["study_date"] == "20190610"
    kinds = (result["kind"], result["phase"], result["views"], result["tracer"])
    assert kinds == ("whole_body", "delayed", "anterior+posterior", "HMDP")


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian, DeflatedExplicitVRLittleEndian]
)
def test_other_encodings_give_the_same_row(tmp_path: Path, syntax: str) -> None:
    dataset = two_views()
    rows = []
    for name, chosen in (("a", ExplicitVRLittleEndian), ("b", syntax)):
        dataset.file_meta = FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = chosen
        dataset.PixelData = bytes(128)
        dataset["PixelData"].VR = "OW"
        dataset.save_as(tmp_path / name, enforce_file_format=True)
        rows.append(row(tmp_path / name))
    same = [{**r, "path": "", "size": ""} for r in rows]
    assert same[0] == same[1]
    assert same[0]["views"] == "anterior+posterior"


@pytest.mark.parametrize("implicit", [True, False])
def test_a_data_set_without_preamble_is_read(tmp_path: Path, implicit: bool) -> None:
    path = tmp_path / "bare"
    nm_header().save_as(path, implicit_vr=implicit, little_endian=True)
    assert row(path)["patient_id"] == "0012345"
    outcome = read_header(path)
    assert isinstance(outcome, Header)
    assert outcome.transfer_syntax_uid == ""


def test_a_file_cut_anywhere_is_never_taken_for_whole(tmp_path: Path) -> None:
    content = nm_file(tmp_path / "a.dcm").read_bytes()
    path = tmp_path / "cut.dcm"
    for end in [*range(0, len(content) - 1, 37), len(content) - 1]:
        path.write_bytes(content[:end])
        outcome = read_header(path)
        if isinstance(outcome, Header):  # cut between two elements: nothing says what followed
            assert not outcome.has_pixel_data
        elif end > 132:
            assert outcome.reason == "truncated"


def test_a_cut_deflated_file_is_truncated(tmp_path: Path) -> None:
    dataset = two_views()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    path = tmp_path / "a.dcm"
    dataset.save_as(path, enforce_file_format=True)
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(zlib.error):
        zlib.decompress(path.read_bytes()[400:], -zlib.MAX_WBITS)
    assert reason(path) == "truncated"


@pytest.mark.parametrize("cut", [0, 1, 8, 20])
def test_encapsulated_pixels_end_with_their_delimiter(tmp_path: Path, cut: int) -> None:
    dataset = two_views()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    dataset.PixelData = encapsulate([bytes(30), bytes(50)])
    dataset["PixelData"].VR = "OB"
    dataset["PixelData"].is_undefined_length = True
    path = tmp_path / "a.dcm"
    dataset.save_as(path, enforce_file_format=True)
    path.write_bytes(path.read_bytes()[: path.stat().st_size - cut])
    assert reason(path) == ("truncated" if cut else "")


def test_the_walk_is_sorted_by_path_and_follows_no_link(tmp_path: Path) -> None:
    for name in ("b/x", "a-b/x", "a/z", "a/y/1", "a.txt", ".hidden", "患者/1"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "link").symlink_to(tmp_path / "a")
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "pipe")
    found = list(files_below(tmp_path))
    paths = [file.path for file in found]
    assert paths == sorted(paths)
    assert len(paths) == 10
    refused = {file.path: file.refusal for file in found if file.refusal}
    assert refused == {
        "broken": "symbolic link",
        "link": "symbolic link",
        "pipe": "not a regular file",
    }
