"""Stored values against today's: the same cases, today minus stored."""

from pathlib import Path

import pytest

from bonescint.files import write_rows
from bonescint.stats.estimate import Estimate
from tests.scripts.study_tables import (
    SETTINGS,
    SOFTWARE,
    SOFTWARE_PARAM,
    answered,
    notes,
    write_measurements,
)

Values = dict[str, tuple[float, int] | str]
TODAY: Values = {f"H{n}": (float(n), n) for n in range(8)} | {"H8": "segmentation_failed"}


def assess(folder: Path, today: Values, stored: Values) -> list[Estimate]:
    rows = []
    for code, result in stored.items():
        row = {"code": code, "software": "vsbone2"}
        if isinstance(result, str):
            rows.append(row | {"status": result})
        else:
            rows.append(row | {"status": "analysed", "bsi": result[0], "hotspots": result[1]})
    write_rows(folder / "vsbone2_stored.csv", SOFTWARE, rows)
    inputs = {
        "measurements": str(write_measurements(folder / "measurements.csv", {"vsbone2": today})),
        "repeats": [str(folder / "vsbone2_stored.csv")],
        "readings": [],
        "second_readings": [],
    }
    params = {"software": SOFTWARE_PARAM, "settings": SETTINGS}
    return answered(folder, "repeatability", inputs, params)


def values(rows: list[Estimate], metric: str, cutoff: str = "") -> dict[str, Estimate]:
    """Return measure -> its first row."""
    found: dict[str, Estimate] = {}
    for row in rows:
        if notes(row)["metric"] == metric and notes(row).get("cutoff", "") == cutoff:
            found.setdefault(row.measure, row)
    return found


def test_today_minus_stored_of_the_cases_of_today(tmp_path: Path) -> None:
    stored = {code: (value[0] + 0.5 * (n == 0), value[1]) for n, (code, value) in
              enumerate(list(TODAY.items())[:7])}  # fmt: skip
    # H7 was not stored; X is no case of this study
    rows = assess(tmp_path, TODAY, stored | {"X": (50.0, 50)})
    assert {(row.question, row.subject, row.comparator) for row in rows} == {
        ("repeatability", "vsbone2", "stored")
    }
    bsi = values(rows, "bsi")
    assert bsi["bias"].estimate == pytest.approx(-0.5 / 7) and bsi["bias"].n == 7
    assert notes(bsi["bias"])["left_out_missing"] == "1"
    assert notes(bsi["bias"])["left_out_segmentation_failed"] == "1"
    assert notes(bsi["bias"])["version"] == "2.0"
    assert notes(bsi["percent_agreement"])["count"] == "6/7"
    assert bsi["within_subject_sd"].estimate > 0
    assert values(rows, "hotspots")["within_subject_sd"].status == "identical"


def test_calls_at_the_cutoffs(tmp_path: Path) -> None:
    # a BSI of 1.0 is positive at the cut-off 1.0: H1 was positive before and is not today
    stored = {code: value for code, value in TODAY.items() if code != "H8"}
    today = TODAY | {"H1": (0.9, 1)}
    at = values(assess(tmp_path, today, stored), "bsi", cutoff="1")
    assert notes(at["percent_agreement"])["count"] == "7/8"
    assert 0 < at["cohen_kappa"].estimate < 1
    assert at["cohen_kappa"].ci_method == "fleiss_cohen_everitt_log"


def test_nothing_in_common(tmp_path: Path) -> None:
    rows = assess(tmp_path, {}, {})
    assert rows and {row.status for row in rows} <= {"no data", "too few", "constant"}
