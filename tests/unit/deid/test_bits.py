"""Masks as bits tell what masks of one value a pixel tell; components are those of scipy."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from bonescint.deid import bits
from bonescint.deid.components import components


@pytest.fixture(params=range(8))
def mask(request: pytest.FixtureRequest) -> NDArray[np.bool_]:
    rng = np.random.default_rng(request.param)
    rows, columns = rng.integers(1, 90, 2)
    return rng.random((rows, columns)) < rng.uniform(0.05, 0.95)


@pytest.mark.parametrize("step", [0, 1, 5, 63, 64, 65, 128, 200, 10_000])
def test_steps_and_rows(mask: NDArray[np.bool_], step: int) -> None:
    flat, size = mask.reshape(-1), mask.size
    words = bits.packed(flat, size)
    further = np.concatenate([flat[step:], np.zeros(min(step, size), bool)])
    before = np.concatenate([np.zeros(min(step, size), bool), flat[: max(0, size - step)]])
    assert np.array_equal(bits.unpacked(bits.ahead(words, step), size), further)
    # the bits behind the last pixel are not looked at
    assert np.array_equal(bits.unpacked(bits.back(words, step), size), before)
    starts = [all(flat[at : at + 3 * step : step or 1][:3]) and at + 2 * step < size
              for at in range(size)]  # fmt: skip
    if step:
        found = bits.places(bits.starts_of(words, 3, step))
        assert found.tolist() == np.flatnonzero(starts).tolist()


def test_count_places_and_edges(mask: NDArray[np.bool_]) -> None:
    flat, (rows, columns) = mask.reshape(-1), mask.shape
    words = bits.packed(flat, flat.size)
    assert bits.count(words) == np.count_nonzero(flat)
    assert bits.places(words).tolist() == np.flatnonzero(flat).tolist()
    last = np.arange(flat.size) % columns == columns - 1
    even = np.arange(flat.size) // columns % 2 == 0
    assert np.array_equal(bits.unpacked(bits.not_last(flat.size, columns), flat.size), ~last)
    assert np.array_equal(bits.unpacked(bits.even_rows(flat.size, columns), flat.size), even)
    assert rows * columns == flat.size


def test_a_mask_may_lack_its_last_pixels() -> None:
    assert bits.places(bits.packed(np.ones(70, bool), 200)).tolist() == list(range(70))


def test_long_rows_reach_before_and_behind() -> None:
    flat = np.zeros(50, bool)
    flat[3:9] = flat[20:23] = True
    found = bits.long_rows(bits.packed(flat, 50), 1, 3)
    # six in a row hold three before or behind each of them and one behind the last
    assert bits.places(found).tolist() == [3, 4, 5, 6, 7, 8, 9, 20, 23]


def test_components_are_those_of_scipy(mask: NDArray[np.bool_]) -> None:
    labels, number = components(mask)
    expected, count = ndimage.label(mask, np.ones((3, 3), bool))
    assert number == count
    assert np.array_equal(labels, expected)


def test_a_spiral_is_one_component() -> None:
    spiral = np.zeros((60, 60), bool)
    for turn in range(0, 30, 4):
        spiral[turn, max(0, turn - 4) : 60 - turn] = True
        spiral[turn : 60 - turn, 59 - turn] = True
        spiral[59 - turn, turn : 60 - turn] = True
        spiral[turn + 4 : 60 - turn, turn] = True
    labels, number = components(spiral)
    assert number == 1
    assert np.array_equal(labels > 0, spiral)


def test_nothing_has_no_component() -> None:
    labels, number = components(np.zeros((3, 4), bool))
    assert number == 0
    assert not labels.any()
