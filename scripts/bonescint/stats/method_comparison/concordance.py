"""Lin's concordance correlation coefficient.

Examples
--------
>>> round(lin_ccc([1, 2, 3, 4], [2, 2, 4, 4]).estimate, 4)
0.8
"""

import math
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from bonescint.stats.estimate import OK, Estimate, write_number
from bonescint.stats.normal import critical
from bonescint.stats.pairs import EXACT, on_a_line, pair_status, paired


def lin_ccc(x: ArrayLike, y: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the concordance correlation of x and y with its interval by Fisher's z.

    Lin 1989 with variances over n. The standard error has the corrections of Lin 2000, n - 2 and
    the normal quantile: ``epiR::epi.ccc(ci = "z-transform")``. Its terms use the bias correction
    factor instead of quotients by r, which are undefined at r = 0.

    Returns
    -------
    Estimate
        Its note has ``pearson_r``, ``bias_correction`` (C_b; the coefficient is r C_b),
        ``scale_shift`` (SD of x / SD of y) and ``location_shift``
        ((mean of x - mean of y) / geometric mean of the SDs).
    """
    pairs = paired(x, y)
    first, second = pairs.x, pairs.y
    n = first.size
    result = Estimate(measure="lin_ccc", n=n, ci_method="fisher_z")
    status = pair_status(pairs, fewest=3)
    if n < 2:
        return replace(result, status=status)
    if min(np.ptp(first), np.ptp(second)) <= pairs.noise:
        return replace(result, status="constant" if status == OK else status)
    sd_x, sd_y = float(first.std()), float(second.std())
    gap = float(first.sum() - second.sum()) / n
    sxy = float(((first - first.mean()) * (second - second.mean())).mean())
    r, u, v = sxy / (sd_x * sd_y), gap / math.sqrt(sd_x * sd_y), sd_x / sd_y
    c_b = 2 / (v + 1 / v + u**2)
    ccc = 2 * sxy / (sd_x**2 + sd_y**2 + gap**2)
    result = replace(result, estimate=ccc).noting(
        f"pearson_r={write_number(r)}",
        f"bias_correction={write_number(c_b)}",
        f"scale_shift={write_number(v)}",
        f"location_shift={write_number(u)}",
    )
    if status not in (OK, "constant"):  # a constant difference still has an interval
        return replace(result, status=status)
    line = on_a_line(pairs)
    # all cases lie on one line, and only its slope is free: nothing is left to vary
    if abs(ccc) >= 1 or (line and abs(gap) <= pairs.noise):
        return replace(result, status=EXACT)
    variance = (
        (0.0 if line else (1 - r**2) * c_b**2 * (1 - ccc**2))
        + 2 * r**2 * c_b**3 * (1 - ccc) * u**2
        - r**2 * c_b**4 * u**4 / 2
    )
    half = critical(confidence) * math.sqrt(variance / (n - 2)) / (1 - ccc**2)
    z = math.atanh(ccc)
    return replace(result, ci_low=math.tanh(z - half), ci_high=math.tanh(z + half))
