"""Views that are no pair: turned, exchanged, one side twice, or of two people."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from bonescint.analyser.both_views import (
    BANDS,
    LEAST_ALIKE,
    LEAST_BEHIND,
    LEVELS,
    compare_views,
    usual_contrast,
    views_fault,
)
from bonescint.demo.projection import acquire, stretch
from bonescint.resources import Texts
from tests.unit.analyser.phantom import GRID, SPACING, expected, scan

Pair = tuple[NDArray[Any], NDArray[Any]]


def pair(lesion: bool = True, seed: int = 1, counts: float = 1e6) -> Pair:
    anterior, posterior = scan(lesion, seed, counts).values()
    return anterior, posterior


def changed(change: Any) -> Pair:
    """Change what is seen from the front, and the posterior view as its mirror image."""
    front, back = pair()
    return change(front), change(back[:, ::-1])[:, ::-1]


def turned(degrees: float) -> Pair:
    # the nearest pixel's counts keep their noise
    return changed(lambda view: ndimage.rotate(view, degrees, reshape=False, order=0))


def another(width: float, height: float) -> NDArray[Any]:
    views = stretch(expected(False), width, height, GRID.vertex_row)
    return acquire(views, 1e6, np.random.default_rng(4))[1]


def bent(pair: Pair) -> Pair:
    """Bend the body to one side, which the phantom's symmetric skeleton is not."""
    moved = np.rint(6 * np.sin(np.arange(GRID.rows) / 60)).astype(int)
    column = (np.arange(GRID.columns) - moved[:, None]) % GRID.columns
    front, back = (np.take_along_axis(v, column, 1) for v in (pair[0], pair[1][:, ::-1]))
    return front, back[:, ::-1]


@pytest.mark.parametrize("lesion", [False, True])
@pytest.mark.parametrize("counts", [1.6e5, 3e5, 2e6])
def test_a_plain_pair_passes(lesion: bool, counts: float) -> None:
    assert views_fault(*pair(lesion, counts=counts), SPACING) == ""


@pytest.mark.parametrize("degrees", [0, 2, 3, -3])
def test_who_lies_a_little_askew_passes(degrees: float) -> None:
    assert views_fault(*turned(degrees), SPACING) == ""
    assert compare_views(*turned(degrees), SPACING).lean == pytest.approx(degrees, abs=0.6)


@pytest.mark.parametrize("degrees", [5, -5, 8, 12, -20])
def test_a_turned_scan_is_told(degrees: float) -> None:
    assert views_fault(*turned(degrees), SPACING) == "turned"


def test_exchanged_views_are_told() -> None:
    right, wrong = (compare_views(*views, SPACING).behind for views in (pair(), pair()[::-1]))
    assert right == pytest.approx(-wrong, abs=0.05)
    assert right > 5 * LEAST_BEHIND
    assert views_fault(*pair()[::-1], SPACING) == "exchanged"


@pytest.mark.parametrize("side", [0, 1])
def test_one_side_twice_is_told_whatever_its_noise_and_scale(side: int) -> None:
    one, again = (pair(seed=seed)[side] for seed in (1, 2))
    for other in (again, one, one // 2, one + 1):
        views = (one, other[:, ::-1]) if side == 0 else (other[:, ::-1], one)
        assert views_fault(*views, SPACING) == "exchanged"


@pytest.mark.parametrize(("width", "height"), [(1.1, 1.05), (0.9, 0.97), (1.0, 0.94)])
def test_another_persons_view_is_told(width: float, height: float) -> None:
    assert views_fault(pair()[0], another(width, height), SPACING) == "bodies"
    assert views_fault(another(width, height)[:, ::-1], pair()[1], SPACING) == "bodies"


def test_a_view_that_is_not_mirrored_is_told_where_the_body_is_not_symmetric() -> None:
    front, back = bent(pair())
    assert views_fault(front, back, SPACING) == ""
    assert views_fault(front, back[:, ::-1], SPACING) == "bodies"


@pytest.mark.parametrize("row", [0, 1])
def test_views_may_lie_apart_by_a_pixel(row: int) -> None:
    front, back = pair()
    assert views_fault(front, np.roll(back, 1, axis=1 - row), SPACING) == ""
    assert compare_views(front, np.roll(back, 4, axis=1 - row), SPACING).likeness < LEAST_ALIKE


def test_pictures_without_a_body_are_refused() -> None:
    rng = np.random.default_rng(3)
    noise = [rng.poisson(20.0, (GRID.rows, GRID.columns)) for _ in range(2)]
    assert views_fault(noise[0], noise[1], SPACING)
    dot = np.zeros((GRID.rows, GRID.columns))
    dot[200, 60] = 1e6
    assert views_fault(dot, dot[:, ::-1], SPACING)
    flat = np.full((GRID.rows, GRID.columns), 10.0)
    assert views_fault(flat, flat, SPACING)


def test_the_table_has_its_levels_and_bands_and_the_reasons_their_words() -> None:
    assert usual_contrast().shape == (LEVELS, len(BANDS))
    for language in ("ja", "en"):
        words = Texts("analyser", language)
        assert all(words(why) for why in ("bodies", "turned", "exchanged"))
