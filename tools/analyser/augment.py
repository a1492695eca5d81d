"""One sample of the training: a person's expected counts with noise, bends, blur and texture."""

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from bonescint.analyser.grid import CELL, crop, locate_body, network_input
from bonescint.demo.shapes import Array

SHAPE = (512, 128)
SEED = 2602
NOT_BONES = 0.09  # share of scans that are none: the network shall find no region in them
# chance, least and greatest strength (of the logarithm), least and greatest size (pixels): of the
# size of metastases, finer or coarser, and drifting over the body
TEXTURES = (
    (0.78, 0.04, 0.28, 1.5, 3.3), (0.35, 0.0, 0.22, 0.8, 6.0), (0.5, 0.0, 0.3, 10, 40),
)  # fmt: skip


class Sample(NamedTuple):
    """What the network sees and what it shall answer."""

    views: Array  # (4, rows, columns)
    index: Array  # bone scan index of each pixel, 0.01 %
    mask: Array  # pixels of metastases
    weight: Array  # how much each pixel counts in learning the mask
    labels: np.ndarray  # class of bone


@lru_cache(maxsize=64)
def _base(folder: Path, number: int) -> dict[str, np.ndarray]:
    with np.load(folder / f"{number:04d}.npz") as file:
        return dict(file)


def smooth_noise(rng: np.random.Generator, sigma: float) -> Array:
    """Return a random field of unit spread.

    Parameters
    ----------
    rng, sigma
        The source of random numbers; the smoothness, pixels.
    """
    step = max(1, int(sigma // 2))
    small = rng.normal(size=(SHAPE[0] // step + 4, SHAPE[1] // step + 4)).astype(np.float32)
    small = ndimage.gaussian_filter(small, sigma / step, mode="wrap", truncate=3)
    small /= small.std()
    field = ndimage.zoom(small, step, order=1) if step > 1 else small
    return field[: SHAPE[0], : SHAPE[1]]


def _texture(rng: np.random.Generator, views: Array) -> Array:
    """Return counts with uptake that differs from place to place, at several scales."""
    views = views.copy()
    for chance, least, most, low, high in TEXTURES:
        if rng.uniform() < chance:
            strength = rng.uniform(least, most)
            sigma = float(np.exp(rng.uniform(np.log(low), np.log(high))))
            field = strength * smooth_noise(rng, sigma)
            # what lies near the front is seen by the front's detector alone
            other = strength * smooth_noise(rng, sigma) if rng.uniform() < 0.15 else field
            views[0] *= np.exp(field)
            views[1] *= np.exp(other)
    return views


def _places(rng: np.random.Generator, angle: float) -> Array:
    """Return where each pixel comes from: scaled, turned, shifted and bent."""
    row, column = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]].astype(np.float32)
    centre = 200.0, 63.5
    cos, sin = np.cos(angle), np.sin(angle)
    tall, wide = np.exp(rng.uniform(-0.12, 0.12, 2))
    dr, dc = row - centre[0], column - centre[1]
    dr, dc = tall * (cos * dr - sin * dc), wide * (sin * dr + cos * dc)
    if rng.uniform() < 0.5:
        dc = -dc
    row, column = centre[0] + dr, centre[1] + dc
    if rng.uniform() < 0.85:
        size, sigma = rng.uniform(0, 14) / CELL, float(rng.uniform(10, 26))
        row += size * smooth_noise(rng, sigma)
        column += size * smooth_noise(rng, sigma)
    return np.stack([row, column])


def _area(places: Array) -> Array:
    """Return how many pixels of the person each pixel shows."""
    (down, along), (other, across) = (np.gradient(place) for place in places)
    return np.abs(down * across - along * other)


def _cut(rng: np.random.Generator, views: Array, keep: float) -> Array:
    """Return counts of a part of the body's length alone."""
    rows = np.flatnonzero(views.sum(axis=(0, 2)) > 0.02 * views.sum(axis=(0, 2)).max())
    length = int(keep * (rows[-1] - rows[0]))
    first = int(rng.integers(rows[0], max(rows[-1] - length, rows[0]) + 1))
    views = views.copy()
    views[:, :first], views[:, first + length :] = 0, 0
    return views


def sample(folder: Path, people: int, number: int) -> Sample:
    """Return one sample.

    Parameters
    ----------
    folder, people
        The files that `bases.write_bases` made, and how many.
    number
        The sample, the seed of all its random numbers.
    """
    rng = np.random.default_rng([SEED, number])
    base = _base(folder, int(rng.integers(people)))
    variant = int(rng.integers(len(base["normal"])))
    kind = "bones"
    if rng.uniform() < NOT_BONES:
        kind = str(rng.choice(["pool", "turned", "part", "noise"], p=[0.4, 0.25, 0.25, 0.1]))
    normal, lesion = (base[key][variant].astype(np.float32) for key in ("normal", "lesion"))
    if kind == "pool":
        normal, lesion = base["pool"].astype(np.float32), 0 * lesion
    views = normal + lesion * rng.uniform(0.8, 1.2)
    views[1] = views[1, :, ::-1].copy()
    views = _texture(rng, views)
    angle = rng.uniform(-0.04, 0.04)
    if kind == "turned":
        angle += np.radians(rng.choice([90, 180, 270, rng.uniform(20, 60), -rng.uniform(20, 60)]))
    places = _places(rng, angle)
    index, mask = base["index"][variant].astype(np.float32), base["mask"][variant]
    views = np.stack([ndimage.map_coordinates(v, places, order=1) for v in np.maximum(views, 0)])
    # a larger picture of a person has the same index
    index = ndimage.map_coordinates(index, places, order=1) * _area(places)
    mask = ndimage.map_coordinates(mask.astype(np.float32), places, order=1) > 0.5
    labels = ndimage.map_coordinates(base["labels"], places, order=0)
    if rng.uniform() < 0.5:
        sigma = rng.uniform(0, 1.3)
        views = np.stack([ndimage.gaussian_filter(view, sigma, truncate=3) for view in views])
    if kind == "part":
        views = _cut(rng, views, rng.uniform(0.2, 0.6))
    if kind == "noise":
        views = np.ones_like(views) + rng.uniform(0, 3) * np.exp(smooth_noise(rng, 20.0))
    counts = _counted(rng, views)
    window = locate_body(counts, (CELL, CELL))
    top, left = window.top + int(rng.integers(-4, 5)), window.left + int(rng.integers(-4, 5))
    answers = (crop(index, top, left) * 100, crop(mask, top, left), crop(labels, top, left))
    if kind != "bones":
        answers = tuple(0 * answer for answer in answers)
    index, mask, labels = answers
    return Sample(network_input(crop(counts, top, left)), index, mask, _weight(mask), labels)


def _weight(mask: Array) -> Array:
    """Return more weight for small metastases, less for large ones: each of them is to be found."""
    number, _ = ndimage.label(mask, np.ones((3, 3)))
    weight = np.clip(np.sqrt(40 / np.maximum(np.bincount(number.ravel()), 1)), 0.6, 2.5)
    weight[0] = 1
    return weight[number]


def _counted(rng: np.random.Generator, views: Array) -> Array:
    """Return a scan's counts with their noise."""
    total = np.exp(rng.uniform(np.log(2e5), np.log(2.5e6)))
    share = np.array([rng.uniform(0.85, 1.15), 1.0]) / views.sum(axis=(1, 2))
    expected = views * (total * share)[:, None, None]
    if rng.uniform() < 0.5:  # the room's background
        expected = expected + rng.uniform(0, 0.1)
    counts = rng.poisson(expected).astype(np.float64)
    if rng.uniform() < 0.13:  # one view only, mostly the front
        counts[:] = counts[int(rng.uniform() < 0.3)]
    return counts
