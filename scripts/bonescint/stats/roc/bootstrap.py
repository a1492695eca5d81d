"""How much a cut-off's performance is overestimated in the data that chose it."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.stats.estimate import NAN, write_number
from bonescint.stats.roc.cases import complete_cases
from bonescint.stats.roc.cutoffs import Youden, descending_levels, youden

ENTRIES_AT_ONCE = 2**20  # bounds the memory; constant, because draws by a seed depend on it


def optimism(y: ArrayLike, score: ArrayLike, seed: int, replicates: int = 2000) -> Youden:
    """Return Youden's J at the data-chosen cut-off, corrected for optimism (Harrell 1996).

    In every bootstrap replicate, drawn within each class, the best cut-off is chosen again. Its J
    in the replicate minus its J in the original data is the optimism. The mean over the replicates
    is subtracted from the apparent J, and in the same way from sensitivity and specificity.

    In simulations with 25 + 25 normal scores and an AUC of .80 to .95, the apparent J is .09 to .12
    too high and the corrected J still .03 to .04. Percentiles of J, shifted by the optimism or
    centred again, cover 78 to 90 % instead of 95 %. So J has no limits here.

    Parameters
    ----------
    seed
        Seed of numpy's PCG64: same seed, same numbers.
    replicates
        Bootstrap samples.

    Examples
    --------
    >>> optimism([0, 0, 0, 1, 1, 1], [1, 2, 4, 3, 5, 6], seed=1, replicates=9).note
    'midpoint=4.5; apparent=0.6666666667; replicates=9; seed=1'
    """
    apparent = replace(youden(y, score), measure="youden_corrected")
    if apparent.status != "ok":
        return replace(apparent, estimate=NAN, sensitivity=NAN, specificity=NAN)
    more_hits, more_false_alarms = _replicates(y, score, seed, replicates)
    n1, n0 = apparent.n_positive or 0, (apparent.n or 0) - (apparent.n_positive or 0)
    sensitivity = apparent.sensitivity - more_hits / (n1 * replicates)
    specificity = apparent.specificity + more_false_alarms / (n0 * replicates)
    return replace(
        apparent,
        estimate=sensitivity + specificity - 1,
        sensitivity=sensitivity,
        specificity=specificity,
        note=f"{apparent.note}; apparent={write_number(apparent.estimate)}; "
        f"replicates={replicates}; seed={seed}",
    )


def _replicates(y: ArrayLike, score: ArrayLike, seed: int, replicates: int) -> tuple[int, int]:
    """Return how many more cases the replicates' best cut-offs find in them than in the data.

    Then how many more false alarms.
    """
    truth, scores = complete_cases(y, score)
    threshold, level = descending_levels(scores[0])
    # column 0 is a cut-off above every score: it is chosen where no cut-off is useful
    positives, negatives = level[truth] + 1, level[~truth] + 1
    n1, n0, width = positives.size, negatives.size, threshold.size + 1
    hits, false_alarms = (
        np.cumsum(np.bincount(side, minlength=width)) for side in (positives, negatives)
    )
    generator = np.random.Generator(np.random.PCG64(seed))
    more_hits = more_false_alarms = 0
    at_once = max(ENTRIES_AT_ONCE // max(width, truth.size), 1)
    for start in range(0, replicates, at_once):
        rows = min(at_once, replicates - start)
        hits_b, false_alarms_b = (
            np.cumsum(_resample(generator, side, rows, width), axis=1)
            for side in (positives, negatives)
        )
        best = np.argmax(hits_b * n0 - false_alarms_b * n1, axis=1)
        each = np.arange(rows)
        more_hits += int((hits_b[each, best] - hits[best]).sum())
        more_false_alarms += int((false_alarms_b[each, best] - false_alarms[best]).sum())
    return more_hits, more_false_alarms


def _resample(
    generator: np.random.Generator, levels: NDArray[np.int64], rows: int, width: int
) -> NDArray[np.int64]:
    """Return how often each level is drawn, shape (rows, width)."""
    return level_counts(levels[generator.integers(levels.size, size=(rows, levels.size))], width)


def level_counts(levels: NDArray[np.int64], width: int) -> NDArray[np.int64]:
    """Return how often each level occurs in each row, shape (rows, width).

    `levels` has the shape (rows, cases), each below `width`.

    Examples
    --------
    >>> level_counts(np.array([[0, 2, 2], [1, 1, 1]]), 3).tolist()
    [[1, 0, 2], [0, 3, 0]]
    """
    rows = len(levels)
    places = levels + np.arange(rows)[:, None] * width
    return np.bincount(places.ravel(), minlength=rows * width).reshape(rows, width)
