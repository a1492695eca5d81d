"""A batch through the research reference analyser, with a stand-in for the network."""

from pathlib import Path
from typing import Any

import pytest
from pydicom import dcmread
from scripts.analyser.gather_analyses import gather_analyses

from bonescint.analyser.spots import Spot
from bonescint.files import read_rows, write_rows
from bonescint.resources import both
from scripts.analyser import analyse_batch as module
from tests.scripts.outputs.results import write_scans
from tests.unit.analyser.test_gate import drawn

CODES = {"BS-22222": "MDP", "BS-33333": "HMDP", "BS-44444": "HMDP"}
SAID = both("analyser_use", "disclaimer")


@pytest.fixture
def batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a scan of each tracer, an early one, and a case without files; return the folder."""
    write_scans(tmp_path, [{"code": code, "batch": "00"} for code in CODES])
    for code in CODES:
        path = tmp_path / "00" / code / "1.dcm"
        dataset = dcmread(path)
        dataset.Modality, dataset.PixelSpacing = "NM", [3.4, 3.4]
        dataset.ImageType = ["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"]
        dataset.SeriesDescription = "early blood pool" if code == "BS-44444" else "WHOLE BODY"
        dataset.save_as(path)
    rows = [{"code": code, "tracer": tracer} for code, tracer in CODES.items()]
    write_rows(tmp_path / "00.csv", ["code", "tracer"], [*rows, rows[0], {"code": "BS-55555"}])

    def stand_in(views: Any, spacing: Any) -> Any:
        assert set(views) == {"ANTERIOR", "POSTERIOR"} and spacing == (3.4, 3.4)
        spot = Spot("POSTERIOR", 100.4, 60.6, 123.4, "lumbar", 0.876, 1.5)
        found = drawn()
        return module.Analysis(
            **{**vars(found), "bsi": 1.5004, "spots": (spot,), "by_region": {"lumbar": 1.5004}}
        )

    monkeypatch.setattr(module, "analyse", stand_in)
    monkeypatch.setattr(module, "scan_fault", lambda scan: module_fault(scan))
    return tmp_path


def module_fault(scan: Any) -> str:
    # the scans of the tests are no whole bodies
    return "" if scan.views else min(scan.others, default="no_picture")


def run(folder: Path) -> list[Path]:
    paths = [folder / f"{name}.csv" for name in ("table", "regions", "marks")]
    module.analyse_batch(folder / "00", folder / "00.csv", *paths)
    return paths


def test_scans_of_every_tracer_are_read_and_what_is_refused_has_its_reason(batch: Path) -> None:
    table, regions, marks = run(batch)
    rows = {row["code"]: row for row in read_rows(table)}
    assert {code: (row["tracer"], row["status"], row["reason"]) for code, row in rows.items()} == {
        "BS-22222": ("MDP", "analysed", ""),
        "BS-33333": ("HMDP", "analysed", ""),
        "BS-44444": ("HMDP", "not_analysed", "early_phase"),
        "BS-55555": ("", "missing", "no_picture"),
    }
    assert [row["bsi"] for row in rows.values()] == ["1.500", "1.500", "", ""]
    assert {row["software"] for row in rows.values()} == {"reference"}
    assert {row["version"] for row in rows.values()} == {module.VERSION}
    assert [(row["code"], row["region"], row["hotspots"]) for row in read_rows(regions)] == [
        ("BS-22222", "lumbar", "1"), ("BS-33333", "lumbar", "1"),
    ]  # fmt: skip
    (spot, _) = (row for row in read_rows(marks) if row["mark"] == "spot")
    assert (spot["view"], spot["points"], spot["area_mm2"]) == ("posterior", "100 61", "123")
    assert sum(row["mark"] == "outline" for row in read_rows(marks)) > 20


def test_every_case_says_what_its_values_must_not_be_used_for(batch: Path) -> None:
    assert "診断に用いないこと" in SAID and "not for diagnosis" in SAID
    table, *others = run(batch)
    assert {row["disclaimer"] for row in read_rows(table)} == {SAID}
    for path in others:
        # once a case: a row of an outline would be four times as long
        first = {row["code"]: row["disclaimer"] for row in reversed(list(read_rows(path)))}
        assert set(first.values()) == {SAID} and len(first) == 2


def test_the_same_bytes_again_and_the_cases_of_the_study_alone(batch: Path) -> None:
    paths = run(batch)
    before = [path.read_bytes() for path in paths]
    assert [path.read_bytes() for path in run(batch)] == before
    write_rows(batch / "cases.csv", ["code"], [{"code": "BS-33333"}, {"code": "BS-44444"}])
    out = batch / "all.csv", batch / "parts.csv"
    gather_analyses([paths[0]] * 1, [paths[1]], batch / "cases.csv", *out)
    assert [row["code"] for row in read_rows(out[0])] == ["BS-33333", "BS-44444"]
    assert [row["code"] for row in read_rows(out[1])] == ["BS-33333"]
