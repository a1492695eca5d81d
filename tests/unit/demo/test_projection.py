"""The phantom's geometry and projections against closed forms."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import affine_transform

from bonescint.demo.anatomy import regions
from bonescint.demo.projection import (
    ATTENUATION,
    acquire,
    body_surface,
    combine,
    project,
    seen_rows,
    stretch,
)
from bonescint.demo.shapes import Ellipsoid, Grid, Interior, tube

GRID = Grid(rows=128, columns=64, spacing=4.0, vertex_row=64.0)
# a patient 220 mm thick everywhere: attenuation is integrated from front to back
SKIN = (np.full((128, 64), -110.0), np.full((128, 64), 110.0))


@pytest.mark.parametrize("tilt", [(0, 0, 0), (30, 0, 0), (0, 40, 20), (15, -25, 60)])
def test_chords_of_an_ellipsoid_add_up_to_its_volume(tilt: tuple[float, float, float]) -> None:
    body = Ellipsoid((3.0, 5.0, -7.0), (40.0, 22.0, 60.0), tilt, cavity=0.5)
    seen = sum(c.density * (c.back - c.front).sum() for c in body.chords(GRID)) * GRID.spacing**2
    assert body.volume == pytest.approx(4 / 3 * np.pi * 40 * 22 * 60 * (1 - 0.125))
    assert seen == pytest.approx(body.volume, rel=0.01)


def test_volume_of_a_straight_tube_is_that_of_a_cylinder() -> None:
    rod = tube([(0.0, 0.0, 0.0), (0.0, 0.0, 100.0)], 8.0)
    assert rod.volume == pytest.approx(np.pi * 8**2 * 100)
    assert rod.piece(20.0, 30.0).volume == pytest.approx(np.pi * 8**2 * 30)


def test_left_and_right_are_mirror_images() -> None:
    grid = Grid()
    skin = (np.full((1024, 256), -110.0), np.full((1024, 256), 110.0))
    anterior = project(regions()["hands"].shapes, skin, grid)[0]
    assert anterior.max() > 0
    assert np.allclose(anterior, anterior[:, ::-1], atol=0.02 * anterior.max())


def test_attenuation_follows_the_depth_below_the_skin() -> None:
    # a small body 90 mm below the front and 130 mm before the back
    views = project([Ellipsoid((0.0, -20.0, 0.0), (12.0, 3.0, 12.0))], SKIN, GRID)
    counts = views.sum(axis=(1, 2)) * GRID.spacing**2
    volume = 4 / 3 * np.pi * 12 * 3 * 12
    assert counts[0] == pytest.approx(volume * np.exp(-ATTENUATION * 90), rel=0.05)
    assert counts[1] / counts[0] == pytest.approx(np.exp(-ATTENUATION * 40), rel=0.01)


def test_the_posterior_view_is_mirrored() -> None:
    left = Ellipsoid((80.0, 0.0, 0.0), (8.0, 8.0, 8.0))
    front, back = project([left], SKIN, GRID)
    assert front.sum(axis=0).argmax() > 32 > back.sum(axis=0).argmax()


def test_the_blur_grows_with_the_distance() -> None:
    near, far = project([Ellipsoid((0.0, -100.0, 0.0), (9.0, 5.0, 9.0))], SKIN, GRID)
    assert near.max() / near.sum() > 2 * far.max() / far.sum() > 0


def test_the_interior_fills_the_skin_once() -> None:
    front, back = SKIN[0].copy(), SKIN[1].copy()
    front[:, 40:], back[:, 40:] = np.inf, -np.inf  # no body there
    views = project([Interior(front, back)], (front, back), GRID)
    once = (1 - np.exp(-ATTENUATION * 220)) / ATTENUATION
    assert views[0, 64, 20] == pytest.approx(once, rel=0.01)
    assert views[0, 64, 60] == pytest.approx(0, abs=1e-3 * once)


def test_surface_holds_every_body() -> None:
    front, back = body_surface(regions().values(), Grid())
    for region in regions().values():
        for shape in region.shapes:
            for chord in shape.chords(Grid()):
                hit = chord.back > chord.front
                assert (front[chord.window][hit] <= chord.front[hit]).all()
                assert (back[chord.window][hit] >= chord.back[hit]).all()


@settings(max_examples=10, deadline=None)
@given(st.floats(0.1, 10), st.floats(0.1, 10))
def test_projection_is_linear(a: float, b: float) -> None:
    one, two = Ellipsoid((0.0, 0.0, -40.0), (20, 10, 20)), tube([(-40, 0, 0), (40, 9, 60)], 9.0)
    parts = [project([shape], SKIN, GRID) for shape in (one, two)]
    assert all(part.max() > 0 for part in parts)
    together = combine([(a, parts[0]), (b, parts[1])], GRID)
    apart = a * combine([(1, parts[0])], GRID) + b * combine([(1, parts[1])], GRID)
    assert np.allclose(together, apart, rtol=1e-4, atol=1e-4 * together.max())
    assert np.allclose(project([one, two], SKIN, GRID), parts[0] + parts[1], atol=1e-3)


def test_scatter_keeps_the_total() -> None:
    views = project([Ellipsoid((0.0, 0.0, 0.0), (20, 10, 20))], SKIN, GRID)
    assert views.sum() > 0
    assert combine([(1.0, views)], GRID).sum() == pytest.approx(views.sum(), rel=0.01)


def test_only_rows_with_counts_are_summed() -> None:
    views = project([Ellipsoid((0.0, 0.0, 20.0), (20, 10, 20))], SKIN, GRID)
    rows = seen_rows(views)
    assert 55 < rows.start < 64 < 74 < rows.stop < 85
    assert np.array_equal(combine([(3, views)], GRID, [rows]), combine([(3, views)], GRID))
    assert seen_rows(np.zeros_like(views)) == slice(0, 0)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.8, 1.2), st.floats(0.8, 1.2))
def test_stretching_interpolates_as_scipy_does(width: float, height: float) -> None:
    views = np.random.default_rng(1).random((2, 128, 64), np.float32)
    matrix = np.array([1 / height, 1 / width])
    offset = np.array([64 * (1 - 1 / height), 31.5 * (1 - 1 / width)])
    wanted = [affine_transform(view, matrix, offset, order=1, mode="constant") for view in views]
    assert np.array_equal(stretch(views, width, height, 64), np.stack(wanted))


def test_stretching_scales_the_area_and_keeps_the_vertex() -> None:
    views = project([Ellipsoid((0.0, 0.0, 40.0), (40, 20, 40))], SKIN, GRID)
    wider = stretch(views, 1.2, 1.1, GRID.vertex_row)
    assert wider.sum() == pytest.approx(1.2 * 1.1 * views.sum(), rel=0.02)
    rows = np.arange(128)
    centre = (wider[0].sum(axis=1) * rows).sum() / wider[0].sum()
    assert centre == pytest.approx(64 + 1.1 * 10, abs=0.3)


def test_counts_are_poisson_around_the_total_asked_for() -> None:
    views = np.ones((2, 100, 100), np.float32)
    views[1] *= 7  # the total does not depend on the scale
    sample = acquire(views, 50_000, np.random.default_rng(3))
    assert sample.dtype == np.uint16
    assert np.abs(sample.sum(axis=(1, 2)) - 50_000.0).max() < 5 * np.sqrt(50_000)
    assert sample.var() == pytest.approx(5.0, rel=0.05)
