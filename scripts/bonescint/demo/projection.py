"""Anterior and posterior projections of the phantom's regions, computed once and then summed.

Attenuation is integrated exactly along each line of sight between the skin and the body's back. The
collimator's blur grows with the distance from the detector and is applied slab by slab. Everything
before the Poisson noise is linear in the activity.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bonescint.demo.anatomy import Region
from bonescint.demo.shapes import Array, Grid, Interior, Shape

Views = NDArray[np.float32]  # (2, rows, columns): anterior, posterior as displayed
Window = tuple[slice, slice]  # rows, columns

ATTENUATION = 0.012  # 1/mm, 140 keV in soft tissue with scatter
FWHM_AT_FACE, FWHM_PER_MM = 4.0, 0.055  # mm, mm/mm: a low-energy high-resolution collimator
SCATTER, SCATTER_SIGMA = 0.22, 30.0  # share of the counts, mm
SLAB = 15.0  # mm: the blur changes by 0.8 mm of FWHM from one slab to the next
FACE = 135.0  # mm: distance of either detector's face from the plane y = 0


def body_surface(regions: Iterable[Region], grid: Grid) -> tuple[Array, Array]:
    """Return y of the skin in front and at the back of every pixel, mm.

    Parameters
    ----------
    regions
        The whole body. Outside it, front = +inf and back = -inf.
    grid
        The detector's pixels.

    Returns
    -------
    front, back
        Arrays of shape (rows, columns).
    """
    front = np.full((grid.rows, grid.columns), np.inf)
    back = np.full((grid.rows, grid.columns), -np.inf)
    for region in regions:
        for shape in region.shapes:
            for chord in shape.chords(grid):
                hit = chord.back > chord.front
                window = chord.window
                front[window] = np.where(hit, np.minimum(front[window], chord.front), front[window])
                back[window] = np.where(hit, np.maximum(back[window], chord.back), back[window])
    return front, back


def project(shapes: Iterable[Shape | Interior], surface: tuple[Array, Array], grid: Grid) -> Views:
    """Project bodies of unit concentration (times their own uptake) on both detectors.

    Parameters
    ----------
    shapes
        The bodies. Their contributions add up.
    surface
        As `body_surface` returns it.
    grid
        The detector's pixels.

    Returns
    -------
    Views
        Unscattered, blurred line integrals, mm; the posterior view is mirrored, as displayed.
    """
    edges = np.arange(-FACE, FACE + SLAB, SLAB)
    slabs: dict[tuple[int, int], Views] = {}
    windows: dict[int, list[Window]] = {}
    for shape in shapes:
        for chord in shape.chords(grid):
            weight = chord.density * shape.uptake / ATTENUATION
            front, back = (side[chord.window] for side in surface)
            first = max(int(np.searchsorted(edges, chord.front.min())) - 1, 0)
            last = min(int(np.searchsorted(edges, chord.back.max())), len(edges) - 1)
            for i in range(first, last):
                if i not in windows:
                    windows[i] = []
                    for view in (0, 1):
                        slabs[view, i] = np.zeros((grid.rows, grid.columns), np.float32)
                windows[i].append(chord.window)
                near = np.clip(chord.front, edges[i], edges[i + 1])
                far = np.clip(chord.back, edges[i], edges[i + 1])
                slabs[0, i][chord.window] += weight * (_passed(near - front) - _passed(far - front))
                slabs[1, i][chord.window] += weight * (_passed(back - far) - _passed(back - near))
    views = np.zeros((2, grid.rows, grid.columns), np.float32)
    for (view, i), slab in slabs.items():
        middle = (edges[i] + edges[i + 1]) / 2
        distance = FACE + middle if view == 0 else FACE - middle
        sigma = (FWHM_AT_FACE + FWHM_PER_MM * distance) / 2.3548 / grid.spacing
        for window in _apart(windows[i], int(np.ceil(4 * sigma))):
            views[view][window] += ndimage.gaussian_filter(slab[window], sigma, mode="constant")
    views[1] = views[1, :, ::-1].copy()
    return views


def _apart(windows: Iterable[Window], margin: int) -> list[Window]:
    """Return windows that contain the given ones with a margin and have no row in common.

    Foci that are far apart along the body are blurred separately, because there is nothing between
    them.
    """
    found: list[Window] = []
    for rows, columns in sorted(windows, key=lambda window: window[0].start):
        start, left = max(rows.start - margin, 0), max(columns.start - margin, 0)
        stop, right = rows.stop + margin, columns.stop + margin
        if found and start < found[-1][0].stop:
            last, side = found.pop()
            start, stop = last.start, max(last.stop, stop)
            left, right = min(side.start, left), max(side.stop, right)
        found.append((slice(start, stop), slice(left, right)))
    return found


def _passed(depth: Array) -> Array:
    """Return the share of photons that pass `depth` mm of tissue, 1 outside the body."""
    return np.exp(-ATTENUATION * np.maximum(depth, 0))


def project_regions(regions: Mapping[str, Region], grid: Grid) -> dict[str, Views]:
    """Project every region at unit concentration. This work is done only once for each run.

    Parameters
    ----------
    regions
        As `anatomy.regions` returns them.
    grid
        The detector's pixels.
    """
    surface = body_surface(regions.values(), grid)
    # the bodies of the soft tissue overlap a lot, so it fills the space inside the skin once
    # instead
    interior = Interior(*surface)
    return {
        name: project([interior] if name == "soft_tissue" else region.shapes, surface, grid)
        for name, region in regions.items()
    }


def combine(parts: Iterable[tuple[float, Views]], grid: Grid) -> Views:
    """Return the weighted sum of projections with the scattered photons added.

    Parameters
    ----------
    parts
        Concentrations and projections.
    grid
        The detector's pixels.
    """
    total = np.zeros((2, grid.rows, grid.columns), np.float32)
    for weight, views in parts:
        total += np.float32(weight) * views
    # scatter has no detail, so blur a copy of a quarter of the size
    small = total.reshape(2, grid.rows // 4, 4, grid.columns // 4, 4).mean(axis=(2, 4))
    sigma = SCATTER_SIGMA / (4 * grid.spacing)
    wide = np.stack([ndimage.gaussian_filter(view, sigma, mode="constant") for view in small])
    scattered = np.repeat(np.repeat(wide, 4, axis=1), 4, axis=2)
    return ((1 - SCATTER) * total + SCATTER * scattered).astype(np.float32)


def stretch(views: Views, width: float, height: float, vertex_row: float) -> Views:
    """Return the views of a patient who is wider and taller by these factors.

    Parameters
    ----------
    views
        Expected relative counts (2, rows, columns).
    width, height
        Factors across and along the body.
    vertex_row
        The row that keeps its place.
    """
    centre = (views.shape[2] - 1) / 2
    matrix = np.array([1 / height, 1 / width])
    offset = np.array([vertex_row * (1 - 1 / height), centre * (1 - 1 / width)])
    out = [ndimage.affine_transform(v, matrix, offset, order=1, mode="constant") for v in views]
    return np.stack(out)


def acquire(views: Views, counts: float, rng: np.random.Generator) -> NDArray[np.uint16]:
    """Return one Poisson sample with `counts` expected in each view.

    Parameters
    ----------
    views
        Expected relative counts (2, rows, columns).
    counts
        Expected total of a view.
    rng
        The source of the noise.
    """
    expected = np.maximum(views, 0)
    expected = expected * (counts / expected.sum(axis=(1, 2), keepdims=True))
    counted: NDArray[np.int64] = rng.poisson(expected)
    return np.minimum(counted, 65535).astype(np.uint16)
