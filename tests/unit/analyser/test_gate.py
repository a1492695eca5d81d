"""Scans that the reference analyser refuses: each for its reason, and no plain one."""

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from bonescint.analyser.analysis import Analysis, analyse
from bonescint.analyser.coded_scan import CodedScan
from bonescint.analyser.gate import COLUMN, scan_fault, skeleton_fault
from bonescint.analyser.outlines import outlines
from bonescint.analyser.regions import REGIONS, centroids
from bonescint.demo.anatomy import regions
from bonescint.demo.cohort import EARLY_BONE, EARLY_ORGANS, EARLY_SOFT
from bonescint.demo.projection import acquire, combine, project_regions
from bonescint.resources import Texts
from tests.unit.analyser.phantom import GRID, SPACING, VIEWS, scan

Views = dict[str, NDArray[Any]]


def coded(views: Views, *others: str, spacing: tuple[float, float] = SPACING) -> CodedScan:
    return CodedScan(views, frozenset({spacing} if views else ()), frozenset(others))


def of_both(views: Views, change: Any) -> Views:
    """Change what is seen from the front, and the posterior view as its mirror image."""
    front, back = (views[name] for name in VIEWS)
    return {"ANTERIOR": change(front), "POSTERIOR": change(back[:, ::-1])[:, ::-1]}


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (coded({}), "no_picture"),
        (coded({}, "not_whole_body"), "not_whole_body"),  # SPECT, a picture of a joint
        (coded({}, "not_whole_body", "early_phase"), "early_phase"),
        (coded({}, "no_counts", "not_whole_body"), "not_whole_body"),
        (coded({}, "no_counts"), "no_counts"),
        (coded({"ANTERIOR": scan(False)["ANTERIOR"]}), "one_view"),
        (coded({name: scan(False)["ANTERIOR"] for name in VIEWS}), "one_view"),
        (coded(scan(False), spacing=(0.0, 0.0)), "spacing"),
        (coded(scan(False), spacing=(4.52, 4.8)), "spacing"),
        (coded(scan(False), spacing=(9.04, 9.04)), "spacing"),
        (coded(scan(False), spacing=(2.26, 2.26)), "field"),  # half of a whole body
        (coded({k: v[:256] for k, v in scan(False).items()}), "field"),
        (coded({k: v[:, 40:90] for k, v in scan(False).items()}), "field"),
        (coded(scan(False, counts=9e4)), "counts"),
        (coded({k: v.astype(int) - 1 for k, v in scan(False).items()}), "counts"),
        (coded(dict(zip(VIEWS, reversed(scan(False).values()), strict=True))), "exchanged"),
        (coded(scan(False) | {"POSTERIOR": scan(False)["POSTERIOR"][::-1]}), "bodies"),
        (coded({"ANTERIOR": scan(False)["ANTERIOR"], "POSTERIOR": scan(False)["POSTERIOR"][2:]}),
         "spacing"),
        (replace(coded(scan(False)), spacings=frozenset({SPACING, (2.26, 2.26)})), "spacing"),
        (coded(scan(False), "early_phase"), ""),  # an early scan beside the late one
    ],
)  # fmt: skip
def test_pictures_are_refused_for_what_they_are(given: CodedScan, why: str) -> None:
    assert scan_fault(given) == why
    for language in ("ja", "en"):
        assert not why or Texts("analyser", language)(why)


@cache
def drawn() -> Analysis:
    """Return an analysis of a person drawn with boxes, without a network."""
    numbers = np.zeros((416, 128), np.uint8)
    boxes = {
        "skull": (14, 50, 52, 76), "thoracic": (80, 140, 61, 67), "lumbar": (142, 178, 61, 67),
        "pelvis": (180, 215, 45, 83), "ribs": (85, 140, 40, 60),
    }  # fmt: skip
    for name, (top, bottom, left, right) in boxes.items():
        numbers[top:bottom, left:right] = REGIONS.index(name)
    numbers[85:140, 68:88] = REGIONS.index("ribs")
    for name, top, bottom in (("femora", 216, 290), ("lower leg", 295, 370)):
        numbers[top:bottom, 48:56] = numbers[top:bottom, 72:80] = REGIONS.index(name)
    affine = np.array([[1.0, 0.0, 2.0], [0.0, 1.0, 3.0]])
    return Analysis(
        bsi=1.0, hotspots=1, by_region={}, spots=(), confidence=0.25, version="0",
        region_map={"ANTERIOR": numbers, "POSTERIOR": numbers[:, ::-1]},
        affine=dict.fromkeys(VIEWS, affine), centroids=centroids(numbers),
        counts=dict.fromkeys(VIEWS, 1e6),
    )  # fmt: skip


def changed(numbers: NDArray[np.uint8]) -> Analysis:
    numbers = np.ascontiguousarray(numbers)
    maps = {"ANTERIOR": numbers, "POSTERIOR": numbers[:, ::-1]}
    return replace(drawn(), region_map=maps, centroids=centroids(numbers))


def test_a_skeleton_is_one_by_size_order_and_sides() -> None:
    numbers = drawn().region_map["ANTERIOR"]
    assert skeleton_fault(drawn()) == ""
    assert skeleton_fault(changed(numbers[:, ::-1])) == ""
    assert skeleton_fault(replace(drawn(), confidence=0.1)) == "skeleton"
    for name in COLUMN:
        without = np.where(numbers == REGIONS.index(name), 0, numbers)
        assert skeleton_fault(changed(without)) == "skeleton", name
    assert skeleton_fault(changed(numbers[::-1])) == "order"
    swapped = numbers.copy()
    swapped[numbers == REGIONS.index("femora")] = REGIONS.index("lower leg")
    swapped[numbers == REGIONS.index("lower leg")] = REGIONS.index("femora")
    assert skeleton_fault(changed(swapped)) == "order"
    assert skeleton_fault(changed(numbers[::2].repeat(1, axis=0))) in ("order", "skeleton")
    one_leg = numbers.copy()
    one_leg[216:, 64:] = 0
    assert skeleton_fault(changed(one_leg)) == "sides"
    leaning = np.stack([np.roll(row, i // 3 - 60) for i, row in enumerate(numbers)])
    assert skeleton_fault(changed(leaning)) == "sides"


@cache
def early() -> Views:
    parts = project_regions(regions(), GRID)
    weighted = []
    for name, region in regions().items():
        organ = EARLY_SOFT if name == "soft_tissue" else EARLY_ORGANS
        weighted.append((region.concentration * (EARLY_BONE if region.compartment else organ),
                         parts[name]))  # fmt: skip
    counts = acquire(combine(weighted, GRID), 5e5, np.random.default_rng(2))
    return dict(zip(VIEWS, counts, strict=True))


def rotated(degrees: float) -> Views:
    def turn(view: NDArray[Any]) -> NDArray[Any]:
        turned = ndimage.rotate(view.astype(float), degrees, reshape=True, order=1)
        missing = max(0, len(view) - len(turned))
        return np.clip(np.pad(turned, ((missing // 2, missing - missing // 2), (0, 0))), 0, None)

    return of_both(scan(True), turn)


def rows_kept(first: int, last: int) -> Views:
    row = np.arange(GRID.rows)[:, None]
    return of_both(scan(True), lambda view: np.where((row >= first) & (row < last), view, 0))


def noise() -> Views:
    rng = np.random.default_rng(3)
    return {name: rng.poisson(20.0, (GRID.rows, GRID.columns)) for name in VIEWS}


@pytest.mark.parametrize(
    "views",
    [
        pytest.param(early, id="an early blood pool"),
        pytest.param(noise, id="noise"),
        pytest.param(lambda: rotated(90), id="lying on the side of the picture"),
        pytest.param(lambda: rotated(20), id="turned by 20 degrees"),
        pytest.param(lambda: of_both(scan(True), lambda v: v[::-1, ::-1]), id="feet first"),
        pytest.param(lambda: rows_kept(70, 250), id="a torso alone"),
        pytest.param(lambda: rows_kept(80, 512), id="no head"),
        pytest.param(lambda: rows_kept(0, 290), id="no legs"),
        pytest.param(
            lambda: of_both(scan(True), lambda v: np.where(np.arange(128) < 62, v, 0)),
            id="one side of the body",
        ),
        pytest.param(
            lambda: of_both(scan(True), lambda v: ndimage.gaussian_filter(v * 1.0, 7)),
            id="blurred",
        ),
    ],
)
def test_what_shows_no_whole_skeleton_is_refused(views: Any) -> None:
    # whether or not the size of the field tells already
    assert skeleton_fault(analyse(views(), SPACING)) in ("skeleton", "order", "sides")


@pytest.mark.parametrize("lesion", [False, True])
@pytest.mark.parametrize("counts", [3e5, 1e6])
def test_a_plain_scan_passes(lesion: bool, counts: float) -> None:
    views = scan(lesion, counts=counts)
    assert scan_fault(coded(views)) == ""
    assert skeleton_fault(analyse(views, SPACING)) == ""
    tilted = of_both(views, lambda v: ndimage.rotate(v.astype(float), 4, reshape=False, order=1))
    assert skeleton_fault(analyse(tilted, SPACING)) == ""


def test_outlines_lie_around_their_region_in_both_views() -> None:
    found = drawn()
    rings = list(outlines(found))
    assert {view for view, _, _ in rings} == set(VIEWS)
    for view, region, points in rings:
        numbers = found.region_map[view]
        rows, columns = np.nonzero(numbers == REGIONS.index(region))
        # the affine moves by 2 rows and 3 columns
        assert points[:, 0].min() >= rows.min() + 2 - 1 and points[:, 0].max() <= rows.max() + 3
        assert columns.min() + 2 <= points[:, 1].min() and points[:, 1].max() <= columns.max() + 4
    named = [region for view, region, _ in rings if view == "ANTERIOR"]
    assert named.count("femora") == 2 and named.count("skull") == 1
