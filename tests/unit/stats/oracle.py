"""The values that R made (tests/reference/*.R say how): key -> value of every table there."""

import csv

import numpy as np
import pytest

from bonescint.resources import ROOT

_FOLDER = ROOT / "tests/reference"
_R: dict[str, float] = {}

for _path in sorted(_FOLDER.glob("*.csv")):
    with _path.open(encoding="utf-8") as stream:
        _table = csv.DictReader(stream)
        if _table.fieldnames == ["key", "value", "call"]:
            _new = {row["key"]: float(row["value"]) for row in _table}
            assert not _R.keys() & _new.keys(), f"{_path.name} uses a key twice"
            _R |= _new

with (_FOLDER / "cases.csv").open(encoding="utf-8") as stream:
    _rows = list(csv.DictReader(stream))
CASES = {name: np.array([float(row[name]) for row in _rows]) for name in _rows[0]}


def r(key, rel=1e-8):
    """Return what R says, to eight digits unless an iteration of R's own is coarser."""
    return pytest.approx(_R[key], rel=rel, abs=1e-12)


def limits_of_r(key, rel=1e-8):
    return r(f"{key}_low", rel), r(f"{key}_high", rel)
