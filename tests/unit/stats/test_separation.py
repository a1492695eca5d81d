"""Limits of an AUC of 1 or 0."""

import itertools

import numpy as np
import pytest

from bonescint.stats import roc
from bonescint.stats.proportions import clopper_pearson
from bonescint.stats.roc.separation import binormal_limit, separation_limit
from tests.unit.stats.oracle import r
from tests.unit.stats.rows import limits


@pytest.mark.parametrize(("n1", "n0"), [(2, 2), (10, 10), (25, 25), (25, 10), (7, 60)])
def test_the_limit_is_the_exact_one_of_as_many_pairs_as_the_smaller_class_has(n1, n0):
    y = np.repeat([0, 1], (n0, n1))
    row = roc.auc(y, np.arange(n0 + n1))
    least = min(n1, n0)
    assert limits(row) == pytest.approx(limits(clopper_pearson(least, least)))
    assert (row.estimate, row.status, row.ci_method) == (1, "ok", "separation")
    assert "complete_separation" in row.note
    turned = roc.auc(y, -np.arange(n0 + n1))
    assert limits(turned) == pytest.approx((0, 1 - row.ci_low))
    binormal, other = (float(one.note.rpartition("=")[2]) for one in (row, turned))
    assert binormal + other == pytest.approx(1)


def test_the_limit_moves_with_the_level_and_wald_has_none():
    y, score = [0] * 10 + [1] * 10, range(20)
    assert roc.auc(y, score, confidence=0.9).ci_low == pytest.approx(0.05**0.1)
    wald = roc.auc(y, score, ci="wald")
    assert wald.status == "complete separation"
    assert np.isnan(limits(wald)).all()


def test_no_distribution_separates_more_often():
    """Every two distributions on four values, in sixths: P(separate) is at most AUC ** min(n)."""
    shares = [
        np.array(parts) / 6 for parts in itertools.product(range(7), repeat=4) if sum(parts) == 6
    ]
    for with_, without in itertools.product(shares, shares):
        area = with_ @ (np.cumsum(without) - without / 2)
        for n1, n0 in ((2, 2), (3, 2), (2, 5)):
            above = 1 - np.cumsum(with_)  # a case with metastasis lies above this value
            highest = np.diff(np.cumsum(without) ** n0, prepend=0)
            assert highest @ np.clip(above, 0, 1) ** n1 <= area ** min(n1, n0) + 1e-12


def test_where_the_larger_class_has_no_spread_the_limit_is_reached():
    limit = separation_limit(10, 25, 0.025)
    assert limit**10 == pytest.approx(0.025)


@pytest.mark.parametrize(("n1", "n0"), [(10, 10), (25, 25), (15, 20), (30, 12)])
@pytest.mark.parametrize("ratio", [1, 2])
def test_the_binormal_limit_is_that_of_r(n1, n0, ratio):
    assert binormal_limit(n1, n0, 0.05, ratio) == r(f"separation_{n1}_{n0}_{ratio}", rel=2e-6)


@pytest.mark.parametrize(
    ("n1", "n0", "ratio", "printed"),
    [
        (5, 5, 1, 0.72), (5, 15, 1, 0.87), (10, 10, 1, 0.90), (10, 15, 1, 0.93),
        (10, 20, 1, 0.94), (10, 30, 1, 0.96), (15, 15, 2, 0.93), (20, 20, 2, 0.96),
        (25, 25, 2, 0.97), (30, 30, 2, 0.98),
    ],
)  # fmt: skip
def test_the_binormal_limit_is_the_one_in_print(n1, n0, ratio, printed):
    # the published value is simulated, with two decimals
    assert binormal_limit(n1, n0, 0.05, ratio) == pytest.approx(printed, abs=0.009)


def test_the_note_names_the_binormal_limit_of_the_same_level():
    row = roc.auc([0] * 25 + [1] * 25, range(50))
    said = dict(part.partition("=")[::2] for part in row.note.split("; "))
    assert float(said["binormal_limit"]) == pytest.approx(binormal_limit(25, 25, 0.025))
    assert row.ci_low < float(said["binormal_limit"])
    # that of an ordinary AUC stays empty
    assert roc.auc([0, 0, 1, 1], [1, 3, 2, 4]).note == ""
