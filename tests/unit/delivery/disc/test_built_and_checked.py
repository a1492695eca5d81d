"""Every build passes the check, whatever the images lack; foreign volumes are bounded."""

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import Dataset

from bonescint.delivery.disc.contents import FileRead, FolderContents
from bonescint.delivery.disc.dicomdir_walk import read_directory
from bonescint.delivery.disc.fileset import outer_files, volume_files
from bonescint.delivery.disc.image import write_image
from bonescint.delivery.disc.images import check_picture
from bonescint.delivery.disc.known import StudyRecords
from bonescint.delivery.disc.layout import Label
from bonescint.delivery.disc.verdict import DiscVerdict
from bonescint.delivery.disc.verify import DiscCheck
from bonescint.resources import Texts
from tests.unit.deid.encoded import element, item
from tests.unit.delivery.disc.disc_samples import coded_image, dicomdir
from tests.unit.delivery.disc.samples import CODES, LABEL, case, cases, image, write

TEXT = Texts("verify", "en")
BOMB = item(b"") * 300_000


def faults(path: Path) -> list[str]:
    check = DiscCheck(StudyRecords(), "en", lambda: None, (), lambda *_: None)
    return check.verify(path).faults(TEXT)


def test_a_directory_that_pydicom_forgives() -> None:
    data = dicomdir({"DICOM/P00001/S01/I01": coded_image(CODES[0], 1)})
    at = data.rindex(b"\xfe\xff\x00\xe0")
    for old, new in (
        (b"\xfe\xff\x00\xe0", b"\xfe\xff\x00\xa0"),
        (b"\xfe\xff\x00\xe0", b"\xfe\xff\x01\xe0"),
        (data[at + 4 : at + 8] + b"\x04", b"\xff\xff\x01\x00\x04"),
        (b"\x20\x00\x13\x00IS", b"\x20\x00\x13\x00AS"),
    ):
        assert old in data
        verdict = DiscVerdict()
        read_directory(io.BytesIO(data.replace(old, new, 1)), len(data), verdict)
        assert "DICOMDIR" in "".join(verdict.faults(TEXT))


ODD: dict[str, list[Dataset]] = {
    "no study date": [image(CODES[0], "1", StudyDate="")],
    "no numbers": [image(CODES[0], "1", SeriesNumber=None, InstanceNumber=None)],
    "inverted": [image(CODES[0], "1", PhotometricInterpretation="MONOCHROME1")],
    "no picture": [image(CODES[0], "1", PhotometricInterpretation="RGB")],
    "a hundred studies": [image(CODES[0], str(n)) for n in range(1, 101)],
    "two studies": [image(CODES[0], "1"), image(CODES[0], "2"), image(CODES[0], "3", StudyID="X")],
}


@pytest.mark.parametrize("odd", ODD)
def test_odd_images_pass(odd: str, tmp_path: Path) -> None:
    files = volume_files([case(CODES[0], write(tmp_path, CODES[0], *ODD[odd]))], LABEL)
    write_image(files, LABEL, tmp_path / "volume.iso")
    assert faults(tmp_path / "volume.iso") == []


@pytest.mark.parametrize("title", ['a & <b> "c" 〜 😀 {x} %s' + "長" * 300, "two\nlines\n"])
@pytest.mark.parametrize("study", ["***", "研究①", "x" * 40])
def test_odd_titles_pass(title: str, study: str, tmp_path: Path) -> None:
    label = Label(study, title, "D-1000", 1, 1, True, "ja")
    write_image(volume_files(cases(tmp_path), label), label, tmp_path / "volume.iso")
    assert faults(tmp_path / "volume.iso") == []
    assert outer_files(tmp_path / "volume.iso", label)


def bombed_image(folder: Path, verdict: DiscVerdict) -> None:
    data = coded_image(CODES[0], 1)
    at = data.rindex(b"\xe0\x7f\x10\x00")
    (folder / "I01").write_bytes(data[:at] + element(0x7F010010, "SQ", BOMB) + data[at:])
    check_picture(FileRead(FolderContents(folder, verdict), "I01"), (), verdict)


def bombed_directory(folder: Path, verdict: DiscVerdict) -> None:
    data = dicomdir({"DICOM/P00001/S01/I01": coded_image(CODES[0], 1)})
    data = data[: data.rindex(b"\x04\x00\x20\x12")] + element(0x00041220, "SQ", BOMB)
    read_directory(io.BytesIO(data), len(data), verdict)


@pytest.mark.parametrize("check, said", [(bombed_image, "as DICOM"), (bombed_directory, "large")])
def test_a_million_empty_items_are_not_made_data_sets_of(
    check: Callable[[Path, DiscVerdict], None],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def must_not(*_: object, **__: object) -> Dataset:
        raise AssertionError

    verdict = DiscVerdict()
    for module in ("images", "dicomdir_walk"):
        monkeypatch.setattr(f"bonescint.delivery.disc.{module}.dcmread", must_not)
    check(tmp_path, verdict)
    assert said in "".join(verdict.faults(TEXT))
    assert "AssertionError" not in "".join(verdict.faults(TEXT))
