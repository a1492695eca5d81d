"""The mean kappa of program and reader minus that of two readers."""

from itertools import combinations

import numpy as np
import pytest

from bonescint.stats.agreement import cohen_kappa
from bonescint.stats.kappa_gap import kappa_gap
from tests.unit.stats.agreement_samples import PANEL, PROGRAM
from tests.unit.stats.oracle import r
from tests.unit.stats.rows import limits


def test_it_is_the_difference_of_mean_kappas():
    added, alone = kappa_gap(PROGRAM, PANEL, 0.95, seed=1)
    beside = r("versus_program_kappa").expected - r("versus_readers_kappa").expected
    assert added.estimate == alone.estimate == pytest.approx(beside, rel=1e-9)
    assert "program_kappa=0.50919" in added.note and "readers_kappa=0.68388" in added.note
    own = [cohen_kappa(PROGRAM, PANEL[:, j]).estimate for j in range(3)]
    pairs = [cohen_kappa(PANEL[:, i], PANEL[:, j]).estimate for i, j in combinations(range(3), 2)]
    assert added.estimate == pytest.approx(np.mean(own) - np.mean(pairs))


def test_its_limits():
    added, alone = kappa_gap(PROGRAM, PANEL, 0.95, seed=1)
    assert (added.ci_method, alone.ci_method) == ("bootstrap_coins", "bootstrap_cases")
    # other draws than R's: as near as two runs of R are
    assert alone.ci_low == pytest.approx(r("versus_gap_boot_low").expected, abs=0.03)
    assert alone.ci_high == pytest.approx(r("versus_gap_boot_high").expected, abs=0.03)
    assert added.ci_low < added.estimate < added.ci_high
    assert kappa_gap(PROGRAM, PANEL, 0.95, seed=1) == [added, alone]
    assert kappa_gap(PROGRAM, PANEL, 0.95, seed=2)[1].ci_low != alone.ci_low
    # a case's place, which follows its random code, does not matter
    assert kappa_gap(PROGRAM[::-1], PANEL[::-1], 0.95, seed=1) == [added, alone]


def test_a_program_that_is_one_of_the_readers_agrees_more():
    added, _ = kappa_gap(PANEL[:, 1], PANEL, 0.95, seed=1)
    assert added.estimate > 0
    assert np.isfinite([added.ci_low, added.ci_high]).all()


@pytest.mark.parametrize(
    ("program", "readers", "status"),
    [
        (np.zeros(0), np.zeros((0, 3)), "no data"),
        (PROGRAM, PANEL[:, :1], "too few raters"),
        (PROGRAM[:1], PANEL[:1], "constant"),
        (np.zeros(len(PANEL)), PANEL, "constant"),  # kappa is 0 whatever the readers say
        (np.ones(9), np.ones((9, 3)), "constant"),
        (PANEL[:, 0], PANEL[:, [0, 0]], "complete agreement"),
    ],
)
def test_poor_data(program, readers, status):
    for row in kappa_gap(program, readers, 0.95, seed=1):
        assert row.status == status
        assert np.isnan(limits(row)).all()
