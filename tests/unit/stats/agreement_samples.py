"""Ratings that the tests of `bonescint.stats.agreement` share, and an independent variance."""

import csv

import numpy as np

from bonescint.resources import ROOT

_x = np.nan
with (ROOT / "tests/reference/agreement_cases.csv").open(encoding="utf-8") as stream:
    _rows = [[float(value) for value in row] for row in list(csv.reader(stream))[1:]]
_cases = np.array(_rows)
YES, GRADES, COUNTS = _cases[:, :3], _cases[:, 3:6], np.log1p(_cases[:, 6:])
# three readers of whom no two say the same, and a program (interchangeability.R)
PANEL = np.column_stack([YES[:, :2], _cases[:, 8] >= 2]).astype(int)
PROGRAM = (_cases[:, 6] >= 4).astype(int)

# Gwet's 12 subjects and 4 raters (2014, table 2.10), also Krippendorff's example of 2011
GWET = [
    [1, 1, _x, 1], [2, 2, 3, 2], [3, 3, 3, 3], [3, 3, 3, 3], [2, 2, 2, 2], [1, 2, 3, 4],
    [4, 4, 4, 4], [1, 1, 2, 1], [2, 2, 2, 2], [_x, 5, 5, 5], [_x, _x, 1, 1], [_x, _x, 3, _x],
]  # fmt: skip


def influences(coefficient, n, step=1e-6):
    """Return how a coefficient of weighted subjects changes as each subject gains weight."""
    equal = np.full(n, 1 / n)
    ahead, back = (
        np.array([coefficient((1 - e) * equal + e * subject) for subject in np.eye(n)])
        for e in (step, -step)
    )
    return (ahead - back) / (2 * step)
