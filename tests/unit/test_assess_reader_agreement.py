import runpy

import numpy as np
import pytest

from assess_reader_agreement import assess_reader_agreement
from bonescint.resources import ROOT
from bonescint.stats.estimate import read_estimates
from tests.unit.metrics_tables import (
    SETTINGS,
    assert_worded,
    notes,
    snakemake_object,
    write_reading,
)

ANSWERS = {
    "reader1": {f"C{i}": int(i < 5) for i in range(10)},
    "reader2": {f"C{i}": int(i < 6) for i in range(10)},
    "reader3": {f"C{i}": int(i < 5) for i in range(10)} | {"C9": None},
}


def run(tmp_path, answers):
    paths = [write_reading(tmp_path / f"{name}.csv", a) for name, a in answers.items()]
    assess_reader_agreement(paths, SETTINGS, tmp_path / "table.csv")
    rows = list(read_estimates(tmp_path / "table.csv"))
    assert_worded(rows)
    return rows


def test_all_readers_and_every_pair(tmp_path):
    rows = run(tmp_path, ANSWERS)
    assert [(row.subject, row.comparator, row.measure) for row in rows] == [
        ("all_readers", "", "percent_agreement"),
        ("all_readers", "", "fleiss_kappa"),
        ("reader1", "reader2", "percent_agreement"),
        ("reader1", "reader2", "cohen_kappa"),
        ("reader1", "reader3", "percent_agreement"),
        ("reader1", "reader3", "cohen_kappa"),
        ("reader2", "reader3", "percent_agreement"),
        ("reader2", "reader3", "cohen_kappa"),
    ]
    percent, fleiss, _, cohen, *_ = rows
    assert (percent.estimate, percent.n) == (pytest.approx(8 / 9), 9)  # C9 lacks a reader
    assert notes(percent)["not_read_by_all"] == "1"
    assert fleiss.n == 10
    assert 0 < fleiss.ci_low < fleiss.estimate < fleiss.ci_high <= 1
    assert cohen.estimate == pytest.approx((0.9 - 0.5) / 0.5)
    assert notes(cohen)["not_read_by_all"] == "0"
    assert rows[5].status == "complete agreement"


@pytest.mark.parametrize(
    ("answers", "count", "status"),
    [
        ({}, 2, "too few raters"),
        ({"reader1": ANSWERS["reader1"]}, 2, "too few raters"),
        ({"reader1": {}, "reader2": {}}, 4, "no data"),
        ({"reader1": {"C1": 1}, "reader2": {"C2": 1}}, 4, "no data"),
        ({name: {f"C{i}": 1 for i in range(5)} for name in ANSWERS}, 8, "constant"),
    ],
)
def test_degenerate_readings(tmp_path, answers, count, status):
    rows = run(tmp_path, answers)
    assert len(rows) == count
    assert {row.status for row in rows if "kappa" in row.measure} == {status}
    for row in rows:
        if row.status != "ok":
            assert np.isnan([row.ci_low, row.ci_high]).all()


def test_adapter(tmp_path):
    run(tmp_path, ANSWERS)
    fake = snakemake_object(
        tmp_path,
        {"readings": [str(tmp_path / f"{name}.csv") for name in ANSWERS]},
        {"table": str(tmp_path / "out.csv")},
        {"settings": SETTINGS},
    )
    runpy.run_path(
        str(ROOT / "scripts/assess_reader_agreement.py"), {"snakemake": fake}, "__main__"
    )
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "table.csv").read_bytes()
