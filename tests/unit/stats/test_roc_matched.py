"""Sensitivity at a matched specificity and partial AUC."""

import numpy as np
import pytest
from hypothesis import given, settings

from bonescint.stats import roc
from bonescint.stats.roc.cutoffs import descending_levels
from bonescint.stats.roc.shape import resampled_steps, steps_of
from tests.unit.stats.oracle import r
from tests.unit.stats.roc_samples import SAMPLES, samples
from tests.unit.stats.rows import columns, limits

FEW = roc.Bootstrap(1, 60)
RANGE = (0.8, 1.0)
MEASURES = ["matched_sensitivity", "partial_auc_standardised", "partial_auc"]


def matched(y, *scores, specificities=(0.9,), between=RANGE, bootstrap=FEW, confidence=0.95):
    return roc.matched(y, scores, specificities, between, bootstrap, confidence)


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_heights_and_areas_are_those_of_proc(number):
    y, a, _ = SAMPLES[number]
    for between in ((0.8, 1.0), (0.6, 0.95)):
        rows = matched(y, a, specificities=(0.9, 0.75, 0.5), between=between)
        *heights, standardised, area = rows
        for row, at in zip(heights, ("0.9", "0.75", "0.5"), strict=True):
            assert row.estimate == r(f"shape_{number}_sensitivity_{at}")
        name = "{}_{:g}_{:g}".format("{}", *between)
        assert area.estimate == r(f"shape_{number}_{name.format('area')}")
        assert standardised.estimate == r(f"shape_{number}_{name.format('standardised')}")


@pytest.mark.parametrize("number", [18, 21])
def test_replicates_spread_like_those_of_proc(number):
    y, a, _ = SAMPLES[number]
    parts = resampled_steps([descending_levels(a)[1]], y == 1, seed=1, replicates=10_000)
    areas = np.concatenate([0.2 * steps.share(*RANGE) for (steps,) in parts])
    low, high = np.quantile(areas, (0.025, 0.975))
    assert low == pytest.approx(r(f"shape_{number}_percentile_low").expected, abs=0.004)
    assert high == pytest.approx(r(f"shape_{number}_percentile_high").expected, abs=0.004)


def test_the_limits_follow_from_the_replicates():
    y, a, _ = SAMPLES[18]
    z, n1 = 1.959963984540054, int(y.sum())
    sensitivity, standardised, area = matched(y, a, bootstrap=roc.Bootstrap(7, 500))
    ((steps,),) = resampled_steps([descending_levels(a)[1]], y == 1, seed=7, replicates=500)
    shrunk = (n1 * steps.sensitivity(0.9) + z**2 / 2) / (n1 + z**2)
    expected = shrunk.mean() + np.array((-z, z)) * shrunk.std(ddof=1)
    assert limits(sensitivity) == pytest.approx(expected)
    share = steps.share(*RANGE)
    centre = (n1 * area.estimate / 0.2 + z**2 / 2) / (n1 + z**2)
    width = z * share.std(ddof=1) / (centre * (1 - centre))
    low, high = (
        1 / (1 + np.exp(-(np.log(centre / (1 - centre)) + side * width))) for side in (-1, 1)
    )
    assert limits(area) == pytest.approx((0.2 * low, 0.2 * high))
    # McClish: chance .02 of .2 becomes .5
    assert limits(standardised) == pytest.approx(
        [0.5 + (0.2 * x - 0.02) / 0.36 for x in (low, high)]
    )


@settings(max_examples=60, deadline=None)
@given(samples)
def test_a_change_of_scale_changes_nothing(rows):
    y, a, b = columns(rows)
    for one, other in (((a,), (np.exp(a / 3) - 7,)), ((a, b), (a**3, 2 * b))):
        there, moved = matched(y, *one), matched(y, *other)
        for row, same in zip(there, moved, strict=True):
            assert repr(row.estimate) == repr(same.estimate)
            assert repr(limits(row)) == repr(limits(same))


def test_two_versions_of_which_one_measures_more_have_no_difference():
    y, a, _ = SAMPLES[18]
    rows = matched(y, a, 1.7 * a + 0.2)
    assert [row.measure for row in rows] == [f"{measure}_difference" for measure in MEASURES]
    assert {(row.estimate, row.status) for row in rows} == {(0, "same ranking")}
    assert {row.status for row in matched(y, a, a)} == {"identical"}
    assert all("scale_free" in row.note for row in rows)


@settings(max_examples=60, deadline=None)
@given(samples)
def test_the_whole_range_is_the_auc(rows):
    y, a, _ = columns(rows)
    standardised, area = matched(y, a, specificities=(), between=(0.0, 1.0))
    auc = roc.auc(y, a).estimate
    assert (area.estimate, standardised.estimate) == pytest.approx((auc, auc))


@settings(max_examples=60, deadline=None)
@given(samples)
def test_swapping_the_scores_changes_the_sign_only(rows):
    y, a, b = columns(rows)
    for there, back in zip(matched(y, a, b), matched(y, b, a), strict=True):
        assert back.estimate == pytest.approx(-there.estimate)
        assert limits(back) == pytest.approx((-there.ci_high, -there.ci_low), nan_ok=True)
        if there.status == "ok":
            assert there.ci_low <= there.estimate <= there.ci_high


def test_the_own_cutoff_is_the_lowest_that_is_specific_enough():
    y, score = [0] * 10 + [1] * 4, [*range(10), 7.5, 8.5, 9.5, 3]
    row = matched(y, score)[0]
    # one of ten false alarms is allowed: 9 and 8.5, not 8
    assert (row.cutoff, row.estimate) == (8.5, 0.5)
    at = roc.at_cutoff(y, score, row.cutoff)
    assert (at.specificity.estimate, at.sensitivity.estimate) == (0.9, 0.5)
    # 1 - 0.9 is not 0.1 in binary
    assert matched([0] * 30 + [1] * 4, [*range(30), 50, 26.5, 5, 5])[0].cutoff == 26.5
    # no cut-off is so specific: between none and all the line still has a height
    none = matched(y, [1] * 10 + [1, 1, 2, 0], specificities=(0.5,))[0]
    assert none.cutoff == 2
    assert np.isnan(matched(y, [3] * 10 + [1, 1, 3, 0])[0].cutoff)


@pytest.mark.parametrize(
    ("y", "scores", "status"),
    [
        ([], [[]], "no data"),
        ([1, 1], [[1, 2]], "one class"),
        ([0, 1, 1], [[1, 2, 1]], "too few"),
        ([0, 0, 1, 1], [[0, 0, 0, 0]], "constant"),
        ([0, 0, 1, 1], [[1, 2, 3, 4]], "complete separation"),
        ([0, 0, 1, 1], [[3, 4, 1, 2]], "complete separation"),
        ([0, 0, 1, 1], [[1, 2, 3, 4], [3, 4, 1, 2]], "constant"),
        ([0, 1, 1], [[1, 2, 1], [2, 1, 1]], "too few"),
        ([1, 1], [[1, 2], [2, 1]], "one class"),
    ],
)
def test_degenerate_data_end_in_a_status(y, scores, status):
    rows = matched(y, *scores)
    assert len(rows) == 3
    for row in rows:
        assert row.status == status
        assert np.isnan([*limits(row), row.p_value]).all()
        assert np.isnan(row.estimate) == (status in ("no data", "one class"))


def test_one_without_variance_is_marked():
    y, _, b = SAMPLES[18]
    apart = np.where(y == 1, 10, 0) + np.arange(y.size) / 1000
    for row in matched(y, apart, b):
        assert (row.status, "one_without_variance" in row.note) == ("ok", True)
    assert roc.matched(y, [b], (), None, FEW) == []
    assert matched(y, b, between=None)[0].measure == "matched_sensitivity"


def test_a_seed_gives_the_same_limits_and_missing_results_are_left_out():
    y, a, b = SAMPLES[18]
    assert repr(matched(y, a, b)) == repr(matched(y, a, b))
    more = np.append(y, 1), np.append(a, np.nan)
    assert repr(matched(*more)) == repr(matched(y, a))


def test_the_curve_of_the_data_is_the_roc_curve():
    y, a, _ = SAMPLES[3]
    steps, points = steps_of(descending_levels(a)[1], y == 1), roc.curve(y, a)
    assert steps.hits[0] / y.sum() == pytest.approx(points.true_positive_rate)
    assert steps.false_alarms[0] / (1 - y).sum() == pytest.approx(points.false_positive_rate)


@pytest.mark.parametrize("positive, negative", [(15, 15), (14, 15), (15, 14)])
def test_limits_of_few_cases_in_a_class_are_marked(positive, negative):
    y = np.repeat([1, 0], [positive, negative])
    score = np.arange(y.size) * 7 % 11
    few = min(positive, negative) < 15
    for row in matched(y, score):
        assert (row.status, "few_in_class" in row.note) == ("ok", few)
