import csv

import numpy as np
import pytest

from bonescint.resources import ROOT
from bonescint.stats.counts import count_power, negative_binomial, within
from bonescint.stats.normal import critical
from bonescint.stats.proportions import wilson
from tests.unit.stats.oracle import r
from tests.unit.stats.rows import notes

with (ROOT / "tests/reference" / "ranks_counts.csv").open() as stream:
    _rows = list(csv.DictReader(stream))
METASTASES, HOTSPOTS = (
    np.array([float(row[name]) for row in _rows]) for name in ("metastases", "hotspots")
)


def test_negative_binomial_regression_is_that_of_mass():
    fit = negative_binomial(HOTSPOTS, METASTASES)
    width = critical(0.95) * fit.error
    limits = np.exp([fit.slope, fit.slope - width, fit.slope + width]).tolist()
    assert limits == [r(f"counts_{name}", rel=1e-7) for name in ("ratio", "low", "high")]
    assert fit.slope / fit.error == r("counts_z", rel=1e-6)
    assert fit.status == "ok"
    assert fit.dispersion == r("counts_dispersion", rel=1e-6)


def test_counts_that_scatter_less_than_poisson_are_fitted_as_poisson():
    fit = negative_binomial(np.minimum(HOTSPOTS, 2), METASTASES)
    assert fit.dispersion == 0
    assert np.exp(fit.slope) == r("counts_poisson_ratio")
    assert fit.slope / fit.error == r("counts_poisson_z")


def test_the_unit_of_x_and_missing_cases_do_not_matter():
    one = negative_binomial(HOTSPOTS, METASTASES)
    ten = negative_binomial(np.append(HOTSPOTS, np.nan), np.append(METASTASES * 10 + 3, 4))
    assert 10 * ten.slope == pytest.approx(one.slope)
    assert (ten.n, ten.slope / ten.error) == (one.n, pytest.approx(one.slope / one.error))
    assert ten.mean(53) == pytest.approx(one.mean(5))


def test_the_power_of_a_count_is_that_of_mass_on_the_logarithm():
    row = count_power(HOTSPOTS, METASTASES)
    assert (row.estimate, row.ci_low, row.ci_high, row.statistic, row.p_value) == tuple(
        r(f"count_power{name}", rel=1e-6) for name in ("", "_low", "_high", "_t", "_p")
    )
    noted = notes(row)
    assert float(noted["dispersion"]) == r("count_power_dispersion", rel=1e-6)
    most = METASTASES.max()
    beside = dict(part.split(":") for part in noted["fitted_seen"].split(" "))
    assert set(beside) == {f"{x:g}" for x in (0, 1, 5, most) if x in METASTASES}
    assert beside[f"{most:g}"].endswith(f"/{HOTSPOTS[METASTASES.argmax()]:g}")
    fit = negative_binomial(HOTSPOTS, np.log1p(METASTASES))
    for read in (0, 1, 5, 30):
        assert fit.mean(np.log1p(read)) == r(f"count_power_fitted_{read}", rel=1e-6)


def test_what_is_fitted_stays_near_what_was_seen_where_counts_are_in_proportion():
    read = np.concatenate([np.zeros(25), np.arange(1, 25), [66]])
    seen = np.rint(0.9 * read)
    row = count_power(seen, read)
    fitted, seen_there = map(float, row.note.rpartition(" 66:")[2].split("/"))
    assert (fitted, seen_there) == (pytest.approx(seen.max(), rel=0.3), seen.max())
    raw = negative_binomial(seen, read)
    assert raw.mean(66) > 10 * seen.max()  # why it is not fitted on the count itself


@pytest.mark.parametrize(
    ("y", "x", "status"),
    [([], [], "no data"), ([1, 2], [1, 2], "too few"), ([1, 2, 3], [2, 2, 2], "constant")],
)
def test_powers_of_poor_counts(y, x, status):
    row = count_power(y, x)
    assert (row.status, row.n, row.note) == (status, len(x), "")
    assert np.isnan([row.estimate, row.ci_low, row.ci_high, row.p_value]).all()


def test_the_higher_of_two_peaks_of_the_likelihood_is_taken():
    # from 0 the likelihood first falls with the dispersion, then rises above where it began
    x = np.array([0.0, 1, 2, 3, 4, 60])
    y = np.array([0.0, 2, 0, 9, 0, 300])
    fit = negative_binomial(y, x)
    assert fit.status == "ok"
    assert fit.dispersion > 0.1


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
    fit = negative_binomial(y, x)
    assert fit.status == status
    assert np.isnan([fit.intercept, fit.slope, fit.error, fit.mean(1)]).all()


def test_invalid_counts():
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
