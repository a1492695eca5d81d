"""Print the model card's tables: ``python tools/analyser/bench.py tune`` or another cohort.

The settings are found on cohorts for development alone (``--tune``). A fresh cohort is scored once,
after the settings are fixed; it is for development from then on.
"""

import argparse
import itertools
import time
from pathlib import Path
from unittest.mock import patch

import numpy as np
from cohorts import WORK
from scoring import Seen, cases_of, figures, foci_of, hits, limits, score

from bonescint.analyser import VERSION, spots, weights

GRID = {
    "contrast": (0.0, 2.0, 4.0, 6.0),
    "evidence": tuple(np.arange(2.0, 11.0, 0.5).tolist()),
}
CONTRASTS, VOLUMES = (0.3, 0.6, 1.0, 1.5), (1.0, 3.0, 10.0)


def tune(cases: list[Seen]) -> None:
    """Print the best settings on a cohort.

    Parameters
    ----------
    cases
        Of the cohort for tuning.
    """
    tried = []
    for values in itertools.product(*GRID.values()):
        chosen = dict(zip(GRID, values, strict=True))
        numbers = {name: float(v) for name, v in weights.settings().items() if "sha" not in name}
        numbers |= chosen | {"factor": 1.0}
        with patch.object(spots, "setting", numbers.__getitem__):
            scores = [score(case, repeat=False) for case in cases]
        f = figures(scores)
        # what is found, healthy people left alone, few false spots, the index in proportion
        worth = f["lesions found"] + f["specificity by case"] + f["r of BSI"] + 0.5 * f["AUC"]
        worth -= 0.3 * max(f["false spots a case"] - 0.25, 0)
        truth, index = (np.array([getattr(s, k) for s in scores]) for k in ("truth", "index"))
        factor = float((truth * index).sum() / max((index * index).sum(), 1e-9))
        tried.append((worth, chosen, factor, f))
    for worth, chosen, factor, f in sorted(tried, key=lambda one: one[0])[-6:]:
        short = {name: round(value, 3) for name, value in f.items()}
        print(round(worth, 4), chosen, "factor", round(factor, 4), short, sep="\n  ")


def strata(cases: list[Seen]) -> None:
    """Print the share of metastases found by what they add to the counts and by their size.

    Parameters
    ----------
    cases
        Of a cohort of the second phantom.
    """
    ill = [seen for seen in cases if len(seen.case["row"])]
    contrast, volume = (
        np.concatenate([seen.case[key] for seen in ill]) for key in ("contrast", "volume")
    )
    found = np.concatenate([hits(seen, foci_of(seen.maps, seen.counts)) for seen in ill])
    row, column = np.digitize(contrast, CONTRASTS), np.digitize(volume / 1000, VOLUMES)
    print("\n| counts added | " + " | ".join(_between(VOLUMES, "cm3")) + " |")
    print("|---" * (len(VOLUMES) + 2) + "|")
    for i, name in enumerate(_between(CONTRASTS, "times")):
        cells = [found[(row == i) & (column == k)] for k in range(len(VOLUMES) + 1)]
        print(f"| {name} | " + " | ".join(f"{c.sum()}/{len(c)}" for c in cells) + " |")


def _between(edges: tuple[float, ...], unit: str) -> list[str]:
    middle = [f"{a} to {b} {unit}" for a, b in itertools.pairwise(edges)]
    return [f"below {edges[0]} {unit}", *middle, f"{edges[-1]} {unit} and more"]


def table(folder: Path) -> None:
    """Print a cohort's figures with bootstrap limits.

    Parameters
    ----------
    folder
        The cohort.
    """
    started = time.process_time()
    cases = cases_of(folder)
    scans = sum(1 + (case.again is not None) for case in cases)
    each = (time.process_time() - started) / scans
    scores = [score(case) for case in cases]
    found, around = figures(scores), limits(scores)
    ill = sum(s.lesions > 0 for s in scores)
    lesions = sum(s.lesions for s in scores)
    print(f"\n### {folder.name}: {len(cases)} cases, {ill} with {lesions} metastases; {VERSION}\n")
    print("| figure | value | 95 % limits |\n|---|---|---|")
    for name, value in found.items():
        low, high = around[name]
        print(f"| {name} | {value:.3f} | {low:.3f} to {high:.3f} |")
    if any("contrast" in case.case for case in cases):
        strata(cases)
    print(f"\n{each:.2f} CPU s a scan for the network, with the reading of the file")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+")
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--tune", action="store_true")
    given = parser.parse_args()
    for cohort in given.names:
        if given.tune:
            tune(cases_of(given.work / cohort))
        else:
            table(given.work / cohort)
