"""All small tables: each interval is wide enough, or the table says exactly why there is none."""

import math
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from bonescint.stats import agreement, proportions, reclassification, roc
from bonescint.stats.paired_calls import compare_calls

CASES = 12


def tables(cells, most):
    """Yield every table of `cells` counts with 1 to `most` cases."""
    for counts in product(range(most + 1), repeat=cells):
        if 0 < sum(counts) <= most:
            yield counts


def width(row):
    return row.ci_high - row.ci_low


def pairs(table):
    """Return the ratings of two readers, subjects x readers, of a square table."""
    size = math.isqrt(len(table))
    return np.repeat([divmod(cell, size) for cell in range(size * size)], table, axis=0)


def without_spread(table, weights=None):
    """Return whether the variance of Fleiss, Cohen & Everitt is 0, in fractions."""
    size, n = math.isqrt(len(table)), sum(table)
    cells = [(*divmod(cell, size), Fraction(count, n)) for cell, count in enumerate(table)]
    used = [i for i in range(size) if any(share for a, b, share in cells if i in (a, b))]
    most = max(used) - min(used)
    power = {None: 0, "linear": 1, "quadratic": 2}[weights]

    def agree(i, j):
        return 1 - Fraction(abs(i - j), most) ** power if power else Fraction(i == j)

    rows, columns = ([sum(c[2] for c in cells if c[k] == i) for i in range(size)] for k in (0, 1))
    observed = sum(agree(i, j) * share for i, j, share in cells)
    expected = sum(agree(i, j) * rows[i] * columns[j] for i in used for j in used)
    pulls = {
        agree(i, j) * (1 - expected)
        - (1 - observed) * sum(agree(i, k) * columns[k] + agree(k, j) * rows[k] for k in used)
        for i, j, share in cells
        if share
    }
    return len(pulls) == 1


def test_cohens_kappa_of_every_2x2_table():
    for table in tables(4, CASES):
        both, first, second, neither = table
        rows = [agreement.cohen_kappa(*pairs(table).T, ci=ci) for ci in ("wald", "log")]
        n, fixed = sum(table), 0 in (both + first, second + neither, both + second, first + neither)
        if n in (both, neither):
            status = "constant"
        elif n == 1:
            status = "too few"
        elif first + second == 0:
            status = "complete agreement"
        else:
            status = "constant" if without_spread(table) else "ok"
            assert status == "constant" or not fixed
        for row in rows:
            assert row.status == status, table
            assert (status == "ok") != math.isnan(row.ci_low)
            assert status != "ok" or width(row) > 0.01, table
            assert not (fixed and n > 1) or n in (both, neither) or row.estimate == 0


@pytest.mark.parametrize("weights", ["linear", "quadratic"])
def test_weighted_kappa_of_every_3x3_table(weights):
    for table in tables(9, 3):
        ratings = pairs(table)
        row = agreement.cohen_kappa(*ratings.T, weights)
        if row.status in ("ok", "constant") and len(set(ratings.ravel().tolist())) > 1:
            assert (row.status == "constant") == without_spread(table, weights), table
        if row.status == "ok":
            assert width(row) > 0.01, table


def test_constant_readers_of_any_number_of_cases():
    for n in range(2, 60):
        for yes in range(n):
            row = agreement.cohen_kappa(np.ones(n), np.arange(n) < yes)
            assert (row.status, row.estimate) == ("constant", 0)


@pytest.mark.parametrize(
    "coefficient",
    [
        agreement.fleiss_kappa,
        agreement.gwet_ac1,
        lambda ratings: agreement.krippendorff_alpha(ratings, "nominal"),
    ],
    ids=["fleiss_kappa", "gwet_ac1", "krippendorff_alpha"],
)
def test_coefficients_of_three_readers(coefficient):
    """Subjects by how many of three readers say yes; readers may be missing."""
    kinds = np.array(
        [[0, 0, 0], [0, 0, 1], [0, 1, 1], [1, 1, 1], [0, 1, np.nan], [1, np.nan, np.nan]]
    )
    for table in tables(6, 5):
        row = coefficient(np.repeat(kinds, table, axis=0))
        assert (row.status == "ok") != math.isnan(row.ci_low)
        if row.status == "ok":
            assert width(row) > 0.01, table
            assert row.ci_low <= row.estimate <= row.ci_high, table
        elif row.status == "constant" and not math.isnan(row.estimate):
            # each subject says the same: leaving one out of its kind leaves no spread either
            assert len({len(set(k[~np.isnan(k)])) for k in kinds[np.array(table) > 0]}) <= 2


def test_agreement_on_one_category():
    for table in tables(4, CASES):
        both, first, second, _ = table
        for ci in ("logit", "wald"):
            row = agreement.specific_agreement(pairs(table), 0, ci=ci)
            if not both + first + second:
                assert row.status == "no data"
            elif not both or not first + second:
                assert row.status in ("no agreement", "complete agreement")
            else:
                assert row.status == "ok"
                assert width(row) > 0.01
    # three readers, two of whom say yes of every subject
    row = agreement.specific_agreement([[1, 1, 0]] * 7, 1)
    assert (row.status, row.estimate) == ("constant", 0.5)


def test_proportions_and_their_differences():
    for n in range(1, CASES + 1):
        for x in range(n + 1):
            for function in (proportions.wilson, proportions.clopper_pearson, proportions.mid_p):
                row = function(x, n)
                assert width(row) > 0.1
                assert row.ci_low <= row.estimate <= row.ci_high
    for x1, rest1, x2, rest2 in tables(4, CASES):
        row = proportions.difference_independent(x1, x1 + rest1, x2, x2 + rest2)
        assert row.status == ("ok" if x1 + rest1 and x2 + rest2 else "no data")
        assert row.status != "ok" or width(row) > 0.1


def test_paired_calls_and_reclassification():
    for table in tables(4, 8):
        _, first, second, _ = table
        calls = 1 - pairs(table).T
        for row in compare_calls(*calls, "difference"):
            assert (row.status == "ok") == (first + second > 0)
            assert math.isnan(row.ci_low) == (row.status != "ok")
            assert row.status != "ok" or width(row) > 0.1
        truth = np.arange(sum(table)) % 2
        row = reclassification.nri(truth, *calls)
        assert (row.status in ("ok", "identical")) != math.isnan(row.estimate)
        assert math.isnan(row.ci_low) and math.isnan(row.p_value)


def test_likelihood_ratios_have_limits_where_the_counts_do():
    for table in tables(4, CASES):
        tp, fp, fn, tn = table
        rows = proportions.likelihood_ratios(*table)
        for row in rows.values():
            assert (row.status == "ok") != math.isnan(row.ci_low)
            assert row.status != "ok" or row.ci_high > 1.1 * row.ci_low
        assert (rows["positive"].status == "ok") == (tp > 0 < fp and (fn > 0 or tn > 0))
        assert (rows["odds_ratio"].status == "ok") == (0 not in table)


def test_areas_of_every_order_of_three_scores():
    """By how many cases with and without metastasis have each of three scores."""
    for table in tables(6, 7):
        positive, negative = (np.repeat([0.1, 0.2, 0.3], part) for part in (table[:3], table[3:]))
        truth = np.repeat([1, 0], (positive.size, negative.size))
        score = np.append(positive, negative)
        row = roc.auc(truth, score)
        if not positive.size or not negative.size:
            assert row.status == "one class"
        elif min(positive.size, negative.size) < 2:
            assert row.status == "too few"
        elif positive.min() > negative.max() or positive.max() < negative.min():
            assert (row.status, row.ci_method) == ("ok", "separation")
            assert roc.auc(truth, score, ci="wald").status == "complete separation"
        elif np.ptp(score) == 0:
            assert row.status == "constant"
        else:
            assert row.status == "ok"
            assert width(row) > 0.05
        assert (row.status == "ok") != math.isnan(row.ci_low)
        other = roc.compare_paired(truth, score, np.roll(score, 1))
        assert (other.status == "ok") != math.isnan(other.ci_low)
        assert other.status != "ok" or width(other) > 0.05
