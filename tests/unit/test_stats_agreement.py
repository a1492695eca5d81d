import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.stats.agreement import cohen_kappa, fleiss_kappa, percent_agreement
from tests.unit.stats_oracle import CASES, r

G1, G2 = CASES["grade1"], CASES["grade2"]
Z = 1.959963984540054

# Fleiss 1971, table 1: 30 patients, how many of six psychiatrists chose each of five diagnoses
FLEISS = [
    "00060", "03003", "01401", "00006", "03030", "20400", "00402", "20310", "20040", "00006",
    "10050", "11040", "03300", "10050", "02031", "00501", "30012", "51000", "02040", "10203",
    "00006", "01050", "02013", "20040", "10041", "05010", "40002", "02040", "10500", "00006",
]  # fmt: skip


def raw(counts):
    return [[k for k, n in enumerate(row) for _ in range(int(n))] for row in counts]


def test_fleiss_kappa_is_that_in_print():
    row = fleiss_kappa(raw(FLEISS))
    assert row.estimate == pytest.approx(0.430, abs=5e-4)  # Fleiss 1971
    assert row.statistic == pytest.approx(17.7, abs=0.05)  # irr::kappam.fleiss, Fleiss et al. 1979
    assert row.ci_low < row.estimate < row.ci_high
    assert row.n == 30


def test_fleiss_kappa_with_missing_ratings_is_that_of_irrcac():
    # Gwet's 12 subjects and 4 raters; irrCAC prints 0.76117, SE 0.15302, limits (0.42438, 1)
    x = np.nan
    ratings = [
        [1, 1, x, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
        [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [x, 5, 5, 5], [x, x, 1, 1], [x, x, 3, x],
    ]  # fmt: skip
    row = fleiss_kappa(ratings)
    assert row.estimate == pytest.approx(0.76117, abs=5e-6)
    assert (row.ci_low, row.ci_high) == pytest.approx((0.42438, 1), abs=5e-6)
    assert row.n == 11  # one subject has a single rating
    assert math.isnan(row.p_value)


def test_cohen_kappa_is_that_of_vcd():
    row = cohen_kappa(G1, G2)
    assert row.estimate == r("kappa")
    assert (row.ci_high - row.estimate) / Z == r("kappa_se")


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_weighted_kappa_is_that_of_vcd(weights):
    row = cohen_kappa(G1, G2, weights=weights)
    assert row.estimate == r(f"kappa_{weights}")
    assert (row.estimate - row.ci_low) / Z == r(f"kappa_{weights}_se")


binary = st.lists(st.lists(st.integers(0, 1), min_size=3, max_size=3), min_size=3, max_size=30)


@given(binary)
def test_fleiss_kappa_does_not_mind_the_order_of_raters_or_the_names(ratings):
    ratings = np.array(ratings)
    there = fleiss_kappa(ratings)
    for other in (ratings[:, ::-1], 1 - ratings, ratings[::-1] * 7.5 + 2):
        back = fleiss_kappa(other)
        assert back.status == there.status
        assert back.estimate == pytest.approx(there.estimate, nan_ok=True)
        assert back.ci_low == pytest.approx(there.ci_low, nan_ok=True)


@given(binary)
def test_a_rater_who_is_always_missing_changes_nothing(ratings):
    ratings = np.array(ratings, dtype=float)
    widened = np.column_stack([ratings, np.full(len(ratings), np.nan)])
    assert repr(fleiss_kappa(widened)) == repr(fleiss_kappa(ratings))


def test_percent_agreement_counts_unanimous_complete_cases():
    row = percent_agreement([[1, 1, 1], [1, 0, 1], [0, 0, 0], [1, 1, np.nan]])
    assert row.estimate == pytest.approx(2 / 3)
    assert (row.n, row.note) == (3, "count=2/3")


@pytest.mark.parametrize(
    ("ratings", "status", "estimate"),
    [
        (np.empty((0, 3)), "no data", np.nan),
        ([[1], [0]], "too few raters", np.nan),
        (np.empty((0, 0)), "too few raters", np.nan),
        ([[1, np.nan], [np.nan, 0]], "no data", np.nan),
        ([[1, 1], [1, 1]], "constant", np.nan),
        ([[1, 1], [0, 0], [1, 1]], "complete agreement", 1),
        ([[1, 0]], "too few", -1),
    ],
)
def test_degenerate_fleiss_kappa(ratings, status, estimate):
    row = fleiss_kappa(ratings)
    assert row.status == status
    assert row.estimate == pytest.approx(estimate, nan_ok=True)
    assert np.isnan([row.ci_low, row.ci_high]).all()


@pytest.mark.parametrize(
    ("first", "second", "status", "estimate"),
    [
        ([], [], "no data", np.nan),
        ([1, 1], [1, 1], "constant", np.nan),
        ([1, 0, 1], [1, 0, 1], "complete agreement", 1),
        ([1, 1, 1, 1], [0, 1, 0, 1], "constant", 0),
        ([1, np.nan], [0, 1], "too few", 0),
    ],
)
def test_degenerate_cohen_kappa(first, second, status, estimate):
    row = cohen_kappa(first, second)
    assert row.status == status
    assert row.estimate == pytest.approx(estimate, nan_ok=True)
    assert np.isnan([row.ci_low, row.ci_high]).all()


def test_percent_agreement_of_one_reader_is_none():
    assert percent_agreement([[1], [0]]).status == "too few raters"
    assert percent_agreement(np.empty((0, 2))).status == "no data"
