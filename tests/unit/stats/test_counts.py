import csv

import numpy as np
import pytest

from bonescint.resources import ROOT
from bonescint.stats.counts import negative_binomial, within
from bonescint.stats.proportions import wilson
from tests.unit.stats.oracle import r

with (ROOT / "tests/reference" / "ranks_counts.csv").open() as stream:
    _rows = list(csv.DictReader(stream))
METASTASES, HOTSPOTS = (
    np.array([float(row[name]) for row in _rows]) for name in ("metastases", "hotspots")
)


def test_negative_binomial_regression_is_that_of_mass():
    row = negative_binomial(HOTSPOTS, METASTASES)
    assert (row.estimate, row.ci_low, row.ci_high) == (
        r("counts_ratio", rel=1e-7),
        r("counts_low", rel=1e-7),
        r("counts_high", rel=1e-7),
    )
    assert row.statistic == r("counts_z", rel=1e-6)
    assert row.status == "ok"
    assert float(row.note.removeprefix("dispersion=")) == r("counts_dispersion", rel=1e-6)


def test_counts_that_scatter_less_than_poisson_are_fitted_as_poisson():
    row = negative_binomial(np.minimum(HOTSPOTS, 2), METASTASES)
    assert row.note == "dispersion=0"
    assert (row.estimate, row.statistic) == (r("counts_poisson_ratio"), r("counts_poisson_z"))


def test_the_unit_of_x_and_missing_cases_do_not_matter():
    one = negative_binomial(HOTSPOTS, METASTASES)
    ten = negative_binomial(np.append(HOTSPOTS, np.nan), np.append(METASTASES * 10 + 3, 4))
    assert ten.estimate**10 == pytest.approx(one.estimate)
    assert (ten.n, ten.p_value) == (one.n, pytest.approx(one.p_value))


def test_the_higher_of_two_peaks_of_the_likelihood_is_taken():
    # from 0 the likelihood first falls with the dispersion, then rises above where it began
    x = np.array([0.0, 1, 2, 3, 4, 60])
    y = np.array([0.0, 2, 0, 9, 0, 300])
    row = negative_binomial(y, x)
    assert row.status == "ok"
    assert float(row.note.removeprefix("dispersion=")) > 0.1


@pytest.mark.parametrize(
    ("y", "x", "status"),
    [
        ([], [], "no data"),
        ([1, 2], [1, 2], "too few"),
        ([0, 0, 0], [1, 2, 3], "constant"),
        ([1, 2, 3], [2, 2, 2], "constant"),
        ([0, 0, 0, 4, 5], [0, 0, 0, 1, 1], "not converged"),  # the ratio would be infinite
        ([0, 4, 0, 0, 0], [2, 24, 1, 17, 1], "not converged"),
        # a single count among so many zeros: the dispersion would be in the ten thousands
        ([100] + [0] * 21_000, [3, *range(7)] + [*range(7)] * 2_999, "not converged"),
    ],
)
def test_degenerate_regressions(y, x, status):
    row = negative_binomial(y, x)
    assert row.status == status
    assert np.isnan([row.estimate, row.ci_low, row.ci_high, row.p_value]).all()


def test_counts_that_are_none():
    for wrong in ([-1, 2, 3], [1.5, 2, 3]):
        with pytest.raises(ValueError, match="whole numbers"):
            negative_binomial(wrong, [1, 2, 3])


def test_agreement_of_counts_within_a_tolerance():
    x, y = [0, 1, 2, 3.5, 9, np.nan], [0, 2, 0, 3, 9, 1]
    for tolerance, count in ((0, 2), (0.5, 3), (1, 4), (2, 5)):
        row, expected = within(x, y, tolerance), wilson(count, 5)
        assert (row.estimate, row.ci_low, row.ci_high) == (
            expected.estimate,
            expected.ci_low,
            expected.ci_high,
        )
        assert row.note == f"tolerance={tolerance:g}; count={count}/5"
    assert within([0.3], [0.2], 0.1).estimate == 1  # 0.3 - 0.2 exceeds 0.1 in binary
    assert within([], []).status == "no data"
