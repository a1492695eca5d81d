"""One scan of a phantom: regions, spots and the index, whatever the image's pixels are."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bonescint.analyser.analysis import Analysis, analyse
from bonescint.analyser.grid import resample
from bonescint.analyser.regions import REGIONS
from tests.unit.analyser.phantom import GRID, PLACE, SPACING, VIEWS, scan


@cache
def analysed(lesion: bool) -> Analysis:
    return analyse(scan(lesion), SPACING)


def test_without_a_metastasis_the_index_is_nearly_nothing() -> None:
    assert analysed(False).bsi < 0.05
    assert analysed(False).hotspots <= 1


def test_a_metastasis_is_found_where_it_is() -> None:
    found = analysed(True)
    spot = max(found.spots, key=lambda one: one.bsi)
    assert spot.region == "lumbar"
    assert abs(spot.row - (PLACE[2] / GRID.spacing + GRID.vertex_row)) < 3
    assert abs(spot.column - (GRID.columns - 1) / 2) < 3
    assert 0.1 < found.bsi < 2.0
    assert found.bsi > analysed(False).bsi + 0.1
    assert found.by_region["lumbar"] == pytest.approx(found.bsi, abs=0.05)
    assert sum(found.by_region.values()) == pytest.approx(found.bsi, abs=0.01)


def test_the_regions_lie_in_order_from_head_to_foot() -> None:
    found = analysed(False)
    order = ["skull", "cervical", "thoracic", "lumbar", "pelvis", "femora", "lower leg", "feet"]
    rows = [found.centroids[name][0] for name in order]
    assert rows == sorted(rows)
    assert found.confidence > 0.15
    for view in VIEWS:
        skull = np.argwhere(found.region_map[view] == REGIONS.index("skull")).mean(axis=0)
        row, column = found.affine[view] @ (*skull, 1.0)
        assert abs(row - GRID.vertex_row - 88 / GRID.spacing) < 4
        assert abs(column - (GRID.columns - 1) / 2) < 3


def test_pixels_of_another_size_give_nearly_the_same() -> None:
    counts = {view: v.repeat(2, 0).repeat(2, 1) for view, v in scan(True).items()}
    finer = analyse(counts, (GRID.spacing / 2, GRID.spacing / 2))
    # every pixel counts four times, which the level of the body takes away, but not the noise
    assert finer.bsi == pytest.approx(analysed(True).bsi, abs=0.1)
    spots = [max(found.spots, key=lambda s: s.bsi) for found in (finer, analysed(True))]
    assert spots[0].row == pytest.approx(2 * spots[1].row, abs=6)


@given(rows=st.integers(0, 40), columns=st.integers(0, 9))
@settings(max_examples=6, deadline=None)
def test_empty_borders_change_nothing(rows: int, columns: int) -> None:
    border = ((rows, 2 * rows), (columns, columns))
    found = analyse({view: np.pad(v, border) for view, v in scan(True).items()}, SPACING)
    assert (found.bsi, found.hotspots) == (analysed(True).bsi, analysed(True).hotspots)
    places = [(spot.row - rows, spot.column - columns) for spot in found.spots]
    assert np.allclose(places, [(s.row, s.column) for s in analysed(True).spots], atol=0.02)


def test_a_mirrored_person_has_the_same_index() -> None:
    mirrored = {view: v[:, ::-1] for view, v in scan(True).items()}
    assert analyse(mirrored, SPACING).bsi == pytest.approx(analysed(True).bsi, abs=0.1)


def test_views_are_taken_by_their_code() -> None:
    views = scan(True)
    turned = {view: views[view] for view in reversed(VIEWS)}
    assert analyse(turned, SPACING).spots == analysed(True).spots


def test_one_view_or_none_is_no_scan() -> None:
    views = scan(True)
    for faulty in (
        {"ANTERIOR": views["ANTERIOR"]},
        {**views, "POSTERIOR": 0 * views["POSTERIOR"]},
        {**views, "POSTERIOR": views["POSTERIOR"][:-1]},
    ):
        with pytest.raises(ValueError, match="two views"):
            analyse(faulty, SPACING)


@given(size=st.floats(0.8, 9.0), rows=st.integers(1, 50))
@settings(max_examples=30, deadline=None)
def test_every_count_lies_in_one_cell(size: float, rows: int) -> None:
    counts = np.random.default_rng(rows).integers(0, 9, (rows, 17))
    cells = resample(counts, (size, size))
    assert cells.sum() == pytest.approx(counts.sum())
    assert cells.min() > -1e-6
