"""The people of the training: their expected counts and truths, made once and kept in files."""

import argparse
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from anatomy import Person, random_person
from foci import Metastasis, arthritis, metastases, organs, without
from scipy import ndimage

from bonescint.demo import projection
from bonescint.demo.projection import Views, body_surface, combine, project
from bonescint.demo.shapes import Array, Ellipsoid, Grid, Interior, Shape

HALF = Grid(rows=512, columns=128, spacing=4.52, vertex_row=30.0)
# the network's classes, 0 is no bone
CLASS = {
    "skull": 1, "jaw": 2, "cervical": 3, "thoracic": 4, "lumbar": 5, "sacrum": 6, "ribs": 7,
    "sternum": 8, "clavicles": 9, "scapulae": 10, "pelvis": 11, "humeri": 12, "ulnae": 13,
    "radii": 13, "hands": 14, "femora": 15, "tibiae": 16, "fibulae": 16, "feet": 17,
}  # fmt: skip
VARIANTS = 5  # tracer distributions of one person, and one blood pool
SEED = 2601


@contextmanager
def camera(rng: np.random.Generator):
    """Give the demonstration's camera another blur, scatter and attenuation for a while."""
    with patch.multiple(
        projection,
        FWHM_AT_FACE=float(rng.uniform(3, 6)),
        FWHM_PER_MM=float(rng.uniform(0.035, 0.07)),
        SCATTER=float(rng.uniform(0.12, 0.35)),
        ATTENUATION=float(rng.uniform(0.010, 0.014)),
    ):
        yield


def thickness(shapes: tuple[Shape, ...], grid: Grid) -> Array:
    """Return how much of some bodies lies behind each pixel, mm.

    Parameters
    ----------
    shapes, grid
        The bodies and the pixels.
    """
    out = np.zeros((grid.rows, grid.columns))
    for shape in shapes:
        for chord in shape.chords(grid):
            out[chord.window] += chord.density * (chord.back - chord.front)
    return np.maximum(out, 0)


def region_map(person: Person, grid: Grid) -> np.ndarray:
    """Return the class with most bone behind each pixel.

    Parameters
    ----------
    person, grid
        The person and the pixels.
    """
    best = np.zeros((grid.rows, grid.columns))
    found = np.zeros((grid.rows, grid.columns), np.uint8)
    for name, number in CLASS.items():
        column = thickness(person.regions[name].shapes, grid)
        # what lies thin under the skin is seen before what lies thick behind it
        column *= 1.6 if name in ("sternum", "clavicles") else 1.0
        column = ndimage.gaussian_filter(column, 1.5 / grid.spacing)
        wins = (column > best) & (column > 4)
        found[wins], best = number, np.maximum(best, column)
    return found


def density(foci: list[Metastasis], person: Person, grid: Grid) -> tuple[Array, np.ndarray]:
    """Return the bone scan index behind each pixel, %, and the pixels of metastases.

    Parameters
    ----------
    foci, person, grid
        The metastases, their person and the pixels.
    """
    index = np.zeros((grid.rows, grid.columns))
    mask = np.zeros((grid.rows, grid.columns), bool)
    for focus in foci:
        column = thickness(focus.shapes, grid)
        if column.any():
            column = ndimage.gaussian_filter(column / column.sum(), 4.5 / grid.spacing)
            index += column * focus.mass(person.regions)
            mask |= column > 0.35 * column.max()
    return index, mask


@dataclass(frozen=True)
class Body:
    """A person's projections at unit concentration.

    Parameters
    ----------
    person, surface, parts, grid
        The person, the skin, projections by region, the pixels.
    """

    person: Person
    surface: tuple[Array, Array]
    parts: dict[str, Views]
    grid: Grid

    def views(self, weights: dict[str, float], foci: list[Shape]) -> Views:
        """Return expected relative counts.

        Parameters
        ----------
        weights
            Concentrations by region.
        foci
            Bodies with their own concentration.
        """
        parts = [(weights[name], self.parts[name]) for name in self.parts]
        if foci:
            parts.append((1.0, project(foci, self.surface, self.grid)))
        return combine(parts, self.grid)


def make_body(rng: np.random.Generator, grid: Grid, spread: float, free: bool) -> Body:
    """Return a random person with projections.

    Parameters
    ----------
    rng, spread, free
        As for `anatomy.random_person`.
    grid
        The pixels.
    """
    person = random_person(rng, spread, free)
    for change in (organs(rng, person), without(rng, person)):
        for name, shapes in change.items():
            person.regions[name] = replace(person.regions[name], shapes=shapes)
    surface = body_surface(person.regions.values(), grid)
    parts = {
        name: project(
            [Interior(*surface)] if name == "soft_tissue" else region.shapes, surface, grid
        )
        for name, region in person.regions.items()
    }
    return Body(person, surface, parts, grid)


def concentrations(rng: np.random.Generator, person: Person, wild: float) -> dict[str, float]:
    """Return a tracer's concentrations by region.

    Parameters
    ----------
    rng, person
        The source of random numbers and the person.
    wild
        1 = as the demonstration's patients differ.
    """
    found = {
        name: region.concentration * float(rng.lognormal(0, region.spread * wild))
        for name, region in person.regions.items()
    }
    spine = float(rng.lognormal(0, 0.25 * wild))  # it stands out more or less in all of its parts
    for name in ("cervical", "thoracic", "lumbar", "sacrum"):
        found[name] *= spine
    hmdp = rng.uniform() < 0.5  # clears faster from the soft tissue
    found["soft_tissue"] *= float(rng.lognormal(-0.55 if hmdp else -0.1, 0.45))
    found["kidneys"] *= float(rng.lognormal(-0.3 if hmdp else -0.1, 0.5))
    found["bladder"] *= float(rng.lognormal(-0.3, 0.8))
    found["injection"] *= float(rng.lognormal(0, 1.0) * (rng.uniform() < 0.5))
    return found


def base(number: int) -> dict[str, Any]:
    """Return one person in several variants.

    Parameters
    ----------
    number
        The person, the seed of all its random numbers.
    """
    rng = np.random.default_rng([SEED, number])
    with camera(rng):
        body = make_body(rng, HALF, float(rng.uniform(0.4, 1.5)), bool(rng.uniform() < 0.4))
        person = body.person
        out: dict[str, list[Any]] = {key: [] for key in ("normal", "lesion", "index", "mask")}
        for _ in range(VARIANTS):
            weights = concentrations(rng, person, float(rng.uniform(0.5, 2.7)))
            normal = body.views(weights, arthritis(rng, person))
            foci = metastases(rng, person) if rng.uniform() < 0.62 else []
            lesion = np.zeros_like(normal)
            if foci:
                shapes = [shape for focus in foci for shape in focus.shapes]
                lesion = combine([(1.0, project(shapes, body.surface, HALF))], HALF)
            index, mask = density(foci, person, HALF)
            scale = 2e6 / normal.sum()
            for key, value in zip(out, (normal * scale, lesion * scale, index, mask), strict=True):
                out[key].append(value.astype(bool if key == "mask" else np.float16))
        weights = concentrations(rng, person, 1.5)
        soft = {"soft_tissue", "kidneys", "bladder", "injection"}
        fade = float(rng.uniform(0.0, 0.15))
        early = {name: w * (1 if name in soft else fade) for name, w in weights.items()}
        heart = Ellipsoid((20.0, -30.0, 430.0), (50, 40, 55), uptake=early["soft_tissue"] * 3)
        pool = body.views(early, [person.moved(heart, "soft_tissue")])
    arrays = {key: np.stack(values) for key, values in out.items()}
    pool = (pool * 2e6 / pool.sum()).astype(np.float16)
    return {**arrays, "pool": pool, "labels": region_map(person, HALF)}


def write_base(folder: Path, number: int) -> None:
    """Write one person's file, unless it is there.

    Parameters
    ----------
    folder, number
        Where to and which.
    """
    path = folder / f"{number:04d}.npz"
    if not path.exists():
        draft = path.with_suffix(".draft.npz")
        np.savez(draft, **base(number))
        draft.rename(path)


def write_bases(folder: Path, count: int, workers: int) -> None:
    """Write the files of people 0 to count - 1 that are not there yet.

    Parameters
    ----------
    folder, count, workers
        Where to, how many, in how many processes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with ProcessPoolExecutor(workers) as pool:
        list(pool.map(partial(write_base, folder), range(count)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("count", type=int)
    parser.add_argument("--workers", type=int, default=1)
    chosen = parser.parse_args()
    write_bases(chosen.folder, chosen.count, chosen.workers)
