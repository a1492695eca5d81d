"""How far two measurements of the same case by the same method are apart."""

import math
from dataclasses import replace

from numpy.typing import ArrayLike

from bonescint.special import chdtri
from bonescint.stats.estimate import OK, Estimate
from bonescint.stats.normal import critical
from bonescint.stats.pairs import pair_status, paired


def within_subject(
    x: ArrayLike, y: ArrayLike, confidence: float = 0.95, coverage: float = 0.95
) -> dict[str, Estimate]:
    """Return within-subject SD and repeatability coefficient, as ``sd`` and ``coefficient``.

    Bland & Altman 1999, section 3: the SD is the root of half the mean squared difference, with one
    degree of freedom a case. In `coverage` of the cases, two measurements differ by less than the
    coefficient (2.77 SD at 0.95). A bias between both occasions counts as variation.

    Parameters
    ----------
    confidence
        Level of the intervals, by the chi-squared distribution.
    coverage
        Share of the cases.

    Examples
    --------
    >>> rows = within_subject([1, 2, 3, 4], [2, 2, 4, 4])
    >>> {key: round(row.estimate, 3) for key, row in rows.items()}
    {'sd': 0.5, 'coefficient': 1.386}
    """
    pairs = paired(x, y)
    n = pairs.x.size
    sd = Estimate(measure="within_subject_sd", n=n, ci_method="chi_squared")
    status = pair_status(pairs, fewest=2)
    sd = replace(sd, status=status)
    if n:
        spread = pairs.size * math.sqrt(float(((pairs.x - pairs.y) ** 2).mean()) / 2)
        sd = replace(sd, estimate=spread)
    if status == OK:
        tails = (1 - confidence) / 2, (1 + confidence) / 2
        low, high = (math.sqrt(n / float(chdtri(n, tail))) for tail in tails)
        sd = replace(sd, ci_low=spread * low, ci_high=spread * high)
    wide = critical(coverage) * math.sqrt(2)
    coefficient = replace(
        sd,
        measure="repeatability_coefficient",
        estimate=wide * sd.estimate,
        ci_low=wide * sd.ci_low,
        ci_high=wide * sd.ci_high,
    )
    return {"sd": sd, "coefficient": coefficient}
