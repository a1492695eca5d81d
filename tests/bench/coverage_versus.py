"""How often the limits of software against readers cover: python tests/bench/coverage_versus.py.

25 cases with and 25 without a finding, three readers and a program. Who is right depends on the
case: all four share its difficulty (normal on the logit scale), and are independent given it. The
truth is that of the half-and-half population. The readers are the same in every sample.
"""

import itertools
from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri
from tests.bench.bench_coverage import CASES, NEGATIVES, POSITIVES, Numbers, cover, show

from bonescint.stats.interchangeability import score_limits
from bonescint.stats.kappa_gap import _mean_kappas, kappa_gap

SAMPLES, SAMPLES_OF_KAPPA, DRAWS = 20_000, 2_000, 2_000
SAID = np.array([*itertools.product((0, 1), repeat=4)])  # the program, then three readers
DIFFER = (SAID[:, 1:] != SAID[:, :1]).sum(axis=1)
ADDED = np.array([0, -2, 0, 6])  # sixths that a case adds from which 0, 1, 2, 3 readers differ


class Panel(NamedTuple):
    """Program and three readers: chance of a yes with a finding, and without; spread of cases."""

    name: str
    right: tuple[float, ...]
    wrong: tuple[float, ...]
    spread: float = 1.0

    def shares(self, finding: bool) -> Numbers:
        """Return the probability of each row of `SAID`."""
        nodes, weights = np.polynomial.hermite_e.hermegauss(61)
        yes = expit(logit(self.right if finding else self.wrong) + self.spread * nodes[:, None])
        each = np.where(SAID == 1, yes[:, None], 1 - yes[:, None]).prod(axis=2)
        return np.asarray(weights / weights.sum() @ each)


PANELS = (
    Panel("program like the readers", (0.85,) * 4, (0.10,) * 4),
    Panel("all agree often", (0.95,) * 4, (0.04,) * 4),
    Panel("program worse", (0.70, 0.90, 0.90, 0.85), (0.25, 0.05, 0.10, 0.10)),
    Panel("readers differ", (0.90, 0.95, 0.75, 0.85), (0.10, 0.02, 0.10, 0.20), 1.5),
    Panel("program better", (0.90, 0.70, 0.75, 0.80), (0.05, 0.20, 0.20, 0.20), 0.5),
)


def samples(panel: Panel, number: int, rng: np.random.Generator) -> Numbers:
    """Return how often each row of `SAID` occurs in samples of 25 + 25 cases."""
    return sum(
        rng.multinomial(cases, panel.shares(finding), number)
        for finding, cases in ((True, POSITIVES), (False, NEGATIVES))
    )


def bca(counts: Numbers, drawn: Numbers, mean: float) -> Numbers:
    """Return Efron's BCa limits of a mean of `ADDED`."""
    below = ((drawn < mean - 1e-9).mean() + (drawn <= mean + 1e-9).mean()) / 2
    shift = ndtri(np.clip(below, 1 / DRAWS, 1 - 1 / DRAWS))
    away = ADDED - mean
    skew = (counts @ away**3) / (6 * (counts @ away**2) ** 1.5)
    z = shift + ndtri([0.025, 0.975])
    return np.asarray(np.quantile(drawn, ndtr(shift + z / (1 - skew * z))))


def index(panel: Panel, rng: np.random.Generator) -> None:
    """Show the individual equivalence index by score, percentile and BCa limits."""
    by_case = np.zeros((4, len(SAID)))
    by_case[DIFFER, np.arange(len(SAID))] = 1
    tables, times = np.unique(
        samples(panel, SAMPLES, rng) @ by_case.T.astype(int), axis=0, return_counts=True
    )
    truth = float(ADDED @ by_case @ (panel.shares(True) + panel.shares(False)) / 2)
    found: dict[str, list[Numbers]] = {"score": [], "bootstrap": [], "BCa": []}
    for table in tables:
        by_value = {v: int(table[v == ADDED].sum()) for v in (-2, 0, 6)}
        values = np.array([v for v, n in by_value.items() if n])
        counts = np.array([n for n in by_value.values() if n])
        found["score"].append(np.array(score_limits(values, counts, -2, 6, 0.95)))
        if values.size == 1:
            found["bootstrap"].append(np.full(2, np.nan))
            found["BCa"].append(np.full(2, np.nan))
            continue
        drawn = rng.multinomial(CASES, table / CASES, DRAWS) @ ADDED / CASES
        found["bootstrap"].append(np.quantile(drawn, (0.025, 0.975)))
        found["BCa"].append(bca(table, drawn, float(table @ ADDED) / CASES))
    for method, limits in found.items():
        both = np.array(limits).T
        result = cover(both + np.array([[-1e-9], [1e-9]]), truth, times.astype(float))
        show(f"equivalence index, {method}", f"{truth / 6:.3f}, {panel.name}", *result, SAMPLES)


def gap(panel: Panel, rng: np.random.Generator) -> None:
    """Show the kappa gap by the bootstrap, with and without coin tosses."""
    shares = (panel.shares(True) + panel.shares(False)) / 2
    many = np.repeat(SAID, np.rint(shares * 1e6).astype(int), axis=0).astype(np.float32)
    (beside,), (among,) = _mean_kappas(many[None])
    limits: list[list[tuple[float, float]]] = [[], []]
    for sample in samples(panel, SAMPLES_OF_KAPPA, rng):
        said = np.repeat(SAID, sample, axis=0)
        rows = kappa_gap(said[:, 0], said[:, 1:], 0.95, int(rng.integers(2**31)), DRAWS)
        for row, kept in zip(rows, limits, strict=True):
            kept.append((row.ci_low, row.ci_high))
    for method, kept in zip(("coins added", "cases alone"), limits, strict=True):
        result = cover(np.array(kept).T, beside - among, np.ones(SAMPLES_OF_KAPPA))
        data = f"{beside - among:.3f}, {panel.name}"
        show(f"kappa gap, bootstrap, {method}", data, *result, SAMPLES_OF_KAPPA)


def main() -> None:
    """Print the rows of docs/en/statistics.md."""
    print("| method | truth | coverage | error | no limits | |\n|---|---|---|---|---|---|")
    rng = np.random.default_rng(20190601)
    for panel in PANELS:
        index(panel, rng)
    for panel in PANELS:
        gap(panel, rng)


if __name__ == "__main__":
    main()
