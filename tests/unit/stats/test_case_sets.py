"""Failures as wrong calls, and the cases that all versions analysed."""

import numpy as np
import pytest

from bonescint.files import read_rows
from bonescint.stats import roc
from bonescint.stats.case_sets import beside_own, failed_calls, failures_of
from bonescint.stats.estimate import FAILURES_AS_WRONG, SAME_CASES
from bonescint.stats.samples import FAILED, Samples
from tests.scripts.study_tables import (
    SETTINGS,
    SOFTWARE_PARAM,
    Study,
    notes,
    write_measurements,
    write_reference,
)
from tests.unit.stats.oracle import limits_of_r, r
from tests.unit.stats.roc_samples import SAMPLES
from tests.unit.stats.rows import limits

TRUTH = {"C1": 1, "C2": 1, "C3": 1, "C4": 0, "C5": 0, "C6": 0, "C7": None}
OLD = {
    "C1": (3.0, 9), "C2": FAILED, "C3": (0.2, 0), "C4": (0.0, 0), "C5": FAILED, "C6": (1.5, 4),
    "C7": FAILED,
}  # fmt: skip
NEW = OLD | {"C2": (1.0, 2), "C4": "missing"}
VERSIONS = {key: SOFTWARE_PARAM[key] for key in ("vsbone2", "vsbone3")}


def samples(tmp_path, truth, low=(), **results):
    write_reference(tmp_path / "reference.csv", truth)
    table = write_measurements(tmp_path / "measurements.csv", results)
    known = {code: float(yes) for code, yes in truth.items() if yes is not None}
    return Samples(known, table, low)


def areas(sample):
    return [roc.auc(sample.y, sample.scores[0])]


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_worst_ranks_as_in_r(tmp_path, number):
    y, a, b = SAMPLES[number]
    codes = [f"C{i:03}" for i in range(y.size)]
    results = {
        "vsbone2": {c: FAILED if i % 7 == 0 else (a[i], 0) for i, c in enumerate(codes)},
        "vsbone3": {c: FAILED if i % 5 == 1 else (b[i], 0) for i, c in enumerate(codes)},
    }
    truth = {code: int(yes) for code, yes in zip(codes, y, strict=True)}
    sample = samples(tmp_path, truth, **results).of("bsi", "vsbone2", "vsbone3", with_failed=True)
    assert sample.y.size == y.size
    for name, score in zip("ab", sample.scores, strict=True):
        assert roc.auc(sample.y, score).estimate == r(f"failed_{number}_auc_{name}")
    found = roc.compare_paired(sample.y, *sample.scores)
    if found.status == "ok":
        assert found.statistic == r(f"failed_{number}_z")
        assert found.p_value == r(f"failed_{number}_p")
        assert limits(found) == limits_of_r(f"failed_{number}")


def test_a_failed_case_is_wrong_at_every_cutoff_and_no_other_is_counted(tmp_path):
    table = samples(tmp_path, TRUTH, vsbone2=OLD, vsbone3=NEW)
    sample = table.of("bsi", "vsbone2", with_failed=True)
    assert sample.codes == ["C1", "C2", "C3", "C4", "C5", "C6"]
    assert sample.scores[0].tolist() == [3, -np.inf, 0.2, 0, np.inf, 1.5]
    assert sample.left_out == ["left_out_no_reference=1"]
    assert failures_of(sample) == ["failed=2"]
    both = table.of("bsi", "vsbone3", "vsbone2", with_failed=True)
    assert both.codes == ["C1", "C2", "C3", "C5", "C6"]  # what is missing is no failure
    assert failures_of(both) == ["failed=1", "comparator_failed=2"]
    assert both.left_out == ["left_out_missing=1", "left_out_no_reference=1"]
    assert table.of("bsi", "vsbone2").codes == ["C1", "C3", "C4", "C6"]


def test_where_low_values_speak_for_metastasis_a_failure_is_wrong_too(tmp_path):
    sample = samples(tmp_path, TRUTH, low={"bsi"}, vsbone2=OLD).of(
        "bsi", "vsbone2", with_failed=True
    )
    assert sample.scores[0].tolist() == [-3, -np.inf, -0.2, 0, np.inf, -1.5]


def test_other_cases_than_the_softwares_own(tmp_path):
    table = samples(tmp_path, TRUTH, vsbone2=OLD, vsbone3=NEW)
    rows = beside_own(table, VERSIONS, "vsbone3", "bsi", areas)
    assert [(row.cases, row.n, row.n_positive) for row in rows] == [
        (FAILURES_AS_WRONG, 5, 3), (SAME_CASES, 3, 2),
    ]  # fmt: skip
    assert notes(rows[0])["failed"] == "1"
    assert notes(rows[1])["left_out_segmentation_failed"] == "3"
    # and of the other version the same cases
    (same,) = (
        row for row in beside_own(table, VERSIONS, "vsbone2", "bsi", areas)
        if row.cases == SAME_CASES
    )  # fmt: skip
    assert (same.n, same.n_positive) == (3, 2)


def test_three_versions_are_judged_on_the_cases_of_all_three(tmp_path):
    third = {code: FAILED if code == "C6" else (1.0, 1) for code in TRUTH}
    software = VERSIONS | {"vsbone4": SOFTWARE_PARAM["vsbone3"] | {"version": "4.0"}}
    table = samples(tmp_path, TRUTH, vsbone2=OLD, vsbone3=NEW, vsbone4=third)
    for key in software:
        rows = beside_own(table, software, key, "bsi", areas)
        assert [row.n for row in rows if row.cases == SAME_CASES] == [2]


@pytest.mark.parametrize("other", [{}, dict.fromkeys(TRUTH, "missing")])
def test_nothing_beside_a_software_that_never_failed_and_stands_alone(tmp_path, other):
    good = {code: (1.0, i) for i, code in enumerate(TRUTH)}
    table = samples(tmp_path, TRUTH, vsbone2=good, vsbone3=other, bonenavi=OLD)
    assert beside_own(table, SOFTWARE_PARAM, "vsbone2", "bsi", areas) == []


def test_a_version_that_analysed_nothing_but_failed(tmp_path):
    table = samples(tmp_path, TRUTH, vsbone2=dict.fromkeys(TRUTH, FAILED))
    (row,) = beside_own(table, VERSIONS, "vsbone2", "bsi", areas)
    assert (row.cases, row.estimate, row.n) == (FAILURES_AS_WRONG, 0, 6)
    # the upper limit of an AUC of 0
    assert (row.status, row.ci_method, row.ci_low) == ("ok", "separation", 0)


def test_three_by_two(tmp_path):
    samples(tmp_path, TRUTH, vsbone2=OLD, vsbone3=NEW)
    values = {"bsi": {"positive": "low"}, "hotspots": {"positive": "high"}}
    found = failed_calls(
        tmp_path / "reference.csv", tmp_path / "measurements.csv", VERSIONS,
        SETTINGS | {"values": values},
    )  # fmt: skip
    cells = [list(row.values()) for row in found if row["software"] == "vsbone2"]
    assert cells == [
        ["vsbone2", "bsi", "1", "positive", 1, 1],  # C3, C4: low values are positive
        ["vsbone2", "bsi", "1", "negative", 1, 1],
        ["vsbone2", "bsi", "1", "failed", 1, 1],
        ["vsbone2", "hotspots", "2", "positive", 1, 1],
        ["vsbone2", "hotspots", "2", "negative", 1, 1],
        ["vsbone2", "hotspots", "2", "failed", 1, 1],
    ]


def test_the_cells_give_sensitivity_and_specificity_as_the_rows_say_them(tmp_path):
    study = Study(tmp_path)
    for key, results in study.results.items():
        for code in list(results)[: {"bonenavi": 0, "vsbone2": 5, "vsbone3": 2}[key]]:
            results[code] = FAILED
    rows = {
        (row.subject, row.metric, row.measure, row.cases): row
        for row in reversed(study.answer("cutoffs"))
    }
    cells = {
        (row["software"], row["metric"], row["call"]): (
            int(row["metastasis"]), int(row["no_metastasis"]),
        )
        for row in read_rows(tmp_path / "cutoffs.failed_calls.csv")
    }  # fmt: skip
    assert {key for key, *_, cases in rows if cases == FAILURES_AS_WRONG} == {"vsbone2", "vsbone3"}
    for key, metric in {(software, metric) for software, metric, _ in cells}:
        positive, negative, failed = (
            np.array(cells[key, metric, call]) for call in ("positive", "negative", "failed")
        )
        every = positive + negative + failed
        assert every.tolist() == [6, 6]
        cases = FAILURES_AS_WRONG if failed.any() else ""
        for measure, right, n in (
            ("sensitivity", positive[0], every[0]), ("specificity", negative[1], every[1]),
        ):  # fmt: skip
            row = rows[key, metric, measure, cases]
            assert notes(row)["count"] == f"{right}/{n}"
            assert row.n == 12
