"""How often the 95 % limits cover the truth at n = 25 + 25: python tests/bench/bench_coverage.py.

Yes/no data have so few possible tables that each is weighed by its probability: no sampling error.
AUC and limits of agreement are simulated with a fixed seed. Where no limits are given (complete
separation, complete agreement) nothing can be covered: that share stands beside the coverage of
the rest.
"""

import itertools
from collections.abc import Callable, Iterable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betaln, gammaln, ndtr, ndtri

from bonescint.stats import agreement, proportions, roc
from bonescint.stats.estimate import Estimate
from bonescint.stats.method_comparison import bland_altman

REPLICATES = 20_000
POSITIVES = NEGATIVES = 25
CASES = POSITIVES + NEGATIVES
WANTED = 0.93, 0.97
Numbers = NDArray[np.float64]


def limits(rows: Iterable[Estimate]) -> Numbers:
    """Return the limits of the estimates, shape (2, rows)."""
    return np.array([(row.ci_low, row.ci_high) for row in rows]).T


def cover(intervals: Numbers, truth: ArrayLike, weights: Numbers) -> tuple[float, float]:
    """Return the share of the given intervals that cover the truth, and the share not given."""
    low, high = intervals
    given = weights[~np.isnan(low)].sum() / weights.sum()
    covered = weights[(low <= truth) & (truth <= high)].sum() / weights.sum()
    return float(covered / given), float(1 - given)


def show(method: str, data: str, coverage: float, missing: float, simulated: int = 0) -> None:
    """Print a row of the table; `simulated` is the number of replicates, 0 if none was needed."""
    error = f"± {(coverage * (1 - coverage) / simulated) ** 0.5:.2%}" if simulated else "exact"
    verdict = "" if WANTED[0] <= coverage <= WANTED[1] else "outside 93-97 %"
    print(f"| {method} | {data} | {coverage:.1%} | {error} | {missing:.1%} | {verdict} |")


def rates() -> None:
    """Sensitivity with 25 positives and percent agreement of 50 cases, by three methods."""
    for (measure, n), method in itertools.product(
        (("sensitivity", POSITIVES), ("percent agreement", CASES)),
        (proportions.wilson, proportions.mid_p, proportions.clopper_pearson),
    ):
        name = f"{measure}, {method.__name__}"
        hits = np.arange(n + 1)
        ways = -np.log(n + 1) - betaln(hits + 1, n - hits + 1)
        intervals = limits(method(x, n) for x in hits.tolist())

        def at(truth: float, n: int = n, ways: Numbers = ways, both: Numbers = intervals) -> float:
            counts = np.arange(n + 1)
            weights = np.exp(ways + counts * np.log(truth) + (n - counts) * np.log1p(-truth))
            return cover(both, truth, weights)[0]

        for truth in (0.7, 0.8, 0.9, 0.95):
            show(name, f"{truth}, n = {n}", at(truth), 0)
        average = float(np.mean([at(truth) for truth in np.linspace(0.6, 0.98, 381).tolist()]))
        show(name, f"mean over .60 to .98, n = {n}", average, 0)


def kappas() -> None:
    """Cohen's kappa of two readers; Fleiss' kappa and Gwet's AC1 of three; yes or no."""
    cells = np.array([t for t in itertools.product(range(CASES + 1), repeat=3) if sum(t) <= CASES])
    tables = np.column_stack((cells, CASES - cells.sum(axis=1)))
    # two readers: which of them says yes; three: how many of them do
    patterns = {
        2: np.array([[0, 0], [0, 1], [1, 0], [1, 1]]),
        3: np.array([[0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1]]),
    }
    methods: tuple[tuple[str, int, Callable[[NDArray[np.int64]], Estimate]], ...] = (
        ("Cohen's kappa, log", 2, lambda ratings: agreement.cohen_kappa(*ratings.T, ci="log")),
        ("Cohen's kappa, Wald", 2, lambda ratings: agreement.cohen_kappa(*ratings.T)),
        ("Fleiss' kappa", 3, agreement.fleiss_kappa),
        ("Gwet's AC1", 3, agreement.gwet_ac1),
    )
    for name, raters, method in methods:
        intervals = limits(method(np.repeat(patterns[raters], table, axis=0)) for table in tables)
        positive = patterns[raters].sum(axis=1)
        ways = np.log(np.array([1.0, 1, 1, 1] if raters == 2 else [1.0, 3, 3, 1]))
        found = []
        for share, kappa in itertools.product((0.5, 0.3), (0.4, 0.6, 0.8)):
            # patients differ by a beta distribution whose intraclass correlation is kappa
            a, b = (p * (1 - kappa) / kappa for p in (share, 1 - share))
            chances = np.exp(ways + betaln(a + positive, b + raters - positive) - betaln(a, b))
            weights = np.exp(
                gammaln(CASES + 1) - gammaln(tables + 1).sum(axis=1) + tables @ np.log(chances)
            )
            disagree = 2 * share * (1 - share)  # by chance
            ac1 = (1 - disagree * (1 - kappa) - disagree) / (1 - disagree)
            truth = ac1 if "AC1" in name else kappa
            found.append(cover(intervals, truth, weights))
            show(name, f"{truth:.3g}, {share:.0%} positive, n = {CASES}", *found[-1])
        show(name, f"mean of these six, n = {CASES}", *np.mean(found, axis=0).tolist())


def areas(rng: np.random.Generator) -> None:
    """AUC of two normal distributions, and of BSI: two decimals, half of the negatives 0."""
    y = np.repeat([False, True], (NEGATIVES, POSITIVES))
    grid = np.round(np.arange(0, 12, 0.01), 2)

    def masses(mean: float) -> Numbers:
        inner = ndtr(grid + 0.005 - mean)
        return np.diff(inner, prepend=0.0)

    def area_of_bsi(mean: float) -> float:
        without, with_finding = masses(0.0), masses(mean)
        return float((with_finding * (np.cumsum(without) - without / 2)).sum())

    for zeros, truth in itertools.product((False, True), (0.80, 0.90, 0.95)):
        low, high = 0.0, 6.0
        while zeros and high - low > 1e-9:
            middle = (low + high) / 2
            low, high = (middle, high) if area_of_bsi(middle) < truth else (low, middle)
        mean = high if zeros else 2**0.5 * float(ndtri(truth))
        scores = rng.normal(np.where(y, mean, 0), size=(REPLICATES, CASES))
        if zeros:
            scores = np.round(np.maximum(scores, 0), 2)
        for ci in ("logit", "wald"):
            both = limits(roc.auc(y, row, ci=ci) for row in scores)
            data = "BSI, half of the negatives 0" if zeros else "normal"
            result = cover(both, truth, np.ones(REPLICATES))
            show(f"AUC, {ci}", f"{truth:.2f}, {data}, n = 25 + 25", *result, REPLICATES)


def agreements(rng: np.random.Generator) -> None:
    """Bias and limits of agreement of normal differences."""
    for n in (POSITIVES, CASES):
        differences = rng.normal(0.1, 0.4, size=(REPLICATES, n))
        rows = [bland_altman(row, np.zeros(n)) for row in differences]
        for name, truth in (
            ("bias", 0.1),
            ("lower", 0.1 + 0.4 * float(ndtri(0.025))),
            ("upper", 0.1 + 0.4 * float(ndtri(0.975))),
        ):
            result = cover(limits(row[name] for row in rows), truth, np.ones(REPLICATES))
            title = "bias" if name == "bias" else f"{name} limit of agreement"
            show(title, f"normal differences, n = {n}", *result, REPLICATES)


def main() -> None:
    """Print the table of docs/en/statistics.md."""
    print("| method | truth | coverage | error | no limits | |\n|---|---|---|---|---|---|")
    rng = np.random.default_rng(20190601)
    areas(rng)
    rates()
    kappas()
    agreements(rng)


if __name__ == "__main__":
    main()
