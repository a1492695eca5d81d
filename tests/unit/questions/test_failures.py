import math

import pytest

from bonescint.stats.proportions import wilson
from tests.scripts.study_tables import answered, notes, write_measurements

SOFTWARE = {
    "bonenavi": {"version": "2.1"},
    "vsbone2": {"version": "2.0"},
    "vsbone3": {"version": "3.0"},
}
FAILED, ASIDE, MISSING = "segmentation_failed", "not_analysed", "missing"
CODES = [f"C{i:02}" for i in range(20)]
GOOD = dict.fromkeys(CODES, (1.0, 1))
OLD = GOOD | {"C00": FAILED, "C01": FAILED, "C02": FAILED, "C03": FAILED, "C04": ASIDE}
NEW = GOOD | {"C00": FAILED, "C05": FAILED, "C06": MISSING, "C07": MISSING}


def run(tmp_path, results, pairs=(("vsbone2", "vsbone3"),)):
    inputs = {"measurements": str(write_measurements(tmp_path / "measurements.csv", results))}
    params = {"software": SOFTWARE, "version_pairs": pairs, "settings": {"confidence": 0.95}}
    return answered(tmp_path, "failures", inputs, params)


def of(rows, subject, measure):
    (row,) = (r for r in rows if (r.subject, r.measure, r.comparator) == (subject, measure, ""))
    return row


def test_of_each_software_what_failed_was_left_aside_and_is_missing(tmp_path):
    rows = run(tmp_path, {"vsbone2": OLD, "vsbone3": NEW})
    assert {row.question for row in rows} == {"failures"}
    failed = of(rows, "vsbone2", FAILED)
    expected = wilson(4, 20)
    assert (failed.n, notes(failed)["count"], failed.ci_method) == (20, "4/20", "wilson")
    assert (failed.ci_low, failed.ci_high) == pytest.approx((expected.ci_low, expected.ci_high))
    assert notes(of(rows, "vsbone2", ASIDE))["count"] == "1/20"
    # of the cases that the table lists, and of all cases of the tracer
    assert notes(of(rows, "vsbone3", FAILED))["count"] == "2/18"
    assert notes(of(rows, "vsbone3", MISSING))["count"] == "2/20"
    assert {row.n_positive for row in rows} == {None}  # that counts metastases, not failures
    assert notes(failed)["version"] == "2.0"


def test_versions_are_compared_on_the_cases_that_both_tried(tmp_path):
    rows = run(tmp_path, {"vsbone2": OLD, "vsbone3": NEW})
    exact, midp = [row for row in rows if row.comparator]
    assert (exact.subject, exact.comparator) == ("vsbone3", "vsbone2")
    assert exact.measure == "failure_difference"
    # C04, C06 and C07 have not been tried by both
    assert exact.n == 17
    assert exact.estimate == pytest.approx((2 - 4) / 17)
    said = notes(exact)
    assert (said["only_subject"], said["only_comparator"]) == ("1", "3")
    assert (said["left_out_not_analysed"], said["left_out_missing"]) == ("1", "2")
    assert exact.p_value == pytest.approx(2 * (1 + 4) / 2**4)
    assert (exact.test, midp.test) == ("mcnemar_exact", "mcnemar_midp")
    assert exact.ci_low < exact.estimate < exact.ci_high


def test_a_case_that_one_version_does_not_know_is_missing(tmp_path):
    new = {code: result for code, result in GOOD.items() if code != "C00"}
    exact = next(r for r in run(tmp_path, {"vsbone2": OLD, "vsbone3": new}) if r.comparator)
    assert exact.n == 18
    assert notes(exact)["left_out_missing"] == "1"


@pytest.mark.parametrize("results", [{}, {"vsbone2": {}, "vsbone3": NEW}])
def test_nothing_to_compare(tmp_path, results):
    rows = run(tmp_path, results)
    assert {row.status for row in rows if row.subject == "bonenavi"} == {"no data"}
    assert all(math.isnan(r.estimate) for r in rows if r.comparator)
    assert len(rows) == 3 * 3 + 2


def test_two_versions_without_a_failure(tmp_path):
    rows = run(tmp_path, {"vsbone2": GOOD, "vsbone3": GOOD})
    failed = of(rows, "vsbone3", FAILED)
    assert (failed.estimate, failed.ci_low) == (0, 0)
    assert 0 < failed.ci_high < 0.2
    for row in rows:
        if row.comparator:
            assert (row.status, row.estimate, row.p_value) == ("no discordant pairs", 0, 1)
            assert math.isnan(row.ci_low)
