import numpy as np
import pytest

from bonescint.files import read_rows
from tests.scripts.study_tables import SOFTWARE_PARAM, Study, notes

MEASURES = [
    "auc_difference",
    *("sensitivity_difference", "sensitivity_difference"),
    *("specificity_difference", "specificity_difference"),
    "nri",
    "matched_sensitivity_difference",
    "partial_auc_standardised_difference",
    "partial_auc_difference",
]
CODES = [f"C{i:02}" for i in range(20)]
TRUTH = {code: int(i < 10) for i, code in enumerate(CODES)}
OLD = {code: (round(0.3 + 0.13 * ((i * 7) % 11), 2), i % 5) for i, code in enumerate(CODES)}
NEW = {code: (round(bsi * (1.4 if i < 10 else 0.7), 2), n) for i, (code, (bsi, n)) in
       enumerate(OLD.items())}  # fmt: skip


def run(tmp_path, truth=TRUTH, old=OLD, new=NEW, **params):
    study = Study(tmp_path)
    study.truth, study.results = truth, {"vsbone2": old, "vsbone3": new}
    return study.answer("version_diagnosis", **params)


def of(rows, metric="bsi", cases=""):
    found = [row for row in rows if row.metric == metric and row.cases == cases]
    return {(row.measure, row.test): row for row in found}


def test_new_minus_old(tmp_path):
    rows = run(tmp_path)
    assert [row.measure for row in rows] == MEASURES * 2
    assert {(r.question, r.subject, r.comparator, r.reference) for r in rows} == {
        ("version_diagnosis", "vsbone3", "vsbone2", "consensus")
    }
    assert {(notes(r)["version"], notes(r)["comparator_version"]) for r in rows} == {("3.0", "2.0")}
    assert of(rows)["auc_difference", "delong_paired"].estimate > 0


def test_sensitivity_and_specificity_are_paired_by_case(tmp_path):
    bsi = of(run(tmp_path))
    ill, well = CODES[:10], CODES[10:]
    gained = sum(NEW[c][0] >= 1 > OLD[c][0] for c in ill)
    lost = sum(OLD[c][0] >= 1 > NEW[c][0] for c in ill)
    cleared = sum(OLD[c][0] >= 1 > NEW[c][0] for c in well)
    assert gained and cleared and not lost  # the table is worth testing on
    sensitivity = bsi["sensitivity_difference", "mcnemar_exact"]
    specificity = bsi["specificity_difference", "mcnemar_exact"]
    assert sensitivity.estimate == pytest.approx(gained / 10)
    assert notes(sensitivity)["only_subject"] == str(gained)
    assert notes(sensitivity)["only_comparator"] == "0"
    assert sensitivity.p_value == pytest.approx(min(1, 2 * 0.5**gained))
    assert specificity.estimate == pytest.approx(cleared / 10)
    assert (sensitivity.n, sensitivity.n_positive) == (20, 10)
    assert sensitivity.ci_method == "newcombe_paired"
    assert sensitivity.ci_low < sensitivity.estimate < sensitivity.ci_high
    beside = bsi["sensitivity_difference", "mcnemar_midp"]
    assert beside.ci_method == "tango"
    assert beside.p_value == pytest.approx(sensitivity.p_value - 0.5**gained)
    # of two categories it is the sum of the two differences
    (nri,) = (row for (measure, _), row in bsi.items() if measure == "nri")
    assert nri.estimate == pytest.approx(sensitivity.estimate + specificity.estimate)


def test_every_case_that_changed_by_code(tmp_path):
    run(tmp_path)
    rows = list(read_rows(tmp_path / "version_diagnosis.reclassified.csv"))
    bsi = {row["code"]: row for row in rows if row["metric"] == "bsi"}
    assert set(bsi) == {c for c in CODES if (NEW[c][0] >= 1) != (OLD[c][0] >= 1)}
    for code, row in bsi.items():
        up = NEW[code][0] > OLD[code][0]
        assert row["change"] == ("up" if up else "down")
        assert row["result"] == ("gained" if up == TRUTH[code] else "lost")
        assert (float(row["old_value"]), float(row["new_value"])) == (OLD[code][0], NEW[code][0])
        assert row["metastasis"] == str(TRUTH[code])
    assert not [row for row in rows if row["metric"] == "hotspots"]  # none of them changed


def test_only_judged_cases_with_both_results_count(tmp_path):
    new = NEW | {"C00": "segmentation_failed", "C01": "missing", "C99": (1.0, 1)}
    auc = of(run(tmp_path, truth=TRUTH | {"C02": None}, new=new))["auc_difference", "delong_paired"]
    assert auc.n == 17  # C99 has no older result, C02 is a tie
    assert notes(auc)["left_out_segmentation_failed"] == "1"
    assert notes(auc)["left_out_missing"] == "2"
    assert notes(auc)["left_out_no_reference"] == "1"


def test_a_failure_is_a_wrong_call_beside_the_complete_cases(tmp_path):
    ill = next(code for code in CODES[3:10] if NEW[code][0] >= 1)
    well = next(code for code in CODES[10:] if OLD[code][0] < 1)
    old = OLD | {ill: "segmentation_failed"}
    new = NEW | {well: "segmentation_failed", "C01": "missing", "C02": "not_analysed"}
    rows = run(tmp_path, old=old, new=new)
    found = of(rows, cases="failures_as_wrong")
    sensitivity = found["sensitivity_difference", "mcnemar_exact"]
    specificity = found["specificity_difference", "mcnemar_exact"]
    assert {(row.n, row.n_positive) for row in found.values()} == {(18, 8)}
    assert {(notes(r)["failed"], notes(r)["comparator_failed"]) for r in found.values()} == {
        ("1", "1")
    }
    assert {
        (notes(r)["left_out_missing"], notes(r)["left_out_not_analysed"]) for r in found.values()
    } == {("1", "1")}
    complete = of(rows)
    for measure, counted, one_more in (
        ("sensitivity_difference", sensitivity, "only_subject"),
        ("specificity_difference", specificity, "only_comparator"),
    ):
        before = notes(complete[measure, "mcnemar_exact"])
        assert int(notes(counted)[one_more]) == int(before[one_more]) + 1
    assert not [key for key in found if key[0] == "nri"]
    assert not of(run(tmp_path), cases="failures_as_wrong")  # nothing failed


def test_identical_versions(tmp_path):
    rows = run(tmp_path, new=OLD)
    assert {row.status for row in rows} == {"identical", "no discordant pairs"}
    assert {row.p_value for row in rows if row.test} == {1.0}
    assert {row.estimate for row in rows} == {0.0}
    assert np.isnan([(row.ci_low, row.ci_high) for row in rows]).all()


def test_three_versions_are_three_pairs(tmp_path):
    pairs = [["vsbone2", "vsbone3"], ["vsbone2", "vsbone4"], ["vsbone3", "vsbone4"]]
    software = SOFTWARE_PARAM | {"vsbone4": SOFTWARE_PARAM["vsbone3"] | {"version": "4.0"}}
    rows = run(tmp_path, version_pairs=pairs, software=software)
    assert len({(row.subject, row.comparator) for row in rows}) == 3
    assert run(tmp_path, version_pairs=[]) == []
