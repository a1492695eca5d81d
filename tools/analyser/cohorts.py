"""The cohorts that the analyser is tuned and tested on: ``python tools/analyser/cohorts.py``."""

import argparse
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
from first_phantom import demonstration_case, first_case
from second_phantom import second_case

# generator, seed, cases; docs/en/model_card.md says which of them was looked at, and when
COHORTS = {
    "look_two": (second_case, 1, 12),
    "demonstration": (demonstration_case, 20190601, 100),
    "tune": (first_case, 11, 60),
    "final_one": (first_case, 21, 100),
    "final_two": (second_case, 22, 100),
    "plain_two": (partial(second_case, rough=False), 23, 50),
    "fresh_one": (first_case, 31, 100),
    "fresh_two": (second_case, 32, 120),
    "fresh_plain_two": (partial(second_case, rough=False), 33, 60),
}
WORK = Path(".analyser")


def write_case(work: Path, name: str, number: int) -> None:
    """Write one case, unless it is there.

    Parameters
    ----------
    work, name, number
        The folder, the cohort, the case.
    """
    make, seed, _ = COHORTS[name]
    path = work / name / f"{number:03d}.npz"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".draft.npz")
        np.savez_compressed(draft, **make(seed, number))
        draft.replace(path)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=[*COHORTS])
    parser.add_argument("--work", type=Path, default=WORK)
    parser.add_argument("--workers", type=int, default=1)
    chosen = parser.parse_args()
    with ProcessPoolExecutor(chosen.workers) as pool:
        for cohort in chosen.names:
            make = partial(write_case, chosen.work, cohort)
            list(pool.map(make, range(COHORTS[cohort][2])))
