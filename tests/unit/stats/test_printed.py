from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bonescint.stats.counts import within
from bonescint.stats.pairs import on_a_line, paired
from bonescint.stats.printed import counted, fractions, step, uncounted, with_ties
from bonescint.stats.ranks import differences

UNITS = [1, 1e-6, 1e6, 1 / 3, np.pi]
whole = st.lists(st.integers(0, 30_000), min_size=2, max_size=12)


# Euclid's algorithm leaves the step of these less exact than the values are
@example([0, 2080, 21629], 3, 1, 1e6)
@settings(max_examples=100, deadline=None)
@given(whole, st.integers(0, 3), st.sampled_from(UNITS), st.sampled_from([0, 1e6]))
def test_the_step_is_the_greatest_common_divisor_in_any_unit(numbers, decimals, unit, shift):
    differences = np.array(numbers) - min(numbers)
    values = unit * (np.round(np.array(numbers) / 10**decimals, decimals) + shift)
    wanted = unit * int(np.gcd.reduce(differences)) / 10**decimals
    assert step(values) == pytest.approx(wanted, rel=1e-6)
    if wanted:
        steps, size = counted(values)
        assert (steps * round(wanted * 10**decimals / unit) == differences).all()
        assert size == step(values)


def test_measurements_have_no_step():
    values = np.random.default_rng(1).normal(size=50)
    assert step(values) == 0
    assert counted(values)[0] is values
    assert step(np.log1p(np.arange(5))) == 0
    assert step(np.array([])) == step(np.array([0.3, 0.3])) == 0
    # so wide apart that products of steps would not be exact
    assert step(np.array([0, 1e-9, 1.0])) == 0


def test_a_step_is_as_it_is_printed():
    assert step(np.array([0.1, 0.15])) == 0.05
    assert step(np.array([1, 0.5, 0.4]) - 0.3) == pytest.approx(0.1)


def test_steps_come_back_as_they_were_printed():
    for text in ("0.05", "0.3", "0.01", "7", "1e-06"):
        size = float(text)
        assert (uncounted([3, -3, 0], size) == [float(f"{n * size:.9g}") for n in (3, -3, 0)]).all()
    assert uncounted(3, 1 / 3) == 1
    assert list(differences([0.5, 0.9], [0.2, 0.0])) == [0.3, 0.9]
    assert within([0.5, 0.4], [0.2, 0.4], tolerance=0.3).estimate == 1


def test_what_only_rounding_tells_apart_ties():
    values = np.array([0.5 - 0.4, 0.1, 0.4 - 0.3, 0.2])
    assert len(set(values)) == 4
    assert len(set(with_ties(values))) == 2
    assert len(set(with_ties(values + 1e6, largest=1e6))) == 2


def test_fractions_are_exact():
    assert list(fractions([1, 2]) / 3) == [Fraction(1, 3), Fraction(2, 3)]


@pytest.mark.parametrize("unit", UNITS)
@pytest.mark.parametrize("shift", [0, 1e6])
def test_lines_are_seen_in_any_unit(unit, shift):
    x = np.array([0.1, 0.2, 0.3, 0.7, 1.3])
    for y, wanted in ((3 * x, True), (np.round(3 * x, 1) + [0, 0, 0, 0, 0.01], False)):
        assert on_a_line(paired(unit * (x + shift), unit * (y + shift))) == wanted
    upright = np.full(5, 0.3)
    assert on_a_line(paired(upright, x))
