import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.stats.multiplicity import holm
from tests.unit.stats.oracle import r


def test_holm_is_that_of_r():
    assert holm([0.01, 0.04, 0.03, 0.005]).tolist() == [r(f"holm_{i}") for i in range(1, 5)]


def test_a_missing_p_stays_missing_and_is_not_counted():
    assert holm([0.02, np.nan, 0.03]) == pytest.approx([0.04, np.nan, 0.04], nan_ok=True)
    assert holm([]).size == 0
    assert np.isnan(holm([np.nan])).all()


@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_keeps_the_order_and_lies_between_p_and_bonferroni(p):
    adjusted = holm(p)
    p = np.array(p)
    assert (adjusted >= p).all()
    assert (adjusted <= np.minimum(1, p * p.size) + 1e-15).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(adjusted[order]) >= 0).all()
