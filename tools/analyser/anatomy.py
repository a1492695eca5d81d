"""Random people for the training: the demonstration's skeleton in other sizes, builds and poses.

Coordinates are those of the demonstration's phantom: mm, x to the patient's left, y from front to
back, z from the vertex downwards.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from bonescint.demo.anatomy import Region, regions
from bonescint.demo.shapes import Array, Ellipsoid, Shape, Tube

FOREARM = ("ulnae", "radii", "hands")
TRUNK = ("cervical", "thoracic", "lumbar", "sacrum", "ribs", "sternum")
# what moves with which joint, from the far end of a limb to the trunk
MOVES = {
    **dict.fromkeys(FOREARM, ("elbow", "shoulder", "girdle")),
    "injection": ("elbow", "shoulder", "girdle"),
    "humeri": ("shoulder", "girdle"),
    "clavicles": ("girdle",),
    "scapulae": ("girdle",),
    "feet": ("ankle", "knee", "hip"),
    "tibiae": ("knee", "hip"),
    "fibulae": ("knee", "hip"),
    "femora": ("hip",),
    "skull": ("neck",),
    "jaw": ("neck",),
    "cervical": ("neck",),
}
# the parts of the soft tissue, in the order of the demonstration's phantom
FLESH = (
    "skull", "", "", "", "", "clavicles", "clavicles", "breast", "breast",
    "ulnae", "ulnae", "hands", "hands", "tibiae", "tibiae", "feet", "feet",
)  # fmt: skip
LEVELS = np.array([-60, 0, 170, 290, 540, 690, 790, 1195, 1520, 1640.0])
SIDES = (-1, 1)


def _turn(points: Array, axes: tuple[int, int], pivot: tuple[float, float], angle: float) -> None:
    """Rotate points in place about a pivot in the plane of two axes, by radians."""
    a, b = (points[:, axis] - place for axis, place in zip(axes, pivot, strict=True))
    points[:, axes[0]] = pivot[0] + np.cos(angle) * a - np.sin(angle) * b
    points[:, axes[1]] = pivot[1] + np.sin(angle) * a + np.cos(angle) * b


def _ramp(values: Array, low: float, high: float) -> Array:
    share = np.clip((values - low) / (high - low), 0, 1)
    return share * share * (3 - 2 * share)


class Posture:
    """How one person lies and how long and wide the parts of the body are.

    Parameters
    ----------
    rng
        The source of random numbers.
    spread
        1 = as people differ; more for the training.
    free
        Whether the arms lie anywhere and the legs are turned, instead of beside the body.
    male
        Whether the shoulders are wide and the hips narrow.
    """

    def __init__(self, rng: np.random.Generator, spread: float, free: bool, male: bool) -> None:
        degrees = {
            "shoulder": (-2, 24) if free else (-1, 8 * spread),
            "elbow": (-48, 26) if free else (-14 * spread, 14 * spread),
            "hip": (-4, 7) if free else (-2.5 * spread, 4.5 * spread),
            "knee": (-7, 7) if free else (-4 * spread, 4 * spread),
            "ankle": (-50, 50) if free else (-28 * spread, 28 * spread),
        }
        self.angles = {
            (joint, side): np.radians(rng.uniform(*limits))
            for joint, limits in degrees.items()
            for side in SIDES
        }
        self.shorter = {side: rng.uniform(0.65 if free else 1 - 0.1 * spread, 1) for side in SIDES}
        self.neck = np.radians(rng.normal(0, [8, 3]) * (1.4 if free else spread))
        both = rng.normal(0, 13 * spread)
        self.girdle = {side: rng.normal([0, both], 6 * spread) for side in SIDES}
        lengths = np.diff(LEVELS) * np.exp(rng.normal(0, 0.045 * spread, len(LEVELS) - 1))
        places = np.concatenate([[0], np.cumsum(lengths)]) * np.exp(rng.normal(0, 0.03))
        self.levels = places - np.interp(0, LEVELS, places)
        build = np.interp(LEVELS, [0, 290, 540, 790], [0.02, 0.07, 0.02, -0.03]) if male else 0
        self.width = build + rng.normal(0, 0.05 * spread, len(LEVELS)) + rng.normal(0, 0.03)
        self.depth = np.exp(rng.normal(0, 0.06 * spread))
        self.curve = (rng.normal(0, 5 * spread), rng.uniform(350, 900), rng.uniform(0, 2 * np.pi))
        self.lean, self.shift = rng.normal(0, 0.008 * spread), rng.normal(0, 6 * spread)

    def place(self, points: Array, part: str) -> Array:
        """Return where the points (n, 3) of one part lie in this person.

        Parameters
        ----------
        points
            Places in the demonstration's phantom.
        part
            The region, which tells the joints.
        """
        moved = np.array(points, float)
        side = 1 if moved[:, 0].mean() >= 0 else -1
        for joint in MOVES.get(part, ()):
            getattr(self, "_" + joint)(moved, side)
        moved[:, 0] *= np.exp(np.interp(moved[:, 2], LEVELS, self.width))
        if part in TRUNK:
            size, length, phase = self.curve
            z = moved[:, 2]
            bend = size * np.sin(2 * np.pi * (z - 290) / length + phase)
            moved[:, 0] += bend * _ramp(z, 230, 330) * (1 - _ramp(z, 690, 780))
        moved[:, 0] += self.lean * (moved[:, 2] - 700) + self.shift
        moved[:, 1] *= self.depth
        moved[:, 2] = np.interp(moved[:, 2], LEVELS, self.levels)
        return moved

    def _elbow(self, points: Array, side: int) -> None:
        below = points[:, 2] > 612
        part = points[below]
        _turn(part, (0, 2), (side * 205, 612), -side * self.angles["elbow", side])
        part[:, 2] = 612 + (part[:, 2] - 612) * self.shorter[side]
        points[below] = part

    def _shoulder(self, points: Array, side: int) -> None:
        _turn(points, (0, 2), (side * 166, 322), -side * self.angles["shoulder", side])

    def _girdle(self, points: Array, side: int) -> None:
        share = _ramp(np.abs(points[:, 0]), 20, 150)
        points[:, 0] += self.girdle[side][0] * share
        points[:, 2] += self.girdle[side][1] * share

    def _ankle(self, points: Array, side: int) -> None:
        _turn(points, (0, 1), (side * 80, 12), side * self.angles["ankle", side])

    def _knee(self, points: Array, side: int) -> None:
        below = points[:, 2] > 1195
        part = points[below]
        _turn(part, (0, 2), (side * 85, 1195), -side * self.angles["knee", side])
        points[below] = part

    def _hip(self, points: Array, side: int) -> None:
        _turn(points, (0, 2), (side * 88, 782), -side * self.angles["hip", side])

    def _neck(self, points: Array, side: int) -> None:
        share = float(np.clip((290 - points[:, 2].mean()) / 120, 0, 1))
        _turn(points, (1, 2), (22, 200), self.neck[0] * share)
        _turn(points, (0, 2), (0, 290), self.neck[1] * share)


@dataclass(frozen=True)
class Person:
    """One random person: the regions in place, and what places further foci.

    Parameters
    ----------
    regions
        As `bonescint.demo.anatomy.regions` returns them.
    posture
        Places further shapes.
    """

    regions: dict[str, Region]
    posture: Posture

    def moved(self, shape: Shape, part: str) -> Shape:
        """Return a focus of the demonstration's phantom in this person.

        Parameters
        ----------
        shape, part
            The focus and its region.
        """
        return _moved(shape, part, self.posture, np.ones(3))


def random_person(rng: np.random.Generator, spread: float = 1.0, free: bool = False) -> Person:
    """Return a random person.

    Parameters
    ----------
    rng, spread, free
        As for `Posture`.
    """
    male = bool(rng.uniform() < 0.4)
    posture = Posture(rng, spread, free, male)
    thick = np.exp(rng.normal(0.06 if male else 0, 0.06 * spread))
    cage = (np.exp(rng.normal(0, 0.04 * spread)), np.exp(rng.normal(0, 0.2 * spread)))
    flesh = np.exp(rng.normal([0.1, 0.12], [0.12, 0.18]) * min(spread, 1))
    found = {}
    for name, region in regions().items():
        shapes: list[Shape] = []
        for i, shape in enumerate(region.shapes):
            part = FLESH[i] if name == "soft_tissue" else name
            if part == "breast" and (male or rng.uniform() < 0.1):
                continue
            if name == "ribs" and isinstance(shape, Tube):
                shape = _other_rib(shape, rng, *cage, spread)
            if isinstance(shape, Ellipsoid) and region.compartment:
                tilt = np.add(shape.tilt, rng.normal(0, 4 * spread, 3) * (shape.tilt != (0, 0, 0)))
                shape = replace(shape, tilt=tuple(tilt.tolist()))
            size = np.exp(rng.normal(0, 0.05 * spread, 3)) * thick
            if name == "soft_tissue":
                size = np.exp(rng.normal(0, 0.03, 3)) * (flesh[0], flesh[1], 1)
            heat = np.exp(rng.normal(0, 0.12)) if region.compartment else 1.0
            shapes.append(_moved(replace(shape, uptake=shape.uptake * heat), part, posture, size))
        if name == "ribs":  # each knob where its rib ends now
            for i, knob in enumerate(shapes[24:], start=24):
                shapes[i] = replace(knob, centre=shapes[i - 22].points[-1])
        found[name] = replace(region, shapes=tuple(shapes))
    return Person(found, posture)


def _other_rib(
    rib: Tube, rng: np.random.Generator, wide: float, steep: float, spread: float
) -> Tube:
    points = np.asarray(rib.points)
    points[:, 0] *= wide * np.exp(rng.normal(0, 0.01 * spread))
    points[:, 2] = points[0, 2] + (points[:, 2] - points[0, 2]) * steep
    points[:, 2] += rng.normal(0, 1.5 * spread)
    return replace(rib, points=tuple(map(tuple, points.tolist())))


def _moved(shape: Shape, part: str, posture: Posture, size: Array) -> Shape:
    if isinstance(shape, Tube):
        points = posture.place(np.asarray(shape.points), part)
        radii = tuple(float(radius * size[0]) for radius in shape.radii)
        return replace(shape, points=tuple(map(tuple, points.tolist())), radii=radii)
    z = shape.centre[2]
    high, low = np.interp([z - 5, z + 5], LEVELS, posture.levels)
    wide = float(np.exp(np.interp(z, LEVELS, posture.width)))
    axes = np.asarray(shape.axes) * (wide, posture.depth, (low - high) / 10) * size
    centre = posture.place(np.array([shape.centre]), part)[0]
    return replace(shape, centre=tuple(centre.tolist()), axes=tuple(axes.tolist()))


def hosts(person: Person) -> Iterator[tuple[str, Shape]]:
    """Yield the bones that a metastasis may sit in, with their regions.

    Parameters
    ----------
    person
        The person.
    """
    for name, region in person.regions.items():
        if region.compartment:
            yield from ((name, shape) for shape in region.shapes)
