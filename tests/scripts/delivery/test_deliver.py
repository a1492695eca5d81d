"""What is handed over is what was verified: every byte of every image, every code (R28)."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from scripts.delivery.deliver import deliver

from bonescint.declared import columns
from bonescint.delivery.contents import mark_faults
from bonescint.errors import InputError
from bonescint.files import write_rows
from tests.scripts.delivery.coded import CODES, coded_study
from tests.unit.custody.built import build
from tests.unit.deid.samples import as_file, siemens


@pytest.fixture
def study(tmp_path: Path) -> Path:
    coded_study(tmp_path)
    sheet(tmp_path, *CODES)
    write_rows(tmp_path / "incomplete.csv", columns("incomplete"), [])
    return tmp_path


def sheet(study: Path, *codes: str) -> None:
    book = Workbook()
    for code in codes:
        book.active.append([code, "2019-06-03"])
    book.save(study / "sheet.xlsx")


def delivered(study: Path, **more: Any) -> None:
    deliver(
        sheet=study / "sheet.xlsx",
        dicom=study / "results/dicom",
        reports=sorted((study / "results/anonymization").glob("*.csv")),
        incomplete=study / "incomplete.csv",
        language="en",
        **{"synthetic": False} | more,
    )


def faults(study: Path, **more: Any) -> list[str]:
    try:
        delivered(study, **more)
    except InputError as refused:
        return refused.problems
    return []


def image(study: Path, code: str = CODES[0], n: int = 1) -> Path:
    (path,) = (study / "results/dicom").glob(f"*/{code}/{code}_{n:02}.dcm")
    return path


def change_a_byte(study: Path) -> None:
    data = bytearray(image(study).read_bytes())
    data[-1] ^= 1
    image(study).write_bytes(data)


def break_the_magic(study: Path) -> None:
    image(study).write_bytes(image(study).read_bytes().replace(b"DICM", b"DISC"))


DAMAGE: dict[str, tuple[Callable[[Path], object], list[str]]] = {
    "nothing": (lambda s: None, []),
    "a mark of Snakemake": (lambda s: (s / "results/dicom/00/.snakemake_timestamp").touch(), []),
    "a missing file": (lambda s: image(s).unlink(), ["1 images of the record"]),
    "a changed byte": (change_a_byte, ["1 images of the record", "1 files have a content"]),
    "no image any more": (break_the_magic, ["1 images of the record", "1 files have a content"]),
    "a file too many": (
        lambda s: (s / "results/dicom/00/HANAKO.dcm").write_bytes(b"x"),
        ["1 files have a content"],
    ),
    "beside the batches": (
        lambda s: (s / "results/dicom/notes.txt").write_text("x"),
        ["1 files have a content"],
    ),
    "a copy": (
        lambda s: shutil.copy(image(s), image(s).with_name("copy.dcm")),
        ["1 images are there more than once"],
    ),
    "no row": (lambda s: sheet(s, *CODES[1:]), [f"no row in a table: {CODES[0]}"]),
    "no image": (lambda s: sheet(s, *CODES, "BS-ZZZZZ"), ["have no image: BS-ZZZZZ"]),
    "a whole patient": (
        lambda s: shutil.rmtree(image(s).parent),
        ["2 images of the record", f"have no image: {CODES[0]}"],
    ),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_is_handed_over_is_what_was_verified(study: Path, damage: str) -> None:
    do, says = DAMAGE[damage]
    do(study)
    found = faults(study)
    assert len(found) == len(says)
    assert all(part in one for part, one in zip(says, found, strict=True))
    # a file that somebody added may be named after a patient
    assert not any("HANAKO" in one for one in found)


def test_a_case_that_is_left_out_needs_no_files(study: Path) -> None:
    left = {"code": CODES[0], "decision": "leave-out"}
    write_rows(study / "incomplete.csv", columns("incomplete"), [left])
    assert any(CODES[0] in one for one in faults(study))  # still in the sheet
    sheet(study, *CODES[1:])
    assert faults(study) == []
    image(study).unlink()
    assert faults(study) == []
    image(study, CODES[1]).write_bytes(b"x")
    assert len(faults(study)) == 2


def test_images_under_each_others_codes_are_told(study: Path) -> None:
    one, other = (image(study, code).parent for code in CODES[:2])
    for path, to in ((one, "x"), (other, one.name), (one.with_name("x"), other.name)):
        path.rename(path.with_name(to))
    for folder in (one, other):
        for n, path in enumerate(sorted(folder.iterdir()), 1):
            path.rename(folder / f"{folder.name}_{n:02}.dcm")
    (said,) = faults(study)
    assert said.startswith("4 images bear the name of another code")
    assert f"00/{CODES[0]}/{CODES[0]}_01.dcm" in said


@pytest.mark.parametrize(("value", "is_marked"), [("YES", True), ("NO", False), (None, False)])
def test_the_images_are_of_the_studys_kind(
    tmp_path: Path, value: str | None, is_marked: bool
) -> None:
    dataset = siemens()
    if value:
        dataset.SyntheticData = value
    for n, data in enumerate((as_file(dataset), as_file(siemens()))):
        (tmp_path / f"{n}.dcm").write_bytes(data)
    said = [len(list(mark_faults([tmp_path], kind, "en"))) for kind in (True, False)]
    assert said == [1, int(is_marked)]


def test_unmarked_images_are_no_simulated_delivery(study: Path) -> None:
    assert any("not marked as simulated" in said for said in faults(study, synthetic=True))


def test_volumes_are_held_against_the_plan(study: Path) -> None:
    planned, folder = study / "planned.csv", study / "results/delivery/volumes"
    goes = {"code": CODES[0], "state": "new", "sha256": "1" * 64}
    stays = [{"code": code, "state": "stopped"} for code in CODES[1:]]
    write_rows(planned, columns("planned"), [goes, *stays])
    sheet(study, CODES[0])  # who is in no further delivery is in no sheet
    build(CODES[:2], folder=folder)
    receipt = study / "checked.json"

    def check() -> None:
        delivered(study, planned=planned, volumes=folder, receipt=receipt)

    with pytest.raises(InputError, match=f"not those planned.*: {CODES[1]}\\."):
        check()
    assert not receipt.exists()
    (image,) = build(CODES[:1], folder=folder)
    check()
    assert json.loads(receipt.read_text()) == {"cases": 1, "images": 6}
    image.write_bytes(image.read_bytes()[::-1])
    with pytest.raises(InputError, match="is not what was built"):
        check()
