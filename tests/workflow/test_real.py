"""The same workflow on real scans: it ends, accounts for every file and lets no name through."""

import os
import shutil
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.data import get_testdata_file

from bonescint.files import read_rows
from tests.workflow.runner import ROOT, Edit, configure, few_questions, snakemake

OVERLAY = ROOT / "tests" / "workflow" / "real_scans.yaml"
FOLDER = Path(os.environ.get("BONESCINT_REAL_DATA", ROOT.parent / "shared" / "data" / "real"))
BUNDLED = Path(str(get_testdata_file("JPGExtended.dcm", download=False)))

pytestmark = pytest.mark.real_data


def prepare(folder: Path, scans: list[Path]) -> None:
    """Lay the scans below real/dicom and write the hospital's tables for them."""
    raw = folder / "real" / "dicom"
    raw.mkdir(parents=True)
    ids: set[str] = set()
    days: set[str] = set()
    for number, scan in enumerate(scans):
        copy = raw / f"{number:03d}_{scan.name}"
        shutil.copy(scan, copy)
        if "nm-nema" in scan.parts:
            # one scan in five encodings with one SOP Instance UID. Each gets a UID of its own;
            # otherwise all would be refused as a conflict, as those of misc-* are
            uid = pydicom.dcmread(scan, specific_tags=["SOPInstanceUID"]).SOPInstanceUID.encode()
            copy.write_bytes(copy.read_bytes().replace(uid, uid[:-4] + b"%04d" % (1000 + number)))
        try:
            header = pydicom.dcmread(scan, stop_before_pixels=True, force=True)
        except Exception:  # noqa: S112
            continue
        ids.add(str(header.get("PatientID", "")).strip())
        days.add(str(header.get("StudyDate", "")))
    real = folder / "real"
    lines = ["患者ID,試験番号", *(f'"{i}",HS2022-005' for i in sorted(ids) if i)]
    (real / "participants.csv").write_text("\n".join(lines), encoding="utf-8")
    (real / "opt_out.csv").write_text("患者ID,申出日,申出者,理由,続柄,備考\n", encoding="utf-8")
    iso = [d.replace(".", "") for d in sorted(days)]
    rows = [f"{d[:4]}-{d[4:6]}-{d[6:]},MDP" for d in iso if len(d) == 8]
    (real / "tracers.csv").write_text("\n".join(["検査日,薬剤", *rows]), encoding="utf-8")
    for name, header_line in {
        "bonenavi": "患者ID,検査日,BSI(%),Hotspot数,ANN,状態",
        "vsbone2": "PatientID,StudyDate,BSI,HotSpots,Status",
        "vsbone3": "患者ID,検査日,BSI値(%),ホットスポット数,解析状態",
        "readings": "患者ID,検査日,転移数,転移の有無,EOD,所見",
    }.items():
        (real / f"{name}.csv").write_text(header_line + "\n", encoding="utf-8")


def accounts(folder: Path) -> dict[str, str]:
    """Return the path below real/dicom -> what became of it."""
    private = folder / "private"
    found = {r["path"]: r["reason"] for r in read_rows(private / "unreadable.csv")}
    found |= {r["path"]: r["reason"] for r in read_rows(private / "excluded.csv")}
    for table in (private / "refused").glob("*.csv"):
        found |= {r["path"]: r["reason"] for r in read_rows(table)}
    written = [r["path"] for r in read_rows(private / "cohort.csv") if r["path"] not in found]
    return found | dict.fromkeys(written, "written")


def names(scan: Path) -> set[bytes]:
    header = pydicom.dcmread(scan, stop_before_pixels=True, force=True)
    wanted = {str(header.get("PatientName", "")), str(header.get("PatientID", ""))}
    element = header.get((0x0009, 0x1040))
    if element is not None:
        value = element.value
        wanted.add(value.decode("latin-1") if isinstance(value, bytes) else str(value))
    return {w.strip().encode() for w in wanted if len(w.strip()) > 3}


def assert_no_trace(folder: Path, wanted: set[bytes]) -> None:
    for side in ("results", "logs", ".snakemake"):
        for path in (folder / side).rglob("*"):
            if path.is_file():
                content = path.read_bytes().lower()
                assert not [w for w in wanted if w.lower() in content], path


def run(folder: Path, scans: list[Path], edit: Edit | None = None) -> dict[str, str]:
    configure(folder, edit)
    prepare(folder, scans)
    snakemake(folder, "--configfile", str(OVERLAY))
    fates = accounts(folder)
    files = {p.name for p in (folder / "real" / "dicom").iterdir() if not p.name.startswith(".")}
    assert set(fates) == files
    flow = next(read_rows(folder / "results" / "metrics" / "flow.csv"))
    assert int(flow["files"]) == len(files)
    return fates


def assert_pixels_identical(folder: Path) -> int:
    """Compare every written file's decoded pixels with its source's; return how many there were."""
    sources = [
        pydicom.dcmread(folder / "real" / "dicom" / r["path"])
        for r in read_rows(folder / "private" / "cohort.csv")
    ]
    decoded = []
    for source in sources:
        try:
            decoded.append(source.pixel_array)
        except Exception:  # noqa: S112
            continue  # refused as undecodable
    written = sorted((folder / "results" / "dicom").rglob("*.dcm"))
    for file in written:
        pixels = pydicom.dcmread(file).pixel_array
        assert any(np.array_equal(pixels, other) for other in decoded), file.name
    return len(written)


def test_pydicoms_own_bone_scan(tmp_path: Path) -> None:
    assert b"ANONYMIZED" not in names(BUNDLED)
    wanted = names(BUNDLED)
    assert wanted
    assert run(tmp_path, [BUNDLED]) == {"000_JPGExtended.dcm": "written"}
    assert assert_pixels_identical(tmp_path) == 1
    assert_no_trace(tmp_path, wanted)
    report = (tmp_path / "results" / "report.html").read_text(encoding="utf-8")
    assert "SYNTHETIC" not in report


def test_every_real_file(tmp_path: Path) -> None:
    if not FOLDER.is_dir():
        pytest.skip("no folder of real DICOM files (BONESCINT_REAL_DATA)")
    scans = sorted(p for p in FOLDER.rglob("*") if p.is_file() and p.name != "SOURCES.tsv")
    fates = run(tmp_path, scans, few_questions)
    assert len(fates) == len(scans)
    written = [path for path, fate in fates.items() if fate == "written"]
    assert written
    assert assert_pixels_identical(tmp_path) == len(written)
    nm1 = {path.split("_", 1)[1]: fate for path, fate in fates.items() if "NM1_" in path}
    assert [name for name, fate in sorted(nm1.items()) if fate == "written"] == [
        "NM1_J2KI",
        "NM1_J2KR",
        "NM1_JPLL",
        "NM1_UNC",
    ]
    same_uid = [fate for path, fate in fates.items() if path.endswith("JPEG2000_UNC.dcm")]
    assert same_uid == ["conflict"]
    for scan in scans:
        if "nm-nema" in scan.parts:
            assert_no_trace(tmp_path, names(scan))
