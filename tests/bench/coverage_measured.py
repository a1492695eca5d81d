"""What the limits of measured values hold, by simulation: python tests/bench/coverage_measured.py.

Differences of 25 to 150 cases, of which half have no finding, as BSI: of one spread for all sizes,
and of a spread in proportion to the size. How often exact limits of a quantile cover it, which
share of further differences lies between limits of agreement, how often the test of the spread
finds what is there (or is not), and how often the limits of a count's power cover it.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from bonescint.stats.counts import count_power
from bonescint.stats.estimate import Estimate
from bonescint.stats.method_comparison import (
    bland_altman,
    bland_altman_regression,
    quantile_limits,
    spread,
)

REPLICATES = 4_000
POWERS = 1_500  # a regression of counts takes long
Numbers = NDArray[np.float64]


def sizes(rng: np.random.Generator, n: int) -> Numbers:
    """Return sizes as of BSI: half of the cases small, half spread over two decades."""
    small, large = rng.exponential(0.1, n - n // 2), np.exp(rng.normal(0, 1.2, n // 2))
    return np.concatenate((small, large))


def pair(rng: np.random.Generator, n: int, is_growing: bool) -> tuple[Numbers, Numbers, Numbers]:
    """Return two measurements of the same cases, and the cases' sizes."""
    size = sizes(rng, n)
    wide = 0.25 * size if is_growing else np.full(n, 0.25)
    d = rng.normal(0, wide)
    return size + d / 2, size - d / 2, size


def show(what: str, data: str, *shares: float, simulated: int = REPLICATES) -> None:
    """Print a row: what was simulated, on which data, and its shares."""
    error = 1.96 * math.sqrt(0.05 * 0.95 / simulated)
    said = ", ".join(f"{share:.1%}" for share in shares)
    print(f"| {what} | {data} | {said} | ± {error:.1%} |", flush=True)


def covered(rng: np.random.Generator, n: int) -> None:
    """Cover the 2.5 % quantile of normal differences."""
    truth, hits, given = float(ndtri(0.025)), 0, 0
    for _ in range(REPLICATES):
        row = quantile_limits(rng.normal(size=n), np.zeros(n))["lower"]
        noted = dict(part.split("=") for part in row.note.split("; ") if part)
        if row.status == "ok":
            given, hits = given + 1, hits + (row.ci_low <= truth <= row.ci_high)
        elif "inner_limit" in noted:
            given, hits = given + 1, hits + (truth <= float(noted["inner_limit"]))
    kind = "both limits" if row.status == "ok" else "inner limit alone"
    if given:
        show(f"2.5 % quantile, {kind}", f"n = {n}", hits / given)


def held(rng: np.random.Generator, n: int, is_growing: bool) -> None:
    """Count further differences between the limits: of all, small and large sizes."""
    ways: dict[str, Callable[[Numbers, Numbers], dict[str, Estimate]]] = {
        "raw limits": bland_altman,
        "quantile limits": quantile_limits,
    }
    found: dict[str, list[list[float]]] = {name: [] for name in ways}
    for _ in range(REPLICATES // 4):
        x, y, _ = pair(rng, n, is_growing)
        further_x, further_y, size = pair(rng, 400, is_growing)
        d, is_large = further_x - further_y, size > np.median(size)
        parts = np.ones(size.size, dtype=bool), ~is_large, is_large
        for name, way in ways.items():
            rows = way(x, y)
            within = (rows["lower"].estimate <= d) & (d <= rows["upper"].estimate)
            found[name].append([float(within[part].mean()) for part in parts])
    data = f"n = {n}, spread {'grows' if is_growing else 'constant'}: all, small, large half"
    for name, shares in found.items():
        show(f"{name} hold", data, *np.mean(shares, axis=0).tolist())


def tested(rng: np.random.Generator, n: int, is_growing: bool) -> None:
    """Count p below .05: the rank correlation, and the regression of the residuals."""
    below = np.zeros(2)
    for _ in range(REPLICATES):
        x, y, _ = pair(rng, n, is_growing)
        p = spread(x, y).p_value, bland_altman_regression(x, y)["sd_slope"].p_value
        below += [one < 0.05 for one in p]
    data = f"n = {n}, spread {'grows' if is_growing else 'constant'}"
    show("p < .05: rank correlation, regression", data, *(below / REPLICATES).tolist())


def powers(rng: np.random.Generator, dispersion: float) -> None:
    """Cover the power of a count: 25 cases without, 25 with 1 to 60 metastases."""
    hits = given = 0
    for _ in range(POWERS):
        seen = np.clip(np.round(np.exp(rng.normal(1.2, 1, 25))), 1, 60)
        read = np.concatenate((np.zeros(25), seen))
        chance = 1 / (1 + dispersion * 0.7 * (1 + read))
        spots = rng.negative_binomial(1 / dispersion, chance).astype(float)
        row = count_power(spots, read)
        if row.status == "ok":
            given, hits = given + 1, hits + (row.ci_low <= 1 <= row.ci_high)
    data = f"power 1, dispersion {dispersion:g}, n = 25 + 25"
    show("power of a count, t", data, hits / given, simulated=POWERS)


def main() -> None:
    """Print the table of docs/en/statistics.md."""
    print("| what | data | share | error |\n|---|---|---|---|")
    rng = np.random.default_rng(20190601)
    for n in (25, 50, 150):
        covered(rng, n)
    for is_growing in (False, True):
        held(rng, 50, is_growing)
        for n in (25, 50):
            tested(rng, n, is_growing)
    for dispersion in (0.1, 0.3, 0.6):
        powers(rng, dispersion)


if __name__ == "__main__":
    main()
