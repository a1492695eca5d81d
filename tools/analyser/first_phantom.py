"""Scans of the first phantom: people as in the training, with other random numbers.

The scan has pixels of 3 mm, bends of 10 mm and texture of 20 % at 10 mm, unlike the training's.
"""

from functools import cache
from typing import Any

import numpy as np
from bases import camera, concentrations, density, make_body, thickness
from foci import arthritis, metastases
from scipy import ndimage

from bonescint.demo.cohort import COUNTS, Phantom
from bonescint.demo.lesions import true_bsi
from bonescint.demo.patients import Patient, sample_patients
from bonescint.demo.projection import acquire, stretch
from bonescint.demo.shapes import Grid
from bonescint.resources import project_yaml

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


@cache
def _demonstration() -> tuple[Phantom, list[Patient]]:
    config = project_yaml("config.yaml")
    return Phantom(), sample_patients(config["demo"], config["cohort"])


def demonstration_case(seed: int, number: int) -> dict[str, Any]:
    """Return the scan of one patient of the demonstration, with the keys of `first_case`.

    Parameters
    ----------
    seed, number
        Of the demonstration and the patient's index.
    """
    phantom, patients = _demonstration()
    patient, grid = patients[number], phantom.grid
    views = phantom.expected(patient, seed)
    noise = [np.random.default_rng([seed, 2, number, k]) for k in (0, 99)]
    tall = patient.height / 1.58
    wide = float(np.clip(np.sqrt(patient.weight / patient.height**2 / 22), 0.85, 1.12))
    footprint = np.zeros((grid.rows, grid.columns), np.uint8)
    middles = []
    for i, focus in enumerate(patient.metastases, start=1):
        column = ndimage.gaussian_filter(thickness((focus.shape,), grid), 2)
        seen = stretch(column[None].astype(np.float32), wide, tall, grid.vertex_row)[0]
        footprint[seen > 0.35 * seen.max()] = i
        middles.append(ndimage.center_of_mass(seen))
    rows, columns = np.array(middles).reshape(-1, 2).T
    mass = [true_bsi([focus]) for focus in patient.metastases]
    return {
        "spacing": grid.spacing,
        "total": COUNTS,
        "counts": acquire(views, COUNTS, noise[0]),
        "again": acquire(views, COUNTS, noise[1]),
        "bsi": patient.bsi,
        "mass": np.array(mass),
        "region": np.array([_group(focus.region) for focus in patient.metastases], str),
        "row": rows,
        "column": columns,
        "footprint": footprint,
    }
