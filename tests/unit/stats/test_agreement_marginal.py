import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import friedmanchisquare

from bonescint.stats.agreement import cochran_q, stuart_maxwell
from tests.unit.stats.agreement_samples import GRADES, YES
from tests.unit.stats.oracle import r

# what agreement.R gives to coin::mh_test; R fills by column
THREE = np.array([20, 3, 0, 10, 30, 5, 5, 15, 40]).reshape(3, 3).T
EQUAL_MARGIN = np.array([5, 4, 1, 2, 7, 3, 3, 1, 9]).reshape(3, 3).T
FIVE = np.zeros((5, 5))
np.add.at(FIVE, tuple(GRADES[:, :2].astype(int).T), 1)


def test_cochran_q_is_that_of_r():
    row = cochran_q(YES)
    assert row.statistic == r("agreement_cochran_q")
    assert row.p_value == r("agreement_cochran_p")
    assert (row.n, row.note) == (30, "df=2")


def test_cochran_q_of_two_raters_is_mcnemars():
    row = cochran_q([[1, 0]] * 7 + [[0, 1]] * 2 + [[1, 1]] * 5)
    assert row.statistic == pytest.approx((7 - 2) ** 2 / (7 + 2))


@given(st.lists(st.lists(st.booleans(), min_size=3, max_size=3), min_size=2, max_size=20))
def test_cochran_q_is_friedmans_test_of_yes_and_no(answers):
    answers = np.array(answers)
    row = cochran_q(answers)
    if (answers == answers[:, :1]).all():
        assert (row.status, row.p_value) == ("identical", 1)
    else:
        chi2, p = friedmanchisquare(*answers.T)
        assert (row.statistic, row.p_value) == (pytest.approx(chi2), pytest.approx(p))
        assert cochran_q(2 - answers).statistic == row.statistic  # whatever yes is called


def test_cochran_q_leaves_incomplete_subjects_out_and_counts_them():
    row = cochran_q(np.vstack([YES, [[1, 0, np.nan]]]))
    assert row.statistic == cochran_q(YES).statistic
    assert row.note == "left_out_incomplete=1; df=2"


@pytest.mark.parametrize(
    ("answers", "status", "p"),
    [
        (np.empty((0, 3)), "no data", np.nan),
        ([[1], [0]], "too few raters", np.nan),
        ([[1, 1], [0, 0]], "identical", 1),
        ([[1, 1, 1]], "identical", 1),
        ([[np.nan, 1]], "no data", np.nan),
    ],
)
def test_degenerate_cochran_q(answers, status, p):
    row = cochran_q(answers)
    assert row.status == status
    assert row.p_value == pytest.approx(p, nan_ok=True)
    assert np.isnan(row.statistic)


def test_cochran_q_is_of_two_values():
    with pytest.raises(ValueError, match="two values"):
        cochran_q([[0, 1], [2, 1]])


@pytest.mark.parametrize(
    ("table", "name", "df"),
    [(FIVE, "grades", 4), (THREE, "three", 2), (EQUAL_MARGIN, "equal_margin", 2)],
)
def test_stuart_maxwell_is_that_of_coin(table, name, df):
    row = stuart_maxwell(table)
    assert row.statistic == r(f"agreement_maxwell_{name}")
    assert row.p_value == r(f"agreement_maxwell_{name}_p")
    assert (row.n, row.note) == (table.sum(), f"df={df}")


def test_stuart_maxwell_is_that_in_print():
    row = stuart_maxwell(THREE)  # Uebersax's example: chi-squared 13.76, df 2, p .001
    assert row.statistic == pytest.approx(13.76, abs=5e-3)


def test_stuart_maxwell_of_two_categories_is_mcnemars():
    assert stuart_maxwell([[5, 7], [2, 9]]).statistic == pytest.approx(25 / 9)


def test_unused_and_undisputed_categories_change_nothing():
    wider = np.zeros((5, 5))
    wider[np.ix_([0, 2, 3], [0, 2, 3])] = THREE
    wider[4, 4] = 12
    there, row = stuart_maxwell(THREE), stuart_maxwell(wider)
    assert (row.statistic, row.note) == (pytest.approx(there.statistic), "df=2")


@pytest.mark.parametrize(
    ("table", "status", "p"),
    [
        (np.zeros((3, 3)), "no data", np.nan),
        (np.empty((0, 0)), "no data", np.nan),
        (np.diag([3, 0, 4]), "identical", 1),
    ],
)
def test_degenerate_stuart_maxwell(table, status, p):
    row = stuart_maxwell(table)
    assert row.status == status
    assert row.p_value == pytest.approx(p, nan_ok=True)


@pytest.mark.parametrize("table", [[[1, 2, 3]], [1, 2], [[1, -1], [0, 2]], [[1, np.nan], [0, 2]]])
def test_stuart_maxwell_is_of_a_square_table_of_counts(table):
    with pytest.raises(ValueError, match="table|counts"):
        stuart_maxwell(table)
