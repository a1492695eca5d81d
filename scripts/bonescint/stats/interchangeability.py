"""Whether a program could replace a reader: how much disagreement that would add.

Examples
--------
>>> readers = np.array([[1, 1, 1], [0, 0, 1], [0, 0, 0], [1, 1, 0]])
>>> row, _ = equivalence_index([1, 0, 0, 0], readers, confidence=0.95, seed=1, replicates=9)
>>> round(row.estimate, 4), row.ci_method
(-0.0833, 'score_mean')
"""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.bisection import crossing
from bonescint.stats.estimate import Estimate, write_number
from bonescint.stats.normal import critical


def equivalence_index(
    calls: ArrayLike,
    ratings: ArrayLike,
    confidence: float,
    seed: int,
    replicates: int = 2000,
    instead_of: int | None = None,
) -> list[Estimate]:
    """Return the individual equivalence index of a program that gives one call a case.

    P(program and reader differ) - P(two readers differ), over all readers and all pairs of them
    (Obuchowski, Subhas & Schoenhagen 2014, different-reader scenario, averaged over the readers).
    Each case contributes the difference of its two parts, so the index is a mean over cases. The
    readers are fixed: the limits are about other patients, not about other readers.

    Parameters
    ----------
    calls
        The program's, 0 or 1, shape (cases,).
    ratings
        The readers', 0 or 1, cases x readers, none missing.
    confidence
        Level of the intervals: `score_limits`, then percentiles of the bootstrap over cases.
    seed, replicates
        Seed and number of replicates of the bootstrap (PCG64).
    instead_of
        The column of one reader whom the program replaces. The index is then P(program and another
        reader differ) - P(this reader and another differ).

    Returns
    -------
    list
        Two rows, the same estimate with both kinds of limits.
    """
    program, readers = np.asarray(calls, dtype=int), np.asarray(ratings, dtype=int)
    n, panel = readers.shape
    scored = Estimate(measure="equivalence_index", n=n, ci_method="score_mean")
    if panel < 2 or n == 0:
        scored = replace(scored, status="too few raters" if panel < 2 else "no data")
        return [scored, replace(scored, ci_method="bootstrap_cases")]
    program_differs, readers_differ, lowest, most = _differing(program, readers, instead_of)
    added, counts = np.unique(program_differs - readers_differ, return_counts=True)
    scored = replace(scored, estimate=float(added @ counts) / (n * most)).noting(
        f"program_differs={write_number(program_differs.mean() / most)}",
        f"readers_differ={write_number(readers_differ.mean() / most)}",
    )
    resampled = replace(scored, ci_method="bootstrap_cases")
    low, high = score_limits(added, counts, lowest, most, confidence)
    scored = replace(scored, ci_low=low / most, ci_high=high / most)
    if added.size == 1:
        return [scored, replace(resampled, status="constant")]
    drawn = np.random.Generator(np.random.PCG64(seed)).multinomial(n, counts / n, replicates)
    low, high = np.quantile(drawn @ added, ((1 - confidence) / 2, (1 + confidence) / 2)) / n
    resampled = replace(resampled, ci_low=float(low) / most, ci_high=float(high) / most).noting(
        f"replicates={replicates}", f"seed={seed}"
    )
    return [scored, resampled]


def _differing(
    program: NDArray[np.int64], readers: NDArray[np.int64], instead_of: int | None
) -> tuple[NDArray[np.int64], NDArray[np.int64], int, int]:
    """Return by case how often program and reader, and two readers, differ, in whole numbers.

    Then the least and the most that a case can add. The most stands for 1.
    """
    panel = readers.shape[1]
    if instead_of is not None:
        others = np.delete(readers, instead_of, axis=1)
        differ = [(others != one[:, None]).sum(axis=1) for one in (program, readers[:, instead_of])]
        return *differ, 1 - panel, panel - 1
    differing, possible = (readers != program[:, None]).sum(axis=1), np.arange(panel + 1)
    return (
        differing * (panel - 1),
        2 * differing * (panel - differing),  # among the ordered pairs of readers
        int((possible * (2 * possible - panel - 1)).min()),
        panel * (panel - 1),
    )


def score_limits(
    values: NDArray[np.int64],
    counts: NDArray[np.int64],
    lowest: int,
    highest: int,
    confidence: float,
) -> tuple[float, float]:
    """Return score limits of the mean of whole numbers that lie between two bounds.

    With 0 and 1 this is Wilson's interval; with -1, 0 and 1 it is Tango's (1998) of a paired
    difference. The variance is that of the multinomial distribution with the largest likelihood
    among those with the supposed mean. A bound that no case has may get a share. So there are
    limits even where all cases are alike, and they stay within the bounds. `counts` is how often
    each of the different `values` occurs.

    Examples
    --------
    Wilson's interval of 81 in 263; Newcombe (Stat Med 1998; 17:857) prints 0.2553 to 0.3662.
    >>> limits = score_limits(np.array([0, 1]), np.array([182, 81]), 0, 1, confidence=0.95)
    >>> [round(limit, 4) for limit in limits]
    [0.2553, 0.3662]
    """
    n, z = int(counts.sum()), critical(confidence)
    mean = float(values @ counts) / n
    away = values - mean

    def limit(end: int) -> float:
        far = end - mean
        if far == 0:
            return float(end)

        def shifted(way: float) -> tuple[float, float]:
            # the most likely shares with another mean. A way of 0 is the mean of the data. Up to 1,
            # the values that occur get other weights; beyond 1, the bound that did not occur gets a
            # share.
            weights = counts / (1 - min(way, 1.0) * away / far)
            shares, at_end = weights / weights.sum(), max(way - 1, 0.0)
            shift = (1 - at_end) * float(shares @ away) + at_end * far
            square = (1 - at_end) * float(shares @ away**2) + at_end * far**2
            return shift, square - shift**2

        def is_within(way: float) -> bool:
            shift, variance = shifted(way)
            return n * shift**2 <= z * z * variance

        way = crossing(is_within, 0.0, 1.0 if end in values else 2.0)
        return mean + shifted(way)[0]

    return limit(lowest), limit(highest)
