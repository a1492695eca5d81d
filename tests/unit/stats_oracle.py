"""The values that R made from tests/reference/cases.csv (make_values.R beside it says how)."""

import csv
from pathlib import Path

import numpy as np
import pytest

_FOLDER = Path(__file__).parents[1] / "reference"

with (_FOLDER / "values.csv").open(encoding="utf-8") as stream:
    _R = {row["key"]: float(row["value"]) for row in csv.DictReader(stream)}

with (_FOLDER / "cases.csv").open(encoding="utf-8") as stream:
    _rows = list(csv.DictReader(stream))
CASES = {name: np.array([float(row[name]) for row in _rows]) for name in _rows[0]}


def r(key, rel=1e-8):
    """Return what R says, to eight digits unless an iteration of R's own is coarser."""
    return pytest.approx(_R[key], rel=rel, abs=1e-12)
