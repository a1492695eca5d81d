"""Metastases and harmless uptake of a random person."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from anatomy import Person, hosts
from scipy.spatial.transform import Rotation

from bonescint.demo.anatomy import Region, skeleton_mass
from bonescint.demo.lesions import sample_count
from bonescint.demo.shapes import Chord, Ellipsoid, Grid, Point, Shape, Tube

# shares of metastases; rare places are here more often than in patients, so that they are learnt
ODDS = {
    "thoracic": 0.19, "lumbar": 0.17, "ribs": 0.26, "pelvis": 0.17, "sacrum": 0.05, "skull": 0.04,
    "femora": 0.05, "sternum": 0.03, "humeri": 0.03, "scapulae": 0.03, "clavicles": 0.015,
    "cervical": 0.025, "tibiae": 0.005, "jaw": 0.002, "feet": 0.002, "radii": 0.002,
}  # fmt: skip
# harmless: region, place on the left side, radius (mm), chance
JOINTS: tuple[tuple[str, Point, float, float], ...] = (
    ("femora", (85, 4, 1192), 20, 0.2), ("femora", (86, -38, 1168), 14, 0.12),
    ("humeri", (168, 0, 318), 16, 0.17), ("scapulae", (150, 0, 306), 10, 0.13),
    ("clavicles", (17, -76, 331), 9, 0.12), ("lumbar", (21, 52, 650), 9, 0.14),
    ("lumbar", (18, 50, 610), 8, 0.1), ("lumbar", (24, 30, 632), 8, 0.1),
    ("cervical", (12, 35, 230), 7, 0.14), ("femora", (100, 4, 772), 13, 0.13),
    ("feet", (84, 0, 1544), 13, 0.17), ("feet", (95, -55, 1575), 9, 0.15),
    ("tibiae", (78, 14, 1506), 13, 0.12), ("ulnae", (204, 20, 612), 13, 0.12),
    ("hands", (216, -2, 852), 14, 0.15), ("jaw", (20, -64, 172), 7, 0.14),
    ("skull", (20, -60, 130), 9, 0.12), ("sacrum", (46, 58, 700), 11, 0.08),
    ("femora", (88, 6, 782), 16, 0.1), ("femora", (130, 22, 812), 12, 0.1),
    ("humeri", (205, 14, 602), 12, 0.1), ("tibiae", (83, 8, 1216), 14, 0.12),
)  # fmt: skip
EDGES = {"cervical": 0.5, "thoracic": 0.25, "lumbar": 0.7}  # warm edges of vertebrae, on average
FINE = Grid(rows=1240, columns=420, spacing=1.5, vertex_row=90.0)  # for volumes


@dataclass(frozen=True)
class Overlap:
    """The part of a bone that lies in a solid ellipsoid.

    Parameters
    ----------
    bone, ball
        Both bodies.
    uptake
        As for the bodies of the demonstration.
    """

    bone: Shape
    ball: Ellipsoid
    uptake: float = 1.0

    @property
    def centre(self) -> Point:
        """The middle of the ellipsoid."""
        return self.ball.centre

    @cached_property
    def volume(self) -> float:
        """Volume, mm3."""
        columns = (c.density * float((c.back - c.front).sum()) for c in self.chords(FINE))
        return sum(columns) * FINE.spacing**2

    def chords(self, grid: Grid) -> Iterator[Chord]:
        """Yield the chords of the bone, cut to those of the ellipsoid."""
        for ball in self.ball.chords(grid):
            for chord in self.bone.chords(grid):
                window = tuple(
                    slice(max(a.start, b.start), min(a.stop, b.stop))
                    for a, b in zip(chord.window, ball.window, strict=True)
                )
                if any(part.start >= part.stop for part in window):
                    continue
                sides = []
                for one in (chord, ball):
                    first = [w.start - o.start for w, o in zip(window, one.window, strict=True)]
                    part = tuple(
                        slice(f, f + w.stop - w.start) for f, w in zip(first, window, strict=True)
                    )
                    sides.append((one.front[part], one.back[part]))
                front = np.maximum(sides[0][0], sides[1][0])
                back = np.maximum(np.minimum(sides[0][1], sides[1][1]), front)
                yield Chord(window, front, back, chord.density)


@dataclass(frozen=True)
class Metastasis:
    """One metastasis: its region and the shapes that make it up.

    Parameters
    ----------
    region
        The region it sits in.
    shapes
        Its bodies. `uptake` is the concentration added to the bone.
    """

    region: str
    shapes: tuple[Shape | Overlap, ...]

    @property
    def volume(self) -> float:
        """Volume, mm3."""
        return sum(shape.volume for shape in self.shapes)

    @property
    def centre(self) -> Point:
        """Its middle, mm."""
        middle = np.mean([_middle(shape) for shape in self.shapes], axis=0)
        return (float(middle[0]), float(middle[1]), float(middle[2]))

    def mass(self, regions: dict[str, Region]) -> float:
        """Return its share of the skeleton's mass, %.

        Parameters
        ----------
        regions
            Of its person.
        """
        compartment = regions[self.region].compartment
        whole = sum(r.volume for r in regions.values() if r.compartment == compartment)
        return skeleton_mass()[compartment] * self.volume / whole


def _middle(shape: Shape | Overlap) -> Point:
    return shape.points[len(shape.points) // 2] if isinstance(shape, Tube) else shape.centre


def metastases(rng: np.random.Generator, person: Person) -> list[Metastasis]:
    """Return metastases of a person, one or more, that do not touch each other.

    Parameters
    ----------
    rng
        The source of random numbers.
    person
        The person.
    """
    bones: dict[str, list[Shape]] = {}
    for name, shape in hosts(person):
        bones.setdefault(name, []).append(shape)
    names = list(ODDS)
    shares = np.array(list(ODDS.values())) / sum(ODDS.values())
    # in some patients one region has most of them
    shares = rng.dirichlet(shares * rng.choice([6.0, 30.0]))
    growth, count = rng.lognormal(0.05, 0.38), sample_count(rng)
    found: list[Metastasis] = []
    centres: list[Point] = []
    for _ in range(6 * count):
        if len(found) == count:
            break
        name = str(rng.choice(names, p=shares))
        if name not in bones:  # an arm outside the field
            continue
        volumes = np.array([shape.volume for shape in bones[name]])
        host = bones[name][int(rng.choice(len(volumes), p=volumes / volumes.sum()))]
        heat = person.regions[name].concentration * np.clip(rng.lognormal(1.15, 0.45), 1.2, 7.0)
        if rng.uniform() < 0.6:
            parts = tuple(_overlaps(rng, host, bones[name], growth, float(heat)))
        else:
            heat *= host.uptake
            parts = tuple(replace(part, uptake=float(heat)) for part in _pieces(rng, host, growth))
        focus = Metastasis(name, parts)
        if focus.volume < 100:  # mm3
            continue
        gap = 1.2 * focus.volume ** (1 / 3) + 14
        if all(np.linalg.norm(np.subtract(focus.centre, other)) > gap for other in centres):
            found.append(focus)
            centres.append(focus.centre)
    return found


def _overlaps(
    rng: np.random.Generator, host: Shape, bones: list[Shape], growth: float, heat: float
) -> Iterator[Overlap]:
    """Yield what lies of a region's bones in an ellipsoid about a place in one of them."""
    if isinstance(host, Tube):
        centre = host.at(np.array([rng.uniform(0, host.length)]))[0][0]
    else:
        way = rng.normal(size=3)
        way *= rng.uniform(host.cavity**3, 1) ** (1 / 3) / np.linalg.norm(way)
        turned = Rotation.from_euler("XYZ", host.tilt, degrees=True).apply(way * host.axes)
        centre = np.asarray(host.centre) + turned
    axes = np.clip(rng.lognormal(2.6, 0.38) * growth, 7, 34) * np.exp(rng.normal(0, 0.2, 3))
    tilt = rng.uniform(0, 180, 3)
    ball = Ellipsoid(tuple(centre.tolist()), tuple(axes.tolist()), tuple(tilt.tolist()))
    for bone in bones:
        if isinstance(bone, Tube):
            points, reach = bone.at(np.linspace(0, bone.length, 2 + int(bone.length / 20)))[0], 30.0
        else:
            points, reach = np.array([bone.centre]), max(bone.axes)
        if np.linalg.norm(points - centre, axis=1).min() < axes.max() + reach:
            yield Overlap(bone, ball, heat * bone.uptake)


def _pieces(rng: np.random.Generator, host: Shape, growth: float) -> Iterator[Shape]:
    """Yield the bodies of one focus inside a bone."""
    if isinstance(host, Tube):
        length = float(np.clip(rng.lognormal(3.3, 0.42) * growth, 8, 0.5 * host.length))
        yield host.piece(float(rng.uniform(0, host.length - length)), length)
        return
    if host.cavity > 0.8:  # the skull: a patch of the shell anywhere
        way = rng.normal(size=3)
        way /= np.linalg.norm(way)
        centre = np.asarray(host.centre) + way * np.asarray(host.axes) * (1 + host.cavity) / 2
        wide = rng.uniform(7, 17) * growth
        axes = np.where(np.abs(way) == np.abs(way).max(), (1 - host.cavity) * 40, wide)
        yield Ellipsoid(tuple(centre.tolist()), tuple(axes.tolist()))
        return
    # copies of the bone, scaled by f and moved by less than 1 - f, lie inside it
    largest = 24.0 / float(np.prod(host.axes)) ** (1 / 3)
    count = int(rng.integers(1, 4))
    for _ in range(count):
        f = rng.uniform(0.35, 0.8) * growth * min(largest, 1.0) / count**0.4
        f = float(np.clip(f, 0.15, 0.95))
        way = rng.normal(size=3)
        way *= (1 - f) * rng.uniform() / np.linalg.norm(way)
        move = way * np.asarray(host.axes) if host.tilt == (0, 0, 0) else way * min(host.axes)
        centre = np.asarray(host.centre) + move
        yield replace(
            host,
            centre=tuple(centre.tolist()),
            axes=tuple((f * np.asarray(host.axes)).tolist()),
            cavity=0.0 if host.cavity == 0 else host.cavity,
        )


def arthritis(rng: np.random.Generator, person: Person) -> list[Shape]:
    """Return harmless foci of joints, and in some people of the edges of vertebrae.

    Parameters
    ----------
    rng
        The source of random numbers.
    person
        The person.
    """
    more = rng.choice([0.3, 1.0, 2.0])
    found: list[Shape] = []
    for region, (x, y, z), radius, chance in JOINTS:
        for side in (-1, 1):
            if rng.uniform() < chance * more:
                heat = person.regions[region].concentration * _warmth(rng)
                place = np.array([side * x, y, z]) + rng.normal(0, 3, 3)
                axes = radius * np.exp(rng.normal(0, 0.25, 3))
                focus = Ellipsoid(tuple(place.tolist()), tuple(axes.tolist()), uptake=float(heat))
                found.append(person.moved(focus, region))
    for region, mean in EDGES.items():
        sides = [one for i, one in enumerate(person.regions[region].shapes) if i % 4 > 1]
        for _ in range(int(rng.poisson(mean * more))):
            place = np.array(_middle(sides[int(rng.integers(len(sides)))])) + rng.normal(0, 3, 3)
            found.append(_joint(rng, person, region, place))
    for bone in person.regions["clavicles"].shapes:
        if isinstance(bone, Tube) and rng.uniform() < 0.1 * more:
            place = bone.at(np.array([rng.choice([0.0, bone.length])]))[0][0]
            found.append(_joint(rng, person, "clavicles", place))
    return found


def _warmth(rng: np.random.Generator) -> float:
    return float(np.clip(rng.lognormal(-0.05, 0.5), 0.3, 3.0))


def _joint(rng: np.random.Generator, person: Person, region: str, place: np.ndarray) -> Shape:
    heat = person.regions[region].concentration * _warmth(rng)
    axes = rng.uniform(6, 13) * np.exp(rng.normal(0, 0.2, 3))
    return Ellipsoid(tuple(place.tolist()), tuple(axes.tolist()), uptake=heat)


def organs(rng: np.random.Generator, person: Person) -> dict[str, tuple[Shape, ...]]:
    """Return the kidneys, the bladder and the place of the injection, and urine where it may be.

    Parameters
    ----------
    rng
        The source of random numbers.
    person
        The person.
    """
    kidneys = []
    for shape in person.regions["kidneys"].shapes:
        if rng.uniform() > 0.06 and isinstance(shape, Ellipsoid):
            place = np.asarray(shape.centre) + rng.normal(0, [8, 6, 16])
            axes = np.asarray(shape.axes) * np.exp(rng.normal(0, 0.13, 3))
            kidneys.append(
                replace(
                    shape,
                    centre=tuple(place.tolist()),
                    axes=tuple(axes.tolist()),
                    cavity=float(rng.uniform(0, 0.7)),
                    uptake=float(rng.lognormal(0, 0.45)),
                )
            )
    if rng.uniform() < 0.3:  # a full piece of a ureter
        place = (float(rng.choice([-1, 1]) * rng.uniform(25, 55)), 45.0, rng.uniform(560, 740))
        kidneys.append(person.moved(Ellipsoid(place, (5, 5, float(rng.uniform(5, 20)))), "kidneys"))
    size = np.exp(rng.normal(0, 0.28, 3)) * (34, 28, 26)
    place = rng.normal([0, -22, 778], [6, 4, 8])
    bladder = [person.moved(Ellipsoid(tuple(place.tolist()), tuple(size.tolist())), "bladder")]
    if rng.uniform() < 0.15:  # urine on the skin or in a bag
        place = (float(rng.normal(0, 60)), -90.0, float(rng.uniform(820, 1050)))
        axes = tuple(rng.uniform(4, 25, 3).tolist())
        bladder.append(Ellipsoid(place, axes, uptake=float(rng.uniform(0.1, 1.2))))
    wrist, hand = (212, -12, 830), (216, -20, 880)
    x, y, z = [(196, -14, 634), wrist, hand, (200, -10, 700)][int(rng.integers(4))]
    focus = Ellipsoid(
        (float(rng.choice([-1, 1]) * x), float(y), float(z)), tuple(rng.uniform(5, 12, 3).tolist())
    )
    return {
        "kidneys": tuple(kidneys) or (Ellipsoid((60.0, 62.0, 556.0), (3, 3, 3)),),
        "bladder": tuple(bladder),
        "injection": (person.moved(focus, "injection"),),
    }


def without(rng: np.random.Generator, person: Person) -> dict[str, tuple[Shape, ...]]:
    """Return the bones of a person with a prosthesis or an arm outside the field; mostly none.

    Parameters
    ----------
    rng
        The source of random numbers.
    person
        The person.
    """
    found = {}
    kind = rng.choice(["", "hip", "knee", "arm", "arms"], p=[0.68, 0.08, 0.06, 0.08, 0.1])
    side = int(rng.choice([-1, 1]))
    gone = {"hip": ("femora",), "knee": ("femora", "tibiae")}.get(kind, ())
    hip, knee = person.posture.place(np.array([[88.0, 6, 782], [85.0, 6, 1190]]), "")[:, 2]
    for name in gone:
        kept = []
        for shape in person.regions[name].shapes:
            x, _, z = _middle(shape)
            near = abs(z - hip) < 60 if kind == "hip" else abs(z - knee) < 55
            if x * side > 0 and near:  # metal takes up nothing
                shape = replace(shape, uptake=shape.uptake * float(rng.uniform(0, 0.3)))
            kept.append(shape)
        found[name] = tuple(kept)
    if kind in ("arm", "arms"):
        for name in ("ulnae", "radii", "hands", "injection"):
            kept = [
                shape
                for shape in person.regions[name].shapes
                if kind == "arm" and _middle(shape)[0] * side > 0
            ]
            found[name] = tuple(kept)
    return found
