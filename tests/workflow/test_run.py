"""The whole way on the demonstration: everything made, everybody accounted for, nothing leaked."""

import csv
import json
import re
import stat
import zipfile
from collections import Counter
from pathlib import Path

import openpyxl
import pydicom
import pytest

from bonescint.custody.destruction import TABLES
from bonescint.files import read_rows
from bonescint.identity.codes import CODE_PATTERN
from bonescint.identity.ledger import open_ledger
from bonescint.outputs.drawn import drawn_figures
from bonescint.outputs.workbook.charts import DRAWN as CHARTS
from tests.workflow.leaks import identifiers, leaks, open_to_others
from tests.workflow.runner import jobs, snakemake

KINDS = [
    "not_participant",
    "sex",
    "secondary_capture",
    "spect",
    "early",
    "outside_window",
    "tracer_other",
    "tracer_unknown",
    "duplicate",
]


def test_a_second_run_has_nothing_to_do(finished: Path) -> None:
    printed = snakemake(finished, "-n")
    assert "Nothing to be done" in printed
    assert jobs(printed) == {}


def test_every_output_is_there(finished: Path) -> None:
    figures = [f"figures/{n}.{form}" for n, one in drawn_figures().items() for form in one.formats]
    assert len(figures) > 15
    for name in ["study.xlsx", "report.html", "provenance.json", *figures]:
        assert (finished / "results" / name).stat().st_size > 500, name
    assert (finished / "results" / "report.html").stat().st_size < 5_000_000


def test_flow_adds_up(finished: Path) -> None:
    flow = list(read_rows(finished / "results" / "metrics" / "flow.csv"))
    found = int(flow[0]["files"])
    assert found == sum(p.is_file() for p in (finished / "demo" / "dicom").rglob("[!.]*"))
    cohort = next(i for i, r in enumerate(flow) if r["step"] == "cohort")
    early = flow[: cohort + 1]
    assert found == int(early[-1]["files"]) + sum(
        int(r["files"]) for r in early if r["kind"] == "out"
    )
    patients = next(int(r["patients"]) for r in flow if r["step"] == "readable")
    assert patients == int(early[-1]["patients"]) + sum(
        int(r["patients"] or 0) for r in early if r["kind"] == "out"
    )
    assert (early[-1]["patients"], early[-1]["MDP"], early[-1]["HMDP"]) == ("16", "8", "8")


@pytest.mark.parametrize("reason", ["not_dicom", "truncated", "opt_out", *KINDS])
def test_each_excluded_kind_has_its_reason(finished: Path, reason: str) -> None:
    flow = read_rows(finished / "results" / "metrics" / "flow.csv")
    assert sum(int(r["files"]) for r in flow if r["reason"] == reason) >= 1


def test_excluded_people_are_those_the_demonstration_made(finished: Path) -> None:
    with (finished / "demo" / "truth.csv").open(encoding="utf-8-sig", newline="") as stream:
        truth = list(csv.DictReader(stream))
    ledger = open_ledger(finished / "private" / "ledger.age", finished / "private" / "ledger.key")
    study = {r["patient_id"].lstrip("0") for r in truth if r["kind"] == "study"}
    assert len(study) == len(ledger) == 16
    assert all(ledger.code_of(subject) for subject in study)


def test_coded_dicom_carries_the_code_and_says_synthetic(finished: Path) -> None:
    files = sorted((finished / "results" / "dicom").rglob("*.dcm"))
    assert len(files) >= 16
    for file in files:
        dataset = pydicom.dcmread(file)
        code = file.parent.name
        assert re.fullmatch(CODE_PATTERN, code)
        assert dataset.PatientID == str(dataset.PatientName) == code
        assert "SYNTHETIC" in dataset.StudyDescription
        assert not any(element.tag.is_private for element in dataset)
    written = [
        row["code"]
        for table in (finished / "results" / "anonymization").glob("[0-9][0-9].csv")
        for row in read_rows(table)
        if row["status"] == "written"
    ]
    assert Counter(written) == Counter(file.parent.name for file in files)


def test_no_identifier_outside_demo_and_private(finished: Path) -> None:
    wanted = identifiers(finished)
    assert len(wanted) > 50
    assert leaks(finished, wanted) == []


def test_every_mode_after_a_run(finished: Path) -> None:
    assert list((finished / ".snakemake/metadata").iterdir())
    assert open_to_others(finished) == []


def test_private_side_is_closed(finished: Path) -> None:
    private = finished / "private"
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    for path in private.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path.name
    assert not (private / "index.csv").exists()
    ledger = open_ledger(private / "ledger.age", private / "ledger.key")
    codes = [ledger.code_of(s) or "" for s in ("1",)] + [
        row["code"] for row in read_rows(finished / "results" / "cases.csv")
    ]
    # no plain file pairs a code with an identity
    for path in private.rglob("*.csv"):
        text = path.read_text(encoding="utf-8")
        if any(code and code in text for code in codes):
            columns = ["code", "findings"]
            if path == private / "findings.csv":
                columns = ["code", "sha256", "kinds", "findings"]
            else:
                assert path.parent.name == "findings"
            assert list(next(read_rows(path))) == columns


def test_a_certificate_of_destruction_knows_all_that_is_private(finished: Path) -> None:
    ledgers = {".age", ".head", ".key", ".lock", ".mark"}
    found = {p.name for p in (finished / "private").iterdir() if p.suffix not in ledgers}
    assert found <= TABLES


def test_synthetic_is_said_everywhere(finished: Path) -> None:
    results = finished / "results"
    assert "SYNTHETIC" in (results / "report.html").read_text(encoding="utf-8")
    for figure in (results / "figures").glob("*.svg"):
        assert "SYNTHETIC" in figure.read_text(encoding="utf-8"), figure.name
    provenance = json.loads((results / "provenance.json").read_text(encoding="utf-8"))
    assert provenance["synthetic"] is True
    assert all(s["label"].endswith(" (simulated)") for s in provenance["software"].values())
    with zipfile.ZipFile(results / "study.xlsx") as book:
        sheets = [n for n in book.namelist() if n.startswith("xl/worksheets/sheet")]
        assert all("SYNTHETIC" in book.read(n).decode() for n in sheets)


def test_the_workbook_has_charts_pictures_and_where_the_rest_is(finished: Path) -> None:
    book = openpyxl.load_workbook(finished / "results/study.xlsx")
    sheet = book["図"]
    # curves of three software, differences and slopes of the versions
    assert len(sheet._charts) >= 6 and "図のデータ" in book.sheetnames
    assert len(sheet._images) == sum("png" in one.formats for one in drawn_figures().values())
    said = " ".join(str(c.value) for row in sheet.iter_rows() for c in row if c.value)
    for name, one in drawn_figures().items():
        elsewhere = "png" not in one.formats and name not in CHARTS
        assert (f"results/figures/{name}.svg" in said) == elsewhere, name
