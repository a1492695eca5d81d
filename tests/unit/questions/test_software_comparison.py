import numpy as np
import pytest

from tests.scripts.study_tables import Study, notes

TRUTH = {f"{group}{i}": int(i < 4) for group in "MH" for i in range(8)}
MDP = {f"M{i}": (round(2.1 - 0.25 * ((i * 3) % 8), 2), 8 - i) for i in range(8)}
HMDP = {f"H{i}": (round(1.9 - 0.2 * i, 2), (i * 5) % 8) for i in range(8)}
RESULTS = {"bonenavi": MDP, "vsbone3": HMDP}


def run(tmp_path, truth=TRUTH, results=RESULTS, pairs=(("bonenavi", "vsbone3"),)):
    study = Study(tmp_path)
    study.truth, study.results = truth, results
    return study.answer("software_comparison", product_pairs=pairs)


def test_every_row_is_unpaired_untested_and_says_that_it_is_confounded(tmp_path):
    rows = run(tmp_path)
    assert [row.measure for row in rows] == [
        "auc_difference",
        "power",
        "sensitivity_difference",
        "specificity_difference",
    ] * 2
    for row in rows:
        assert "confounded" in notes(row)
        assert (row.subject, row.comparator) == ("bonenavi", "vsbone3")
        assert row.test == "" and np.isnan([row.statistic, row.p_value]).all()
        assert {"z", "z_p"}.isdisjoint(notes(row))
        assert row.ci_method in ("delong_t", "newcombe", "")
        assert (row.n, row.n_positive) == (16, 8)


def test_differences_are_first_minus_second(tmp_path):
    _, power, sensitivity, specificity = run(tmp_path)[:4]
    assert 0.05 < power.estimate < 0.3  # of a difference of .1: eight cases a side tell little
    for row, ill in ((sensitivity, True), (specificity, False)):
        right = [
            [(bsi >= 1) == ill for code, (bsi, _) in cases.items() if TRUTH[code] == ill]
            for cases in (MDP, HMDP)
        ]
        assert row.estimate == pytest.approx(np.mean(right[0]) - np.mean(right[1]), abs=1e-9)
        assert notes(row)["count"] == f"{sum(right[0])}/4"
        assert notes(row)["count_comparator"] == f"{sum(right[1])}/4"
        assert row.ci_low < row.estimate < row.ci_high


def test_cases_left_out_are_counted_on_either_side(tmp_path):
    results = {
        "bonenavi": MDP | {"M0": "missing"},
        "vsbone3": HMDP | {"H0": "segmentation_failed", "H1": "segmentation_failed"},
    }
    for row in run(tmp_path, TRUTH | {"M7": None}, results):
        assert row.n == 12
        assert notes(row)["left_out_missing"] == "1"
        assert notes(row)["left_out_no_reference"] == "1"
        assert notes(row)["comparator_left_out_segmentation_failed"] == "2"


@pytest.mark.parametrize(
    ("truth", "results"),
    [
        ({}, {}),
        (TRUTH, {"bonenavi": MDP}),
        ({}, RESULTS),
        (TRUTH | {f"M{i}": 1 for i in range(8)}, RESULTS),
        (dict.fromkeys(TRUTH, 0), RESULTS),
        ({"M0": 1, "M1": 0, "H0": 1, "H1": 0}, RESULTS),
    ],
)
def test_degenerate_cohorts_keep_every_row(tmp_path, truth, results):
    rows = run(tmp_path, truth, results)
    assert len(rows) == 8
    assert rows[0].status != "ok"
    for row in rows:
        assert "confounded" in notes(row)
        if row.status != "ok":
            assert np.isnan([row.ci_low, row.ci_high, row.p_value]).all(), row


def test_no_pairs(tmp_path):
    assert run(tmp_path, pairs=()) == []
