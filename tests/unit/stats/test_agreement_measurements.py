import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare

from bonescint.stats.agreement import icc, kendall_w
from tests.unit.stats.agreement_samples import COUNTS, GRADES
from tests.unit.stats.oracle import limits_of_r, r
from tests.unit.stats.rows import is_without_limits, limits

FORMS = {"A1": "ICC2", "Ak": "ICC2k", "C1": "ICC3", "Ck": "ICC3k"}

# Shrout & Fleiss 1979, table 2: six targets, four judges
SHROUT = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)


@pytest.mark.parametrize(
    ("form", "value"), [("A1", 0.29), ("Ak", 0.62), ("C1", 0.71), ("Ck", 0.91)]
)
def test_icc_is_that_in_print(form, value):
    assert icc(SHROUT, form).estimate == pytest.approx(value, abs=5e-3)  # Shrout & Fleiss 1979


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("ratings", "name", "confidence"),
    [(COUNTS, "counts", 0.95), (COUNTS, "counts", 0.9), (SHROUT, "shrout", 0.95)],
)
def test_icc_is_that_of_psych(ratings, name, confidence, form):
    row = icc(ratings, form, confidence=confidence)
    key = f"agreement_{name}_{FORMS[form]}_{100 * confidence:g}"
    assert row.estimate == r(f"{key}_estimate")
    assert limits(row) == limits_of_r(key)
    assert row.statistic == r(f"{key}_F")
    assert row.p_value == pytest.approx(r(f"{key}_p").expected, rel=1e-8)
    n, k = ratings.shape
    assert row.note == f"df1={n - 1}; df2={(n - 1) * (k - 1)}"


def test_icc_leaves_incomplete_subjects_out_and_counts_them():
    holed = np.vstack([SHROUT, [[1, 2, np.nan, 3]], [[np.nan] * 4]])
    row = icc(holed)
    assert row.estimate == icc(SHROUT).estimate
    assert row.n == 6
    assert row.note == "left_out_incomplete=2; df1=5; df2=15"


def test_a_rater_who_counts_more_lowers_agreement_but_not_consistency():
    moved = COUNTS + [0, 0, 1]
    assert icc(moved, "C1").estimate == pytest.approx(icc(COUNTS, "C1").estimate)
    assert icc(moved, "A1").estimate < icc(COUNTS, "A1").estimate - 0.05


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("ratings", "status", "estimate"),
    [
        (np.empty((0, 3)), "no data", np.nan),
        ([[1], [0]], "too few raters", np.nan),
        ([[1, np.nan], [np.nan, 0]], "no data", np.nan),
        ([[1, 2]], "too few", np.nan),
        (np.full((5, 3), 0.1), "constant", np.nan),
        (np.array([[1, 1, 1], [2, 2, 2], [4, 4, 4]]) * 0.1 + 7, "complete agreement", 1),
    ],
)
def test_degenerate_icc(ratings, status, estimate, form):
    row = icc(ratings, form)
    is_without_limits(row, status, estimate)
    assert np.isnan([row.statistic, row.p_value]).all()


def test_raters_a_constant_apart_are_consistent_and_do_not_agree():
    ratings = np.array([[1, 2], [2, 3], [4, 5], [7, 8]]) * 0.1
    assert icc(ratings, "C1").status == icc(ratings, "Ck").status == "complete agreement"
    row = icc(ratings, "A1")
    assert row.status == "ok"
    assert row.ci_low < row.estimate < row.ci_high < 1
    assert row.test == ""  # no error to test against


@pytest.mark.parametrize(
    ("form", "estimate"), [("A1", -2), ("Ak", np.nan), ("C1", -1), ("Ck", np.nan)]
)
def test_subjects_who_do_not_differ_have_no_limits(form, estimate):
    row = icc([[1, 2], [2, 1], [1, 2], [2, 1]], form)
    is_without_limits(row, "no subject variance", estimate)


numbers = st.sampled_from([0, 0.1, 0.3, 0.3, 1.2, np.nan])
tables = st.integers(1, 4).flatmap(
    lambda raters: st.lists(
        st.lists(numbers, min_size=raters, max_size=raters), min_size=0, max_size=8
    ).map(lambda rows: np.array(rows).reshape(len(rows), raters))
)


@given(tables, st.sampled_from(list(FORMS)))
def test_limits_enclose_the_icc_or_there_are_none(ratings, form):
    row = icc(ratings, form)
    if row.status == "ok":
        assert row.ci_low <= row.estimate <= row.ci_high <= 1
    else:
        assert np.isnan([row.ci_low, row.ci_high]).all()


@pytest.mark.parametrize(("ratings", "name"), [(GRADES, "grades"), (COUNTS, "counts")])
def test_kendall_w_is_that_of_r(ratings, name):
    row = kendall_w(ratings)
    assert row.estimate == r(f"agreement_kendall_{name}")
    assert row.statistic == r(f"agreement_kendall_{name}_chi2")
    assert row.p_value == r(f"agreement_kendall_{name}_p")
    assert row.note == "df=29"


@given(tables)
def test_kendall_w_is_friedmans_test_of_the_subjects(ratings):
    row = kendall_w(ratings)
    if row.status != "ok":
        assert np.isnan([row.estimate, row.p_value]).all()
        return
    known = ratings[~np.isnan(ratings).any(axis=1)]
    if len(known) > 2:  # scipy asks for three treatments
        chi2, p = friedmanchisquare(*known)
        assert (row.statistic, row.p_value) == (pytest.approx(chi2), pytest.approx(p))
    assert 0 <= row.estimate <= 1 + 1e-12


def test_kendall_w_does_not_take_rounding_for_order():
    there = np.array([[0.1, 0.1], [0.2, 0.3], [0.4, 0.2]])
    assert kendall_w(0.1 + there - 0.1) == kendall_w(there)


@pytest.mark.parametrize(
    ("ratings", "status"),
    [
        (np.empty((0, 3)), "no data"),
        ([[1], [2]], "too few raters"),
        ([[1, 2]], "too few"),
        ([[1, 2], [1, 2], [1, 2]], "constant"),
    ],
)
def test_degenerate_kendall_w(ratings, status):
    row = kendall_w(ratings)
    assert row.status == status
    assert np.isnan([row.estimate, row.p_value]).all()
