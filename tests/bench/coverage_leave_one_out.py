"""How often the 95 % limits of "program minus mean reader" cover.

`python tests/bench/coverage_leave_one_out.py` (2 min of CPU).

25 cases with and 25 without metastasis; two, three or five readers and a program, whose mistakes
are correlated, because some cases are difficult for all. The truth of a simulated study is the
panels' (the majority of the other readers), so what is to be covered is the same difference over
very many cases. Percentiles of a bootstrap over the cases stand beside the limits that are given.
"""

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from bonescint.stats.leave_one_out import compare_with_readers

REPLICATES = 4_000
RESAMPLES = 400
MANY = 400_000
SPECIFICITY = 0.9
Numbers = NDArray[np.float64]


def draw(
    cases: int, readers: int, rates: tuple[float, float], shared: float, rng: np.random.Generator
) -> tuple[Numbers, NDArray[np.bool_], Numbers]:
    """Return truth by panel, the program's calls and the readers', half of the cases positive.

    `rates` are the sensitivities of the readers and of the program.
    """
    positive = np.arange(cases) < cases // 2
    difficulty = rng.normal(size=cases)

    def calls(sensitivity: float) -> Numbers:
        hardness = shared**0.5 * difficulty + (1 - shared) ** 0.5 * rng.normal(size=cases)
        limit = np.where(positive, ndtri(sensitivity), ndtri(SPECIFICITY))
        return np.where(positive, hardness < limit, hardness >= limit).astype(float)

    said = np.column_stack([calls(rates[0]) for _ in range(readers)])
    program = calls(rates[1]) == 1
    yes, others = said.sum(axis=1)[:, None] - said, readers - 1
    return np.where(2 * yes == others, np.nan, 2 * yes > others), program, said


def resampled(
    truth: Numbers, program: NDArray[np.bool_], said: Numbers, rng: np.random.Generator
) -> Numbers:
    """Return the percentiles of the difference in sensitivity over resampled cases."""
    judged = truth == 1
    judged, gain = (
        array[judged.any(axis=1)].astype(float)
        for array in (judged, judged * (program[:, None] - said))
    )
    n = len(judged)
    weights = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    with np.errstate(invalid="ignore"):
        found = np.nanmean((weights @ gain) / (weights @ judged), axis=1)
    return np.asarray(np.quantile(found, (0.025, 0.975)))


def main() -> None:
    """Print a row a setting: coverage of limits and percentiles, and how often none are given."""
    rng = np.random.default_rng(20190601)
    print("| readers | sensitivity: readers, program | correlation | truth | covers | ", end="")
    print("bootstrap | no limits |\n|---|---|---|---|---|---|---|")
    pairs = (0.9, 0.9), (0.9, 0.8), (0.95, 0.9), (0.95, 0.75), (0.8, 0.95)
    for readers, rates, shared in itertools.product((2, 3, 5), pairs, (0.3, 0.6)):
        true = compare_with_readers(*draw(MANY, readers, rates, shared, rng))[0].estimate
        covered, percentiles, given = 0, 0, 0
        for _ in range(REPLICATES):
            data = draw(50, readers, rates, shared, rng)
            row = compare_with_readers(*data)[0]
            if row.status == "ok":
                given += 1
                covered += row.ci_low <= true <= row.ci_high
                low, high = resampled(*data, rng)
                percentiles += low <= true <= high
        shares = covered / given, percentiles / given, 1 - given / REPLICATES
        print(
            f"| {readers} | {rates[0]}, {rates[1]} | {shared} | {true:.3f} | "
            + " | ".join(f"{share:.1%}" for share in shares)
            + " |",
            flush=True,
        )


if __name__ == "__main__":
    main()
