"""How often the limits of an AUC of 1 and of parts of the curve cover: tests/bench/coverage_roc.py.

At n = 25 + 25, 10 + 10 and (parts of curves) 5 + 5, normal scores and BSI (two decimals, half of
the negatives 0), with a fixed seed. "Complete separation" is the share of samples in which
the classes do not overlap.
"""

import itertools

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from bonescint.stats import roc
from bonescint.stats.roc.cutoffs import descending_levels
from bonescint.stats.roc.matched import Bootstrap, matched
from bonescint.stats.roc.shape import resampled_steps, steps_of

AREAS, CURVES = 5_000, 2_000
BOOTSTRAP = Bootstrap(1, 400)
LOW, HIGH, AT = 0.8, 1.0, 0.9
Numbers = NDArray[np.float64]


def shift_of(auc: float) -> float:
    """Return the distance of two normal distributions with this AUC."""
    return float(2**0.5 * ndtri(auc))


def show(method: str, data: str, covered: Numbers, extra: str = "") -> None:
    """Print a row; `covered` is NaN where no limits were given."""
    share = float(np.nanmean(covered))
    error = (share * (1 - share) / covered.size) ** 0.5
    print(f"| {method} | {data} | {share:.1%} | ± {error:.2%} | {extra} |", flush=True)


def separations(rng: np.random.Generator) -> None:
    """Show the first row of an AUC: logit limits, and of an AUC of 1 the exact one."""
    for n, truth, kind in itertools.product(
        (25, 10), (0.80, 0.90, 0.95, 0.98, 0.99), ("normal", "missed", "worst case")
    ):
        y = np.repeat([0, 1], n)
        covered, separate = np.empty(AREAS), 0
        for i in range(AREAS):
            score = rng.normal(size=2 * n) + y * shift_of(truth)
            if (
                kind == "missed"
            ):  # 0 in half of the negative cases, and where a metastasis is missed
                missed = rng.random(2 * n) < np.where(y, (1 - truth) / 0.75, 0.5)
                score = np.where(missed, 0.0, y + rng.random(2 * n))
            if kind == "worst case":  # a positive case lies below every negative one, or above
                score = np.where(y, np.where(rng.random(2 * n) < truth, 2.0, -2.0), ndtr(score))
            row = roc.auc(y, score)
            separate += row.ci_method == "separation"
            covered[i] = np.nan if np.isnan(row.ci_low) else row.ci_low <= truth <= row.ci_high
        extra = f"complete separation {separate / AREAS:.1%}"
        show("AUC, first row", f"{truth:.2f}, {kind}, n = {n} + {n}", covered, extra)


def truths(shifts: tuple[float, ...], zeros: bool) -> list[tuple[float, float]]:
    """Return sensitivity and partial AUC of a very large sample."""
    rng = np.random.default_rng(7)
    y = np.repeat([False, True], 500_000)
    found = []
    for shift in shifts:
        steps = steps_of(descending_levels(scores(rng, y, (shift,), zeros)[0])[1], y)
        found.append((float(steps.sensitivity(AT)[0]), float(steps.share(LOW, HIGH)[0])))
    return found


def scores(
    rng: np.random.Generator, y: NDArray[np.bool_], shifts: tuple[float, ...], zeros: bool
) -> list[Numbers]:
    """Return scores of the same cases, correlated by .8."""
    shared = rng.normal(size=y.size)
    found = [0.8**0.5 * shared + 0.2**0.5 * rng.normal(size=y.size) + y * shift for shift in shifts]
    return [np.round(np.maximum(score, 0), 2) if zeros else score for score in found]


def curves(rng: np.random.Generator) -> None:
    """Show matched sensitivity and partial AUC of one software, and their differences."""
    pairs = ((0.80,), (0.90,), (0.95,), (0.90, 0.90), (0.90, 0.80), (0.95, 0.85))
    data = ((25, False), (25, True), (10, False), (5, False))
    for aucs, (n, zeros) in itertools.product(pairs, data):
        shifts = tuple(map(shift_of, aucs))
        known = truths(shifts, zeros)
        wanted = [known[0][i] - (known[1][i] if len(known) > 1 else 0) for i in (0, 1)]
        wanted[1] *= HIGH - LOW
        y = np.repeat([False, True], n)
        covered = np.full((3, CURVES), np.nan)
        for i in range(CURVES):
            sample = scores(rng, y, shifts, zeros)
            height, _, area = matched(y, sample, [AT], (LOW, HIGH), BOOTSTRAP)
            if height.status == area.status == "ok":
                for k, row in enumerate((height, area)):
                    covered[k, i] = row.ci_low <= wanted[k] <= row.ci_high
            levels = [descending_levels(one)[1] for one in sample]
            for steps in resampled_steps(levels, y, *BOOTSTRAP):
                shares = [(HIGH - LOW) * one.share(LOW, HIGH) for one in steps]
                spread = shares[0] - shares[1] if len(shares) > 1 else shares[0]
                low, high = np.quantile(spread, (0.025, 0.975))
                covered[2, i] = low <= wanted[1] <= high
        about = f"AUC {' and '.join(f'{auc:.2f}' for auc in aucs)}, "
        about += f"{'BSI' if zeros else 'normal'}, n = {n} + {n}"
        what = "difference, " if len(aucs) > 1 else ""
        names = ("sensitivity at .9", "partial AUC", "partial AUC, percentiles")
        for name, row in zip(names, covered, strict=True):
            show(f"{what}{name}", about, row, f"no limits {np.isnan(row).mean():.1%}")


def bands(rng: np.random.Generator) -> None:
    """Show the band of a curve at some of its specificities, and over all of them at once."""
    known = itertools.product((25, 100), (0.80, 0.90, 0.95), (False, True))
    for n, auc, zeros in known:
        y = np.repeat([False, True], 500_000)
        level = descending_levels(scores(rng, y, (shift_of(auc),), zeros)[0])[1]
        (wanted,) = steps_of(level, y).heights(roc.SPECIFICITIES)
        y = np.repeat([False, True], n)
        covered = np.full((CURVES, wanted.size), np.nan)
        for i in range(CURVES):
            found = roc.band(y, scores(rng, y, (shift_of(auc),), zeros)[0], BOOTSTRAP)
            there = ~np.isnan(found.low)
            covered[i, there] = ((found.low <= wanted) & (wanted <= found.high))[there]
        about = f"AUC {auc:.2f}, {'BSI' if zeros else 'normal'}, n = {n} + {n}"
        for at in (0.98, 0.96, 0.92, 0.9, 0.8, 0.7, 0.5, 0.3, 0.1):
            share = covered[:, roc.SPECIFICITIES.index(at)]
            if not np.isnan(share).all():
                show(f"band at {at:g}", about, share, f"no limits {np.isnan(share).mean():.1%}")
        there = covered[~np.isnan(covered).all(axis=1)]
        show("band, the whole curve", about, np.nanmin(there, axis=1))


def main() -> None:
    """Print the table of docs/en/statistics.md."""
    print("| method | truth | coverage | error | |\n|---|---|---|---|---|")
    separations(np.random.default_rng(20190601))
    curves(np.random.default_rng(20190602))
    bands(np.random.default_rng(20190603))


if __name__ == "__main__":
    main()
