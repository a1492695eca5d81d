import math

import numpy as np
import pytest
from hypothesis import given

from bonescint.stats import roc
from tests.unit.stats.oracle import CASES, limits_of_r, r
from tests.unit.stats.roc_samples import SAMPLES, WFNS, samples
from tests.unit.stats.rows import columns, limits, notes

Y, A, B = CASES["y"], CASES["a"], CASES["b"]

# against R and print


def test_auc_is_that_of_proc():
    wald = roc.auc(Y, A, ci="wald")
    assert wald.estimate == r("auc")
    assert limits(wald) == limits_of_r("auc_wald")
    assert (wald.n, wald.n_positive, wald.ci_method) == (60, 28, "delong_wald")


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_tied_samples_are_as_in_proc(number):
    y, a, b = SAMPLES[number]
    other = SAMPLES[(number + 1) % len(SAMPLES)]
    key = f"roc_{number}"
    wald, logit = roc.auc(y, a, ci="wald"), roc.auc(y, a)
    assert wald.estimate == r(f"{key}_auc")
    assert limits(wald) == limits_of_r(f"{key}_wald")
    assert limits(logit) == limits_of_r(f"{key}_logit")
    paired = roc.compare_paired(y, a, b)
    assert (paired.statistic, paired.p_value) == (r(f"{key}_paired_z"), r(f"{key}_paired_p"))
    assert limits(paired) == limits_of_r(f"{key}_paired")
    unpaired = roc.compare_unpaired(y, a, other[0], other[2])
    assert (unpaired.statistic, unpaired.p_value) == (
        r(f"{key}_unpaired_t"),
        r(f"{key}_unpaired_p"),
    )
    assert float(notes(unpaired)["df"]) == r(f"{key}_unpaired_df")


def test_the_subarachnoid_haemorrhages_by_wfns():
    # pROC 1.18 prints 0.823678861788618 (0.7485349-0.8988228)
    grade, y = zip(*WFNS, strict=True)
    wald = roc.auc(y, grade, ci="wald")
    assert wald.estimate == pytest.approx(0.823678861788618, rel=1e-13)
    assert limits(wald) == pytest.approx((0.7485349, 0.8988228), abs=5e-8)


def test_paired_comparison_is_that_of_proc():
    row = roc.compare_paired(Y, A, B)
    assert (row.statistic, row.p_value) == (r("paired_z"), r("paired_p"))
    assert limits(row) == limits_of_r("paired")


def test_unpaired_comparison_is_that_of_proc_with_welch_df_and_z_in_the_note():
    row = roc.compare_unpaired(Y[::2], A[::2], Y[1::2], B[1::2])
    assert (row.statistic, row.p_value) == (r("unpaired_t"), r("unpaired_p"))
    note = notes(row)
    assert float(note["df"]) == r("unpaired_df")
    assert float(note["z"]) == pytest.approx(row.statistic)
    assert float(note["z_p"]) < row.p_value
    assert (row.n, row.n_positive) == (60, 28)
    assert row.ci_low < row.estimate < row.ci_high


# properties


@given(samples)
def test_auc_is_the_share_of_pairs_in_the_right_order(rows):
    y, score, _ = columns(rows)
    pairs = [(p > q) + (p == q) / 2 for p in score[y] for q in score[~y]]
    assert roc.auc(y, score).estimate == pytest.approx(np.mean(pairs), rel=1e-12)


@given(samples)
def test_auc_is_the_area_under_the_curve(rows):
    y, score, _ = columns(rows)
    points = roc.curve(y, score)
    area = np.trapezoid(points.true_positive_rate, points.false_positive_rate)
    assert roc.auc(y, score).estimate == pytest.approx(area, rel=1e-12)


@given(samples)
def test_only_the_order_of_scores_counts(rows):
    y, a, b = columns(rows)
    assert repr(roc.auc(y, a)) == repr(roc.auc(y, np.exp(a / 3) - 7))
    assert repr(roc.compare_paired(y, a, b)) == repr(roc.compare_paired(y, a**3, b**3))


@given(samples)
def test_swapping_the_classes_or_the_sign_mirrors_the_auc(rows):
    y, a, _ = columns(rows)
    there = roc.auc(y, a, ci="wald")
    for back in (roc.auc(~y, a, ci="wald"), roc.auc(y, -a, ci="wald")):
        assert back.estimate == pytest.approx(1 - there.estimate)
        assert back.status == there.status
        assert back.ci_low == pytest.approx(1 - there.ci_high, nan_ok=True)


@given(samples)
def test_swapping_the_scores_changes_the_sign_only(rows):
    y, a, b = columns(rows)
    there, back = roc.compare_paired(y, a, b), roc.compare_paired(y, b, a)
    assert back.estimate == -there.estimate
    assert back.p_value == pytest.approx(there.p_value, nan_ok=True)
    assert back.status == there.status


@given(samples)
def test_paired_variance_follows_from_the_definition(rows):
    y, a, b = columns(rows)
    row = roc.compare_paired(y, a, b)
    if row.status != "ok":
        return

    def components(s):
        wins = (s[y][:, None] > s[~y]) + (s[y][:, None] == s[~y]) / 2
        return wins.mean(axis=1), wins.mean(axis=0)

    (pa, na), (pb, nb) = components(a), components(b)
    covariance = np.cov(pa, pb) / y.sum() + np.cov(na, nb) / (~y).sum()
    variance = covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1]
    assert row.statistic == pytest.approx(row.estimate / math.sqrt(variance), rel=1e-6, abs=1e-9)


# by hand


def test_missing_results_are_left_out_and_not_counted():
    row = roc.auc([0, 0, 1, 1, 1, np.nan], [1, 3, 2, 4, np.nan, 9])
    assert (row.n, row.n_positive, row.estimate) == (4, 2, 0.75)


# degenerate data: a status, no limits, no exception


@pytest.mark.parametrize(
    ("y", "score", "status", "estimate"),
    [
        ([], [], "no data", np.nan),
        ([1, 1, 1], [1, 2, 3], "one class", np.nan),
        ([0, 0], [1, 2], "one class", np.nan),
        ([0, 1, 1], [1, 2, 1], "too few", 0.75),
        ([0, 0, 1, 1], [0, 0, 0, 0], "constant", 0.5),
        ([0, 1], [np.nan, np.nan], "no data", np.nan),
    ],
)
@pytest.mark.parametrize("ci", ["logit", "wald"])
def test_degenerate_auc(y, score, status, estimate, ci):
    row = roc.auc(y, score, ci=ci)
    assert row.status == status
    assert row.estimate == pytest.approx(estimate, nan_ok=True)
    assert np.isnan(limits(row)).all()


def test_identical_scores_have_p_one_and_no_interval():
    row = roc.compare_paired(Y, A, A)
    assert (row.status, row.estimate, row.p_value) == ("identical", 0, 1)
    assert np.isnan(limits(row)).all()


def test_scores_that_rank_alike_have_the_same_auc_but_are_not_called_identical():
    row = roc.compare_paired(Y, A, 2 * A)
    assert (row.status, row.estimate, row.p_value) == ("same ranking", 0, 1)


@pytest.mark.parametrize(
    ("y", "a", "b", "status"),
    [
        ([1, 1], [1, 2], [2, 1], "one class"),
        ([], [], [], "no data"),
        ([0, 1, 1], [1, 2, 0], [1, 2, 3], "too few"),
        ([0, 0, 1, 1], [1, 1, 2, 2], [2, 2, 1, 1], "constant"),
    ],
)
def test_degenerate_paired_comparison(y, a, b, status):
    row = roc.compare_paired(y, a, b)
    assert row.status == status
    assert np.isnan([*limits(row), row.p_value]).all()


@pytest.mark.parametrize(
    ("group", "status"),
    [
        (([1, 1], [1, 2]), "one class"),
        (([], []), "no data"),
        (([0, 1, 1], [1, 2, 0]), "too few"),
    ],
)
def test_degenerate_unpaired_comparison(group, status):
    for row in (roc.compare_unpaired(Y, A, *group), roc.compare_unpaired(*group, Y, A)):
        assert row.status == status
        assert np.isnan([*limits(row), row.p_value]).all()


def test_an_auc_of_one_is_marked_in_an_unpaired_comparison():
    perfect = ([0, 0, 1, 1], [1, 2, 3, 4])
    assert roc.compare_unpaired(*perfect, *perfect).status == "constant"
    assert "one_without_variance" in roc.compare_unpaired(Y, A, *perfect).note


@pytest.mark.parametrize("y", [[0, 2], [0, 0.5]])
def test_truth_other_than_yes_or_no_is_refused(y):
    with pytest.raises(ValueError, match="0 or 1"):
        roc.auc(y, [1, 2])


def test_lengths_must_agree():
    with pytest.raises(ValueError, match="same length"):
        roc.compare_paired([0, 1], [1, 2], [1, 2, 3])
