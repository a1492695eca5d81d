import runpy

import numpy as np
import pytest

from bonescint.files import read_rows
from bonescint.resources import ROOT
from bonescint.stats.estimate import read_estimates
from estimate_accuracy import CURVE_COLUMNS, estimate_accuracy
from tests.unit.metrics_tables import (
    SETTINGS,
    assert_worded,
    notes,
    snakemake_object,
    write_measurements,
    write_reference,
)

TRUTH = {"C1": 1, "C2": 1, "C3": 1, "C4": 0, "C5": 0, "C6": 0, "C7": None, "C8": 1}
RESULTS = {
    "vsbone2": {
        "C1": (3.0, 9), "C2": (1.0, 2), "C3": (0.2, 0), "C4": (0.0, 0), "C5": (0.4, 1),
        "C6": (1.5, 4), "C7": (0.9, 2), "C8": "segmentation_failed", "C9": (2.0, 2),
    },
}  # fmt: skip


def run(tmp_path, truth=TRUTH, results=RESULTS, software=("vsbone2",), settings=SETTINGS):
    estimate_accuracy(
        write_reference(tmp_path / "reference.csv", truth),
        write_measurements(tmp_path / "measurements.csv", results),
        software,
        settings,
        tmp_path / "accuracy.csv",
        tmp_path / "curves.csv",
    )
    rows = list(read_estimates(tmp_path / "accuracy.csv"))
    assert_worded(rows)
    return rows


def test_rows_of_a_software(tmp_path):
    rows = run(tmp_path)
    bsi = [row for row in rows if notes(row)["metric"] == "bsi"]
    assert [(row.measure, row.ci_method) for row in bsi] == [
        ("auc", "delong_logit"),
        ("auc", "delong_wald"),
        ("sensitivity", "wilson"),
        ("specificity", "wilson"),
        ("accuracy", "wilson"),
    ]
    assert len(rows) == 10
    assert {(r.question, r.subject, r.reference) for r in rows} == {
        ("accuracy", "vsbone2", "consensus")
    }
    auc, _, sensitivity, specificity, accuracy = bsi
    assert auc.estimate == pytest.approx(6 / 9)
    # positive at or above the cut-off
    assert sensitivity.estimate == specificity.estimate == pytest.approx(2 / 3, rel=1e-9)
    assert accuracy.estimate == pytest.approx(4 / 6, rel=1e-9)
    assert notes(sensitivity)["count"] == "2/3"
    assert notes(sensitivity)["cutoff"] == "1"


def test_who_is_left_out_is_counted(tmp_path):
    for row in run(tmp_path):
        # C7 is a tie, C9 was never read, C8 failed
        assert (row.n, row.n_positive) == (6, 3)
        assert notes(row)["left_out_no_reference"] == "2"
        assert notes(row)["left_out_segmentation_failed"] == "1"


def test_curves(tmp_path):
    run(tmp_path)
    points = [row for row in read_rows(tmp_path / "curves.csv") if row["metric"] == "bsi"]
    assert points[0] == dict(zip(CURVE_COLUMNS, ("vsbone2", "bsi", "inf", "0", "0"), strict=True))
    assert points[-1]["true_positive_rate"] == points[-1]["false_positive_rate"] == "1"
    assert {"3", "1.5", "1", "0.4", "0.2", "0"} == {p["threshold"] for p in points[1:]}


@pytest.mark.parametrize(
    ("truth", "results", "status"),
    [
        ({}, {}, "no data"),
        (TRUTH, {}, "no data"),
        ({}, RESULTS, "no data"),
        (dict.fromkeys(TRUTH, 1), RESULTS, "one class"),
        (dict.fromkeys(TRUTH, 0), RESULTS, "one class"),
        (TRUTH, {"vsbone2": dict.fromkeys(TRUTH, (0.0, 0))}, "constant"),
        (TRUTH, {"vsbone2": dict.fromkeys(TRUTH, "missing")}, "no data"),
    ],
)
def test_degenerate_cohorts(tmp_path, truth, results, status):
    rows = run(tmp_path, truth, results)
    assert len(rows) == 10
    for row in rows:
        if row.measure == "auc":
            assert row.status == status
        if row.status != "ok":
            assert np.isnan([row.ci_low, row.ci_high]).all()


def test_no_software_and_no_cutoffs(tmp_path):
    assert run(tmp_path, software=()) == []
    assert {row.measure for row in run(tmp_path, settings=SETTINGS | {"cutoffs": []})} == {"auc"}


def test_two_cutoffs_of_one_metric(tmp_path):
    cutoffs = [{"metric": "bsi", "value": v} for v in (0.46, 1)]
    rows = run(tmp_path, settings={"confidence": 0.9, "cutoffs": cutoffs})
    sensitivity = [row for row in rows if row.measure == "sensitivity"]
    assert [notes(row)["cutoff"] for row in sensitivity] == ["0.46", "1"]


def test_same_input_same_bytes(tmp_path):
    run(tmp_path)
    first = (tmp_path / "accuracy.csv").read_bytes()
    run(
        tmp_path,
        dict(reversed(TRUTH.items())),
        {"vsbone2": dict(reversed(RESULTS["vsbone2"].items()))},
    )
    assert (tmp_path / "accuracy.csv").read_bytes() == first


def test_adapter(tmp_path):
    run(tmp_path)
    fake = snakemake_object(
        tmp_path,
        {
            "reference": str(tmp_path / "reference.csv"),
            "measurements": str(tmp_path / "measurements.csv"),
        },
        {"table": str(tmp_path / "out.csv"), "curves": str(tmp_path / "out_curves.csv")},
        {"software": {"vsbone2": {"label": "VSBONE 2.0"}}, "settings": SETTINGS},
    )
    runpy.run_path(str(ROOT / "scripts/estimate_accuracy.py"), {"snakemake": fake}, "__main__")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "accuracy.csv").read_bytes()
    assert (tmp_path / "out_curves.csv").read_bytes() == (tmp_path / "curves.csv").read_bytes()
