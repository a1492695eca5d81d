"""The demonstration as a whole: files, headers, tables, repeatability."""

import csv
import hashlib
import runpy
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from collections import Counter, defaultdict
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pydicom
import pytest
from scripts.demo.make_demo_cohort import make_demo_cohort

from bonescint.demo.patients import LEFT_OUT
from bonescint.demo.results import SOFTWARE
from bonescint.names.ids import normalise
from bonescint.resources import ROOT

SCRIPT = ROOT / "scripts" / "demo" / "make_demo_cohort.py"
DEMO = {"seed": 5, "women_per_tracer": 6, "with_findings": 6}
COHORT = {"exam_from": "2019-06-01", "exam_to": "2019-09-30", "sex": "F"}
READERS = ("reader1", "reader2", "reader3")
EXPORTS = {n: f"exports/{n}.{'xlsx' if n == 'vsbone3' else 'csv'}" for n in SOFTWARE}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("demo")
    make_demo_cohort(
        dicom=root / "dicom",
        participants=root / "participants.csv",
        opt_out=root / "opt_out.csv",
        exports={name: root / path for name, path in EXPORTS.items()},
        second={"bonenavi": root / "exports/bonenavi_second.csv"},
        readings={name: root / f"readings/{name}.xlsx" for name in READERS},
        truth=root / "truth.csv",
        settings=DEMO,
        cohort=COHORT,
        preceding_study="HS2022-005",
        workers=2,
    )
    return root


@pytest.fixture(scope="module")
def truth(demo: Path) -> dict[str, dict[str, str]]:
    with (demo / "truth.csv").open(encoding="utf-8-sig") as stream:
        return {row["patient_id"]: row for row in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def objects(demo: Path, truth: dict[str, dict[str, str]]) -> dict[Path, pydicom.Dataset]:
    whole = [pid for pid, row in truth.items() if row["kind"] != "truncated"]
    paths = sorted(path for pid in whole for path in (demo / "dicom").glob(f"*/{pid}/*_NM/*/*"))
    return {path: pydicom.dcmread(path) for path in paths}


def _table(path: Path) -> list[dict[str, object]]:
    if path.suffix == ".xlsx":
        book = openpyxl.load_workbook(path)
        rows = list(book.worksheets[0].iter_rows(values_only=True))
    else:
        encoding = "cp932" if path.name in ("bonenavi.csv", "participants.csv") else "utf-8-sig"
        with path.open(encoding=encoding, newline="") as stream:
            rows = [tuple(row) for row in csv.reader(stream)]
    return [dict(zip(map(str, rows[0]), row, strict=True)) for row in rows[1:]]


def _hashes(root: Path) -> dict[str, str]:
    files = sorted(path for path in root.rglob("*") if path.is_file() and path.name != "job.log")
    return {str(p.relative_to(root)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_same_settings_give_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    output = {
        "dicom": "dicom", "participants": "participants.csv", "opt_out": "opt_out.csv",
        "truth": "truth.csv", "bonenavi_second": "exports/bonenavi_second.csv", **EXPORTS,
        **{name: f"readings/{name}.xlsx" for name in READERS},
    }  # fmt: skip
    snakemake = SimpleNamespace(
        output=SimpleNamespace(**{name: str(tmp_path / path) for name, path in output.items()}),
        params=SimpleNamespace(demo=DEMO, cohort=COHORT, preceding_study="HS2022-005"),
        threads=1,
        log=[str(tmp_path / "job.log")],
    )
    # the adapter, one process instead of two
    runpy.run_path(str(SCRIPT), init_globals={"snakemake": snakemake}, run_name="__main__")
    assert _hashes(tmp_path) == _hashes(demo)
    log = (tmp_path / "job.log").read_text(encoding="utf-8")
    assert "42 patients" in log


def test_patients_of_each_kind(truth: dict[str, dict[str, str]]) -> None:
    assert Counter(row["kind"] for row in truth.values()) == {"study": 12, **LEFT_OUT}
    assert min(LEFT_OUT.values()) >= 2  # several of each
    study = [row for row in truth.values() if row["included"] == "1"]
    assert Counter(row["tracer"] for row in study) == {"MDP": 6, "HMDP": 6}
    assert sum(int(row["metastasis"]) for row in study) == 6
    assert all((row["lesions"] == "0") == (float(row["true_bsi"]) == 0) for row in truth.values())


def test_every_file_is_accounted_for(demo: Path, truth: dict[str, dict[str, str]]) -> None:
    files = [path for path in (demo / "dicom").rglob("*") if path.is_file()]
    loose = {path.name for path in files if path.parent == demo / "dicom"}
    assert loose == {"README.txt", "empty.dcm", "DICOMDIR"}
    assert len(files) - len(loose) == sum(int(row["files"]) for row in truth.values())
    copies = [path for path in files if path.name.startswith("copy_of_")]
    assert len(copies) == 2
    for copy in copies:
        twin = copy.with_name(copy.name.removeprefix("copy_of_"))
        assert copy.read_bytes() == twin.read_bytes()


def test_truncated_files_cannot_be_read_whole(demo: Path, truth: dict[str, dict[str, str]]) -> None:
    cut = [pid for pid, row in truth.items() if row["kind"] == "truncated"]
    sizes = [p.stat().st_size for pid in cut for p in (demo / "dicom").rglob(f"{pid}/*/WB/*")]
    # one inside the header, one inside the pixels
    assert len(sizes) == 2 and min(sizes) < 10_000 and 100_000 < max(sizes) < 500_000


def test_headers_are_those_of_the_patient(
    objects: dict[Path, pydicom.Dataset], truth: dict[str, dict[str, str]]
) -> None:
    charsets, syntaxes, sizes, ages = set(), set(), Counter(), Counter()
    for path, ds in objects.items():
        row = truth[ds.PatientID]
        assert ds.StudyDate == row["exam_date"].replace("-", "")
        assert ds.PatientSex == row["sex"]
        assert "合成病院" in ds.InstitutionName and "合成データ" in ds.ImageComments
        assert ds.Manufacturer.startswith("SYNTHETIC")
        romaji, kanji, kana = str(ds.PatientName).split("=")
        assert romaji.isascii() and "\ufffd" not in str(ds.PatientName)
        assert kanji.count("^") == kana.count("^") == 1
        assert all("\u4e00" <= c <= "\u9fff" for c in kanji.replace("^", ""))
        assert all("ァ" <= c <= "ー" or "ｦ" <= c <= "ﾟ" for c in kana.replace("^", ""))
        charsets.add(row["charset"])
        syntaxes.add(ds.file_meta.TransferSyntaxUID)
        sizes[ds.PatientSize == 0] += 1
        ages["PatientAge" in ds] += 1
        assert ds.SOPInstanceUID.startswith("2.25.") and ds.SOPInstanceUID.is_valid, path
    assert len(charsets) == 4 and len(syntaxes) == 2
    assert min(sizes.values()) > 0 and len(sizes) == 2 and len(ages) == 2
    by_uid = defaultdict(set)
    for path, ds in objects.items():
        by_uid[ds.SOPInstanceUID].add(path.name.removeprefix("copy_of_") + path.parent.name)
    assert all(len(names) == 1 for names in by_uid.values())


def test_siemens_style(objects: dict[Path, pydicom.Dataset]) -> None:
    scans = [d for p, d in objects.items() if p.parent.name == "WB" and "Siemens" in d.Manufacturer]
    assert scans
    for ds in scans:
        assert ds.pixel_array.shape == (2, 1024, 256) and ds.pixel_array.dtype == "uint16"
        assert all(abs(float(total) - 1.1e6) < 6000 for total in ds.pixel_array.sum((1, 2)))
        assert ds.DetectorVector == [1, 2]
        detectors = ds.DetectorInformationSequence
        assert [d.StartAngle for d in detectors] == [180, 0]
        assert {d.ViewCodeSequence[0].CodingSchemeDesignator for d in detectors} == {"99NMG"}
        item = ds.RadiopharmaceuticalInformationSequence[0]
        assert item.Radiopharmaceutical and "RadiopharmaceuticalCodeSequence" not in item
        assert item.RadionuclideCodeSequence[0].CodingSchemeDesignator == "99SDM"
        assert ds.CountsAccumulated is None
        assert max(ds.keys()) > 0x7FE00010 and max(ds.keys()).group == 0x7FE3


def test_ge_style(objects: dict[Path, pydicom.Dataset]) -> None:
    exams: dict[str, dict[str, pydicom.Dataset]] = defaultdict(dict)
    for path, ds in objects.items():
        if path.parent.name == "WB" and "GE" in ds.Manufacturer:
            assert ds.pixel_array.shape == (1024, 256)
            name = ds.private_block(0x0011, "GEMS_GENIE_1")[0x12].value
            exams[ds.StudyInstanceUID][str(name)] = ds
            patient = str(ds.private_block(0x0009, "GEMS_GENIE_1")[0x40].value)
            assert patient.replace(",", "^") == str(ds.PatientName).split("=")[0]
            # nothing public tells the view
            assert "ViewCodeSequence" not in ds.DetectorInformationSequence[0]
            assert not ds.DetectorInformationSequence[0].get("ImageOrientationPatient")
    assert exams
    for pair in exams.values():
        assert pair.keys() == {"WHOLE BODY_E", "WHOLE BODY_F"}
        # the kidneys lie at the back: posterior counts beside the lumbar spine
        kidneys = {k: d.pixel_array[290:330, 95:110].mean() for k, d in pair.items()}
        assert kidneys["WHOLE BODY_F"] > kidneys["WHOLE BODY_E"]


def test_what_is_no_late_whole_body_scan(objects: dict[Path, pydicom.Dataset]) -> None:
    by_series = defaultdict(list)
    for path, ds in objects.items():
        by_series[path.parent.name].append(ds)
    assert by_series.keys() == {"WB", "EARLY", "SPECT", "SCREEN"}
    for ds in by_series["EARLY"]:
        assert ds.ImageType[2] == "WHOLE BODY"
        assert any(word in ds.SeriesDescription for word in ("early", "早期"))
    assert {d.ImageType[2] for d in by_series["SPECT"]} == {"TOMO"}
    for ds in by_series["SCREEN"]:
        assert ds.SOPClassUID.name == "Secondary Capture Image Storage"
        assert ds.BitsAllocated == 8 and "(simulated)" in ds.SeriesDescription


@pytest.mark.parametrize("software", SOFTWARE)
def test_exports(demo: Path, truth: dict[str, dict[str, str]], software: str) -> None:
    rows = _table(demo / EXPORTS[software])
    by_subject = {normalise(pid): row for pid, row in truth.items()}
    names = [key for key in rows[0] if key in ("患者ID", "PatientID")]
    seen = [by_subject[normalise(str(row[names[0]]))] for row in rows]
    assert {row["tracer"] for row in seen} == {SOFTWARE[software].tracer}
    assert sum(row["kind"] == "study" for row in seen) == 6
    assert all(list(row.values())[-2] == SOFTWARE[software].label for row in rows)
    assert all("(simulated)" in str(list(row.values())[-2]) for row in rows)
    assert all(list(row.values())[-1] == "SYNTHETIC / 合成データ" for row in rows)


def test_the_second_transcription_says_the_same_in_other_signs(demo: Path) -> None:
    first, second = (
        _table(demo / f"exports/{name}.csv") for name in ("bonenavi", "bonenavi_second")
    )
    assert first != second
    typed = {row["患者ID"]: row for row in second}
    for row in first:
        for column, value in row.items():
            other = unicodedata.normalize("NFKC", str(typed[row["患者ID"]][column]))
            if column == "BSI(%)" and value:
                assert float(str(value)) == float(other)
            else:
                assert unicodedata.normalize("NFKC", str(value)) == other


def test_readings(demo: Path, truth: dict[str, dict[str, str]]) -> None:
    counts = []
    subjects = {normalise(pid): row for pid, row in truth.items()}
    for name in READERS:
        rows = _table(demo / f"readings/{name}.xlsx")
        counts.append(len(rows))
        for row in rows:
            case = subjects[normalise(str(row["患者ID"]))]
            assert f"{row['検査日']:%Y-%m-%d}" == case["exam_date"]
            assert (row["転移の有無"] == "有") == (row["転移数"] > 0)  # type: ignore[operator]
            assert row["備考"] == "SYNTHETIC / 合成データ"
    assert counts[0] == counts[1] == counts[2] + 1
    with zipfile.ZipFile(demo / "readings/reader1.xlsx") as book:
        assert b"creator></" in book.read("docProps/core.xml")  # R35: no author


def test_lists(demo: Path, truth: dict[str, dict[str, str]]) -> None:
    kinds = {normalise(pid): row["kind"] for pid, row in truth.items()}
    rows = _table(demo / "participants.csv")
    spelled = defaultdict(set)
    for row in rows:
        spelled[kinds[normalise(str(row["患者ID"]))]].add(row["試験番号"])
    assert spelled["study"] == {"HS2022-005", "HS-2022-005"}
    assert spelled["not_participant"] == {"HS2099-001"}
    out = _table(demo / "opt_out.csv")
    found = [kinds.get(normalise(str(row["患者ID"])), "nobody") for row in out]
    assert Counter(found) == {"opt_out_self": 4, "opt_out_proxy": 3, "nobody": 1}
    assert any(not str(row["患者ID"]).isascii() for row in out)  # full-width digits
    assert Counter((row["申出者"], bool(row["理由"]), bool(row["続柄"])) for row in out) == {
        ("本人", False, False): 5,
        ("代諾者", True, True): 2,
        ("代諾者", False, False): 1,
    }


def test_objects_pass_dciodvfy(objects: dict[Path, pydicom.Dataset]) -> None:
    checker = shutil.which("dciodvfy", path=str(Path(sys.executable).parent))
    if not checker:
        pytest.skip("dciodvfy (package dicom3tools) is not installed")
    errors = Counter()
    for path in objects:
        done = subprocess.run([checker, str(path)], capture_output=True, check=False)
        text = done.stderr.decode("utf-8", "replace") + done.stdout.decode("utf-8", "replace")
        errors.update(line for line in text.splitlines() if line.startswith("Error"))
    assert not errors
