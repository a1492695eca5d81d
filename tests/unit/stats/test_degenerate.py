"""Rounding makes no interval: degenerate data in every function that gives limits."""

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bonescint.stats import agreement, case_mix, method_comparison, ranks, roc
from bonescint.stats.counts import negative_binomial


def versions(x, y):
    """Return every row that two measurements of the same cases give, by name."""
    both, truth = np.column_stack((x, y)), np.arange(x.size) % 2
    rows = {
        "lin_ccc": method_comparison.lin_ccc(x, y),
        "tost": method_comparison.tost_paired(x, y, np.ptp(both) or 1),
        "hodges_lehmann": ranks.hodges_lehmann(ranks.differences(x, y)),
        "wilcoxon": ranks.wilcoxon(x, y),
        "spearman": ranks.spearman(x, y),
        "kendall": ranks.kendall(x, y),
        "mann_whitney": ranks.mann_whitney(x, y),
        "kruskal_wallis": ranks.kruskal_wallis(x, truth),
        "jonckheere": ranks.jonckheere(x, truth),
        "standardised_difference": case_mix.standardised_difference(x, y),
        "auc": roc.auc(truth, x),
        "auc_paired": roc.compare_paired(truth, x, y),
        "auc_unpaired": roc.compare_unpaired(truth, x, truth, y),
        "kendall_w": agreement.kendall_w(both),
        "fleiss_kappa": agreement.fleiss_kappa(both),
        "gwet_ac1": agreement.gwet_ac1(both),
    }
    for form in ("A1", "Ak", "C1", "Ck"):
        rows[f"icc_{form}"] = agreement.icc(both, form)
    for level in ("nominal", "ordinal", "interval"):
        rows[f"alpha_{level}"] = agreement.krippendorff_alpha(both, level)
    for weights in (None, "linear", "quadratic"):
        for ci in ("wald", "log"):
            rows[f"kappa_{weights}_{ci}"] = agreement.cohen_kappa(x, y, weights, ci=ci)
    for function in ("bland_altman", "bland_altman_regression", "passing_bablok", "deming"):
        found = getattr(method_comparison, function)(x, y)
        rows |= {f"{function}_{name}": row for name, row in found.items()}
    return rows


# limits in the unit of the data; all others have none
IN_UNITS = ("tost", "hodges_lehmann", "bland_altman", "intercept", "lower", "upper")
# where x = 0 lies decides how well the intercept is known
AT_ZERO = "passing_bablok_intercept"


@st.composite
def collapsed(draw):
    """Few values, most cases on a line of whole steps, as versions that seldom differ give."""
    n, step = draw(st.integers(3, 12)), draw(st.sampled_from([1, 0.1, 0.05, 0.01]))
    few = st.lists(st.integers(0, draw(st.integers(1, 4))), min_size=n, max_size=n)
    x = np.array(draw(few))
    y = draw(st.integers(1, 2)) * x + draw(st.integers(0, 2))
    if draw(st.booleans()):
        y = np.array(draw(few))
    elif draw(st.booleans()):
        y[draw(st.integers(0, n - 1))] += draw(st.integers(1, 3))
    return np.round(x * step, 2), np.round(y * step, 2), step


@pytest.mark.filterwarnings("error")
@settings(max_examples=60, deadline=None)
@given(collapsed())
@example((np.array([0.2, 0, 0.1]), np.array([0, 0, 6.06]), 0.01))
@example((np.array([1.0] * 50), np.array([1.0] * 48 + [0] * 2), 1))
@example((np.array([2.0] * 50), np.repeat([0.0, 1, 2, 3, 4], [3, 5, 30, 10, 2]), 1))
@example((np.array([0, 0.5, 1, 1.5, 2]), np.array([0.5, 0.75, 1, 1.25, 1.5]), 0.25))
def test_no_interval_is_narrower_than_the_data_allow(data):
    x, y, step = data
    for name, row in versions(x, y).items():
        limits = np.array([row.ci_low, row.ci_high])
        if row.status != "ok":
            assert np.isnan(limits).all(), name
        elif not np.isnan(limits).any():
            unit = step if name.startswith(IN_UNITS) or name.endswith(IN_UNITS) else 1
            assert limits[1] - limits[0] > 1e-4 * unit, (name, row)
            # limits of Passing-Bablok's intercept are those of the slope put in
            if name != AT_ZERO:
                assert limits[0] <= row.estimate + 1e-9 * unit, (name, row)
                assert row.estimate <= limits[1] + 1e-9 * unit, (name, row)
        assert math.isnan(row.estimate) or abs(row.estimate) < 1e4, (name, row)


@settings(max_examples=40, deadline=None)
@given(collapsed(), st.sampled_from([(1e-6, 0), (1e6, 0), (1, 1e6), (1e-6, 1), (1 / 3, 0)]))
def test_unit_and_shift_leave_every_status(data, change):
    x, y, _ = data
    unit, shift = change
    moved = versions(unit * x + shift, unit * y + shift)
    for name, row in versions(x, y).items():
        if not (name == AT_ZERO and shift):
            assert moved[name].status == row.status, (name, row, moved[name])
            assert math.isnan(moved[name].ci_low) == math.isnan(row.ci_low), name


def test_most_cases_shifted_alike():
    # new = old + 0.05 in all but one: what only rounding tells apart is tied, or a real interval
    rng, tied = np.random.default_rng(0), 0
    for _ in range(150):
        x = np.round(rng.lognormal(-0.5, 1, 8), 2)
        y = np.round(x + 0.05, 2)
        y[0] = np.round(y[0] + 0.3, 2)
        slope = method_comparison.passing_bablok(x, y)["slope"]
        shift = ranks.hodges_lehmann(ranks.differences(y, x))
        assert slope.status in ("tied", "ok", "too few")
        tied += slope.status == "tied"
        for row, least in ((slope, 1e-6), (shift, 0.004)):
            if row.status == "ok":
                assert row.ci_high - row.ci_low > least
    assert tied > 10


def test_few_rated_subjects_among_others_bear_no_interval():
    n = math.nan
    ratings = np.array([[0, n, n], [1, 0, n], [2, 0, n], [n, n, 0]])
    for function in (agreement.fleiss_kappa, agreement.gwet_ac1):
        row = function(ratings)
        assert (row.n, row.status, math.isnan(row.ci_low)) == (2, "too few", True)
    # three rated, but so few that kappa leaves its range
    more = np.array([[0, n], [0, n], [0, n], [1, 0], [2, 0], [0, 3]])
    row = agreement.fleiss_kappa(more)
    assert row.estimate < -1
    assert (row.status, math.isnan(row.ci_high)) == ("too few", True)
    whole = agreement.fleiss_kappa(np.array([[0, 0], [1, 1], [0, 1]]))
    assert whole.status == "ok"


def test_readers_of_counts_on_a_logarithm():
    # no step: what rounding leaves is known by its size
    counts = np.array([[0, 1], [1, 3], [3, 7], [0, 1]])
    for form in ("C1", "Ck"):
        assert agreement.icc(np.log1p(counts), form).status == "complete agreement"
    assert agreement.krippendorff_alpha(np.log1p(counts[:2]), "interval").status in (
        "ok",
        "constant",
    )


@pytest.mark.parametrize(
    ("y", "x", "status"),
    [
        ([0, 0, 0, 4, 5], [0, 0, 0, 1, 1], "not converged"),  # counts at the largest x alone
        ([4, 5, 0, 0, 0], [0, 0, 2, 1, 1], "not converged"),
        ([0, 4, 5, 0, 2], [0, 1, 1, 2, 1], "ok"),  # in the middle there is a largest likelihood
        ([1, 2, 3], [0.3, 0.1 + 0.2, 0.3], "constant"),
    ],
)
def test_rate_ratios_without_an_end(y, x, status):
    for unit, shift in ((1, 0), (1, 1e6), (1e3, 0)):
        fit = negative_binomial(y, unit * np.array(x) + shift)
        assert fit.status == status
        assert (status == "ok") != math.isnan(fit.error)


def test_groups_that_only_rounding_spreads():
    a, b = [0.3, 0.1 + 0.2, 0.3], [0.7, 0.7, 0.6 + 0.1]
    for unit, shift in ((1, 0), (1e6, 0), (1, 1e6)):
        row = case_mix.standardised_difference(
            unit * np.array(a) + shift, unit * np.array(b) + shift
        )
        assert (row.status, math.isnan(row.estimate)) == ("constant", True)
