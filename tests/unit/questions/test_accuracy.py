import numpy as np
import pytest

from bonescint.declared import columns
from bonescint.files import read_rows
from tests.scripts.study_tables import (
    SETTINGS,
    SOFTWARE_PARAM,
    answered,
    notes,
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


EOD = {"C1": 2, "C2": 1, "C3": 1, "C4": 0}


NO_SHAPE = {"matched_specificity": [], "partial_auc": None, "optimism": SETTINGS["optimism"]}


def run(tmp_path, truth=TRUTH, results=RESULTS, software=("vsbone2",), shape=NO_SHAPE):
    inputs = {
        "reference": str(write_reference(tmp_path / "reference.csv", truth, eod=EOD)),
        "measurements": str(write_measurements(tmp_path / "measurements.csv", results)),
    }
    params = {
        "software": {key: SOFTWARE_PARAM[key] for key in software},
        "settings": {"confidence": 0.95} | shape,
    }
    rows = answered(tmp_path, "accuracy", inputs, params)
    # those of other cases than its own: tests/unit/stats/test_case_sets.py
    return [row for row in rows if row.cases != "failures_as_wrong"]


def test_the_band_is_a_table_of_limits_along_the_curve(tmp_path):
    run(tmp_path, shape=NO_SHAPE | {"optimism": {"seed": 1, "replicates": 40}})
    rows = list(read_rows(tmp_path / "accuracy.roc_bands.csv"))
    assert list(rows[0]) == [*columns("roc_bands")]
    bsi = [row for row in rows if row["metric"] == "bsi"]
    assert [row["specificity"] for row in bsi][::24] == ["0.02", "0.5", "0.98"]
    assert {(row["n"], row["n_positive"], row["level"]) for row in bsi} == {("6", "3", "0.95")}
    # C1 alone is above C6; of three cases 1 - 0.3 allows two false alarms, as it must for limits
    at = {row["specificity"]: row for row in bsi}
    assert float(at["0.98"]["sensitivity"]) == pytest.approx(1 / 3)
    assert at["0.98"]["ci_low"] == ""
    assert float(at["0.3"]["ci_low"]) < float(at["0.3"]["sensitivity"])
    assert {row["status"] for row in bsi} == {"ok"}


def test_auc_with_both_limits_and_by_grade(tmp_path):
    rows = run(tmp_path)
    bsi = [row for row in rows if notes(row)["metric"] == "bsi"]
    assert [(row.ci_method, notes(row).get("eod")) for row in bsi] == [
        ("delong_logit", None),
        ("delong_wald", None),
        ("delong_logit", "1"),
        ("delong_logit", "2"),
    ]
    assert {row.measure for row in rows} == {"auc"}
    assert {(r.question, r.subject, r.reference) for r in rows} == {
        ("accuracy", "vsbone2", "consensus")
    }
    assert {notes(row)["version"] for row in rows} == {"2.0"}
    assert bsi[0].estimate == pytest.approx(6 / 9)
    # C2 and C3 against all without metastasis; then C1 alone
    assert (bsi[2].estimate, bsi[2].n, bsi[2].n_positive) == (pytest.approx(3 / 6), 5, 2)
    assert (bsi[3].estimate, bsi[3].n, bsi[3].status) == (1, 4, "too few")


def test_cases_left_out_are_counted(tmp_path):
    for row in run(tmp_path)[:2]:
        # C7 is a tie, C9 was never read, C8 failed
        assert (row.n, row.n_positive) == (6, 3)
        assert notes(row)["left_out_no_reference"] == "2"
        assert notes(row)["left_out_segmentation_failed"] == "1"


def test_a_case_whose_eod_contradicts_the_consensus_is_in_no_grade(tmp_path, monkeypatch):
    # C2 is positive with EOD 0, C5 negative with EOD 1
    monkeypatch.setitem(EOD, "C2", 0)
    monkeypatch.setitem(EOD, "C5", 1)
    overall, _, *graded = [row for row in run(tmp_path) if notes(row)["metric"] == "bsi"]
    assert (overall.n, "left_out_eod_contradicts" in notes(overall)) == (6, False)
    assert [notes(row)["eod"] for row in graded] == ["1", "2"]
    # C3 (.2), then C1 (3), against C4 (0) and C6 (1.5)
    assert [(row.n, row.n_positive, row.estimate) for row in graded] == [(3, 1, 0.5), (3, 1, 1)]
    assert {notes(row)["left_out_eod_contradicts"] for row in graded} == {"2"}


def test_sensitivity_at_a_matched_specificity_and_partial_auc(tmp_path):
    rows = [row for row in run(tmp_path, shape=SETTINGS) if notes(row)["metric"] == "bsi"]
    height, standardised, area = rows[2:5]
    assert [row.measure for row in rows[2:5]] == [
        "matched_sensitivity", "partial_auc_standardised", "partial_auc",
    ]  # fmt: skip
    # of three negative cases .3 may be called: 3 is above all of them
    assert (height.estimate, height.cutoff) == (pytest.approx(1 / 3), 3)
    assert notes(height)["matched_specificity"] == "0.9"
    assert area.estimate == pytest.approx(0.2 / 3)
    assert standardised.estimate == pytest.approx(0.5 + (0.2 / 3 - 0.02) / 0.36)
    assert {notes(row)["left_out_no_reference"] for row in rows[2:5]} == {"2"}
    assert all(np.isnan(row.p_value) for row in rows)


def test_curves(tmp_path):
    run(tmp_path)
    points = [
        row for row in read_rows(tmp_path / "accuracy.roc_curves.csv") if row["metric"] == "bsi"
    ]
    assert points[0] == dict(
        zip(columns("roc_curves"), ("vsbone2", "bsi", "inf", "0", "0"), strict=True)
    )
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
    rows = [row for row in run(tmp_path, truth, results) if "eod" not in notes(row)]
    assert [row.status for row in rows] == [status] * 4
    assert np.isnan([(row.ci_low, row.ci_high) for row in rows]).all()


def test_no_software(tmp_path):
    assert run(tmp_path, software=()) == []
