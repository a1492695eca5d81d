import numpy as np
import pytest
from scipy.stats import norm

from bonescint.stats.case_mix import (
    power_unpaired_auc,
    standardised_difference,
    standardised_difference_proportion,
)
from tests.unit.stats.oracle import CASES, r
from tests.unit.stats.rows import is_without_limits, with_limits

A, Y = CASES["a"], CASES["y"]


def test_standardised_differences_are_those_of_r():
    names = ("", "_low", "_high")
    mean = standardised_difference(np.append(A[Y == 1], np.nan), A[Y == 0])
    assert with_limits(mean) == tuple(r(f"case_mix_mean{name}") for name in names)
    assert mean.n == A.size
    share = standardised_difference_proportion(12, 25, 7, 27)
    assert with_limits(share) == tuple(r(f"case_mix_share{name}") for name in names)
    assert (share.n, share.n_positive) == (52, 19)


def test_swapping_the_groups_turns_the_sign():
    there, back = (standardised_difference(*g) for g in ((A, A[:9] + 1), (A[:9] + 1, A)))
    assert with_limits(back) == pytest.approx((-there.estimate, -there.ci_high, -there.ci_low))


def test_degenerate_groups():
    for a, b, status, estimate in (
        ([], [1, 2], "no data", np.nan),
        ([1], [1, 2], "too few", np.nan),
        ([2, 2], [2, 2, 2], "constant", 0),
        ([2, 2], [3, 3], "constant", np.nan),
    ):
        row = standardised_difference(a, b)
        is_without_limits(row, status, estimate)
    for counts, status, estimate in (
        ((0, 0, 1, 2), "no data", np.nan),
        ((0, 5, 0, 7), "constant", 0),
        ((5, 5, 7, 7), "constant", 0),
        ((0, 5, 7, 7), "constant", np.nan),
    ):
        row = standardised_difference_proportion(*counts)
        is_without_limits(row, status, estimate)
    assert standardised_difference_proportion(0, 5, 1, 7).status == "ok"
    with pytest.raises(ValueError, match="share"):
        standardised_difference_proportion(6, 5, 1, 2)


def test_power_is_the_level_without_a_difference_and_grows_with_the_cases():
    size = (25, 25, 25, 25)
    assert power_unpaired_auc(0.9, 0.9, *size).estimate == pytest.approx(0.05)
    assert power_unpaired_auc(0.9, 0.9, *size, confidence=0.9).estimate == pytest.approx(0.1)
    here = power_unpaired_auc(0.8, 0.9, *size)
    assert 0.2 < here.estimate < 0.3
    assert (here.n, here.n_positive) == (100, 50)
    assert power_unpaired_auc(0.9, 0.8, *size).estimate == here.estimate
    assert power_unpaired_auc(0.8, 0.9, *(10 * n for n in size)).estimate > 0.9


def test_power_by_the_standard_errors_of_hanley_and_mcneil():
    # their table of 1982 gives SE .032 for an area of .893, 51 abnormal and 58 normal
    def variance(a, pos, neg):
        q1, q2 = a / (2 - a), 2 * a * a / (1 + a)
        return (a * (1 - a) + (pos - 1) * (q1 - a * a) + (neg - 1) * (q2 - a * a)) / (pos * neg)

    assert variance(0.893, 51, 58) ** 0.5 == pytest.approx(0.032, abs=0.001)
    shift = 0.1 / (variance(0.8, 20, 30) + variance(0.9, 25, 22)) ** 0.5
    expected = norm.sf(1.959963984540054 - shift) + norm.cdf(-1.959963984540054 - shift)
    assert power_unpaired_auc(0.8, 0.9, 20, 30, 25, 22).estimate == pytest.approx(expected)


def test_degenerate_power():
    assert power_unpaired_auc(0.8, 0.9, 0, 25, 25, 25).status == "one class"
    assert power_unpaired_auc(0.8, 0.9, 0, 0, 0, 0).status == "no data"
    assert power_unpaired_auc(1, 1, 5, 5, 5, 5).status == "constant"
    assert power_unpaired_auc(1, 0.9, 5, 5, 5, 5).status == "ok"
    with pytest.raises(ValueError, match="AUC"):
        power_unpaired_auc(1.2, 0.9, 5, 5, 5, 5)
