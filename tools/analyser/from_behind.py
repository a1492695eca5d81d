"""Write how people look from behind by how they look from the front, for the analyser's gate.

The people are those of the first phantom, with a seed that no cohort has:
``python tools/analyser/from_behind.py``.
"""

import csv
import io
from pathlib import Path

import numpy as np
from first_phantom import first_case

from bonescint.analyser.both_views import BANDS, LEVELS, compare_views

TABLE = Path(__file__).resolve().parents[2] / "resources" / "analyser" / "from_behind.csv"
SEED, PEOPLE = 42, 30


def usual() -> np.ndarray:
    """Return the mean of all people, by level and band."""
    found = []
    for number in range(PEOPLE):
        case = first_case(SEED, number)
        spacing = float(case["spacing"])
        anterior, posterior = case["counts"]
        found.append(compare_views(anterior, posterior, (spacing, spacing)).contrast)
    return np.asarray(np.mean(found, axis=0))


if __name__ == "__main__":
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["level", *(f"within {edge:.0f} mm" for edge in BANDS)])
    for level, values in enumerate(usual(), start=1):
        rows.writerow([f"{level} of {LEVELS}", *(f"{value:.3f}" for value in values)])
    TABLE.write_text(text.getvalue(), encoding="utf-8")
