"""A second phantom, for testing alone. It shares no code and no rule with the first.

A person is built of voxels of 4 mm: bones are tubes along splines, superquadrics and pieces of
bowls, with proportions of their own. Each bone has a density. Metastases are irregular: noise above
a threshold, where there is bone. The true bone scan index is counted: the mass of the voxels of
metastases as a share of the mass of the voxels of bone. The camera adds up voxels behind each
other, each weakened by the voxels in front of it, and blurs every layer by its depth.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import interpolate, spatial

VOXEL = 4.0  # mm
SIZE = (480, 76, 150)  # z from the vertex, y from front to back, x to the patient's left
PIXEL = 2.4  # mm, of the scan
SCAN = (800, 250)
# density (g/cm3) and normal uptake of each group of bones, and the odds of a metastasis
GROUPS = {
    "skull": (1.6, 1.0, 4), "jaw": (1.65, 1.3, 0.3), "cervical": (1.4, 1.7, 3),
    "thoracic": (1.33, 2.2, 18), "lumbar": (1.33, 2.3, 16), "sacrum": (1.29, 2.3, 7),
    "ribs": (1.42, 1.5, 24), "sternum": (1.25, 1.9, 4), "clavicles": (1.46, 1.5, 2),
    "scapulae": (1.46, 1.7, 4), "pelvis": (1.43, 2.0, 18), "humeri": (1.46, 1.0, 4),
    "forearm": (1.5, 0.9, 0.3), "hands": (1.4, 1.2, 0.1), "femora": (1.4, 1.0, 7),
    "lower leg": (1.45, 0.9, 0.8), "feet": (1.35, 1.1, 0.2),
}  # fmt: skip
NAMES = tuple(GROUPS)


@dataclass
class Voxels:
    """One person.

    Parameters
    ----------
    bone, group, warm
        Share of bone, number of its group (1 = the first), relative uptake of the place.
    soft, organ
        Whether it is inside the skin, and the uptake of organs.
    air
        Whether it is lung.
    """

    bone: Any = field(default_factory=lambda: np.zeros(SIZE, np.float32))
    group: Any = field(default_factory=lambda: np.zeros(SIZE, np.uint8))
    warm: Any = field(default_factory=lambda: np.ones(SIZE, np.float32))
    soft: Any = field(default_factory=lambda: np.zeros(SIZE, bool))
    organ: Any = field(default_factory=lambda: np.zeros(SIZE, np.float32))
    air: Any = field(default_factory=lambda: np.zeros(SIZE, bool))


def box(low: Any, high: Any) -> tuple[tuple[slice, ...], Any]:
    """Return the window of voxels between two corners (x, y, z in mm) and their places."""
    first = [low[2] / VOXEL + 8, low[1] / VOXEL + SIZE[1] / 2, low[0] / VOXEL + SIZE[2] / 2]
    last = [high[2] / VOXEL + 8, high[1] / VOXEL + SIZE[1] / 2, high[0] / VOXEL + SIZE[2] / 2]
    window = tuple(
        slice(int(np.clip(a - 2, 0, n)), int(np.clip(b + 3, 0, n)))
        for a, b, n in zip(first, last, SIZE, strict=True)
    )
    z, y, x = np.mgrid[window].astype(np.float32)
    places = ((x - SIZE[2] / 2) * VOXEL, (y - SIZE[1] / 2) * VOXEL, (z - 8) * VOXEL)
    return window, places


class Builder:
    """Puts bodies into the voxels of one person.

    Parameters
    ----------
    rng
        The source of random numbers.
    """

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng, self.voxels = rng, Voxels()
        self.tall = float(np.clip(rng.normal(1.0, 0.05), 0.88, 1.1))
        self.broad = float(np.clip(rng.normal(1.0, 0.06), 0.86, 1.16))
        self.bulk = float(np.clip(rng.normal(1.0, 0.1), 0.8, 1.3))
        self.sturdy = float(np.clip(rng.normal(1.0, 0.07), 0.84, 1.18))

    def paint(self, name: str, window: Any, depth: Any, warm: float = 1.0) -> None:
        """Add a body: `depth` is the distance of each voxel of the window from its skin, mm."""
        share = np.clip(0.5 + depth / VOXEL, 0, 1).astype(np.float32)
        v = self.voxels
        if name == "soft":
            v.soft[window] |= share > 0.5
        elif name == "air":
            v.air[window] |= share > 0.5
        elif name == "organ":
            v.organ[window] = np.maximum(v.organ[window], share * warm)
        else:
            wins = share > v.bone[window]
            v.group[window][wins] = NAMES.index(name) + 1
            v.warm[window][wins] = warm
            v.bone[window] = np.maximum(v.bone[window], share)

    def place(self, points: Any) -> Any:
        """Return places of a person of 1.70 m in this one."""
        return np.asarray(points, float) * (self.broad, self.broad, self.tall)

    def tube(self, name: str, points: Any, radii: Any, warm: float = 1.0) -> None:
        """Add a tube along a spline through `points`, with a radius at each of them."""
        points = self.place(points)
        radii = np.broadcast_to(np.asarray(radii, float), len(points)) * (
            self.sturdy if name != "soft" else self.bulk
        )
        along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
        fine = np.linspace(0, along[-1], max(4, int(along[-1] / 3)))
        path = (
            interpolate.CubicSpline(along, points)(fine)
            if len(points) > 2
            else np.array([np.interp(fine, along, points[:, k]) for k in range(3)]).T
        )
        radius = np.interp(fine, along, radii)
        for start in range(0, len(fine) - 1, 24):
            piece, around = path[start : start + 25], radius[start : start + 25]
            window, places = box(
                piece.min(axis=0) - around.max() - 3, piece.max(axis=0) + around.max() + 3
            )
            if min(s.stop - s.start for s in window) < 1:
                continue
            asked = np.stack([p.ravel() for p in places], axis=1)
            tree = spatial.cKDTree(piece)
            gap, nearest = tree.query(asked, distance_upper_bound=around.max() + VOXEL)
            depth = np.where(
                np.isfinite(gap), around[np.minimum(nearest, len(piece) - 1)] - gap, -9
            )
            self.paint(name, window, depth.reshape(places[0].shape), warm)

    def lump(
        self,
        name: str,
        centre: Any,
        axes: Any,
        power: float = 2.0,
        warm: float = 1.0,
        turn: float = 0.0,
        hollow: float = 0.0,
        keep: Any = None,
    ) -> None:
        """Add a superquadric, turned by degrees in the frontal plane, or its shell (mm)."""
        centre = self.place([centre])[0]
        scale = self.bulk if name == "soft" else 1.0
        axes = np.asarray(axes, float) * (self.broad * scale, self.broad * scale, self.tall)
        reach = np.full(3, axes.max()) if turn else axes
        window, (x, y, z) = box(centre - reach, centre + reach)
        x, y, z = x - centre[0], y - centre[1], z - centre[2]
        cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
        u, w = cos * x + sin * z, -sin * x + cos * z
        far = np.abs(u / axes[0]) ** power + np.abs(y / axes[1]) ** power
        far = (far + np.abs(w / axes[2]) ** power) ** (1 / power)
        depth = (1 - far) * axes.min()
        if hollow:
            depth = np.minimum(depth, hollow - depth)
        if keep is not None:
            depth = np.where(keep(x, y, z), depth, -9)
        self.paint(name, window, depth, warm)
