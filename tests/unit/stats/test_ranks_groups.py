import csv
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import kruskal, mannwhitneyu, rankdata

from bonescint.resources import ROOT
from bonescint.stats.ranks import jonckheere, kruskal_wallis, mann_whitney
from tests.unit.stats.oracle import CASES, r

with (ROOT / "tests/reference" / "ranks_cases.csv").open() as stream:
    _rows = list(csv.DictReader(stream))
SETS = {
    case: [np.array([float(row[c]) for row in _rows if row["case"] == case]) for c in "xyg"]
    for case in dict.fromkeys(row["case"] for row in _rows)
}
small = st.lists(st.integers(0, 4), min_size=1, max_size=6)


@pytest.mark.parametrize("case", SETS)
def test_groups_are_those_of_r(case):
    x, y, g = SETS[case]
    u = mann_whitney(x, y)
    assert (u.statistic, u.p_value) == (r(f"ranks_{case}_u"), r(f"ranks_{case}_mann_whitney"))
    assert u.estimate == pytest.approx(u.statistic / (x.size * y.size))
    h = kruskal_wallis(x, g)
    assert (h.statistic, h.p_value) == (r(f"ranks_{case}_kruskal"), r(f"ranks_{case}_kruskal_p"))
    j = jonckheere(x, g)
    assert j.statistic == r(f"ranks_{case}_jonckheere")
    assert j.p_value == r(f"ranks_{case}_jonckheere_p")


def test_both_kinds_of_jonckheere_are_among_the_cases_of_r():
    assert {jonckheere(x, g).test for x, _, g in SETS.values()} == {
        "jonckheere_exact",
        "jonckheere_normal",
    }


def test_large_groups_take_the_normal_approximation_of_r():
    x = np.append(CASES["a"], CASES["continuous"] + 1)
    y = np.append(CASES["b"], CASES["continuous"])
    row = mann_whitney(x, y)
    assert row.test == "mann_whitney_normal"
    assert (row.statistic, row.p_value) == (r("ranks_large_u"), r("ranks_large_p"))


def test_without_ties_it_is_wilcox_test():
    _, first = np.unique(CASES["continuous"], return_index=True)
    untied = CASES["continuous"][np.sort(first)]
    row = mann_whitney(untied[:20], untied[20:])
    assert (row.statistic, row.p_value) == (r("ranks_untied_u"), r("ranks_untied_p"))


@given(small, small)
def test_exact_p_by_every_division_of_the_cases(x, y):
    row = mann_whitney(x, y)
    ranks = rankdata(x + y)
    sums = np.array([sum(c) for c in combinations(ranks, len(x))])
    far = np.abs(sums - sums.mean()) >= abs(ranks[: len(x)].sum() - sums.mean()) - 1e-9
    assert row.p_value == pytest.approx(far.mean())


def test_jonckheere_exact_p_by_every_order():
    g = np.array([0, 0, 1, 1, 1, 2, 2])
    x = np.array([1, 4, 2, 3, 7, 5, 6])

    def count(values):
        return sum(values[i] < values[k] for i in range(7) for k in range(7) if g[i] < g[k])

    counts = np.array([count(order) for order in permutations(x)])
    row = jonckheere(x, g)
    assert row.statistic == count(x)
    tails = (counts <= count(x)).mean(), (counts >= count(x)).mean()
    assert row.p_value == pytest.approx(2 * min(tails))


def test_a_reversed_trend_has_the_same_p():
    x, _, g = SETS["1"]
    up, down = jonckheere(x, g), jonckheere(x, -g)
    assert up.p_value == pytest.approx(down.p_value)
    assert up.estimate == pytest.approx(1 - down.estimate)


def test_two_groups_of_jonckheere_are_mann_whitney():
    x = np.array([3.0, 1.0, 2.0, 7.0, 5.0, 9.0, 8.0])
    g = np.array([1, 1, 1, 1, 2, 2, 2])
    trend, u = jonckheere(x, g), mann_whitney(x[g == 2], x[g == 1])
    assert (trend.statistic, trend.estimate) == (u.statistic, u.estimate)
    assert trend.p_value == pytest.approx(u.p_value)


def test_exact_up_to_a_hundred_cases():
    rng = np.random.default_rng(7)
    x, y = rng.normal(size=50), rng.normal(0.3, size=50)
    exact = mannwhitneyu(x, y, method="exact").pvalue
    assert mann_whitney(x, y).p_value == pytest.approx(exact, rel=1e-9)
    pooled, g = np.append(x, y), np.repeat([1, 2], 50)
    assert jonckheere(pooled, g).p_value == pytest.approx(exact, rel=1e-9)
    assert jonckheere(np.append(pooled, 9), np.append(g, 2)).test == "jonckheere_normal"


def test_kruskal_takes_groups_of_any_name_and_leaves_out_nan():
    groups = [[1.0, 2, 2, 5], [0.0, 2, 3], [4.0, 4, 6]]
    x = np.append(np.concatenate(groups), [np.nan, 1])
    g = np.append(np.repeat([10, -1, 3], [4, 3, 3]), [3, np.nan])
    row = kruskal_wallis(x, g)
    assert row.n == 10
    assert row.note == "df=2"
    assert (row.statistic, row.p_value) == pytest.approx(tuple(kruskal(*groups)))


def test_degenerate_groups():
    for test in (jonckheere, kruskal_wallis):
        assert test([], []).status == "no data"
        assert test([1, 2], [3, 3]).status == "one group"
        same = test([4, 4, 4], [1, 1, 2])
        assert (same.status, same.p_value) == ("constant", 1)
        assert test([np.nan], [1]).status == "no data"
        assert test([1, 2], [1, 2]).status == "ok"
    assert mann_whitney([], []).status == "no data"
    assert mann_whitney([np.nan], [1, 2]).status == "one group"
    assert mann_whitney([1], [2]).p_value == 1
    same = mann_whitney([3, 3], [3])
    assert (same.status, same.p_value, same.estimate) == ("constant", 1, 0.5)
    with pytest.raises(ValueError, match="length"):
        jonckheere([1, 2], [1])
