"""Both views on the network's pixels: resampled, cropped to the body, relative to its counts."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.floating[Any]]
CELL = 4.52  # mm, the network's pixel
ROWS, COLUMNS = 416, 128  # 1.88 m by 0.58 m
ABOVE = 14  # rows above the head


@dataclass(frozen=True)
class Placement:
    """Where the network's pixels lie in the image.

    Parameters
    ----------
    top, left
        The cell of the image (4.52 mm, counted from the image's edge) of the window's first one.
    spacing
        Spacing of the image's pixels, rows and columns, mm.
    """

    top: int
    left: int
    spacing: tuple[float, float]

    @property
    def affine(self) -> Plane:
        """The matrix (2, 3) from row and column of a cell to row and column of the image.

        All of them are centres of pixels, 0 is the first one.
        """
        rows, columns = (CELL / spacing for spacing in self.spacing)
        return np.array(
            [
                [rows, 0.0, (self.top + 0.5) * rows - 0.5],
                [0.0, columns, (self.left + 0.5) * columns - 0.5],
            ]
        )


def resample(counts: Plane, spacing: tuple[float, float]) -> Plane:
    """Return the counts of cells of 4.52 mm, every count in one of them.

    Parameters
    ----------
    counts
        One view (rows, columns).
    spacing
        Of its rows and columns, mm.
    """
    cells = np.asarray(counts, np.float64)
    for axis, size in enumerate(spacing):
        length = cells.shape[axis]
        zero = np.zeros_like(cells.take([0], axis))
        summed = np.concatenate([zero, cells.cumsum(axis=axis)], axis=axis)
        edges = np.arange(int(np.ceil(round(length * size / CELL, 6))) + 1) * CELL / size
        edges = np.minimum(np.round(edges, 9), length)
        below = np.minimum(edges.astype(int), length - 1)
        share = np.expand_dims(edges - below, 1 - axis)
        low, high = summed.take(below, axis), summed.take(below + 1, axis)
        cells = np.diff(low + (high - low) * share, axis=axis)
    return cells


def locate_body(cells: Plane, spacing: tuple[float, float]) -> Placement:
    """Return the window that begins above the head and has the body in its middle.

    Parameters
    ----------
    cells
        Both views as `resample` returns them, the posterior one mirrored (2, rows, columns).
    spacing
        Of the image, for the window.
    """
    profile = np.convolve(cells.sum(axis=(0, 2)), np.ones(5) / 5, "same")
    ordered = np.sort(profile)
    # the row that half of the counts lie below: empty rows at the edges do not change it
    half = ordered[np.searchsorted(ordered.cumsum(), ordered.sum() / 2)]
    top = int(np.flatnonzero(profile >= 0.08 * half)[0])
    across = cells.sum(axis=(0, 1)).cumsum()
    edge = int(np.searchsorted(across, across[-1] / 2))
    before = across[edge - 1] if edge else 0.0
    middle = edge + (across[-1] / 2 - before) / max(across[edge] - before, 1e-9)
    return Placement(top - ABOVE, int(np.rint(middle - COLUMNS / 2)), spacing)


def crop(cells: Plane, top: int, left: int) -> Plane:
    """Return a window of the last two axes, zero outside the array.

    Parameters
    ----------
    cells
        The array.
    top, left
        Its first row and column, below zero as well.
    """
    out = np.zeros((*cells.shape[:-2], ROWS, COLUMNS), cells.dtype)
    part = cells[..., max(top, 0) : max(top + ROWS, 0), max(left, 0) : max(left + COLUMNS, 0)]
    row, column = max(-top, 0), max(-left, 0)
    out[..., row : row + part.shape[-2], column : column + part.shape[-1]] = part
    return out


def body_of(view: Plane) -> tuple[NDArray[np.bool_], float]:
    """Return the body's pixels and their median count.

    Parameters
    ----------
    view
        Counts of one view on the network's pixels.
    """
    from scipy import ndimage  # slow to import

    smooth = ndimage.uniform_filter(view, 5, mode="constant")
    inside = smooth > 0.15 * np.percentile(smooth, 97)
    return inside, float(np.median(smooth[inside])) if inside.any() else 1.0


def network_input(views: Plane) -> Plane:
    """Return the network's input (4, rows, columns): both views and each pixel's place.

    Parameters
    ----------
    views
        Counts (2, rows, columns) on the network's pixels, the posterior view mirrored.
    """
    # the root makes the noise of all counts alike
    levels = [max(body_of(view)[1], 1e-6) for view in views]
    roots = [
        np.minimum(np.sqrt((view + 0.375) / level), 5.0) - 0.8
        for view, level in zip(views, levels, strict=True)
    ]
    row, column = np.mgrid[0:ROWS, 0:COLUMNS]
    return np.stack([*roots, row / ROWS * 2 - 1, column / COLUMNS * 2 - 1])
