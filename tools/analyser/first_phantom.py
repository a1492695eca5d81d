"""Scans of the first phantom: people as in the training, with other random numbers.

The scan has pixels of 3 mm, bends of 10 mm and texture of 20 % at 10 mm, unlike the training's.
"""

from typing import Any

import numpy as np
from bases import camera, concentrations, density, make_body
from foci import arthritis, metastases
from scipy import ndimage

from bonescint.demo.shapes import Grid

PIXEL = 3.0
GRID = Grid(rows=768, columns=192, spacing=PIXEL, vertex_row=45.0)
SHAPE = (GRID.rows, GRID.columns)


def first_case(seed: int, number: int) -> dict[str, Any]:
    """Return one scan with its truth, with the keys of `second_phantom.second_case`.

    Parameters
    ----------
    seed, number
        Of the cohort and in it; the seed of all random numbers.
    """
    rng = np.random.default_rng([seed, number, 78])
    with camera(rng):
        body = make_body(rng, GRID, 1.0, bool(rng.uniform() < 0.3))
        person = body.person
        foci = metastases(rng, person) if rng.uniform() < 0.5 else []
        shapes = [shape for focus in foci for shape in focus.shapes]
        views = body.views(concentrations(rng, person, 1.0), arthritis(rng, person) + shapes)
    where = np.mgrid[0 : SHAPE[0], 0 : SHAPE[1]].astype(np.float32)
    for place in where:
        place += 10 / PIXEL * _wave(rng, 50)
    scans = [ndimage.map_coordinates(v, where, order=1) for v in (views[0], views[1][:, ::-1])]
    grain = np.exp(0.2 * _wave(rng, 10))
    counts = float(np.exp(rng.uniform(np.log(3e5), np.log(2e6))))
    expected = [np.maximum(scan * grain, 0) for scan in scans]
    expected = [e * counts / e.sum() for e in expected]
    found: dict[str, Any] = {"spacing": PIXEL, "total": counts}
    for name in ("counts", "again"):
        noisy = [rng.poisson(e).astype(np.uint16) for e in expected]
        found[name] = np.stack([noisy[0], noisy[1][:, ::-1]])
    footprint, rows, columns, kept = np.zeros(SHAPE, np.uint8), [], [], []
    for focus in foci:
        _, mask = density([focus], person, GRID)
        seen = ndimage.map_coordinates(mask.astype(np.float32), where, order=1)
        if seen.max() < 0.5:  # outside the field
            continue
        kept.append(focus)
        footprint[seen > 0.5] = len(kept)
        row, column = ndimage.center_of_mass(seen)
        rows.append(row)
        columns.append(column)
    mass = np.array([focus.mass(person.regions) for focus in kept])
    return {
        **found,
        "bsi": float(mass.sum()),
        "mass": mass,
        "region": np.array([_group(focus.region) for focus in kept], str),
        "row": np.array(rows),
        "column": np.array(columns),
        "footprint": footprint,
    }


def _wave(rng: np.random.Generator, size: float) -> Any:
    """Return a smooth random field of unit spread; `size` is its standard deviation, mm."""
    step = max(1, int(size / PIXEL / 2))
    small = rng.normal(size=(SHAPE[0] // step + 3, SHAPE[1] // step + 3))
    small = ndimage.gaussian_filter(small, size / PIXEL / step)
    wave = ndimage.zoom(small / small.std(), step, order=3)
    return wave[: SHAPE[0], : SHAPE[1]]


def _group(region: str) -> str:
    groups = {"ulnae": "forearm", "radii": "forearm", "tibiae": "lower leg", "fibulae": "lower leg"}
    return groups.get(region, region)
