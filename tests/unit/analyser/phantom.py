"""A small scan of the demonstration's phantom, with or without a metastasis."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bonescint.demo.anatomy import regions
from bonescint.demo.projection import acquire, body_surface, combine, project, project_regions
from bonescint.demo.shapes import Ellipsoid, Grid

GRID = Grid(rows=512, columns=128, spacing=4.52, vertex_row=30.0)
SPACING = (GRID.spacing, GRID.spacing)
VIEWS = ("ANTERIOR", "POSTERIOR")
# in the third lumbar vertebra: x, y, z in mm
PLACE = (0.0, 26.0, 602.0)


@cache
def expected(lesion: bool) -> NDArray[np.float32]:
    body = regions()
    parts = project_regions(body, GRID)
    weighted = [
        (0.0 if name == "injection" else region.concentration, parts[name])
        for name, region in body.items()
    ]
    if lesion:
        focus = Ellipsoid(PLACE, (17, 13, 12), uptake=16.0)
        surface = body_surface(body.values(), GRID)
        weighted.append((1.0, project([focus], surface, GRID)))
    return combine(weighted, GRID)


def scan(lesion: bool, seed: int = 1, counts: float = 1e6) -> dict[str, NDArray[Any]]:
    views = acquire(expected(lesion), counts, np.random.default_rng(seed))
    return dict(zip(VIEWS, views, strict=True))
