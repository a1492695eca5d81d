import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.stats import roc
from bonescint.stats.estimate import read_estimates, write_estimates
from bonescint.stats.roc import bootstrap
from tests.unit.stats.oracle import CASES, r
from tests.unit.stats.roc_samples import SAMPLES, WFNS, samples
from tests.unit.stats.rows import columns, limits, notes

Y, A = CASES["y"], CASES["a"]

# against R and print


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_youdens_cutoff_is_the_highest_of_procs(number):
    y, a, _ = SAMPLES[number]
    best = roc.youden(y, a)
    assert best.sensitivity == r(f"roc_{number}_best_sensitivity")
    assert best.specificity == r(f"roc_{number}_best_specificity")
    assert float(notes(best)["midpoint"]) == r(f"roc_{number}_midpoint")


def test_youdens_cutoff_of_the_subarachnoid_haemorrhages():
    # pROC 1.18: threshold 3.5, sensitivity 0.634146341463415, specificity 0.833333333333333
    grade, y = zip(*WFNS, strict=True)
    best = roc.youden(y, grade)
    assert (best.cutoff, notes(best)["midpoint"]) == (4, "3.5")
    assert best.sensitivity == pytest.approx(0.634146341463415, rel=1e-13)
    assert best.specificity == pytest.approx(0.833333333333333, rel=1e-13)
    assert best.estimate == pytest.approx(0.467479674796748, rel=1e-13)


# properties


@given(samples, st.integers(0, 7))
def test_a_cutoff_lies_on_the_curve(rows, cutoff):
    y, score, _ = columns(rows)
    at = roc.at_cutoff(y, score, cutoff)
    points = roc.curve(y, score)
    on_curve = zip(points.true_positive_rate, points.false_positive_rate, strict=True)
    rates = (at.sensitivity.estimate, 1 - at.specificity.estimate)
    assert any(point == pytest.approx(rates) for point in on_curve)


@given(samples)
def test_no_point_of_the_curve_is_better_than_youdens(rows):
    y, score, _ = columns(rows)
    best, points = roc.youden(y, score), roc.curve(y, score)
    gain = points.true_positive_rate - points.false_positive_rate
    assert best.estimate == pytest.approx(gain.max(), abs=1e-12)
    if best.status == "ok":
        assert best.cutoff == points.threshold[np.flatnonzero(gain > gain.max() - 1e-12)[0]]
        at = roc.at_cutoff(y, score, best.cutoff)
        assert at.sensitivity.estimate == pytest.approx(best.sensitivity)
        assert at.specificity.estimate == pytest.approx(best.specificity)


# by hand


def test_of_equal_cutoffs_the_highest_is_taken():
    best = roc.youden([0, 1, 0, 1], [1, 2, 3, 4])  # J is .5 at 4 and at 2
    assert (best.estimate, best.cutoff, best.sensitivity, best.specificity) == (0.5, 4, 0.5, 1)
    assert (best.cutoff, best.note) == (4, "midpoint=3.5")
    assert np.isnan(limits(best)).all()


def test_a_row_with_more_attributes_is_written_as_any_other(tmp_path):
    best = roc.youden(Y, A)
    write_estimates(tmp_path / "rows.csv", [best])
    assert next(read_estimates(tmp_path / "rows.csv")).note == best.note


def test_a_case_at_the_cutoff_is_positive():
    at = roc.at_cutoff([1, 1, 1, 0, 0], [2, 1, 0.9, 1, 0], cutoff=1)
    assert at.sensitivity.estimate == pytest.approx(2 / 3)
    assert at.specificity.estimate == 0.5
    assert at.sensitivity.note == "count=2/3"
    assert (at.sensitivity.n, at.sensitivity.n_positive) == (5, 3)


def test_curve_joins_ties_and_runs_from_corner_to_corner():
    points = roc.curve([1, 0, 1, 0], [3, 3, 2, 1])
    assert points.threshold.tolist() == [np.inf, 3, 2, 1]
    assert points.true_positive_rate.tolist() == [0, 0.5, 1, 1]
    assert points.false_positive_rate.tolist() == [0, 0.5, 0.5, 1]


# optimism


def all_resamples(positive, negative):
    """Return by how much J and both rates are too good in each resample."""

    def rates(p, n, cutoff):
        return np.array([np.mean(np.array(p) >= cutoff), np.mean(np.array(n) < cutoff)])

    rows = []
    for p in product(positive, repeat=len(positive)):
        for n in product(negative, repeat=len(negative)):
            cutoffs = [np.inf, *sorted({*p, *n}, reverse=True)]
            best = max(cutoffs, key=lambda cutoff: round(rates(p, n, cutoff).sum(), 9))
            beyond = rates(p, n, best) - rates(positive, negative, best)
            rows.append([beyond.sum(), *beyond])
    return np.array(rows)


@pytest.mark.parametrize("entries", [2**20, 50])
def test_optimism_is_that_of_all_resamples(monkeypatch, entries):
    monkeypatch.setattr(bootstrap, "ENTRIES_AT_ONCE", entries)
    positive, negative = (2, 3, 5), (1, 2, 4)
    every = all_resamples(positive, negative)
    replicates = 4_003
    row = roc.optimism([1, 1, 1, 0, 0, 0], positive + negative, seed=1, replicates=replicates)
    best = roc.youden([1, 1, 1, 0, 0, 0], positive + negative)
    margin = 4 * every.std(axis=0) / math.sqrt(replicates)
    assert float(notes(row)["apparent"]) == pytest.approx(best.estimate)
    found = (
        best.estimate - row.estimate,
        best.sensitivity - row.sensitivity,
        best.specificity - row.specificity,
    )
    assert (np.abs(found - every.mean(axis=0)) < margin).all()
    assert row.estimate == pytest.approx(row.sensitivity + row.specificity - 1)


def test_a_chosen_cutoff_looks_too_good_and_the_seed_decides_the_numbers():
    row, again, other = (roc.optimism(Y, A, seed=seed) for seed in (7, 7, 8))
    assert repr(row) == repr(again)
    assert row.estimate != other.estimate
    assert row.estimate == pytest.approx(other.estimate, abs=0.01)
    assert 0.01 < roc.youden(Y, A).estimate - row.estimate < 0.2
    assert np.isnan(limits(row)).all()
    assert {"seed": "7", "replicates": "2000"}.items() <= notes(row).items()


@pytest.mark.parametrize(
    ("y", "score", "status", "estimate"),
    [
        ([], [], "no data", np.nan),
        ([1, 1, 1], [1, 2, 3], "one class", np.nan),
        ([np.nan, 0], [1, np.nan], "no data", np.nan),
        ([0, 0, 1, 1], [0, 0, 0, 0], "constant", 0),
        ([0, 0, 1, 1], [3, 4, 1, 2], "no useful cutoff", 0),
        ([0, 1, 1], [1, 2, 3], "too few", 1),
    ],
)
def test_degenerate_youden(y, score, status, estimate):
    best, corrected = roc.youden(y, score), roc.optimism(y, score, seed=1)
    assert (best.status, corrected.status) == (status, status)
    assert best.estimate == pytest.approx(estimate, nan_ok=True)
    assert np.isnan([corrected.estimate, corrected.sensitivity, *limits(corrected)]).all()
    assert np.isnan(best.cutoff) == (status != "too few")


def test_after_complete_separation_the_cutoff_is_optimistic():
    row = roc.optimism([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], seed=1)
    assert (row.status, notes(row)["apparent"], row.cutoff) == ("ok", "1", 4)
    assert 0 < row.estimate < 1


def test_roc_points_of_one_class_are_none():
    assert all(len(column) == 0 for column in roc.curve([1, 1], [1, 2]))


def test_a_cutoff_with_one_class_leaves_the_other_rate_blank():
    at = roc.at_cutoff([1, 1], [1, 2], 2)
    assert at.sensitivity.estimate == 0.5
    assert at.specificity.status == "one class"
    assert np.isnan([at.specificity.estimate, *limits(at.specificity)]).all()
    assert roc.at_cutoff([], [], 2).sensitivity.status == "no data"
