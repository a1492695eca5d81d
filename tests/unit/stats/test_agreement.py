import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.stats.agreement import (
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    percent_agreement,
    specific_agreement,
)
from tests.unit.stats.agreement_samples import GRADES, GWET, YES, influences
from tests.unit.stats.oracle import CASES, r
from tests.unit.stats.rows import is_without_limits, limits

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
    # irrCAC 1.0 prints 0.76117, SE 0.15302, limits (0.42438, 1)
    row = fleiss_kappa(GWET)
    assert row.estimate == pytest.approx(0.76117, abs=5e-6)
    assert limits(row) == pytest.approx((0.42438, 1), abs=5e-6)
    assert row.n == 11  # one subject has a single rating
    assert math.isnan(row.p_value)


def test_gwet_ac1_is_that_in_print():
    row = gwet_ac1(GWET)
    assert row.estimate == pytest.approx(0.77544, abs=5e-6)  # Gwet 2014, table 2.12; irrCAC
    # irrCAC 0.4.4 of Python, unrounded: CAC(ratings, digits=15).gwet()
    assert row.estimate == pytest.approx(0.775444068126995, rel=1e-12)
    assert row.ci_low == pytest.approx(0.46081334813208, rel=1e-11)
    assert row.ci_high == 1
    error = (row.estimate - row.ci_low) / 2.200985160082949  # t with 11 degrees of freedom
    assert error == pytest.approx(0.14295, abs=5e-6)  # in print
    assert row.n == 11


def test_gwet_ac1_is_not_pulled_down_by_a_rare_finding():
    ratings = [[0, 0]] * 90 + [[0, 1]] * 5 + [[1, 0]] * 5
    assert gwet_ac1(ratings).estimate == pytest.approx((0.9 - 0.095) / (1 - 0.095))  # p = 0.05
    assert fleiss_kappa(ratings).estimate < 0


def weighted_beyond_chance(table, weights, chance):
    """Return the coefficient if subject i stands for the share weights[i] of the population."""
    raters = table.sum(axis=1)
    pairs = (table * (table - 1)).sum(axis=1) / (raters * (raters - 1))
    expected = chance(weights @ (table / raters[:, None]))
    return (weights @ pairs - expected) / (1 - expected)


@pytest.mark.parametrize(
    ("function", "chance"),
    [
        (fleiss_kappa, lambda p: (p**2).sum()),
        (gwet_ac1, lambda p: (p * (1 - p)).sum() / (p.size - 1)),
    ],
)
def test_the_limits_follow_from_each_subjects_influence(function, chance):
    row = function(GRADES)
    table = (GRADES[:, :, None] == np.unique(GRADES)).sum(axis=1)
    influence = influences(lambda w: weighted_beyond_chance(table, w, chance), len(table))
    error = np.sqrt((influence**2).sum() / (30 * 29))
    assert (row.estimate - row.ci_low) / 2.0452296421327034 == pytest.approx(error, rel=1e-5)


def test_cohen_kappa_is_that_of_vcd():
    row = cohen_kappa(G1, G2)
    assert row.estimate == r("kappa")
    assert (row.ci_high - row.estimate) / Z == r("kappa_se")


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_weighted_kappa_is_that_of_vcd(weights):
    row = cohen_kappa(G1, G2, weights=weights)
    assert row.estimate == r(f"kappa_{weights}")
    assert (row.estimate - row.ci_low) / Z == r(f"kappa_{weights}_se")


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
@pytest.mark.parametrize("pair", [(1, 2), (1, 3)])
def test_weighted_kappa_counts_unused_grades(weights, pair):
    first, second = (GRADES[:, i - 1] for i in pair)
    name = f"{weights}_{pair[0]}{pair[1]}"
    for prefix, kept in (("", first > -1), ("without_two_", (first != 2) & (second != 2))):
        row = cohen_kappa(first[kept], second[kept], weights)
        assert row.estimate == r(f"agreement_kappa_{prefix}{name}")
        assert (row.estimate - row.ci_low) / Z == r(f"agreement_kappa_{prefix}{name}_se")


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
    is_without_limits(fleiss_kappa(ratings), status, estimate)


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
    is_without_limits(cohen_kappa(first, second), status, estimate)


def test_percent_agreement_of_one_reader_is_none():
    assert percent_agreement([[1], [0]]).status == "too few raters"
    assert percent_agreement(np.empty((0, 2))).status == "no data"


@pytest.mark.parametrize(
    ("ratings", "status", "estimate"),
    [
        (np.empty((0, 3)), "no data", np.nan),
        ([[1], [0]], "too few raters", np.nan),
        ([[1, np.nan], [np.nan, 0]], "no data", np.nan),
        ([[1, 1], [1, 1]], "constant", np.nan),
        ([[1, 1], [0, 0], [1, 1]], "complete agreement", 1),
        ([[1, 0]], "too few", -1),
        ([[1, 0], [0, 1], [0, 1]], "constant", -1),  # all subjects alike: no spread
    ],
)
def test_degenerate_gwet_ac1(ratings, status, estimate):
    is_without_limits(gwet_ac1(ratings), status, estimate)


@pytest.mark.parametrize("category", [0, 1])
def test_specific_agreement_is_that_of_all_pairs_of_raters(category):
    row = specific_agreement(YES, category)
    assert row.estimate == r(f"agreement_specific_{category}")
    assert row.ci_low < row.estimate < row.ci_high
    assert (row.n, row.note) == (30, f"category={category}")


def test_specific_agreement_of_two_raters_has_the_error_of_graham_and_bull():
    two = YES[:, :2]
    row = specific_agreement(two, ci="wald")
    assert row.estimate == r("agreement_specific_two")
    assert (row.estimate - row.ci_low) / Z == r("agreement_specific_two_se")
    share, scaled = row.estimate, specific_agreement(two)
    odds = [p / (1 - p) for p in (scaled.ci_low, share, scaled.ci_high)]
    width = Z * r("agreement_specific_two_se").expected / (share * (1 - share))
    assert np.diff(np.log(odds)) == pytest.approx(width)


def test_specific_agreement_counts_the_ratings_there_are():
    x = np.nan
    row = specific_agreement([[1, 1, x], [1, 0, 1], [1, x, x], [x, 0, 0], [1, 1, 1]])
    assert row.estimate == pytest.approx((2 + 2 + 6) / (2 + 4 + 6))
    assert row.n == 4


@pytest.mark.parametrize(
    ("ratings", "status", "estimate"),
    [
        (np.empty((0, 3)), "no data", np.nan),
        ([[1], [0]], "too few raters", np.nan),
        ([[0, 0], [0, 0]], "no data", np.nan),  # nobody found anything to agree on
        ([[1, 1], [0, 0]], "complete agreement", 1),
        ([[1, 0], [0, 0]], "no agreement", 0),
        ([[1, 1, 0], [0, 1, 1]], "constant", 0.5),
    ],
)
def test_degenerate_specific_agreement(ratings, status, estimate):
    is_without_limits(specific_agreement(ratings), status, estimate)


def test_cohen_kappa_limits_on_the_log_scale_from_vcds_standard_error():
    found = cohen_kappa(G1, G2, ci="log")
    kappa, error = (float(r(key).expected) for key in ("kappa", "kappa_se"))
    ratio = math.exp(Z * error / (1 - kappa))
    assert found.ci_low == pytest.approx(1 - (1 - kappa) * ratio, rel=1e-8)
    assert found.ci_high == pytest.approx(1 - (1 - kappa) / ratio, rel=1e-8)
    assert cohen_kappa([1, 1, 0, 0, 1], [0, 0, 1, 1, 1], ci="log").ci_low == -1


class Frame:
    """A data frame to numpy: its own missing value is no number, and is asked for as one."""

    def __init__(self, values):
        self.values = [[None if np.isnan(value) else int(value) for value in row] for row in values]

    def to_numpy(self, dtype, na_value):
        filled = [[na_value if value is None else value for value in row] for row in self.values]
        return np.array(filled, dtype=dtype)


def test_a_frames_own_missing_value_and_infinity():
    ratings = np.array([[1, 1, 0], [0, 0, 0], [1, 1, 1], [0, 1, 0]], dtype=float)
    missing = ratings.copy()
    missing[0, 2] = np.nan
    frame = Frame(missing)
    assert fleiss_kappa(frame) == fleiss_kappa(missing)
    missing[0, 2] = np.inf
    assert fleiss_kappa(missing) == fleiss_kappa(frame)


@pytest.mark.parametrize(
    "call",
    [
        lambda: cohen_kappa(G1, G2, "Quadratic"),
        lambda: cohen_kappa(G1, G2, ci="Log"),
        lambda: specific_agreement(YES, ci="Wald"),
    ],
)
def test_a_misspelt_method_is_no_other_method(call):
    with pytest.raises(ValueError, match="is none of"):
        call()
