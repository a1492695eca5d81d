from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import rankdata

from bonescint.stats.ranks import differences, hodges_lehmann, midranks, wilcoxon
from tests.unit.stats.oracle import CASES, limits_of_r, r
from tests.unit.stats.rows import limits, with_limits

A, B, C = CASES["a"], CASES["b"], CASES["continuous"]


@pytest.mark.parametrize(("zeros", "key"), [("pratt", "pratt"), ("wilcox", "wilcoxon")])
def test_exact_p_with_ties_and_zeros_is_that_of_coin(zeros, key):
    assert wilcoxon(A, B, zeros=zeros).p_value == r(f"wilcoxon_{key}")


def test_many_differences_take_the_normal_approximation_of_coin():
    assert wilcoxon(np.tile(A, 6), np.tile(B, 6)).p_value == r("wilcoxon_long")


def test_without_ties_it_is_wilcox_test():
    row = wilcoxon(C, np.zeros(C.size))
    assert (row.statistic, row.p_value) == (r("signed_rank"), r("signed_rank_p"))
    shift = hodges_lehmann(C)
    assert with_limits(shift) == (r("walsh"), *limits_of_r("walsh"))


@given(st.lists(st.integers(-3, 3), min_size=1, max_size=9))
def test_exact_p_by_trying_every_sign(d):
    d = np.array(d)
    row = wilcoxon(d, np.zeros(d.size))
    if not d.any():
        assert (row.status, row.p_value) == ("identical", 1)
        return
    ranks = rankdata(np.abs(d))[d != 0]
    centre = ranks.sum() / 2
    sums = [ranks @ signs for signs in product((0, 1), repeat=ranks.size)]
    farther = np.abs(np.array(sums) - centre) >= abs(row.statistic - centre) - 1e-9
    assert row.p_value == pytest.approx(farther.mean())


@given(st.lists(st.integers(0, 5), max_size=30))
def test_midranks_are_those_of_scipy(values):
    assert midranks(values).tolist() == rankdata(values).tolist()


def test_tied_decimals_tie():
    # 0.5 - 0.4 and 0.4 - 0.3 differ in binary
    assert np.ptp(differences([0.5, 0.4, 0.3], [0.4, 0.3, 0.2])) == 0


def test_swapping_gives_the_same_p_and_the_opposite_shift():
    assert wilcoxon(A, B).p_value == wilcoxon(B, A).p_value
    there, back = hodges_lehmann(differences(A, B)), hodges_lehmann(differences(B, A))
    assert with_limits(back) == (-there.estimate, -there.ci_high, -there.ci_low)


def test_zeros_are_counted_in_the_note():
    assert wilcoxon(A, B).note == f"zeros={int((A == B).sum())}"


def test_degenerate_differences():
    assert wilcoxon([], []).status == "no data"
    same = wilcoxon([1, 2], [1, 2])
    assert (same.status, same.p_value) == ("identical", 1)
    for d, status in (([], "no data"), ([0, 0], "identical"), ([2, 2], "constant")):
        row = hodges_lehmann(d)
        assert row.status == status
        assert np.isnan(limits(row)).all()
    # five differences cannot give 95 %: the most extreme p is 2/32
    assert hodges_lehmann([1, 2, 3, 4, 5]).status == "too few"
    assert hodges_lehmann([1, 2, 3, 4, 5, 6]).status == "ok"


def test_hodges_lehmann_has_no_interval_without_width():
    # (0.1 + 0.2) / 2 is not 0.15 in binary
    for most, fewer in ((0.0, [1.0] + [0.0] * 10), (0.15, [0.1, 0.2])):
        found = hodges_lehmann([most] * 9 + fewer)
        assert (found.estimate, found.status) == (most, "tied")
        assert np.isnan(limits(found)).all()


@pytest.mark.parametrize("word", ["Pratt", "wilcoxon", ""])
def test_a_misspelt_method_is_no_other_method(word):
    with pytest.raises(ValueError, match="is none of 'pratt', 'wilcox'"):
        wilcoxon([1, 2, 3], [2, 1, 1], word)


def test_infinity_is_missing():
    assert wilcoxon([np.inf, 1, 2], [1, 2, 3]).n == 2
    assert hodges_lehmann([np.inf, 1, 2, -1, 3, 4, 5, 6]).n == 7
