import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.stats.proportions import (
    clopper_pearson,
    difference_independent,
    difference_paired,
    likelihood_ratios,
    mcnemar,
    mid_p,
    wilson,
)
from tests.unit.stats.oracle import limits_of_r, r
from tests.unit.stats.rows import is_without_limits, limits, with_limits

counts = st.integers(0, 30)

# the lists of tests/reference/roc.R
PAIRED = [
    (1, 1, 7, 12),
    (59, 6, 16, 80),
    (43, 0, 1, 0),
    (36, 12, 2, 4),
    (20, 3, 7, 30),
    (10, 0, 0, 15),
    (0, 5, 5, 0),
    (0, 25, 0, 0),
    (24, 1, 0, 0),
    (0, 3, 9, 2),
    (12, 9, 2, 21),
    (400, 60, 45, 500),
]


def joined(values):
    return "_".join(str(value) for value in values)


@pytest.mark.parametrize("x", [0, 1, 22, 25])
@pytest.mark.parametrize("method", [wilson, clopper_pearson])
def test_intervals_of_a_proportion_are_those_of_r(method, x):
    row = method(x, 25)
    name = method.__name__
    assert row.estimate == x / 25
    # binom.test's root finding is coarser
    assert limits(row) == limits_of_r(f"{name}_{x}", rel=1e-6)
    assert (row.n, row.n_positive, row.ci_method) == (25, x, name)


@pytest.mark.parametrize(
    ("x", "n"), [(0, 1), (1, 1), (3, 7), (12, 25), (24, 25), (99, 100), (81, 263)]
)
def test_intervals_of_a_proportion_are_exact(x, n):
    assert limits(wilson(x, n)) == limits_of_r(f"proportions_wilson_{x}_{n}")
    if x:
        assert limits(clopper_pearson(x, n)) == limits_of_r(f"proportions_clopper_pearson_{x}_{n}")


@pytest.mark.parametrize(
    "counts",
    [(22, 25, 19, 25), (25, 25, 0, 25), (25, 25, 25, 25), (3, 10, 9, 41), (0, 1, 1, 1)],
)
def test_difference_of_two_groups_is_square_and_add(counts):
    key = f"proportions_newcombe_{joined(counts)}"
    assert limits(difference_independent(*counts)) == limits_of_r(key)


@pytest.mark.parametrize("table", PAIRED)
def test_paired_differences_are_exact(table):
    for method, name in (("newcombe", "newcombe_paired"), ("tango", "tango")):
        row = difference_paired(*table, method=method)
        assert limits(row) == limits_of_r(f"proportions_{name}_{joined(table)}")


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
    assert limits(row) == pytest.approx((low, high), abs=5.1e-5)


@pytest.mark.parametrize(
    ("table", "method", "low", "high"),
    [
        # airway hyper-responsiveness of 21 children (Bentur 2009), in Fagerland et al. 2014
        ((1, 1, 7, 12), "newcombe", -0.507, -0.026),
        ((1, 1, 7, 12), "tango", -0.517, -0.026),
        # complete response to chemotherapy (Cavo 2012), in R's contingencytables
        ((59, 6, 16, 80), "newcombe", -0.1186, -0.0046),
        ((59, 6, 16, 80), "tango", -0.1240, -0.0054),
    ],
)
def test_paired_difference_is_that_in_print(table, method, low, high):
    row = difference_paired(*table, method=method)
    assert row.estimate == pytest.approx((table[1] - table[2]) / sum(table))
    # half a unit of the last printed digit
    tolerance = 5.1e-5 if round(low, 3) != low else 5.1e-4
    assert limits(row) == pytest.approx((low, high), abs=tolerance)


def test_tango_at_another_confidence_is_propcis():
    # PropCIs::scoreci.mp(25, 28, 618, 0.90)
    row = difference_paired(0, 28, 25, 565, method="tango", confidence=0.9)
    assert limits(row) == pytest.approx((-0.0148, 0.0247), abs=5.1e-5)


def test_tango_is_the_score_interval_by_numerical_likelihood():
    row = difference_paired(20, 3, 7, 30, method="tango")
    assert limits(row) == limits_of_r("tango", 1e-6)


@given(counts, counts, counts, counts, st.sampled_from(["newcombe", "tango"]))
def test_paired_intervals_hold_the_estimate_and_mirror(a, b, c, d, method):
    there, back = (difference_paired(a, *bc, d, method=method) for bc in ((b, c), (c, b)))
    if a + b + c + d == 0:
        assert there.status == "no data"
        return
    assert -1 <= there.ci_low <= there.estimate + 1e-12
    assert there.estimate - 1e-12 <= there.ci_high <= 1 + 1e-12
    assert limits(back) == pytest.approx((-there.ci_high, -there.ci_low), abs=1e-9)


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


@pytest.mark.parametrize(("b", "c"), [(0, 1), (0, 6), (5, 5), (1, 7), (6, 16), (60, 45), (1, 700)])
@pytest.mark.parametrize("method", ["exact", "midp"])
def test_mcnemar_is_that_of_r(b, c, method):
    expected = r(f"proportions_mcnemar_{method}_{b}_{c}")
    assert mcnemar(b, c, method).p_value == expected
    assert mcnemar(c, b, method).p_value == expected


def test_mcnemar_of_the_responses_to_chemotherapy():
    # contingencytables on Cavo 2012: exact 0.052479, mid-p 0.034690
    assert mcnemar(6, 16).p_value == pytest.approx(0.052479, abs=5e-7)
    assert mcnemar(6, 16, "midp").p_value == pytest.approx(0.034690, abs=5e-7)


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
    assert np.isnan(with_limits(row)).all()


@pytest.mark.parametrize(
    "call",
    [
        lambda: wilson(3, 2),
        lambda: wilson(-1, 2),
        lambda: clopper_pearson(1.5, 2),
        lambda: difference_independent(1, 2, 3, 2),
        lambda: difference_paired(1, -1, 2, 3),
        lambda: mcnemar(-1, 2),
        lambda: likelihood_ratios(1, 2, 3, -1),
    ],
)
def test_impossible_counts_are_refused(call):
    with pytest.raises(ValueError, match=r"whole numbers|x <= n"):
        call()


def test_numpy_counts_do_not_overflow():
    table = (100_000, 5_000, 4_000, 100_000)
    row = difference_paired(*np.array(table))
    assert repr(row) == repr(difference_paired(*table))
    assert row.ci_low > 0


# likelihood ratios


@pytest.mark.parametrize(
    "table",
    [
        (670, 202, 74, 640),
        (22, 3, 3, 22),
        (9, 1, 16, 24),
        (25, 4, 0, 21),
        (20, 0, 5, 25),
        (1, 1, 1, 1),
    ],
)
def test_likelihood_ratios_are_those_of_epir(table):
    rows = likelihood_ratios(*table)
    found = {name: row for name, row in rows.items() if row.status == "ok"}
    assert len(found) == (1 if 0 in table else 3)
    names = {"positive": "lr.pos", "negative": "lr.neg", "odds_ratio": "diag.or"}
    for name, row in found.items():
        key = f"proportions_{names[name]}_{joined(table)}"
        assert row.estimate == r(f"{key}_estimate")
        assert limits(row) == limits_of_r(key)
        assert (row.n, row.n_positive) == (sum(table), table[0] + table[2])


@given(counts, counts, counts, counts)
def test_likelihood_ratios_follow_from_their_definition(tp, fp, fn, tn):
    rows = likelihood_ratios(tp, fp, fn, tn)
    swapped = likelihood_ratios(fn, tn, tp, fp)
    for row, other in (
        (rows["positive"], swapped["negative"]),
        (rows["negative"], swapped["positive"]),
    ):
        assert (row.status, row.ci_high) == (
            other.status,
            pytest.approx(other.ci_high, nan_ok=True),
        )
    if 0 in (tp, fp, fn, tn):
        return
    sensitivity, specificity = tp / (tp + fn), tn / (tn + fp)
    assert rows["positive"].estimate == pytest.approx(sensitivity / (1 - specificity))
    assert rows["negative"].estimate == pytest.approx((1 - sensitivity) / specificity)
    assert rows["odds_ratio"].estimate == pytest.approx(
        rows["positive"].estimate / rows["negative"].estimate
    )
    for row in rows.values():
        assert 0 < row.ci_low <= row.estimate <= row.ci_high or row.status == "constant"


@pytest.mark.parametrize(
    ("table", "name", "status", "estimate"),
    [
        ((0, 0, 0, 0), "positive", "no data", np.nan),
        ((3, 0, 2, 0), "odds_ratio", "one class", np.nan),
        ((10, 0, 5, 10), "positive", "zero cell", np.nan),
        ((0, 3, 10, 7), "positive", "zero cell", 0),
        ((10, 4, 0, 6), "negative", "zero cell", 0),
        ((10, 4, 0, 6), "odds_ratio", "zero cell", np.nan),
        ((0, 3, 10, 7), "odds_ratio", "zero cell", 0),
        ((10, 12, 0, 0), "positive", "constant", 1),
        ((10, 12, 0, 0), "negative", "zero cell", np.nan),
    ],
)
def test_likelihood_ratios_with_empty_cells(table, name, status, estimate):
    row = likelihood_ratios(*table)[name]
    is_without_limits(row, status, estimate)


@pytest.mark.parametrize(("x", "n"), [(1, 25), (20, 25), (24, 25), (3, 10), (47, 50)])
def test_mid_p_is_that_of_r_and_lies_within_the_exact_limits(x, n):
    found, exact = mid_p(x, n), clopper_pearson(x, n)
    key = f"proportions_midp_{x}_{n}"
    assert limits(found) == limits_of_r(key)
    assert exact.ci_low < found.ci_low < found.estimate < found.ci_high < exact.ci_high
    assert found.ci_method == "mid_p"


def test_mid_p_at_the_ends():
    none, every = mid_p(0, 25), mid_p(25, 25)
    assert (none.ci_low, every.ci_high) == (0, 1)
    assert none.ci_high == pytest.approx(1 - 0.05 ** (1 / 25), rel=1e-12)
    assert every.ci_low == pytest.approx(1 - none.ci_high, rel=1e-12)
    assert mid_p(0, 0).status == "no data"
