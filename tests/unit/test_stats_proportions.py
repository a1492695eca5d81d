import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.stats.proportions import (
    clopper_pearson,
    difference_independent,
    difference_paired,
    mcnemar,
    wilson,
)
from tests.unit.stats_oracle import r

counts = st.integers(0, 30)


@pytest.mark.parametrize("x", [0, 1, 22, 25])
@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_intervals_of_a_proportion_are_those_of_r(method, x):
    row = method(x, 25)
    name = method.__name__
    assert row.estimate == x / 25
    assert row.ci_low == r(f"{name}_{x}_low", rel=1e-6)  # binom.test's root finding is coarser
    assert row.ci_high == r(f"{name}_{x}_high", rel=1e-6)
    assert (row.n, row.n_positive, row.ci_method) == (25, x, name)


@pytest.mark.parametrize(
    ("first", "second", "low", "high"),
    [  # Newcombe 1998, Statistics in Medicine 17:873, table II, method 10
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((6, 7), (2, 7), 0.0582, 0.8062),
        ((5, 56), (0, 29), -0.0381, 0.1926),
        ((0, 10), (0, 20), -0.1611, 0.2775),
        ((0, 10), (0, 10), -0.2775, 0.2775),
        ((10, 10), (0, 20), 0.6791, 1.0000),
        ((10, 10), (0, 10), 0.6075, 1.0000),
    ],
)
def test_difference_of_two_groups_is_newcombes(first, second, low, high):
    row = difference_independent(*first, *second)
    assert (row.ci_low, row.ci_high) == pytest.approx((low, high), abs=5.1e-5)


@pytest.mark.parametrize(
    ("method", "low", "high"), [("newcombe", -0.507, -0.026), ("tango", -0.517, -0.026)]
)
def test_paired_difference_is_that_in_print(method, low, high):
    # airway hyper-responsiveness of 21 children (Bentur 2009), limits in Fagerland et al. 2014
    row = difference_paired(1, 1, 7, 12, method=method)
    assert row.estimate == pytest.approx(-6 / 21)
    assert (row.ci_low, row.ci_high) == pytest.approx((low, high), abs=5.1e-4)


def test_tango_is_the_score_interval_by_numerical_likelihood():
    row = difference_paired(20, 3, 7, 30, method="tango")
    assert (row.ci_low, row.ci_high) == (r("tango_low", 1e-6), r("tango_high", 1e-6))


@given(counts, counts, counts, counts, st.sampled_from(["newcombe", "tango"]))
def test_paired_intervals_hold_the_estimate_and_mirror(a, b, c, d, method):
    there, back = (difference_paired(a, *bc, d, method=method) for bc in ((b, c), (c, b)))
    if a + b + c + d == 0:
        assert there.status == "no data"
        return
    assert -1 <= there.ci_low <= there.estimate + 1e-12
    assert there.estimate - 1e-12 <= there.ci_high <= 1 + 1e-12
    assert (back.ci_low, back.ci_high) == pytest.approx((-there.ci_high, -there.ci_low), abs=1e-9)


@given(st.integers(0, 40), st.integers(1, 40), st.sampled_from([wilson, clopper_pearson]))
def test_intervals_of_a_proportion_hold_it_and_mirror(x, n, method):
    x = min(x, n)
    there, back = method(x, n), method(n - x, n)
    assert 0 <= there.ci_low <= there.estimate <= there.ci_high <= 1
    assert back.ci_low == pytest.approx(1 - there.ci_high, abs=1e-12)


def test_an_interval_widens_with_confidence():
    narrow, wide = (wilson(20, 25, confidence=c) for c in (0.9, 0.99))
    assert wide.ci_low < narrow.ci_low < narrow.ci_high < wide.ci_high


def test_mcnemar_is_the_binomial_test():
    assert mcnemar(1, 7).p_value == r("mcnemar_exact")
    # Fagerland, Lydersen & Laake 2013, the same children: mid-p 0.039
    assert mcnemar(1, 7, method="midp").p_value == pytest.approx(0.0390625)
    assert (mcnemar(1, 7).statistic, mcnemar(1, 7).n) == (1, 8)


@given(counts, counts)
def test_mcnemar_by_summing_the_binomial(b, c):
    n = b + c
    if n == 0:
        return
    pmf = [math.comb(n, k) / 2**n for k in range(n + 1)]
    tail = sum(pmf[: min(b, c) + 1])
    assert mcnemar(b, c).p_value == pytest.approx(min(1, 2 * tail))
    assert mcnemar(b, c, "midp").p_value == pytest.approx(2 * tail - pmf[min(b, c)])


@pytest.mark.parametrize("method", ["exact", "midp"])
def test_no_discordant_pairs(method):
    row = mcnemar(0, 0, method=method)
    assert (row.p_value, row.status) == (1, "no discordant pairs")


@pytest.mark.parametrize(
    "row",
    [
        wilson(0, 0),
        clopper_pearson(0, 0),
        difference_independent(0, 0, 3, 5),
        difference_paired(0, 0, 0, 0),
        difference_paired(0, 0, 0, 0, method="tango"),
    ],
)
def test_without_cases_nothing_is_estimated(row):
    assert row.status == "no data"
    assert np.isnan([row.estimate, row.ci_low, row.ci_high]).all()


def test_more_successes_than_trials_are_refused():
    with pytest.raises(ValueError, match="x <= n"):
        wilson(3, 2)
