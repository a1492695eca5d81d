"""Planted doubts of every kind reach the page, and a person's decisions are followed (R22, R27)."""

import hashlib
import json
import shutil
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import openpyxl
import pydicom
import pytest

from bonescint.custody.owners import review_files
from bonescint.files import read_rows
from bonescint.identity.ledger import open_ledger
from bonescint.names.ids import normalise
from tests.browser.chromium import PROGRAM, chromium
from tests.workflow.conftest import shared_folder
from tests.workflow.leaks import leaks
from tests.workflow.runner import configure, ran, snakemake

SAID = "<script>alert(1)</script> 佐藤花子様"
BITMAP = np.packbits(np.eye(16, dtype=np.uint8), bitorder="little").tobytes()


def _spoil(path: Path, copy: Path | None = None, pixel: bool = False, **values: str) -> None:
    source = pydicom.dcmread(path)
    for keyword, value in values.items():
        setattr(source, keyword, value)
        if keyword == "SOPInstanceUID":
            source.file_meta.MediaStorageSOPInstanceUID = value
    if pixel:
        source.PixelData = b"\1\0" + source.PixelData[2:]
    source.save_as(copy or path)


def _report(study: Path, findings: dict[str, str | None]) -> None:
    """Give the readers' reports other findings, by patient."""
    (study / "own").mkdir()
    for n in (1, 2, 3):
        book = openpyxl.load_workbook(study / f"demo/readings/reader{n}.xlsx")
        header, *rows = book.worksheets[0].iter_rows()
        column = [cell.value for cell in header].index("所見")
        for row in rows:
            subject = normalise(str(row[0].value))
            if subject in findings:
                row[column].value = findings[subject]
        book.save(study / f"own/reader{n}.xlsx")


def plant(study: Path) -> dict[str, str]:
    """Plant a doubt of every kind; return the patients by what was done to them."""
    shutil.copytree(study / "demo" / "dicom", study / "raw")
    first: dict[str, str] = {}
    for row in read_rows(study / "private" / "cohort.csv"):
        first.setdefault(row["subject"], row["path"])
    burned, clash, station, named, blank, kept, *_ = first
    _spoil(study / "raw" / first[burned], BurnedInAnnotation="YES")
    _spoil(study / "raw" / first[clash], study / "raw" / "again.dcm", pixel=True)
    named_so = {"InstitutionName": "Minato Kaigan Byoin", "StationName": "MINATO KAIGAN"}
    _spoil(study / "raw" / first[station], **named_so)
    overlay = pydicom.dcmread(study / "raw" / first[kept])
    block = overlay.private_block(0x0019, "OWN HOSPITAL", create=True)
    block.add_new(0x10, "US", 42)
    for tag, vr, value in (
        (0x60000010, "US", 16), (0x60000011, "US", 16), (0x60000040, "CS", "G"),
        (0x60000050, "SS", [1, 1]), (0x60000100, "US", 1), (0x60000102, "US", 0),
        (0x60003000, "OW", BITMAP),
    ):  # fmt: skip
        overlay.add_new(tag, vr, value)
    overlay.save_as(study / "raw" / first[kept])
    declined = {normalise(r["患者ID"]) for r in read_rows(study / "demo" / "opt_out.csv")}
    someone = next(
        path
        for path in sorted((study / "raw").rglob("*"))
        if path.is_file()
        and pydicom.dcmread(path, force=True).get("PatientID", "").lstrip("0") in declined
    )
    _spoil(someone, study / "raw" / "other.dcm", PatientID="77123456", SOPInstanceUID="2.25.77")
    _report(study, {named: SAID, blank: None})
    record = {"decided_by": "A", "date": "2026-01-15", "reason": "a reason"}
    keep = [
        {"creator": "OWN HOSPITAL", "group": "0019", "element": "10", "vr": "US", **record},
        {"group": "6000", "element": "3000",
         "sha256": [hashlib.sha256(BITMAP).hexdigest()], **record},
    ]  # fmt: skip

    def change(config: dict) -> None:  # type: ignore[type-arg]
        config["inputs"]["dicom"] = "raw"
        config["deidentification"]["keep_private"] = keep
        for n in (1, 2, 3):
            config["readers"][f"reader{n}"]["report"] = f"own/reader{n}.xlsx"

    configure(study, change)
    return {"burned": burned, "clash": clash, "station": station, "named": named, "blank": blank}


KINDS = {
    "doubt": 1, "conflict": 2, "burned-in": 1, "station": 1, "finding": 1, "blank": 1, "overlay": 1,
    "private": 1,
}  # fmt: skip


@pytest.fixture
def planted(
    brief: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str
) -> tuple[Path, dict[str, str]]:
    """Return a copy of a study with a doubt of every kind and its page, and who has which."""

    def make(folder: Path) -> None:
        shutil.copytree(brief, folder, symlinks=True)
        who = plant(folder)
        snakemake(folder, "review")
        folder.with_suffix(".json").write_text(json.dumps(who))

    made = shared_folder(tmp_path_factory, worker_id, "planted", make)
    study = Path(shutil.copytree(made, tmp_path / "study", symlinks=True))
    return study, json.loads(made.with_suffix(".json").read_text())


def test_every_doubt_and_every_image_is_on_the_page_once(
    planted: tuple[Path, dict[str, str]],
) -> None:
    study, who = planted
    items = list(read_rows(study / "private/review/items.csv"))
    counted = Counter(row["kind"] for row in items)
    written = [
        row["sha256"]
        for path in sorted((study / "results/anonymization").glob("[0-9][0-9].csv"))
        for row in read_rows(path)
        if row["status"] == "written"
    ]
    assert counted == KINDS | {"image": len(written)}
    images = [row["sha256"] for row in items if row["kind"] == "image"]
    assert sorted(images) == sorted(written)
    # rectangles are drawn on the file that this image was made from
    raw = {
        hashlib.sha256(p.read_bytes()).hexdigest(): p
        for p in (study / "raw").rglob("*")
        if p.is_file()
    }
    for row in items:
        if row["kind"] == "image":
            coded = pydicom.dcmread(study / "results/dicom" / row["path"])
            assert np.array_equal(
                coded.pixel_array, pydicom.dcmread(raw[row["source_sha256"]]).pixel_array
            )
    # no owner pairs a code with a source, because its path may hold the patient's ID
    coded = {row["owner"] for row in items if row["item"] == "coded"}
    assert coded.isdisjoint(row["owner"] for row in items if row["item"] != "coded")
    page = (study / "private/review/index.html").read_text(encoding="utf-8")
    assert "<script>alert(1)" not in page
    assert "佐藤花子" in page
    # the page shows only the ID of a patient held back, nothing of one who declined,
    # and no code beside a patient
    doubts = pydicom.dcmread(study / "raw" / "other.dcm")
    assert "77123456" in page
    assert str(doubts.PatientName).split("=")[0] not in page
    assert "http://" not in page and "https://" not in page
    assert leaks(study, {who["named"], who["blank"]}, ["private/review"]) == []
    # the same inputs give the same bytes, and nothing runs again
    assert ran(snakemake(study, "review", "-n")) in ([], ["review"])
    (study / "private/review/index.html").unlink()
    snakemake(study, "review")
    assert (study / "private/review/index.html").read_text(encoding="utf-8") == page
    # to release the images runs only the page again
    lines = [f"coded\t{digest}\trelease\tA1\t2026-01-15\n" for digest in images]
    header = "item\tsha256\tdecision\treviewer\tdate\n"
    (study / "private/review/decisions.tsv").write_text(header + "".join(lines), encoding="utf-8")
    again = ran(snakemake(study, "review"))
    assert {"list_review_items", "write_review_page"} <= set(again)
    assert {"anonymize_batch", "select_cohort", "filter_opt_out"}.isdisjoint(again)
    now = [row for row in read_rows(study / "private/review/items.csv") if row["item"] == "coded"]
    assert {row["decided"] for row in now} == {"release"} and {row["waits"] for row in now} == {""}


KEYS = {"doubt": "1", "conflict": "1", "burned-in": "1", "station": "1", "finding": "1"}


def decide_all(study: Path, folder: Path) -> Path:
    """Decide everything by keyboard in a real browser; return the file that it saves."""
    items = list(read_rows(study / "private/review/items.csv"))
    clashes = iter("12")
    with chromium(folder) as browser:
        browser.open(study / "private/review/index.html")
        browser.type("A1")
        browser.press("Enter")
        browser.wait("document.activeElement.tagName !== 'INPUT'")
        to_decide = sum(row["kind"] not in ("private", "overlay") for row in items)
        while len(browser.value("review.file().decisions")) < to_decide:
            row = items[browser.value("review.state().at") or 0]
            if row["kind"] == "conflict":
                browser.press(next(clashes))
            elif row["kind"] == "image":
                # an odd image is shown alone, the others in rows
                browser.press("1" if row["reason"] else "r")
            else:
                # only the findings are blank, so they can be "not stated"
                browser.press(KEYS.get(row["kind"], "2"))
        browser.downloads_to(folder)
        browser.press("s")
        until = time.monotonic() + 20
        while not (saved := list(folder.glob("decisions-*.json"))):
            assert time.monotonic() < until
            time.sleep(0.05)
    return saved[0]


@pytest.mark.skipif(not PROGRAM, reason="no Chromium")
def test_what_is_decided_on_the_page_is_followed(
    planted: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    study, who = planted
    saved = decide_all(study, tmp_path)
    command = [sys.executable, "-m", "bonescint.cli", "review", "import", str(saved)]
    done = subprocess.run(command, cwd=study, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    snakemake(study, "review")
    cases = {row["code"] for row in read_rows(study / "results/cases.csv")}
    book = open_ledger(study / "private/ledger.age", study / "private/ledger.key")
    assert {book.code_of(who[name]) for name in ("burned", "clash", "station")} <= cases
    assert not [row for t in (study / "private/refused").glob("*.csv") for row in read_rows(t)]
    (blank,) = read_rows(study / "results/hospital/incomplete.csv")
    assert blank["decision"] == "not-stated"
    # images that were let in now wait for their own release; nothing else waits
    waiting = [row for row in read_rows(study / "private/review/items.csv") if row["waits"] == "1"]
    assert waiting
    assert {row["kind"] for row in waiting} == {"image"}
    assert ran(snakemake(study, "-n")) == []


def test_who_declines_leaves_the_page_and_the_decisions(
    planted: tuple[Path, dict[str, str]],
) -> None:
    study, who = planted
    batches = [row for p in (study / "private/batches").glob("*.csv") for row in read_rows(p)]
    path = study / "raw" / next(r["path"] for r in batches if r["subject"] == who["burned"])
    burned = hashlib.sha256(path.read_bytes()).hexdigest()
    decisions = study / "private/review/decisions.tsv"
    decisions.write_text(
        "item\tsha256\tdecision\treviewer\tdate\n"
        f"image\t{burned}\tblock\tA1\t2026-01-15\n"
        f"image\t{'0' * 64}\tblock\tA1\t2026-01-15\n",
        encoding="utf-8",
    )
    shutil.copy(study / "demo/opt_out.csv", study / "opt_out.csv")
    with (study / "opt_out.csv").open("a", encoding="utf-8") as stream:
        stream.write(f"{who['burned']},2024/09/26,本人,,,\n")
    configure(study, lambda c: c["inputs"].update(opt_out="opt_out.csv"))
    snakemake(study)
    assert review_files(study) == []
    assert burned not in decisions.read_text() and "0" * 64 in decisions.read_text()
    assert json.loads((study / "results/purge.json").read_text())["left"] == 0
    snakemake(study, "review")
    kinds = Counter(row["kind"] for row in read_rows(study / "private/review/items.csv"))
    assert kinds["burned-in"] == 0 and kinds["conflict"] == 2
    snakemake(study)
    assert len(review_files(study)) == 2
