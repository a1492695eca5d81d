"""Which cases a new classification moves up or down, by truth, and whether it is right."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from bonescint.stats.estimate import Estimate, write_number
from bonescint.stats.roc.cases import complete_cases


class Moves(NamedTuple):
    """The 2x2 table of old against new call."""

    up: int
    down: int
    both: int
    neither: int


class CallChanges(NamedTuple):
    """The calls of the cases with (events) and without metastasis."""

    events: Moves
    nonevents: Moves


def table(y: ArrayLike, old: ArrayLike, new: ArrayLike) -> CallChanges:
    """Return how many calls change and how many stay, by truth.

    The calls are 1 or 0. A case where one is NaN is left out.

    Raises
    ------
    ValueError
        If a call is anything but 0, 1 and NaN.

    Examples
    --------
    >>> table([1, 1, 1, 0, 0], [0, 0, 1, 1, 0], [1, 1, 1, 0, 0]).events
    Moves(up=2, down=0, both=1, neither=0)
    """
    truth, calls = complete_cases(y, old, new)
    if not np.isin(calls, (0, 1)).all():
        raise ValueError("calls must be 0 or 1")
    before, after = (call.astype(bool) for call in calls)
    masks = (~before & after, before & ~after, before & after, ~before & ~after)
    events, nonevents = (
        Moves(*(int((mask & side).sum()) for mask in masks)) for side in (truth, ~truth)
    )
    return CallChanges(events, nonevents)


def nri(y: ArrayLike, old: ArrayLike, new: ArrayLike) -> Estimate:
    """Return the categorical net reclassification improvement, between -2 and 2 (Pencina 2008).

    With two categories it is the gain in sensitivity plus the gain in specificity, so the
    differences of both and their limits contain the same information. It has no limits and no test,
    because both mislead: the improvement is often "significant" where nothing has improved (Pepe,
    Janes & Li 2014). The note has its two halves: the share of the cases with metastasis that move
    up minus the share that move down, and the reverse of the others. `old` and `new` are calls or
    ordered categories, higher is worse.

    Examples
    --------
    >>> row = nri([1, 1, 1, 0, 0], [0, 0, 1, 1, 0], [1, 1, 1, 0, 0])
    >>> round(row.estimate, 3), row.note
    (1.167, 'nri_events=0.6666666667; nri_nonevents=0.5')
    """
    truth, (before, after) = complete_cases(y, old, new)
    n1 = int(truth.sum())
    n0 = truth.size - n1
    result = Estimate(measure="nri", n=truth.size, n_positive=n1)
    if n1 == 0 or n0 == 0:
        return replace(result, status="one class" if truth.size else "no data")
    moves = (after > before).astype(int) - (after < before)
    events, nonevents = int(moves[truth].sum()) / n1, -int(moves[~truth].sum()) / n0
    return replace(
        result,
        estimate=events + nonevents,
        status="ok" if moves.any() else "identical",
        note=f"nri_events={write_number(events)}; nri_nonevents={write_number(nonevents)}",
    )
