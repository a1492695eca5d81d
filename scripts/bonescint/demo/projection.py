"""Anterior and posterior projections of the phantom's regions, computed once and then summed.

Attenuation is integrated exactly along each line of sight between the skin and the body's back. The
collimator's blur grows with the distance from the detector and is applied slab by slab. Everything
before the Poisson noise is linear in the activity.
"""

from collections.abc import Iterable, Mapping
from itertools import repeat

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from bonescint.demo.anatomy import Region
from bonescint.demo.shapes import Array, Grid, Interior, Shape

Views = NDArray[np.float32]  # (2, rows, columns): anterior, posterior as displayed
Window = tuple[slice, slice]  # rows, columns
Indices = NDArray[np.intp]

ATTENUATION = 0.012  # 1/mm, 140 keV in soft tissue with scatter
FWHM_AT_FACE, FWHM_PER_MM = 4.0, 0.055  # mm, mm/mm: a low-energy high-resolution collimator
SCATTER, SCATTER_SIGMA = 0.22, 30.0  # share of the counts, mm
SLAB = 15.0  # mm: the blur changes by 0.8 mm of FWHM from one slab to the next
BLOCK = 32  # rows
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
    grid
        The detector's pixels.

    Returns
    -------
    Views
        Unscattered, blurred line integrals, mm; the posterior view is mirrored, as displayed.
    """
    edges = np.arange(-FACE, FACE + SLAB, SLAB)
    slabs: dict[int, Views] = {}
    windows: dict[int, list[Window]] = {}
    for shape in shapes:
        for chord in shape.chords(grid):
            weight = chord.density * shape.uptake / ATTENUATION
            front, back = (side[chord.window] for side in surface)
            depths = np.empty((2, 2, *front.shape))  # in front and behind, at both ends
            first = max(int(np.searchsorted(edges, chord.front.min())) - 1, 0)
            last = min(int(np.searchsorted(edges, chord.back.max())), len(edges) - 1)
            for i in range(first, last):
                if i not in windows:
                    windows[i] = []
                    slabs[i] = np.zeros((2, grid.rows, grid.columns), np.float32)
                windows[i].append(chord.window)
                near = chord.front.clip(edges[i], edges[i + 1])
                far = chord.back.clip(edges[i], edges[i + 1])
                np.subtract(near, front, out=depths[0, 0])
                np.subtract(far, front, out=depths[0, 1])
                np.subtract(back, far, out=depths[1, 0])
                np.subtract(back, near, out=depths[1, 1])
                passed = _passed(depths)
                slabs[i][:, *chord.window] += weight * (passed[:, 0] - passed[:, 1])
    views = np.zeros((2, grid.rows, grid.columns), np.float32)
    for i, both in slabs.items():
        middle = (edges[i] + edges[i + 1]) / 2
        for view, distance in enumerate((FACE + middle, FACE - middle)):
            sigma = (FWHM_AT_FACE + FWHM_PER_MM * distance) / 2.3548 / grid.spacing
            for window in _apart(windows[i], int(np.ceil(4 * sigma))):
                blurred = ndimage.gaussian_filter(both[view][window], sigma, mode="constant")
                views[view][window] += blurred
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
    share = np.maximum(depth, 0)
    share *= -ATTENUATION
    return np.exp(share, out=share)


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


def seen_rows(views: Views) -> slice:
    """Return the rows from the first to the last one in which a projection has counts."""
    rows = np.flatnonzero(views.any(axis=(0, 2)))
    return slice(int(rows[0]), int(rows[-1]) + 1) if rows.size else slice(0, 0)


def combine(
    parts: Iterable[tuple[float, Views]], grid: Grid, rows: Iterable[slice] | None = None
) -> Views:
    """Return the weighted sum of projections with the scattered photons added.

    Parameters
    ----------
    parts
        Concentrations and projections.
    grid
        The detector's pixels.
    rows
        The rows in which each projection has counts (`seen_rows`), so that no others are added.
    """
    total = np.zeros((2, grid.rows, grid.columns), np.float32)
    for (weight, views), seen in zip(parts, rows or repeat(slice(None)), strict=False):
        total[:, seen] += np.float32(weight) * views[:, seen]
    # scatter has no detail, so blur a copy of a quarter of the size. Slices are added, because
    # NumPy's own mean of blocks takes ten times as long
    blocks = total.reshape(2, grid.rows // 4, 4, grid.columns // 4, 4)
    across = blocks[..., 0] + blocks[..., 1] + blocks[..., 2] + blocks[..., 3]
    small = (across[:, :, 0] + across[:, :, 1] + across[:, :, 2] + across[:, :, 3]) / 16
    sigma = SCATTER_SIGMA / (4 * grid.spacing)
    wide = np.stack([ndimage.gaussian_filter(view, sigma, mode="constant") for view in small])
    blocks *= 1 - SCATTER
    blocks += SCATTER * wide[:, :, None, :, None]
    return total


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
    rows, up, down, below = _sources(views.shape[1], height, vertex_row)
    columns, left, right, beside = _sources(views.shape[2], width, centre)
    out = np.zeros_like(views)
    for view, wider in zip(views.astype(float), out[:, rows, columns], strict=True):
        lefts, rights = view.take(left, axis=1), view.take(right, axis=1)
        # few rows at a time, because what stays in the processor's cache is twice as fast
        for start in range(0, len(up), BLOCK):
            rows_of = slice(start, start + BLOCK)
            share = below[rows_of, None]
            wider[rows_of] = (
                lefts[up[rows_of]] * (1 - share) * (1 - beside)
                + rights[up[rows_of]] * (1 - share) * beside
                + lefts[down[rows_of]] * share * (1 - beside)
                + rights[down[rows_of]] * share * beside
            )
    return out


def _sources(size: int, factor: float, fixed: float) -> tuple[slice, Indices, Indices, Array]:
    """Return an axis's places that lie in the image, their two sources and the second's share."""
    scale = 1 / factor
    source = (np.arange(size) + fixed * (1 - scale) / scale) * scale
    found = np.flatnonzero((source >= 0) & (source <= size - 1))
    first = np.floor(source[found]).astype(np.intp)
    share = source[found] - first
    return slice(found[0], found[-1] + 1), first, np.minimum(first + 1, size - 1), share


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
