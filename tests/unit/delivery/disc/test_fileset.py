"""Everything a volume holds: nothing twice, nothing of another patient, the same bytes again."""

import csv
import hashlib
import re
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pydicom import dcmread

from bonescint.delivery.disc.fileset import manifest_of, outer_files, volume_files
from bonescint.delivery.disc.layout import INDEX_COLUMNS, Case
from bonescint.errors import InputError
from tests.unit.deid.samples import as_file
from tests.unit.delivery.disc.samples import (
    CODES,
    LABEL,
    ROW,
    case,
    cases,
    content,
    image,
    named,
    write,
)

IMAGES = [
    "P00001/S01/I01",
    "P00002/S01/I01", "P00002/S01/I02", "P00002/S01/I03",
    "P00003/S01/I01", "P00003/S02/I01",
]  # fmt: skip


def test_files_have_short_names_without_codes(tmp_path: Path) -> None:
    files = volume_files(cases(tmp_path), LABEL)
    previews = [f"IHE_PDI/{name[:6]}/{name[7:10]}{name[11:]}.JPG" for name in IMAGES]
    others = ["DICOMDIR", "README.TXT", "INDEX.HTM", "INDEX.TSV", "ADDINFO.XLS", "MANIFEST.SHA"]
    names = [one.iso for one in files]
    assert sorted(names) == sorted([*(f"DICOM/{name}" for name in IMAGES), *previews, *others])
    assert names[-1] == "MANIFEST.SHA"
    for one in files:
        parts = one.iso.split("/")
        assert all(re.fullmatch(r"[A-Z0-9_]{1,8}(\.[A-Z]{3})?", part) for part in parts)
        assert all(len(part.encode()) <= 64 for part in one.joliet.split("/"))
        assert "BS-" not in one.iso + one.joliet
    assert len({one.joliet.casefold() for one in files}) == len(files)
    other = {one.iso: one.joliet for one in files if one.iso != one.joliet}
    assert other == {"ADDINFO.XLS": "追加情報.xlsx", "MANIFEST.SHA": "MANIFEST.sha256"}


def test_images_are_named_and_not_held(tmp_path: Path) -> None:
    given = cases(tmp_path)
    files = volume_files(given, LABEL)
    images = [one for one in files if one.iso.startswith("DICOM/")]
    assert [one.source for one in images] == [path for of in given for path in of.images]
    for one in files:
        data = content(one)
        assert one.size == len(data)
        assert one.sha256 == hashlib.sha256(data).hexdigest()


def test_the_manifest_lists_all_but_itself_by_the_names_that_windows_shows(tmp_path: Path) -> None:
    *files, manifest = volume_files(cases(tmp_path), LABEL)
    data = content(manifest)
    assert data == manifest_of(reversed(files))
    assert data.endswith(b"\n") and b"\r" not in data and not data.startswith(b"\xef\xbb\xbf")
    lines = [line.split("  ", 1) for line in data.decode("utf-8").splitlines()]
    assert [path for _, path in lines] == sorted(one.joliet for one in files)
    assert dict(map(reversed, lines)) == {one.joliet: one.sha256 for one in files}


def test_the_same_cases_give_the_same_bytes(tmp_path: Path) -> None:
    given = cases(tmp_path)
    assert volume_files(given, LABEL) == volume_files(given, LABEL)


def test_the_sheet_holds_the_cases_of_this_volume(tmp_path: Path) -> None:
    files = volume_files(cases(tmp_path)[1:], LABEL, ["理由: 延長の承認"])
    first, second = load_workbook(BytesIO(named(files, "ADDINFO.XLS"))).worksheets
    assert [row[0].value for row in first.iter_rows(min_row=2)] == list(CODES[1:])
    assert "理由: 延長の承認" in [cell.value for (cell,) in second.iter_rows(max_col=1)]


def test_the_table_has_a_line_an_image(tmp_path: Path) -> None:
    files = volume_files(cases(tmp_path), LABEL)
    text = named(files, "INDEX.TSV").decode("ascii")
    rows = list(csv.DictReader(text.splitlines(), delimiter="\t"))
    assert tuple(rows[0]) == INDEX_COLUMNS
    assert [row["path"] for row in rows] == [f"DICOM/{name}" for name in IMAGES]
    assert [row["replaces"] for row in rows] == ["", "D-001", "D-001", "D-001", "", ""]
    for row in rows:
        data = named(files, row["path"])
        file = dcmread(BytesIO(data))
        assert (row["code"], row["sop_instance_uid"]) == (file.PatientID, file.SOPInstanceUID)
        assert row["sha256"] == hashlib.sha256(data).hexdigest()
        assert (row["study_date"], row["views"]) == ("2019-07-01", "anterior+posterior")


def _no_dicom(folder: Path) -> list[Case]:
    path = folder / "a.dcm"
    path.write_bytes(b"no image")
    return [case(CODES[0], (path,))]


def _no_uid(folder: Path) -> list[Case]:
    return [case(CODES[0], write(folder, CODES[0], image(CODES[0], "1", StudyInstanceUID="")))]


def _headed_otherwise(folder: Path) -> list[Case]:
    data = as_file(image(CODES[0], "1"))
    path = folder / "a.dcm"
    # the first is that of the file's head
    path.write_bytes(data.replace(b"2.25.31", b"2.25.38", 1))
    return [case(CODES[0], (path,))]


def _another_patient(folder: Path) -> list[Case]:
    return [case(CODES[0], write(folder, CODES[0], image("0012345678", "1")))]


def _twice(folder: Path) -> list[Case]:
    first, second, _ = CODES
    return [
        case(first, write(folder, first, image(first, "1"))),
        case(second, write(folder, second, image(second, "1"))),
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda folder: [case(CODES[0], ())], "画像が 1 つもありません"),
        (lambda folder: [case(CODES[0], (folder / "a.dcm",))], "a.dcm を読めません"),
        (_no_dicom, "a.dcm は DICOM の画像ではない"),
        (_no_uid, f"{CODES[0]}_01.dcm は DICOM の画像ではない"),
        (_headed_otherwise, "a.dcm は DICOM の画像ではない"),
        (_another_patient, f"{CODES[0]}_01.dcm の Patient ID"),
        (_twice, f"2.25.31 の画像が 2 件あります: {CODES[0]}_01.dcm, {CODES[1]}_01.dcm"),
    ],
)
def test_what_may_not_leave_is_named(
    tmp_path: Path, given: Callable[[Path], list[Case]], words: str
) -> None:
    with pytest.raises(InputError) as caught:
        volume_files(given(tmp_path), LABEL)
    (problem,) = caught.value.problems
    assert words in problem and CODES[0] in problem
    assert "0012345678" not in problem


def test_all_that_is_wrong_is_told_at_once(tmp_path: Path) -> None:
    given = [*_no_dicom(tmp_path), case(CODES[1], ()), *_another_patient(tmp_path / "b")]
    with pytest.raises(InputError) as caught:
        volume_files(given, LABEL)
    assert len(caught.value.problems) == 3


def test_a_blank_of_the_sheet_stops_the_volume(tmp_path: Path) -> None:
    (one, *_) = cases(tmp_path)
    blank = Case(one.code, one.images, {"code": one.code} | ROW | {"age": ""}, one.digest)
    with pytest.raises(InputError, match=one.code):
        volume_files([blank], LABEL)


def test_an_encrypted_volume_shows_three_files(tmp_path: Path) -> None:
    archive = tmp_path / "a.zip"
    archive.write_bytes(b"PK")
    readme, closed, manifest = outer_files(archive, LABEL)
    assert [one.iso for one in (readme, closed, manifest)] == [
        "README.TXT",
        "DELIVERY.ZIP",
        "MANIFEST.SHA",
    ]
    assert (closed.source, closed.size) == (archive, 2)
    assert closed.sha256 == hashlib.sha256(b"PK").hexdigest()
    assert content(manifest) == manifest_of([closed, readme])
