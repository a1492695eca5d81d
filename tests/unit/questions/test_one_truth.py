"""Readers and software under one truth."""

from pathlib import Path

import numpy as np
import pytest

from bonescint.stats.estimate import Estimate
from tests.scripts.study_tables import SETTINGS, SOFTWARE_PARAM, Study, notes

ONE = {"vsbone3": SOFTWARE_PARAM["vsbone3"]}
# code -> what readers 1, 2 and 3 say, BSI of the software (positive from 1)
CASES = {
    "a": ((1, 1, 1), 2.0), "b": ((1, 1, 1), 0.0), "c": ((1, 1, 1), 2.0), "d": ((1, 1, 0), 2.0),
    "e": ((0, 0, 0), 0.0), "f": ((0, 0, 0), 2.0), "g": ((0, 0, 1), 0.0), "h": ((0, 0, None), 0.0),
}  # fmt: skip


def study(folder: Path, readers: int = 3) -> Study:
    made = Study(folder)
    made.results = {"vsbone3": {code: (bsi, 0) for code, (_, bsi) in CASES.items()}}
    made.answers = {
        f"reader{j + 1}": {code: said[j] for code, (said, _) in CASES.items()}
        for j in range(readers)
    }
    return made


def answer(made: Study) -> list[Estimate]:
    return [row for row in made.answer("one_truth", software=ONE) if row.metric != "hotspots"]


def find(rows: list[Estimate], subject: str, comparator: str, measure: str) -> Estimate:
    (found,) = [
        row for row in rows
        if (row.subject, row.comparator, row.measure) == (subject, comparator, measure)
    ]  # fmt: skip
    return found


def test_reader_and_software_have_the_same_cases_and_the_same_truth(tmp_path: Path) -> None:
    rows = answer(study(tmp_path))
    assert {row.reference for row in rows} == {"other_readers"}
    # reader 3 alone has a panel on d and g: the others agree; the other two are divided there
    for subject, comparator, rates in (
        ("reader1", "vsbone3", ("3/3", "3/3")), ("vsbone3", "reader1", ("2/3", "2/3")),
        ("reader3", "vsbone3", ("3/4", "2/3")), ("vsbone3", "reader3", ("3/4", "2/3")),
    ):  # fmt: skip
        for measure, count in zip(("sensitivity", "specificity"), rates, strict=True):
            assert notes(find(rows, subject, comparator, measure))["count"] == count
    first = find(rows, "vsbone3", "reader1", "sensitivity_difference")
    assert first.estimate == pytest.approx(-1 / 3)
    assert notes(first)["left_out_panel_tied"] == "2"
    assert "left_out_unread" not in notes(first)
    third = find(rows, "vsbone3", "reader3", "sensitivity_difference")
    assert third.estimate == 0
    assert notes(third)["left_out_unread"] == "1"
    assert (notes(third)["only_subject"], notes(third)["only_comparator"]) == ("1", "1")


def test_the_mean_reader_is_the_mean_of_the_differences(tmp_path: Path) -> None:
    rows = answer(study(tmp_path))
    mean = find(rows, "vsbone3", "mean_reader", "sensitivity_difference")
    each = [find(rows, "vsbone3", f"reader{j}", mean.measure).estimate for j in (1, 2, 3)]
    assert mean.estimate == pytest.approx(np.mean(each))
    assert (mean.n, mean.n_positive, mean.ci_method) == (8, 4, "newcombe_cases")
    assert notes(mean)["readers"] == "3"
    assert float(notes(mean)["mean_comparator"]) == pytest.approx((1 + 1 + 0.75) / 3)
    assert mean.ci_low < mean.estimate < mean.ci_high
    # the answer is the first row
    assert rows[0] == mean


def test_a_reader_is_told_once_a_software_where_all_metrics_have_the_same_cases(
    tmp_path: Path,
) -> None:
    made = Study(tmp_path)
    rows = [row for row in made.answer("one_truth") if row.subject.startswith("reader")]
    assert len(rows) == 3 * 3 * 2
    assert {row.metric for row in rows} == {""}
    made.results["vsbone3"]["H02"] = (0.5, "")
    rows = [r for r in made.answer("one_truth") if (r.subject, r.comparator) ==
            ("reader3", "vsbone3")]  # fmt: skip
    assert [(row.metric, row.n) for row in rows] == [("", 8), ("", 8)] + [("hotspots", 7)] * 2


def test_nothing_is_tested(tmp_path: Path) -> None:
    rows = Study(tmp_path).answer("one_truth")
    assert all(np.isnan(row.p_value) and not row.test for row in rows)


def test_a_failure_is_left_out_for_both_and_counted(tmp_path: Path) -> None:
    made = study(tmp_path)
    made.results["vsbone3"]["a"] = "segmentation_failed"
    rows = answer(made)
    for subject, other in (("reader1", "vsbone3"), ("vsbone3", "reader1")):
        row = find(rows, subject, other, "sensitivity")
        assert notes(row)["count"].endswith("/2")
        assert notes(row)["left_out_segmentation_failed"] == "1"
    mean, counted = (
        [row for row in rows if (row.comparator, row.measure, row.cases) ==
         ("mean_reader", "sensitivity_difference", cases)]
        for cases in ("", "failures_as_wrong")
    )  # fmt: skip
    assert notes(mean[0])["left_out_segmentation_failed"] == "1"
    # the failure is a metastasis that all three readers saw
    assert counted[0].n == (mean[0].n or 0) + 1
    assert notes(counted[0])["failed"] == "1"
    rates = [float(notes(row[0])["mean_subject"]) for row in (mean, counted)]
    assert rates == pytest.approx([(1 / 2 + 1 / 2 + 2 / 3) / 3, (1 / 3 + 1 / 3 + 2 / 4) / 3])


def test_of_two_readers_the_other_is_the_truth(tmp_path: Path) -> None:
    rows = answer(study(tmp_path, readers=2))
    assert notes(find(rows, "reader1", "vsbone3", "sensitivity"))["count"] == "4/4"
    assert {notes(r)["readers"] for r in rows if r.comparator == "mean_reader"} == {"2"}


def test_low_values_that_speak_for_metastasis(tmp_path: Path) -> None:
    made = study(tmp_path)
    high = answer(made)
    made.results["vsbone3"] = {code: (10 - bsi, n) for code, (bsi, n) in
                               made.results["vsbone3"].items()}  # fmt: skip
    low = SETTINGS | {
        "values": {"bsi": {"kind": "percent", "positive": "low"}, "hotspots": {"kind": "count"}},
        "cutoffs": [{"metric": "bsi", "value": 9.0}],
    }
    found = made.answer("one_truth", software=ONE, settings=low)
    found = [row for row in found if row.metric != "hotspots"]
    assert [row.estimate for row in found] == [row.estimate for row in high]
    assert {row.cutoff for row in found if row.metric} == {9.0}


def test_a_metric_without_a_cutoff_is_told(tmp_path: Path) -> None:
    only = SETTINGS | {"cutoffs": [{"metric": "hotspots", "value": 2}]}
    rows = study(tmp_path).answer("one_truth", software=ONE, settings=only)
    assert [(r.measure, r.n, r.status) for r in rows if r.metric == "bsi"] == [
        ("sensitivity_difference", 8, "no cutoff"), ("specificity_difference", 8, "no cutoff"),
    ]  # fmt: skip
    assert {r.status for r in rows if r.subject == "reader1"} == {"ok"}
