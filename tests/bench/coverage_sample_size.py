"""Whether planned power and precision come true: python tests/bench/coverage_sample_size.py.

Two correlated normal scores are simulated, tested by DeLong's paired test as the study tests its
versions, and held against what `bonescint.stats.sample_size` said beforehand; then how often the
limits of the correlation cover it.
"""

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from bonescint.stats import roc
from bonescint.stats.paired_power import (
    Correlations,
    Sizes,
    binormal_error,
    mcnemar_power,
    obuchowski_mcclish_power,
)
from bonescint.stats.proportions import mcnemar
from bonescint.stats.sample_size import discordant, latent_correlation, paired_power

REPLICATES = 4000
DESIGNS = (
    (0.9, 0.8, Correlations(0.5, 0.5), Sizes(25, 25)),
    (0.9, 0.8, Correlations(0.8, 0.8), Sizes(25, 25)),
    (0.9, 0.8, Correlations(0.9, 0.9), Sizes(25, 25)),
    (0.9, 0.8, Correlations(0.8, 0.4), Sizes(50, 50)),
    (0.95, 0.9, Correlations(0.7, 0.7), Sizes(100, 100)),
    (0.9, 0.9, Correlations(0.8, 0.8), Sizes(25, 25)),
)


def pairs(
    rng: np.random.Generator, correlations: Correlations, sizes: Sizes
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Return truth, and the two scores of every case without the shift of the positive ones."""
    y = np.repeat([True, False], sizes)
    one, other = rng.normal(size=(2, y.size))
    r = np.where(y, *correlations)
    return y, np.array([one, r * one + np.sqrt(1 - r * r) * other])


def powers(rng: np.random.Generator, zeros: bool) -> None:
    """Simulate DeLong's test; with `zeros` the lower half of the negatives has 0, as a BSI has."""
    for better, worse, correlations, sizes in DESIGNS:
        shifts = np.sqrt(2) * ndtri([[better], [worse]])
        found = []
        for _ in range(REPLICATES):
            y, noise = pairs(rng, correlations, sizes)
            scores = noise + shifts * y
            found.append(roc.compare_paired(y, *(np.maximum(scores, 0) if zeros else scores)))
        rejected = np.mean([row.p_value < 0.05 for row in found])
        half = np.nanmean([(row.ci_high - row.ci_low) / 2 for row in found])
        said = paired_power("auc", better, better - worse, correlations, sizes, 0.95)
        planned = 1.96 * binormal_error(better, worse, correlations, sizes)
        other = obuchowski_mcclish_power(better, worse, correlations, sizes, 0.95)
        print(
            f"| {better} / {worse}, r {correlations.positive} / {correlations.negative}, "
            f"{sizes.positive} + {sizes.negative}{', half of the negatives 0' if zeros else ''} "
            f"| {rejected:.3f} | {said:.3f} | {other:.3f} | {half:.3f} | {planned:.3f} |"
        )


def calls(rng: np.random.Generator) -> None:
    """Simulate the exact McNemar test of two sensitivities."""
    for n, r in itertools.product((25, 100), (0.5, 0.8)):
        limits = ndtri([[0.9], [0.75]])
        rejected = 0
        for _ in range(REPLICATES):
            _, noise = pairs(rng, Correlations(r, r), Sizes(n, 0))
            first, second = noise <= limits
            b, c = int((first & ~second).sum()), int((second & ~first).sum())
            rejected += mcnemar(b, c).p_value <= 0.05
        said = mcnemar_power(n, *discordant(0.9, 0.75, r), 0.95)
        print(
            f"| sensitivity .9 / .75, r {r}, n = {n} | {rejected / REPLICATES:.3f} | {said:.3f} |"
        )


def correlation_limits(rng: np.random.Generator) -> None:
    """Cover the correlation by its limits, of normal scores and with the lower half 0."""
    for n, r, zeros in itertools.product((25, 50), (0.5, 0.8, 0.9), (False, True)):
        rows = []
        for _ in range(REPLICATES):
            _, noise = pairs(rng, Correlations(r, r), Sizes(n, 0))
            rows.append(latent_correlation(*(np.maximum(noise, 0) if zeros else noise)))
        low, high, point = np.array([(row.ci_low, row.ci_high, row.estimate) for row in rows]).T
        given = ~np.isnan(low)
        covered = ((low <= r) & (r <= high))[given].mean()
        data = ", lower half 0" if zeros else ""
        print(f"| r {r}, n = {n}{data} | {covered:.1%} | {np.nanmean(point):.3f} |")


def main() -> None:
    """Print the tables of docs/en/statistics.md."""
    rng = np.random.default_rng(20190601)
    print("| design | simulated power | planned | Obuchowski & McClish | half width | planned |")
    powers(rng, zeros=False)
    powers(rng, zeros=True)
    print("| exact McNemar | simulated power | planned |")
    calls(rng)
    print("| correlation | coverage of its limits | mean |")
    correlation_limits(rng)


if __name__ == "__main__":
    main()
