"""Counts compared with counts: hotspots and the number of metastases."""

import math
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bonescint.special import stdtr, stdtrit
from bonescint.stats.estimate import NAN, OK, Estimate, write_number
from bonescint.stats.pairs import complete_pairs
from bonescint.stats.printed import with_ties
from bonescint.stats.proportions import wilson
from bonescint.stats.ranks import differences

POISSON = 1e-12  # a dispersion this small has no effect in double precision
STEPS = 100
SMALLEST_STEP = 1e-11
ROUNDING = 1e-7  # after a smaller step the likelihood may only seem lower, by rounding
LARGEST_PREDICTOR = 100.0  # bound of the logarithm of a mean during the fit
BISECTIONS = 50  # of the logarithm: gives fourteen digits
GRID = np.geomspace(1e-6, 1e4, 31)  # of the dispersion; below it counts are Poisson's


class _Fit(NamedTuple):
    coefficients: NDArray[Any]
    means: NDArray[Any]
    covariance: NDArray[Any]
    likelihood: float


def within(
    x: ArrayLike, y: ArrayLike, tolerance: float = 0.0, confidence: float = 0.95
) -> Estimate:
    """Return the share of cases whose two counts differ by `tolerance` or less.

    A case with a NaN is left out. The interval is Wilson's.

    Examples
    --------
    >>> round(within([1, 2, 9], [1, 3, 5], tolerance=1).estimate, 4)
    0.6667
    """
    d = differences(x, y)
    count = int((np.abs(d) <= tolerance).sum())
    return replace(
        wilson(count, d.size, confidence), measure="count_agreement", n_positive=None
    ).noting(f"tolerance={write_number(tolerance)}", f"count={count}/{d.size}")


class NegativeBinomial(NamedTuple):
    """The fit log(mean of y) = `intercept` + `slope` x. `error` is the slope's standard error.

    `dispersion` is the a of the variance m + a m² (1 / theta in R). Where `status` is not ``ok``,
    the numbers are NaN.
    """

    n: int
    status: str
    intercept: float = NAN
    slope: float = NAN
    error: float = NAN
    dispersion: float = NAN

    def mean(self, x: float) -> float:
        """Return the fitted mean at `x`, NaN if there is none."""
        with np.errstate(over="ignore"):
            return float(np.exp(self.intercept + self.slope * x))


def count_power(y: ArrayLike, x: ArrayLike, confidence: float = 0.95) -> Estimate:
    """Return the power b with which the expected count `y` follows the count `x`.

    `negative_binomial` of y on log(1 + x): the mean of y is c (1 + x) to the power b. A b of 1
    means proportional counts, less means that y flattens. On x itself, the model would multiply the
    mean with each further x, which two counts of the same things never do. The note shows the
    fitted and the observed mean where x is 0, 1, 5 or largest.

    The limits are Wald's with Student's t and n - 2 degrees of freedom. The dispersion of the
    largest likelihood is too small with few cases. So the standard error is multiplied by the root
    of Pearson's X² over n - 2 where that exceeds 1: with 25 + 25 cases R's limits cover 91.6-93.6
    %. A case with a NaN in either is left out.

    Raises
    ------
    ValueError
        If a count is negative or not a whole number.

    Examples
    --------
    >>> round(count_power([1, 4, 2, 12, 15, 40], [1, 2, 3, 8, 20, 30]).estimate, 3)
    1.117
    """
    counts, others = complete_pairs(y, x)
    fit = negative_binomial(counts, np.log1p(others))
    row = Estimate(measure="count_power", n=fit.n, ci_method="wald_t", test="negative_binomial")
    if fit.status != OK:
        return replace(row, status=fit.status)
    means = np.exp(fit.intercept + fit.slope * np.log1p(others))
    pearson = float(((counts - means) ** 2 / (means + fit.dispersion * means**2)).sum())
    error = fit.error * math.sqrt(max(1.0, pearson / (fit.n - 2)))
    width = float(stdtrit(fit.n - 2, (1 + confidence) / 2)) * error
    t = fit.slope / error
    places = np.intersect1d([0, 1, 5, others.max()], others)
    pairs = ((x, fit.mean(math.log1p(x)), counts[others == x].mean()) for x in places)
    beside = " ".join(f"{x:g}:{fitted:.4g}/{seen:.4g}" for x, fitted, seen in pairs)
    return replace(
        row,
        estimate=fit.slope,
        ci_low=fit.slope - width,
        ci_high=fit.slope + width,
        statistic=t,
        p_value=float(2 * stdtr(fit.n - 2, -abs(t))),
    ).noting(f"dispersion={write_number(fit.dispersion)}", f"fitted_seen={beside}")


def negative_binomial(y: ArrayLike, x: ArrayLike) -> NegativeBinomial:
    """Fit a negative binomial regression of the counts `y` on `x`.

    It has a log link and variance m + a m² (NB2), by maximum likelihood. The standard error comes
    from the expected information, as in R's ``MASS::glm.nb``. Counts that vary no more than
    Poisson's have a = 0, and the fit is Poisson regression. A case with a NaN in either is left
    out.

    Raises
    ------
    ValueError
        If a count is negative or not a whole number.

    Examples
    --------
    >>> fit = negative_binomial([0, 3, 1, 9, 4, 30], [0, 1, 2, 3, 4, 5])
    >>> round(fit.slope, 3), fit.dispersion > 0
    (0.722, True)
    """
    counts, values = complete_pairs(y, x)
    n = counts.size
    if n < 3:
        return NegativeBinomial(n, "too few" if n else "no data")
    if counts.min() < 0 or (counts % 1).any():
        raise ValueError("counts must be whole numbers from 0")
    values = with_ties(values)
    scale, centre = float(np.ptp(values)), float(values.mean())
    if not (np.ptp(counts) and scale):
        return NegativeBinomial(n, "constant")
    seen = values[counts > 0]
    if not np.ptp(seen) and seen[0] in (values.min(), values.max()):
        return NegativeBinomial(n, "not converged")  # the slope grows without end
    design = np.column_stack((np.ones(n), (values - centre) / scale))
    dispersion, fit = _maximise(counts.astype(np.int64), design)
    if fit is None:
        return NegativeBinomial(n, "not converged")
    slope = float(fit.coefficients[1]) / scale
    error = float(np.sqrt(fit.covariance[1, 1])) / scale
    intercept = float(fit.coefficients[0]) - slope * centre
    return NegativeBinomial(n, OK, intercept, slope, error, dispersion)


def _maximise(counts: NDArray[np.int64], design: NDArray[np.float64]) -> tuple[float, _Fit | None]:
    """Return the dispersion of the largest likelihood and its fit; None if there is no largest."""
    poisson = _regress(counts, design, POISSON)
    if poisson is None:
        return 0.0, None
    # one extreme count can give the likelihood two peaks, so search the higher one on a grid
    fits = [_regress(counts, design, float(dispersion)) for dispersion in GRID]
    best = int(np.argmax([-np.inf if fit is None else fit.likelihood for fit in fits]))
    if best == 0:
        return 0.0, poisson
    if best == GRID.size - 1:
        return 0.0, None
    low, high = np.log(GRID[[best - 1, best + 1]])
    for _ in range(BISECTIONS):
        dispersion = float(np.exp((low + high) / 2))
        fit = _regress(counts, design, dispersion)
        if fit is None:
            return 0.0, None
        if _rises(counts, fit.means, dispersion):
            low = np.log(dispersion)
        else:
            high = np.log(dispersion)
    return dispersion, fit


def _rises(counts: NDArray[np.int64], means: NDArray[Any], dispersion: float) -> bool:
    """Return whether the likelihood grows with the dispersion here."""
    below = np.arange(counts.max())
    growth = np.append(0.0, np.cumsum(below / (1 + dispersion * below)))[counts]
    shrink = np.log1p(dispersion * means) / dispersion**2
    pull = (counts + 1 / dispersion) * means / (1 + dispersion * means)
    return bool((growth + shrink - pull).sum() > 0)


def _regress(
    counts: NDArray[np.int64], design: NDArray[np.float64], dispersion: float
) -> _Fit | None:
    """Return the coefficients of the largest likelihood at this dispersion.

    Newton's method, with steps halved while they overshoot: with a log link the likelihood is
    concave.
    """
    coefficients = np.linalg.lstsq(design, np.log(counts + 0.1), rcond=None)[0]
    for _ in range(STEPS):
        predictor = design @ coefficients
        means = np.exp(np.minimum(predictor, LARGEST_PREDICTOR))
        spread = 1 + dispersion * means
        observed, expected = (
            design.T @ (design * weights[:, None])
            for weights in ((1 + dispersion * counts) * means / spread**2, means / spread)
        )
        if not np.linalg.cond(observed) < 1e12:  # a coefficient goes to infinity: separated counts
            return None
        step = np.linalg.solve(observed, design.T @ ((counts - means) / spread))
        reached = _likelihood(counts, predictor, dispersion)
        while (
            np.abs(step).max() > ROUNDING
            and _likelihood(counts, design @ (coefficients + step), dispersion) < reached
        ):
            step = step / 2
        coefficients = coefficients + step
        if np.abs(step).max() <= SMALLEST_STEP:
            return _Fit(coefficients, means, np.linalg.inv(expected), reached)
    return None


def _likelihood(counts: NDArray[np.int64], predictor: NDArray[Any], dispersion: float) -> float:
    """Return the log likelihood without the factorials of the counts."""
    # gamma(y + 1/a) / gamma(1/a) as a product, because their logarithms would cancel for a small a
    rising = np.append(0.0, np.cumsum(np.log1p(dispersion * np.arange(counts.max()))))[counts]
    means = np.exp(np.minimum(predictor, LARGEST_PREDICTOR))
    falling = (counts + 1 / dispersion) * np.log1p(dispersion * means)
    return float((rising + counts * predictor - falling).sum())
