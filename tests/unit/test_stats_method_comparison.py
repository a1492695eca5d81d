import numpy as np
import pytest
from scipy.stats import nct

from bonescint.stats.method_comparison import bland_altman
from tests.unit.stats_oracle import CASES, r

A, B = CASES["a"], CASES["b"]

# peak expiratory flow of 17 people, first readings, l/min: Bland & Altman 1986, table 1
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def test_peak_flow_meters_are_those_in_print():
    # bias -2.1, SD 38.8, limits -79.7 and 75.5 with 2 SD; we take 1.96
    rows = bland_altman(WRIGHT, MINI)
    assert rows["bias"].estimate == pytest.approx(-2.1, abs=0.05)
    sd = (rows["upper"].estimate - rows["bias"].estimate) / 1.959963984540054
    assert sd == pytest.approx(38.8, abs=0.05)
    assert rows["bias"].estimate - 2 * sd == pytest.approx(-79.7, abs=0.1)
    # their approximate limits of the bias: -22.0 to 17.8
    assert rows["bias"].ci_low == pytest.approx(-22.0, abs=0.1)
    assert rows["bias"].ci_high == pytest.approx(17.8, abs=0.1)


def test_limits_of_agreement_are_those_of_r():
    rows = bland_altman(A, B)
    bias, upper, lower = rows["bias"], rows["upper"], rows["lower"]
    assert (bias.estimate, bias.ci_low, bias.ci_high) == (r("bias"), r("bias_low"), r("bias_high"))
    assert upper.estimate == r("limit_high")
    assert (upper.ci_low, upper.ci_high) == (r("limit_high_low"), r("limit_high_high"))
    # the lower limit mirrors the upper one about the bias
    assert lower.ci_low + upper.ci_high == pytest.approx(2 * bias.estimate)
    assert {row.n for row in rows.values()} == {60}


@pytest.mark.parametrize("n", [3, 25, 1000])
def test_noncentral_t_is_that_of_scipy_stats(n):
    x = np.random.default_rng(1).normal(size=n)
    upper = bland_altman(x, np.zeros(n))["upper"]
    d = np.round(x, 9)
    expected = nct.ppf(0.975, n - 1, 1.959963984540054 * np.sqrt(n)) * d.std(ddof=1) / np.sqrt(n)
    assert upper.ci_high - d.mean() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("x", "y", "status", "estimate"),
    [
        ([], [], "no data", np.nan),
        ([1], [2], "too few", -1),
        ([1, 2, 3], [1, 2, 3], "identical", 0),
        ([0.5, 0.4, 0.3], [0.4, 0.3, 0.2], "constant", 0.1),
        ([1, np.nan], [np.nan, 2], "no data", np.nan),
    ],
)
def test_degenerate_differences(x, y, status, estimate):
    rows = bland_altman(x, y)
    assert {row.status for row in rows.values()} == {status}
    assert rows["bias"].estimate == pytest.approx(estimate, nan_ok=True)
    assert np.isnan([(row.ci_low, row.ci_high) for row in rows.values()]).all()


def test_a_case_without_both_values_is_left_out():
    assert bland_altman([1, 2, np.nan, 4], [1, 1, 1, np.nan])["bias"].n == 2
