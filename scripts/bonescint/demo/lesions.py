"""Metastases and harmless uptake: their places and sizes, and the true bone scan index."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from bonescint.demo.anatomy import SIDES, compartment_volumes, regions, skeleton_mass
from bonescint.demo.shapes import Ellipsoid, Shape, Tube

# published values of women with metastases: 12.9 +- 15.6 hot spots, BSI 1.5 +- 2.1 %
LESIONS_MEAN, LESIONS_SD = 12.9, 15.6
SUPERSCAN = 45  # number of lesions from which the phantom's scan counts as a superscan (EOD 4)
MOST = 60

# harmless uptake: name, region, centre and semi-axes (mm) on the left side
DEGENERATIVE = (
    ("膝関節", "femora", (85.0, 4.0, 1192.0), (24.0, 18.0, 16.0)),
    ("肩関節", "humeri", (168.0, 0.0, 318.0), (17.0, 15.0, 15.0)),
    ("下部腰椎椎間関節", "lumbar", (21.0, 52.0, 650.0), (8.0, 9.0, 9.0)),
    ("足根部", "feet", (84.0, 0.0, 1544.0), (14.0, 14.0, 11.0)),
    ("股関節", "femora", (100.0, 4.0, 772.0), (13.0, 12.0, 12.0)),
)


@dataclass(frozen=True)
class Lesion:
    """A hot spot.

    Parameters
    ----------
    region
        The region that contains it.
    label
        The name of the place in a report.
    shape
        Its body. `uptake` is the concentration added to the bone, on the scale of `regions()`.
    """

    region: str
    label: str
    shape: Shape


def bone_scan_index(
    volumes: Iterable[tuple[str, float]],
    compartments: Mapping[str, float],
    mass: Mapping[str, float],
) -> float:
    """Return the bone scan index: the share of the skeleton's mass that lesions occupy, %.

    BSI = sum over compartments r of w_r x |lesions within r| / |r|, w_r in % of the mass.

    Parameters
    ----------
    volumes
        Compartment and volume (mm3) of each lesion.
    compartments
        Bone volume of each compartment, mm3.
    mass
        Each compartment's share of the skeleton's mass, %.
    """
    return sum(mass[name] * volume / compartments[name] for name, volume in volumes)


def true_bsi(lesions: Iterable[Lesion]) -> float:
    """Return the bone scan index of metastases in the phantom, %."""
    volumes = [(regions()[le.region].compartment, le.shape.volume) for le in lesions]
    return bone_scan_index(volumes, compartment_volumes(), skeleton_mass())


def sample_count(rng: np.random.Generator) -> int:
    """Return a number of metastases, one or more, with the published spread (negative binomial)."""
    mean = LESIONS_MEAN - 1
    size = mean**2 / (LESIONS_SD**2 - mean)
    return min(1 + int(rng.negative_binomial(size, size / (size + mean))), MOST)


def sample_metastases(rng: np.random.Generator, count: int) -> tuple[Lesion, ...]:
    """Return `count` metastases that do not touch each other.

    Parameters
    ----------
    rng
        The source of random numbers.
    count
        The number of metastases. Fewer are returned if the skeleton has no room left.
    """
    odds = {region.name: region.lesion_odds for region in regions().values() if region.lesion_odds}
    names, shares = list(odds), np.array(list(odds.values()))
    growth = rng.lognormal(0.12, 0.33)  # in some patients foci grow larger
    taken: dict[Shape, list[tuple[float, float]]] = {}
    lesions: list[Lesion] = []
    for _ in range(20 * count):
        if len(lesions) == count:
            break
        name = str(rng.choice(names, p=shares / shares.sum()))
        hosts = [shape for shape in regions()[name].shapes if shape.label]
        weights = np.array([shape.volume for shape in hosts])
        host = hosts[int(rng.choice(len(hosts), p=weights / weights.sum()))]
        focus = _focus(rng, host, taken.setdefault(host, []), growth)
        if focus:
            heat = regions()[name].concentration * host.uptake * rng.uniform(2.5, 7.0)
            lesions.append(Lesion(name, host.label, replace(focus, uptake=float(heat))))
    return tuple(lesions)


def _focus(
    rng: np.random.Generator, host: Shape, taken: list[tuple[float, float]], growth: float
) -> Shape | None:
    """Return a free piece of `host`, None if the tried place is occupied."""
    if isinstance(host, Tube):
        length = float(np.clip(rng.lognormal(3.45, 0.35) * growth, 10, 0.5 * host.length))
        start = float(rng.uniform(0, host.length - length))
        if any(start < end + 12 and begin < start + length + 12 for begin, end in taken):
            return None
        taken.append((start, start + length))
        return host.piece(start, length)
    if taken:
        return None
    taken.append((0.0, 1.0))
    if host.cavity:  # the skull: a patch of the shell, seen from the front on its rim
        angle = float(rng.uniform(-100, 100))
        a, _, c = (axis * (1 + host.cavity) / 2 for axis in host.axes)
        x, y, z = host.centre
        centre = (x + a * np.sin(np.radians(angle)), y, z - c * np.cos(np.radians(angle)))
        width = float(rng.uniform(10, 20) * growth)
        thick = (1 - host.cavity) * min(host.axes) / 2
        place = (float(centre[0]), float(centre[1]), float(centre[2]))
        return Ellipsoid(place, (width, width, thick), (0, -angle, 0), label=host.label)
    # a copy of the host, scaled by f and moved by (1 - f) of a way inside it, lies inside it
    largest = 22.0 / float(np.prod(host.axes)) ** (1 / 3)
    f = float(np.clip(rng.uniform(0.4, 0.85) * growth * min(largest, 1.0), 0.2, 0.95))
    way = rng.normal(size=3)
    way *= (1 - f) * rng.uniform() / np.linalg.norm(way)
    # along the axes of the untilted host; in a tilted one only up and down by its shortest axis
    move = way * np.asarray(host.axes) if host.tilt == (0, 0, 0) else way * min(host.axes)
    x, y, z = (float(p + m) for p, m in zip(host.centre, move, strict=True))
    a, b, c = (f * axis for axis in host.axes)
    return replace(host, centre=(x, y, z), axes=(a, b, c))


def sample_degenerative(rng: np.random.Generator) -> tuple[Lesion, ...]:
    """Return harmless foci of joints: a reader knows these hot spots, but software may not."""
    foci = []
    for label, region, (x, y, z), axes in DEGENERATIVE:
        for side, word in SIDES.items():
            if rng.uniform() < 0.14:
                heat = regions()[region].concentration * float(rng.uniform(0.6, 2.2))
                shape = Ellipsoid((side * x, y, z), axes, uptake=heat)
                foci.append(Lesion(region, word + label, shape))
    return tuple(foci)
