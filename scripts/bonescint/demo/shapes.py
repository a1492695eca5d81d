"""Ellipsoids and tubes: chords along the viewing direction and volumes in closed form."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]
# patient coordinates in mm: x to the patient's left, y from front to back, z from vertex to feet
Point = tuple[float, float, float]


class Chord(NamedTuple):
    """The places where lines of sight of a grid window enter and leave one convex body.

    Parameters
    ----------
    window
        Slices of the grid (rows, columns).
    front, back
        y of entry and exit, mm, shape of the window; front = back where the line misses.
    density
        Weight of the body, -1 for a cavity.
    """

    window: tuple[slice, slice]
    front: Array
    back: Array
    density: float


@dataclass(frozen=True)
class Grid:
    """The detector's pixels in patient coordinates.

    Parameters
    ----------
    rows, columns
        Size of one view.
    spacing
        Pixel spacing, mm.
    vertex_row
        The row of z = 0.
    """

    rows: int = 1024
    columns: int = 256
    spacing: float = 2.26
    vertex_row: float = 60.0

    @cached_property
    def x(self) -> Array:
        """Column centres, mm."""
        return (np.arange(self.columns) - (self.columns - 1) / 2) * self.spacing

    @cached_property
    def z(self) -> Array:
        """Row centres, mm."""
        return (np.arange(self.rows) - self.vertex_row) * self.spacing


def _rotation(tilt: tuple[float, float, float]) -> Array:
    a, b, c = np.radians(tilt)
    about_x = np.array([[1, 0, 0], [0, np.cos(a), -np.sin(a)], [0, np.sin(a), np.cos(a)]])
    about_y = np.array([[np.cos(b), 0, np.sin(b)], [0, 1, 0], [-np.sin(b), 0, np.cos(b)]])
    about_z = np.array([[np.cos(c), -np.sin(c), 0], [np.sin(c), np.cos(c), 0], [0, 0, 1]])
    rotation: Array = about_x @ about_y @ about_z
    return rotation


@dataclass(frozen=True)
class Ellipsoid:
    """A solid or hollow ellipsoid.

    Parameters
    ----------
    centre, axes
        Centre and semi-axes, mm.
    tilt
        Rotations about x, y and z, degrees, applied in the order z, y, x.
    cavity
        Semi-axes of the hollow as a share of the outer ones; 0 = solid.
    uptake
        Concentration relative to that of the region.
    label
        Its name in a report (Japanese), empty where no lesion is placed.
    """

    centre: Point
    axes: Point
    tilt: tuple[float, float, float] = (0.0, 0.0, 0.0)
    cavity: float = 0.0
    uptake: float = 1.0
    label: str = ""

    @property
    def volume(self) -> float:
        """Volume without the cavity, mm3."""
        solid = 4 / 3 * np.pi * float(np.prod(self.axes))
        return solid * (1 - self.cavity**3)

    def chords(self, grid: Grid) -> Iterator[Chord]:
        """Yield the chords of the body and of its cavity."""
        for share, density in ((1.0, 1.0), (self.cavity, -1.0)):
            if share > 0:
                yield from self._chord(grid, np.asarray(self.axes) * share, density)

    def _chord(self, grid: Grid, axes: Array, density: float) -> Iterator[Chord]:
        rotation = _rotation(self.tilt)
        form = rotation @ np.diag(1 / axes**2) @ rotation.T
        # half-width of the bounding box along each coordinate: root of the inverse form's diagonal
        half = np.sqrt(np.diag(rotation @ np.diag(axes**2) @ rotation.T))
        columns = _span(grid.x, self.centre[0], half[0])
        rows = _span(grid.z, self.centre[2], half[2])
        dx = grid.x[columns][None, :] - self.centre[0]
        dz = grid.z[rows][:, None] - self.centre[2]
        if dx.size == 0 or dz.size == 0:
            return
        linear = form[0, 1] * dx + form[1, 2] * dz
        constant = form[0, 0] * dx**2 + 2 * form[0, 2] * dx * dz + form[2, 2] * dz**2 - 1
        root = np.sqrt(np.maximum(linear**2 - form[1, 1] * constant, 0))
        middle = self.centre[1] - linear / form[1, 1]
        yield Chord(
            (rows, columns), middle - root / form[1, 1], middle + root / form[1, 1], density
        )


@dataclass(frozen=True)
class Tube:
    """A bent rod of circular section, represented by a string of spheres of the same volume.

    Parameters
    ----------
    points
        The axis, at least two points, mm.
    radii
        Radius at each point, mm, or one radius for all.
    uptake, label
        As for `Ellipsoid`.
    """

    points: tuple[Point, ...]
    radii: tuple[float, ...]
    uptake: float = 1.0
    label: str = ""

    @cached_property
    def _lengths(self) -> Array:
        steps = np.linalg.norm(np.diff(np.asarray(self.points), axis=0), axis=1)
        return np.concatenate([[0.0], np.cumsum(steps)])

    @property
    def length(self) -> float:
        """Length of the axis, mm."""
        return float(self._lengths[-1])

    def at(self, distance: Array) -> tuple[Array, Array]:
        """Return the axis points (n, 3) and radii (n,) at distances along the axis, mm."""
        points = np.asarray(self.points)
        radii = np.broadcast_to(np.asarray(self.radii, float), (len(points),))
        along = [np.interp(distance, self._lengths, points[:, i]) for i in range(3)]
        return np.stack(along, axis=1), np.interp(distance, self._lengths, radii)

    @cached_property
    def beads(self) -> list[tuple[Array, float, float]]:
        """Centres, radii and densities of the spheres that represent the rod."""
        _, radii = self.at(np.array([0.0, self.length / 2, self.length]))
        count = max(2, int(np.ceil(self.length / (0.6 * radii.min()))))
        step = self.length / count
        centres, radii = self.at((np.arange(count) + 0.5) * step)
        # a sphere has the volume of its section's area times 4/3 r, its slice of the rod that times
        # `step`
        return [
            (c, float(r), step * 3 / (4 * float(r))) for c, r in zip(centres, radii, strict=True)
        ]

    @cached_property
    def volume(self) -> float:
        """Volume of the rod, mm3."""
        return sum(4 / 3 * np.pi * r**3 * density for _, r, density in self.beads)

    def chords(self, grid: Grid) -> Iterator[Chord]:
        """Yield the chord of each sphere."""
        for centre, radius, density in self.beads:
            columns = _span(grid.x, centre[0], radius)
            rows = _span(grid.z, centre[2], radius)
            dx = grid.x[columns][None, :] - centre[0]
            dz = grid.z[rows][:, None] - centre[2]
            if dx.size and dz.size:
                half = np.sqrt(np.maximum(radius**2 - dx**2 - dz**2, 0))
                yield Chord((rows, columns), centre[1] - half, centre[1] + half, density)

    def piece(self, start: float, length: float) -> "Tube":
        """Return the rod between `start` and `start + length` mm of the axis."""
        points, radii = self.at(np.linspace(start, start + length, 6))
        return Tube(
            tuple((float(x), float(y), float(z)) for x, y, z in points),
            tuple(float(r) for r in radii),
            self.uptake,
            self.label,
        )


Shape = Ellipsoid | Tube


@dataclass(frozen=True, eq=False)
class Interior:
    """Everything between the skin in front and the skin at the back, counted once.

    Parameters
    ----------
    front, back
        y of the skin (rows, columns), mm; outside the body front = inf and back = -inf.
    """

    front: Array
    back: Array
    uptake: float = 1.0

    def chords(self, grid: Grid) -> Iterator[Chord]:
        """Yield one chord for the whole view."""
        yield Chord((slice(0, grid.rows), slice(0, grid.columns)), self.front, self.back, 1.0)


def _span(positions: Array, centre: float, half: float) -> slice:
    first, last = np.searchsorted(positions, [centre - half, centre + half])
    return slice(int(first), int(last))


def tube(points: Sequence[Point], *radii: float, uptake: float = 1.0, label: str = "") -> Tube:
    """Return a `Tube` through `points` with one radius, or one per point."""
    return Tube(tuple(points), radii * len(points) if len(radii) == 1 else radii, uptake, label)
