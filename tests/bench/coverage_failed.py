"""How often the 95 % limits cover the truth where failures are wrong calls, at n = 25 + 25.

    python -m tests.bench.coverage_failed

Normal scores; each case fails with a probability, in either version on its own. A failed case ranks
below or above all others, so the true AUC is that of the scores times the share of pairs in which
nothing failed.
"""

import numpy as np
from scipy.special import ndtri
from tests.bench.bench_coverage import NEGATIVES, POSITIVES, cover, limits, show

from bonescint.stats import roc

REPLICATES = 20_000
AREAS = 0.8, 0.9, 0.95
FAILING = 0.02, 0.06, 0.12
CORRELATION = 0.8  # between the versions' scores
TRUTH = np.repeat([1, 0], [POSITIVES, NEGATIVES])
WORST = np.where(TRUTH == 1, -np.inf, np.inf)


def main() -> None:
    """Print a table of the coverage of AUC and of the difference between two versions."""
    generator = np.random.default_rng(20190608)
    equal = np.ones(REPLICATES)
    for area in AREAS:
        shift = 2**0.5 * ndtri(area) * TRUTH
        for failing in FAILING:
            areas, differences = [], []
            for _ in range(REPLICATES):
                shared = generator.normal(size=TRUTH.size) * CORRELATION**0.5
                own = generator.normal(size=(2, TRUTH.size)) * (1 - CORRELATION) ** 0.5
                # the new version fails a third as often
                failed = generator.random((2, TRUTH.size)) < np.array([[failing], [failing / 3]])
                old, new = np.where(failed, WORST, shared + own + shift)
                areas.append(roc.auc(TRUTH, old))
                differences.append(roc.compare_paired(TRUTH, new, old))
            true_old, true_new = (area * (1 - f) ** 2 for f in (failing, failing / 3))
            said = f"AUC {area}, {failing:.0%} fail"
            covered = cover(limits(areas), true_old, equal)
            show("AUC, logit, failures as wrong", said, *covered, REPLICATES)
            covered = cover(limits(differences), true_new - true_old, equal)
            show("AUC difference, failures as wrong", said, *covered, REPLICATES)


if __name__ == "__main__":
    main()
