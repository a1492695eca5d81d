from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.stats.agreement import fleiss_kappa, krippendorff_alpha
from tests.unit.stats.agreement_samples import COUNTS, GRADES, GWET, influences
from tests.unit.stats.rows import is_without_limits

LEVELS = ["nominal", "ordinal", "interval", "ratio"]


def by_definition(ratings, level):
    """Return alpha from the coincidence matrix (Krippendorff 2011, steps B and C)."""
    ratings = np.array(ratings, dtype=float)
    units = [unit[~np.isnan(unit)] for unit in ratings]
    units = [unit for unit in units if len(unit) > 1]
    values = np.unique(np.concatenate(units))
    coincidences = np.zeros((len(values), len(values)))
    for unit in units:
        for a, b in permutations(np.searchsorted(values, unit), 2):
            coincidences[a, b] += 1 / (len(unit) - 1)
    n = coincidences.sum(axis=1)
    distance = np.zeros_like(coincidences)
    for c in range(len(values)):
        for k in range(c + 1, len(values)):
            between = n[c : k + 1].sum() - (n[c] + n[k]) / 2
            distance[c, k] = distance[k, c] = {
                "nominal": 1,
                "ordinal": between**2,
                "interval": (values[c] - values[k]) ** 2,
                "ratio": ((values[c] - values[k]) / (values[c] + values[k])) ** 2,
            }[level]
    return 1 - (n.sum() - 1) * (coincidences * distance).sum() / (np.outer(n, n) * distance).sum()


@pytest.mark.parametrize(
    ("level", "alpha"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_alpha_is_that_in_print(level, alpha):
    row = krippendorff_alpha(GWET, level)
    assert row.estimate == pytest.approx(alpha, abs=5e-4)  # Krippendorff 2011
    assert row.n == 11  # one unit has a single rating


# irrCAC 0.4.4 of Python, unrounded: CAC(ratings, weights, digits=15).krippendorff()
@pytest.mark.parametrize(
    ("level", "low"),
    [
        ("nominal", 0.419062219209115),
        ("interval", 0.561387649294898),
        ("ratio", 0.48439148083024),
    ],
)
def test_the_limits_with_missing_ratings_are_those_of_irrcac(level, low):
    row = krippendorff_alpha(GWET, level)
    assert row.ci_low == pytest.approx(low, rel=1e-11)
    assert row.ci_high == 1


def of_weighted_subjects(weights, pairs, distances):
    return 1 - weights @ pairs / (weights @ distances @ weights)


@pytest.mark.parametrize("level", ["nominal", "interval"])
def test_the_limits_follow_from_each_subjects_influence(level):
    ratings = COUNTS if level == "interval" else GRADES
    gaps = np.abs(ratings[:, None, :, None] - ratings[None, :, None, :])
    gaps = gaps**2 if level == "interval" else (gaps > 0).astype(float)
    distances = gaps.mean(axis=(2, 3))
    pairs = np.array([gaps[i, i].sum() / 6 for i in range(len(ratings))])
    row = krippendorff_alpha(ratings, level)
    influence = influences(lambda w: of_weighted_subjects(w, pairs, distances), len(ratings))
    error = np.sqrt((influence**2).sum() / (30 * 29))
    assert (row.estimate - row.ci_low) / 2.0452296421327034 == pytest.approx(error, rel=1e-5)


rating = st.sampled_from([0, 0, 1, 2, 4, 4.5, np.nan])
tables = st.integers(2, 4).flatmap(
    lambda raters: st.lists(
        st.lists(rating, min_size=raters, max_size=raters), min_size=1, max_size=12
    )
)


@pytest.mark.parametrize("level", LEVELS)
@given(ratings=tables)
def test_alpha_is_that_of_the_coincidence_matrix(level, ratings):
    row = krippendorff_alpha(ratings, level)
    if row.status in ("no data", "constant") and np.isnan(row.estimate):
        return
    assert row.estimate == pytest.approx(by_definition(ratings, level), abs=1e-9)
    if row.status == "ok":
        assert -1 <= row.ci_low <= row.estimate <= row.ci_high <= 1


def test_nominal_alpha_is_fleiss_kappa_in_a_large_sample():
    many = np.tile(GRADES, (300, 1))
    assert krippendorff_alpha(many, "nominal").estimate == pytest.approx(
        fleiss_kappa(many).estimate, abs=1e-4
    )


def test_ordinal_alpha_asks_for_the_order_only_and_interval_alpha_for_no_unit():
    ordinal = krippendorff_alpha(GRADES, "ordinal")
    assert krippendorff_alpha(np.exp(GRADES), "ordinal") == ordinal
    assert krippendorff_alpha(1e6 + GRADES * 0.1, "interval").estimate == pytest.approx(
        krippendorff_alpha(GRADES, "interval").estimate
    )


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("ratings", "status", "estimate"),
    [
        (np.empty((0, 3)), "no data", np.nan),
        ([[1], [0]], "too few raters", np.nan),
        (np.empty((0, 0)), "too few raters", np.nan),
        ([[1, np.nan], [np.nan, 0]], "no data", np.nan),
        ([[1, 1, np.nan], [1, 1, np.nan], [2, np.nan, np.nan]], "constant", np.nan),
        ([[1, 1], [0, 0], [1, 1]], "complete agreement", 1),
        ([[1, 0]], "too few", 0),
        ([[1, 0], [1, 0]], "constant", -0.5),
    ],
)
def test_degenerate_alpha(ratings, status, estimate, level):
    is_without_limits(krippendorff_alpha(ratings, level), status, estimate)


def test_a_ratio_has_no_negative_values():
    with pytest.raises(ValueError, match="negative"):
        krippendorff_alpha([[-1, 1], [2, 2]], "ratio")
