"""Prevalence and bias index of two calls."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bonescint.stats import agreement
from bonescint.stats.agreement.indices import bias_index, prevalence_index
from bonescint.stats.proportions import difference_paired
from tests.unit.stats.oracle import r
from tests.unit.stats.rows import limits

calls = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40)


def asked(table):
    return np.repeat([[1, 1], [1, 0], [0, 1], [0, 0]], table, axis=0).T


@pytest.mark.parametrize(
    "table",
    [(20, 3, 5, 22), (9, 1, 16, 24), (25, 4, 0, 21), (2, 7, 1, 40), (50, 0, 0, 0), (0, 5, 5, 0)],
)
def test_the_indices_are_those_of_r(table):
    key = "indices_" + "_".join(map(str, table))
    first, second = asked(table)
    prevalence, bias = prevalence_index(first, second), bias_index(first, second)
    assert (prevalence.estimate, bias.estimate) == (r(f"{key}_prevalence"), r(f"{key}_bias"))
    # planned, so no limits; the other is a paired difference
    assert (prevalence.status, np.isnan(prevalence.ci_low)) == ("ok", True)
    if table[1] + table[2]:
        paired = difference_paired(*table, "newcombe", 0.95)
        assert limits(bias) == limits(paired)
    assert np.isnan([bias.p_value, bias.statistic]).all() and not bias.test


@settings(deadline=None)
@given(calls)
def test_kappa_follows_from_agreement_and_both_indices(rows):
    """Byrt, Bishop & Carlin 1993: kappa = (PABAK - PI² + BI²) / (1 - PI² + BI²)."""
    first, second = np.array(rows).T
    kappa = agreement.cohen_kappa(first, second)
    if kappa.status not in ("ok", "complete agreement"):
        return
    adjusted = 2 * agreement.percent_agreement(np.column_stack((first, second))).estimate - 1
    prevalence = prevalence_index(first, second).estimate ** 2
    bias = bias_index(first, second).estimate ** 2
    expected = (adjusted - prevalence + bias) / (1 - prevalence + bias)
    assert kappa.estimate == pytest.approx(expected, abs=1e-9)


@settings(deadline=None)
@given(calls)
def test_swapping_the_calls_turns_the_bias_alone(rows):
    first, second = np.array(rows).T
    assert bias_index(first, second).estimate == pytest.approx(-bias_index(second, first).estimate)
    assert prevalence_index(first, second) == prevalence_index(second, first)


def test_nobody_and_full_agreement():
    assert prevalence_index([], []).status == bias_index([], []).status == "no data"
    assert bias_index([1, 0], [1, 0]).status == "no discordant pairs"
