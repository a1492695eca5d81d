"""Scans of the second phantom: metastases, camera, noise and the counted truth.

See `second_voxels` for what it is. It is for testing alone: nothing is trained or tuned on it.
"""

from typing import Any

import numpy as np
from scipy import ndimage
from second_body import build
from second_voxels import GROUPS, NAMES, PIXEL, SCAN, VOXEL, Voxels

DENSITY = np.array([0.0, *(GROUPS[name][0] for name in NAMES)], np.float32)
UPTAKE = np.array([GROUPS[name][1] for name in NAMES])
ODDS = np.array([GROUPS[name][2] for name in NAMES])
TISSUE, AIR = 0.0135, 0.004  # 1/mm: what is scattered by a little still counts
WATER = 0.11  # uptake of the soft tissue
TURNED = ("humeri", "femora", "lower leg", "feet", "lumbar", "cervical", "clavicles", "hands")


def second_case(seed: int, number: int, rough: bool = True) -> dict[str, Any]:
    """Return one scan with its truth.

    Parameters
    ----------
    seed, number
        Of the cohort and in it; the seed of all random numbers.
    rough
        Whether the scan has bends of 10 mm and texture of 20 % at 10 mm.

    Returns
    -------
    dict
        ``counts`` and ``again`` (2, rows, columns) as displayed, ``spacing``, ``bsi`` (%), and by
        metastasis ``region``, ``row`` and ``column`` (of the anterior view), ``mass`` (%),
        ``volume`` (of bone, mm3) and ``contrast`` (the counts it adds to its area, relative to the
        others there, in the view that shows it better, without noise and texture); ``footprint``
        (rows, columns) has its number + 1. ``shares`` are those of the ``groups`` of
        bones in the skeleton's mass, %.
    """
    rng = np.random.default_rng([seed, number, 77])
    voxels = build(rng)
    uptake = UPTAKE * rng.lognormal(0, 0.14, len(NAMES))
    heat = np.concatenate([[0], uptake])[voxels.group].astype(np.float32) * voxels.warm
    heat *= voxels.bone
    foci = _metastases(rng, voxels) if rng.uniform() < 0.5 else []
    mass = voxels.bone * DENSITY[voxels.group]
    truth: dict[str, list[Any]] = {key: [] for key in ("region", "mass", "flat", "volume")}
    hotter = np.ones_like(heat)
    for window, inside, name in foci:
        strength = float(np.clip(rng.lognormal(1.1, 0.4), 1.3, 7.0))
        truth["region"].append(name)
        truth["volume"].append(VOXEL**3 * float((voxels.bone[window] * inside).sum()))
        truth["mass"].append(100 * float(mass[window][inside].sum() / mass.sum()))
        flat = np.zeros((heat.shape[0], heat.shape[2]), np.float32)
        flat[window[0], window[2]] = (voxels.bone[window] * inside).sum(axis=1)
        truth["flat"].append(flat)
        hotter[window] *= 1 + strength * inside
    heat *= hotter
    _joints(rng, voxels, heat)
    heat += voxels.organ
    heat += WATER * rng.lognormal(0, 0.25) * (voxels.soft & (heat == 0)) * (1 - 0.6 * voxels.air)
    added = np.where(voxels.organ > 0, 0, heat * (1 - 1 / hotter)) if foci else None
    shares = [
        100 * float(mass[voxels.group == k + 1].sum() / mass.sum()) for k in range(len(NAMES))
    ]
    return {
        **_scanned(rng, voxels, (heat, added), truth, rough),
        "groups": np.array(NAMES),
        "shares": shares,
    }


def _metastases(rng: np.random.Generator, voxels: Voxels) -> list[tuple[Any, Any, str]]:
    """Return windows, voxels in them and regions of irregular metastases."""
    present = np.array([(voxels.group == k + 1).any() for k in range(len(NAMES))])
    odds = ODDS * present * rng.lognormal(0, 0.5, len(ODDS))
    count = int(np.clip(np.round(rng.lognormal(1.9, 0.9)), 1, 45))
    places = {
        k: np.argwhere((voxels.group == k + 1) & (voxels.bone > 0.6)) for k in range(len(ODDS))
    }
    free = np.ones(voxels.bone.shape, bool)
    found = []
    for _ in range(4 * count):
        if len(found) == count:
            break
        k = int(rng.choice(len(ODDS), p=odds / odds.sum()))
        if not len(places[k]):
            continue
        middle = places[k][int(rng.integers(len(places[k])))]
        reach = float(np.clip(rng.lognormal(2.65, 0.38), 7, 34)) / VOXEL
        wide = int(np.ceil(1.7 * reach))
        window = tuple(
            slice(max(0, c - wide), min(n, c + wide + 1))
            for c, n in zip(middle, voxels.bone.shape, strict=True)
        )
        grid = np.mgrid[window]
        far = np.sqrt(sum((g - c) ** 2 for g, c in zip(grid, middle, strict=True))) / reach
        rough = ndimage.gaussian_filter(rng.normal(size=far.shape), 0.45 * reach)
        rough *= 0.35 / max(float(rough.std()), 1e-6)
        inside = (1 - far + rough > 0) & (voxels.bone[window] > 0.3)
        inside &= voxels.group[window] == k + 1
        if inside.sum() < 3 or not free[window][inside].all():
            continue
        free[window] &= ~ndimage.binary_dilation(inside, iterations=4)
        found.append((window, inside, NAMES[k]))
    return found


def _joints(rng: np.random.Generator, voxels: Voxels, heat: Any) -> None:
    """Add arthritis: warm ends of bones and edges of vertebrae."""
    for name in TURNED:
        bones = voxels.group == NAMES.index(name) + 1
        if rng.uniform() > 0.45 or not bones.any():
            continue
        # joints are where bones of two groups, or the warm end of one, lie side by side
        ends = np.argwhere(bones & (voxels.warm > 1.12))
        if not len(ends):
            ends = np.argwhere(bones)
        for _ in range(int(rng.integers(1, 3))):
            z, y, x = ends[int(rng.integers(len(ends)))]
            r = int(rng.integers(2, 5))
            window = (slice(z - r, z + r), slice(max(y - r, 0), y + r), slice(max(x - r, 0), x + r))
            heat[window] *= float(rng.uniform(1.4, 2.6))


def _layers(heat: Any, weaker: Any, distance: Any, blur: tuple[float, float]) -> Any:
    """Return the view of a camera at y = 0 of the given order of layers."""
    view = np.zeros((heat.shape[0], heat.shape[2]), np.float32)
    passed = np.exp(-VOXEL * (np.cumsum(weaker, axis=1) - weaker / 2))
    for first in range(0, heat.shape[1], 2):  # layers of 8 mm
        layer = (heat[:, first : first + 2] * passed[:, first : first + 2]).sum(axis=1)
        if layer.any():
            fwhm = np.hypot(blur[0], blur[1] * (distance[first] + 0.5 * VOXEL))
            view += ndimage.gaussian_filter(layer, fwhm / 2.355 / VOXEL, truncate=3.5)
    return view


def _views(heat: Any, weaker: Any, blur: tuple[float, float], fog: float) -> list[Any]:
    """Return what the anterior and the posterior camera see, both as seen from the front."""
    distance = 25 + VOXEL * np.arange(heat.shape[1])
    views = [
        _layers(heat, weaker, distance, blur),
        _layers(heat[:, ::-1], weaker[:, ::-1], distance, blur),
    ]
    return [v + fog * ndimage.gaussian_filter(v, 45 / VOXEL) for v in views]


def _contrasts(views: list[Any], added: list[Any], flats: list[Any]) -> Any:
    found = []
    for flat in flats:
        own = flat > 0.3 * flat.max()
        shares = [float((more[own] / (view - more)[own]).mean()) for view, more in
                  zip(views, added, strict=True)]  # fmt: skip
        found.append(max(shares))
    return np.array(found)


def _scanned(
    rng: np.random.Generator,
    voxels: Voxels,
    heats: tuple[Any, Any],
    truth: dict[str, list[Any]],
    rough: bool,
) -> dict[str, Any]:
    """Return the scan of all uptake; the second of `heats` is that of metastases alone, or none."""
    weaker = (TISSUE * voxels.soft + 0.5 * TISSUE * voxels.bone).astype(np.float32)
    weaker[voxels.air] = AIR
    blur = (float(rng.uniform(4.2, 5.8)), float(rng.uniform(0.035, 0.05)))
    fog = float(rng.uniform(0.15, 0.4))
    views = _views(heats[0], weaker, blur, fog)
    added = views if heats[1] is None else _views(heats[1], weaker, blur, fog)
    where = _bent(rng, 10 * rough)
    scans = [ndimage.map_coordinates(v, where, order=1) for v in views]
    grain = ndimage.gaussian_filter(rng.normal(size=SCAN), 10 / PIXEL)
    grain = np.exp(0.2 * rough * grain / grain.std())
    counts = float(np.exp(rng.uniform(np.log(3e5), np.log(2e6))))
    expected = [np.maximum(s * grain, 0) for s in scans]
    expected = [e * counts / e.sum() for e in expected]
    found: dict[str, Any] = {"spacing": PIXEL, "total": counts, "bsi": sum(truth["mass"])}
    for name in ("counts", "again"):
        noisy = [rng.poisson(e).astype(np.uint16) for e in expected]
        found[name] = np.stack([noisy[0], noisy[1][:, ::-1]])
    footprint, rows, columns = np.zeros(SCAN, np.uint8), [], []
    for number, flat in enumerate(truth["flat"]):
        seen = ndimage.map_coordinates(flat, where, order=1)
        footprint[seen > 0.3 * max(float(seen.max()), 1e-6)] = number + 1
        row, column = ndimage.center_of_mass(seen)
        rows.append(row)
        columns.append(column)
    return {
        **found,
        "region": np.array(truth["region"], str),
        "mass": np.array(truth["mass"]),
        "contrast": _contrasts(views, added, truth["flat"]),
        "volume": np.array(truth["volume"]),
        "row": np.array(rows),
        "column": np.array(columns),
        "footprint": footprint,
    }


def _bent(rng: np.random.Generator, size: float) -> Any:
    """Return the voxel that each pixel of the scan sees, bent by so many mm."""
    row, column = np.mgrid[0 : SCAN[0], 0 : SCAN[1]].astype(np.float32)
    z = (row - 20) * PIXEL / VOXEL + rng.normal(0, 2)
    x = (column - (SCAN[1] - 1) / 2) * PIXEL / VOXEL + 75 + rng.normal(0, 2)
    for place in (z, x):
        knots = rng.normal(size=(SCAN[0] // 48 + 2, SCAN[1] // 48 + 2))  # every 115 mm
        wave = ndimage.zoom(knots, 48, order=3)[: SCAN[0], : SCAN[1]]
        place += size / VOXEL * wave / wave.std()
    return np.stack([z, x])
