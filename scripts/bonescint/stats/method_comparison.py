"""Agreement of two measurements of the same cases."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import nctdtrit, stdtrit

from bonescint.stats.estimate import Estimate
from bonescint.stats.normal import critical
from bonescint.stats.ranks import differences


def bland_altman(
    x: ArrayLike, y: ArrayLike, confidence: float = 0.95, coverage: float = 0.95
) -> dict[str, Estimate]:
    """Return bias and limits of agreement of x - y as ``bias``, ``lower`` and ``upper``.

    Parameters
    ----------
    x, y
        The two measurements, shape (n,), in the same unit; a case with a NaN is left out.
    confidence
        Of the intervals: Student's t for the bias; for the limits the exact noncentral t
        (Carkeet 2015) instead of Bland & Altman's approximation, which is too narrow at n = 25.
    coverage
        Share of differences between the limits: bias ± 1.96 SD at 0.95.
    """
    d = differences(x, y)
    n = d.size
    bias = Estimate(measure="bias", n=n, ci_method="t")
    lower = Estimate(measure="limit_low", n=n, ci_method="noncentral_t")
    upper = replace(lower, measure="limit_high")
    result = {"bias": bias, "lower": lower, "upper": upper}
    if n == 0:
        return {name: replace(row, status="no data") for name, row in result.items()}
    mean = float(d.mean())
    result["bias"] = replace(bias, estimate=mean)
    if n < 2 or not np.ptp(d):
        status = "too few" if n < 2 else "constant" if d[0] else "identical"
        return {name: replace(row, status=status) for name, row in result.items()}
    sd, root = float(d.std(ddof=1)), float(np.sqrt(n))
    tails = (1 - confidence) / 2, (1 + confidence) / 2
    z = critical(coverage)
    near, far = (float(nctdtrit(n - 1, z * root, tail)) * sd / root for tail in tails)
    width = float(stdtrit(n - 1, tails[1])) * sd / root
    return {
        "bias": replace(result["bias"], ci_low=mean - width, ci_high=mean + width),
        "lower": replace(lower, estimate=mean - z * sd, ci_low=mean - far, ci_high=mean - near),
        "upper": replace(upper, estimate=mean + z * sd, ci_low=mean + near, ci_high=mean + far),
    }
