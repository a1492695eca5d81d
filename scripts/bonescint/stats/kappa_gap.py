"""Whether a program agrees with the readers as they agree with each other, in one number.

Examples
--------
>>> readers = np.array([[1, 1, 1], [0, 0, 1], [0, 0, 0], [1, 1, 0]])
>>> row, _ = kappa_gap([1, 0, 0, 0], readers, confidence=0.95, seed=1, replicates=9)
>>> round(row.estimate, 4), row.ci_method
(0.1667, 'bootstrap_coins')
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.estimate import NAN, OK, Estimate, write_number

COINS = 4  # cases added to the bootstrap, as many as Agresti & Coull (1998) add to a proportion
_ENTRIES_AT_ONCE = 2**20  # bounds the memory; constant, because draws by a seed depend on it


def kappa_gap(
    calls: ArrayLike,
    ratings: ArrayLike,
    confidence: float,
    seed: int,
    replicates: int = 2000,
) -> list[Estimate]:
    """Return the mean kappa of program and reader minus the mean kappa of two readers.

    It uses Cohen's kappa of the program with each reader, and of each pair of readers, on the same
    cases. The readers are fixed.

    Parameters
    ----------
    calls
        The program's, 0 or 1, shape (cases,).
    ratings
        The readers', 0 or 1, cases x readers, none missing.
    confidence
        Level of the intervals, which are percentiles of the bootstrap over cases. First, `COINS`
        cases are added in which program and readers toss coins. Then come the limits from the
        cases alone, which are too narrow at this size (tests/bench/coverage_versus.py).
    seed, replicates
        Seed and number of replicates of the bootstrap (PCG64).

    Returns
    -------
    list
        Two rows, the same estimate with both kinds of limits.
    """
    readers = np.asarray(ratings, dtype=np.float32)
    raters = np.column_stack([np.asarray(calls, dtype=np.float32), readers])
    # sort, because the bootstrap draws by position, and the order of the random codes must not
    # matter
    raters = raters[np.lexsort(raters.T)]
    n = len(raters)
    found = Estimate(measure="kappa_gap", n=n)
    beside = among = NAN
    if n and readers.shape[1] > 1:
        beside, among = (float(mean[0]) for mean in _mean_kappas(raters[None]))
    if not np.isnan(beside - among):
        found = replace(found, estimate=beside - among).noting(
            f"program_kappa={write_number(beside)}", f"readers_kappa={write_number(among)}"
        )
    found = replace(found, status=_status(raters))
    rows = []
    for method, coins in (("bootstrap_coins", COINS), ("bootstrap_cases", 0)):
        row = replace(found, ci_method=method)
        if row.status == OK:
            gaps = _replicates(raters, coins, seed, replicates)
            low, high = np.nanquantile(gaps, ((1 - confidence) / 2, (1 + confidence) / 2))
            # the coins may put both limits on one side of an estimate near its bound
            low, high = min(float(low), row.estimate), max(float(high), row.estimate)
            row = replace(row, ci_low=low, ci_high=high).noting(
                f"replicates={replicates}", f"seed={seed}"
            )
            if low == high:
                row = replace(row, ci_low=NAN, ci_high=NAN, status="constant")
        rows.append(row)
    return rows


def _status(raters: NDArray[np.float32]) -> str:
    """Return why there are no limits, or ``ok``; `raters` is cases x program and readers."""
    if raters.shape[1] < 3:
        return "too few raters"
    if not len(raters):
        return "no data"
    alike, fixed = (raters == raters[:, :1]).all(), (raters == raters[0]).all(axis=0)
    if alike and not fixed.all():
        return "complete agreement"
    return "constant" if fixed.any() else OK


def _mean_kappas(
    raters: NDArray[np.float32],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean kappa of the first with each other rater, and of each pair of the others.

    It is NaN where two raters give the same answer to every case. `raters` is samples x cases x
    raters.
    """
    cases = raters.shape[1]
    both = (raters.swapaxes(1, 2) @ raters).astype(float) / cases
    yes = raters.mean(axis=1, dtype=float)
    one, other = yes[:, :, None], yes[:, None, :]
    observed, expected = 1 - one - other + 2 * both, 1 - one - other + 2 * one * other
    constant = ((yes == 0) | (yes == 1))[:, :, None] & ((yes == 0) | (yes == 1))[:, None, :]
    chance = np.where(constant & (one == other), np.nan, 1 - expected)
    kappa = (observed - expected) / chance
    pairs = np.triu_indices(raters.shape[2] - 1, 1)
    return kappa[:, 0, 1:].mean(axis=1), kappa[:, 1:, 1:][:, *pairs].mean(axis=1)


def _replicates(
    raters: NDArray[np.float32], coins: int, seed: int, replicates: int
) -> NDArray[np.float64]:
    """Return the gap in every bootstrap sample of the cases and `coins` cases of coin tosses."""
    generator = np.random.Generator(np.random.PCG64(seed))
    n, gaps = len(raters), []
    at_once = max(_ENTRIES_AT_ONCE // raters.size, 1)
    for start in range(0, replicates, at_once):
        rows = min(at_once, replicates - start)
        drawn = generator.integers(n + coins, size=(rows, n))
        samples = raters[np.minimum(drawn, n - 1)]
        tossed = drawn >= n
        samples[tossed] = generator.integers(2, size=(int(tossed.sum()), raters.shape[1]))
        beside, among = _mean_kappas(samples)
        gaps.append(beside - among)
    return np.concatenate(gaps)
