"""Samples to test bonescint.stats.roc with."""

import csv

import numpy as np
from hypothesis import strategies as st

from bonescint.resources import ROOT

with (ROOT / "tests/reference" / "roc_cases.csv").open(encoding="utf-8") as stream:
    _rows = [[float(value) for value in row.values()] for row in csv.DictReader(stream)]
SAMPLES = [
    np.array([row[1:] for row in _rows if row[0] == number]).T
    for number in range(int(_rows[-1][0]) + 1)
]
# outcome by WFNS grade (1 to 5) of the 113 patients of Turck et al. 2010, as counts
WFNS = [
    (grade, 0) for grade, n in zip(range(1, 6), (37, 20, 3, 8, 4), strict=True) for _ in range(n)
]
WFNS += [
    (grade, 1) for grade, n in zip(range(1, 6), (2, 12, 1, 8, 18), strict=True) for _ in range(n)
]

# small whole scores: many ties
samples = st.lists(
    st.tuples(st.booleans(), st.integers(0, 6), st.integers(0, 6)), min_size=4, max_size=40
).filter(lambda rows: 2 <= sum(row[0] for row in rows) <= len(rows) - 2)
