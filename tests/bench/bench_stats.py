"""How long the statistics take: python tests/bench/bench_stats.py."""

import time
from collections.abc import Callable

import numpy as np

from bonescint.stats import agreement, ranks, roc


def measure(name: str, run: Callable[[], object], repeats: int = 3) -> None:
    """Print the best time of `repeats` runs in milliseconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    print(f"{name:<60} {min(times) * 1000:10.1f} ms")


def main() -> None:
    """Run every benchmark."""
    rng = np.random.default_rng(20190601)
    for n in (100, 10_000, 1_000_000):
        y = rng.random(n) < 0.5
        # two decimals, zeros, paired: like BSI of two versions
        first = np.round(np.clip(rng.normal(y, 1.5), 0, None), 2)
        second = np.round(np.clip(first + rng.normal(0, 0.3, n), 0, None), 2)
        measure(
            f"paired DeLong, n = {n:,}", lambda a=y, b=first, c=second: roc.compare_paired(a, b, c)
        )
        measure(f"AUC, n = {n:,}", lambda a=y, b=first: roc.auc(a, b))
        continuous = rng.normal(y, 1.0)
        measure(f"AUC without ties, n = {n:,}", lambda a=y, b=continuous: roc.auc(a, b))
    for n in (100, 10_000):
        y = np.arange(n) % 2
        score = np.round(np.clip(rng.normal(y, 1.5), 0, None), 2)
        measure(
            f"optimism, 2,000 replicates, n = {n:,}",
            lambda a=y, b=score: roc.optimism(a, b, seed=1),
        )
    d = np.round(rng.normal(0.1, 1, 200), 2)
    measure("exact Wilcoxon, n = 200", lambda: ranks.wilcoxon(d, np.zeros(200)))
    measure("Hodges-Lehmann, n = 200", lambda: ranks.hodges_lehmann(d))
    ratings = (rng.random((100_000, 3)) < 0.5).astype(float)
    measure("Fleiss kappa, 100,000 cases, 3 readers", lambda: agreement.fleiss_kappa(ratings))


if __name__ == "__main__":
    main()
