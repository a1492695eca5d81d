"""Pairs in blocks and by ranks give what all pairs at once give."""

import math
import tracemalloc
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.stats import method_comparison, ranks, selection
from bonescint.stats.pairs import paired

# values with a printed step, most of them tied, and values without
VALUES = st.one_of(
    st.integers(-3, 3).map(float),
    st.integers(0, 60).map(lambda hundredths: hundredths / 100),
    st.floats(1e-3, 1e3),
    st.floats(-1e3, -1e-3),
)
MEASURED = st.lists(st.tuples(VALUES, VALUES), min_size=1, max_size=30)
NUMBERS = st.lists(VALUES | st.sampled_from([math.inf, -math.inf, 0.0, -0.0]), min_size=1)


@contextmanager
def small_blocks():
    """Let every look have several blocks, and nothing be sorted that can be counted."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection, "AT_ONCE", 8)
        patch.setattr(selection, "SORTED_UP_TO", 0)
        yield


@given(NUMBERS, st.integers(1, 7), st.integers(0, 5), st.sampled_from([4, 8, 16]))
def test_numbers_at_their_places_are_those_that_sorting_finds(numbers, size, at_most, digit):
    blocks = [np.array(numbers[i : i + size]) for i in range(0, len(numbers), size)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection, "SORTED_UP_TO", at_most)
        patch.setattr(selection, "_DIGIT", digit)  # the fewer bits a pass looks at, the more passes
        found = selection.at_places(lambda: blocks, len(numbers), range(len(numbers)))
    assert list(found.values()) == sorted(numbers)


@given(st.integers(0, 20), st.booleans())
def test_blocks_have_every_pair_once(n, same):
    with small_blocks():
        blocks = [
            np.stack(np.broadcast_arrays(np.arange(n)[one], np.arange(n)[other]), -1)
            for one, other in selection.pair_blocks(n, same)
        ]
    found = sorted(tuple(pair) for block in blocks for pair in block.reshape(-1, 2).tolist())
    assert found == [(i, j) for i in range(n) for j in range(i if same else i + 1, n)]


@given(MEASURED)
def test_agreement_in_order_is_that_of_all_pairs(measured):
    x, y = np.array(measured).T
    every = np.sign(x[:, None] - x) * np.sign(y[:, None] - y)
    assert selection.pulls(x, y).tolist() == every.sum(axis=1).tolist()


@given(MEASURED)
def test_the_shift_is_that_of_all_averages(measured):
    d = np.array(measured)[:, 0]
    with small_blocks():
        found = ranks.hodges_lehmann(d, 0.8)
    assert repr(found) == repr(ranks.hodges_lehmann(d, 0.8))
    one, other = np.triu_indices(d.size)
    median = float(np.median((d[one] + d[other]) / 2))
    assert found.estimate == pytest.approx(median, rel=1e-10, abs=1e-10 * np.abs(d).max())


@given(MEASURED)
def test_the_slope_is_the_shifted_median_of_all_slopes(measured):
    x, y = np.array(measured).T
    with small_blocks():
        found = method_comparison.passing_bablok(x, y, 0.8)
    assert repr(found) == repr(method_comparison.passing_bablok(x, y, 0.8))
    if math.isfinite(found["slope"].estimate):
        assert found["slope"].estimate == pytest.approx(slope_of_all_pairs(x, y), rel=1e-10)


def slope_of_all_pairs(x, y):
    """Return Passing & Bablok's slope of all pairs at once."""
    pairs = paired(x, y)
    one, other = np.triu_indices(pairs.x.size, 1)
    dx, dy = pairs.x[other] - pairs.x[one], pairs.y[other] - pairs.y[one]
    sign = -1 if (np.sign(dx) * np.sign(dy)).sum() < 0 else 1
    dy *= sign
    kept = np.abs(dx + dy) > pairs.noise
    dx, dy = dx[kept], dy[kept]
    vertical = np.abs(dx) <= pairs.noise
    slopes = np.sort(np.where(vertical, math.inf, dy / np.where(vertical, 1, dx)))
    shifted = slopes[slopes > -1]
    first, last = shifted[(slopes.size - 1) // 2], shifted[slopes.size // 2]
    return sign * (first if first == last else math.tan((math.atan(first) + math.atan(last)) / 2))


@pytest.mark.parametrize("decimals", [2, 15])
def test_many_cases_need_little_memory(decimals):
    rng = np.random.default_rng(3)
    old = np.round(np.clip(rng.normal(0.5, 1.5, 2000), 0, None), decimals)
    new = np.round(np.clip(old + rng.normal(0, 0.3, 2000), 0, None), decimals)
    tracemalloc.start()
    found = [
        *method_comparison.passing_bablok(old, new).values(),
        ranks.hodges_lehmann(new - old),
        ranks.kendall(new, old),
    ]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert all(math.isfinite(row.estimate) for row in found)
    assert peak < 32e6  # all pairs at once: over 100 MB
