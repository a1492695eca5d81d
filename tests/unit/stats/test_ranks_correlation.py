import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kendalltau, spearmanr

from bonescint.stats.ranks import hodges_lehmann, kendall, spearman, wilcoxon
from tests.unit.stats.oracle import CASES, limits_of_r, r
from tests.unit.stats.rows import limits
from tests.unit.stats.test_ranks_groups import SETS

pairs = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12)


@pytest.mark.parametrize("case", SETS)
@pytest.mark.parametrize("measure", [spearman, kendall])
def test_correlations_are_those_of_r(case, measure):
    x, y, _ = SETS[case]
    row, key = measure(x, y), f"ranks_{case}_{measure.__name__}"
    assert (row.estimate, row.p_value) == (r(key), r(f"{key}_p"))
    assert limits(row) == limits_of_r(key)
    if measure is kendall:
        assert row.statistic == r(f"{key}_statistic")


@pytest.mark.parametrize("case", SETS)
def test_signed_ranks_with_ties_and_zeros_are_those_of_coin(case):
    x, y, _ = SETS[case]
    assert wilcoxon(x, y).p_value == r(f"ranks_{case}_pratt")
    assert wilcoxon(x, y, zeros="wilcox").p_value == r(f"ranks_{case}_wilcoxon")


@pytest.mark.parametrize("level", [80, 90, 99])
def test_shift_limits_of_other_confidence(level):
    _, first = np.unique(CASES["continuous"], return_index=True)
    row = hodges_lehmann(CASES["continuous"][np.sort(first)], confidence=level / 100)
    assert limits(row) == limits_of_r(f"ranks_walsh_{level}")


def test_the_widest_limits_of_the_shift_have_exactly_their_confidence():
    # all six differences lie on one side of the shift in 2 of 64 worlds
    row = hodges_lehmann([1, 2, 4, 8, 16, 32], confidence=62 / 64)
    assert limits(row) == (1, 32)
    assert hodges_lehmann([1, 2, 4, 8, 16, 32], confidence=62.1 / 64).status == "too few"


def test_both_kinds_of_kendall_are_among_the_cases_of_r():
    assert {kendall(x, y).test for x, y, _ in SETS.values()} == {"kendall_exact", "kendall_normal"}


def test_kendall_is_exact_below_fifty_cases_without_ties():
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=50), rng.normal(size=50)
    for n, method in ((49, "exact"), (50, "asymptotic")):
        expected = kendalltau(x[:n], y[:n], method=method)
        assert kendall(x[:n], y[:n]).p_value == pytest.approx(expected.pvalue)


@given(pairs)
def test_any_data_give_a_row_as_scipy_or_a_status(pairs):
    x, y = np.array(pairs, dtype=float).reshape(-1, 2).T
    for ours, theirs in ((spearman, spearmanr), (kendall, kendalltau)):
        row = ours(x, y)
        if row.status == "ok" or row.status == "monotone":
            assert row.estimate == pytest.approx(theirs(x, y).statistic)
        if row.status == "ok":
            assert -1 <= row.ci_low < row.estimate < row.ci_high <= 1
            assert 0 < row.p_value <= 1
        else:
            assert np.isnan(limits(row)).all()


def test_swapping_and_reversing():
    x, y, _ = SETS["2"]
    for measure in (spearman, kendall):
        there, back, reverse = measure(x, y), measure(y, x), measure(x, -y)
        assert there.estimate == pytest.approx(back.estimate)
        assert there.ci_low == pytest.approx(back.ci_low)
        assert (reverse.estimate, reverse.ci_high) == pytest.approx(
            (-there.estimate, -there.ci_low)
        )


def test_perfect_correlation_has_no_limits_and_an_exact_p():
    x = np.array([1, 2, 3, 4])
    for measure in (spearman, kendall):
        for y, sign in ((x, 1), (-x, -1)):
            row = measure(x, y)
            assert (row.status, row.estimate) == ("monotone", sign)
            assert row.p_value == pytest.approx(2 / 24)
            assert np.isnan(limits(row)).all()
    # 12 orders of three twos and one: two of them put the one first, none reverses the ranks
    assert spearman([1, 2, 2, 2], [1, 5, 5, 5]).p_value == pytest.approx(1 / 4)
    # two against two: half of the perfect orders agree, half oppose
    assert spearman([0, 0, 1, 1], [0, 0, 1, 1]).p_value == pytest.approx(2 / 6)


def test_missing_values_are_left_out_by_pairs():
    x, y, _ = SETS["1"]
    for measure in (spearman, kendall):
        row = measure(np.append(x, [np.nan, 1]), np.append(y, [1, np.nan]))
        assert row == measure(x, y)
        assert row.n == x.size


def test_degenerate_correlations():
    for measure in (spearman, kendall):
        assert measure([], []).status == "no data"
        assert measure([1, 2], [1, 2]).status == "too few"
        assert measure([1, 1, 1], [1, 2, 3]).status == "constant"
        three = measure([1, 2, 3], [1, 3, 2])
        assert (three.status, three.n) == ("too few", 3)
        assert three.p_value == pytest.approx(measure([3, 2, 1], [2, 3, 1]).p_value)
        with pytest.raises(ValueError, match="length"):
            measure([1, 2], [1])
    # every case of a cross pulls alike: a standard error of 0 would give limits 0 to 0
    cross = kendall([0, 0, 1, -1], [1, -1, 0, 0])
    assert (cross.estimate, cross.status) == (0, "too few")
