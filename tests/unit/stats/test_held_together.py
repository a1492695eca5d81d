"""Test and limits of one row: what they say of no difference."""

import math

import pytest

from bonescint.stats.estimate import Estimate
from bonescint.stats.questions import held_together


def row(p, low, high, **fields):
    given = {"measure": "auc_difference", "test": "delong_paired", "ci_method": "x"} | fields
    return Estimate(p_value=p, ci_low=low, ci_high=high, estimate=low, **given)


@pytest.mark.parametrize(
    ("one", "differ"),
    [
        (row(0.03, -0.2, 0.0), True),  # touched is held
        (row(0.03, -0.2, 0.1), True),
        (row(0.07, -0.2, -0.1), True),
        (row(0.03, -0.2, -0.1), False),
        (row(0.07, -0.2, 0.1), False),
        (row(0.03, -0.2, 0.1, measure="auc"), False),  # no difference: 0 says nothing
        (row(0.03, -0.2, 0.1, test="tost"), False),
        (row(0.03, -0.2, 0.1, test=""), False),
        (row(math.nan, -0.2, 0.1), False),
        (row(0.03, math.nan, math.nan), False),
    ],
)
def test_a_row_whose_test_and_limits_disagree_is_noted(one, differ):
    held = held_together(one, 0.95)
    assert held.note == ("test_and_limits_differ=x" if differ else "")
    assert held_together(held, 0.95) == held


def test_the_level_of_the_limits_decides():
    assert held_together(row(0.07, -0.2, -0.1), 0.9).note == ""
    assert held_together(row(0.07, -0.2, 0.1), 0.9).note
