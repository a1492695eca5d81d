import csv

import numpy as np
import pytest

from bonescint.resources import ROOT
from bonescint.stats import method_comparison as mc
from tests.unit.stats.oracle import CASES, limits_of_r, r
from tests.unit.stats.rows import limits, with_limits

A, B = CASES["a"], CASES["b"]

_PAIRS = ROOT / "tests/reference" / "method_comparison_pairs.csv"
SETS = {}
with _PAIRS.open(encoding="utf-8") as stream:
    for row in csv.DictReader(stream):
        SETS.setdefault(row["set"], []).append((float(row["x"]), float(row["y"])))
SETS = {name: np.array(pairs).T for name, pairs in SETS.items()}

# peak expiratory flow of 17 people, first readings, l/min: Bland & Altman 1986, table 1
WRIGHT = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
MINI = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]


def is_r(row, key, rel=1e-8):
    key = f"method_comparison_{key}"
    assert row.estimate == r(key, rel)
    assert limits(row) == limits_of_r(key, rel)
    assert row.status == "ok"


def test_peak_flow_meters_are_those_in_print():
    # bias -2.1, SD 38.8, limits -79.7 and 75.5 with 2 SD; we take 1.96
    rows = mc.bland_altman(WRIGHT, MINI)
    assert rows["bias"].estimate == pytest.approx(-2.1, abs=0.05)
    sd = (rows["upper"].estimate - rows["bias"].estimate) / 1.959963984540054
    assert sd == pytest.approx(38.8, abs=0.05)
    assert rows["bias"].estimate - 2 * sd == pytest.approx(-79.7, abs=0.1)
    # their approximate limits of the bias: -22.0 to 17.8
    assert rows["bias"].ci_low == pytest.approx(-22.0, abs=0.1)
    assert rows["bias"].ci_high == pytest.approx(17.8, abs=0.1)


def test_limits_of_agreement_are_those_of_r():
    rows = mc.bland_altman(A, B)
    bias, upper, lower = rows["bias"], rows["upper"], rows["lower"]
    assert with_limits(bias) == (r("bias"), *limits_of_r("bias"))
    assert upper.estimate == r("limit_high")
    assert limits(upper) == limits_of_r("limit_high")
    # the lower limit mirrors the upper one about the bias
    assert lower.ci_low + upper.ci_high == pytest.approx(2 * bias.estimate)
    assert {row.n for row in rows.values()} == {60}


@pytest.mark.parametrize("name", SETS)
def test_plain_limits_are_those_of_r(name):
    for key, row in mc.bland_altman(*SETS[name]).items():
        is_r(row, f"{name}_plain_{key}")


@pytest.mark.parametrize("name", [name for name in SETS if name != "signed"])
def test_limits_of_the_ratio_are_those_of_r(name):
    for key, row in mc.bland_altman_log(*SETS[name]).items():
        is_r(row, f"{name}_log_{key}")
        assert row.note == "offset=1"


@pytest.mark.parametrize("name", SETS)
def test_regression_limits_are_those_of_r(name):
    rows = mc.bland_altman_regression(*SETS[name])
    for key in ("intercept", "slope", "sd_intercept", "sd_slope"):
        is_r(rows[key], f"{name}_regression_{key}")
    for key in ("slope", "sd_slope"):
        assert rows[key].statistic == r(f"method_comparison_{name}_regression_{key}_t")
        assert rows[key].p_value == r(f"method_comparison_{name}_regression_{key}_p")
    for key in ("lower", "upper"):
        assert rows[key].estimate == r(f"method_comparison_{name}_regression_{key}")
        assert np.isnan(rows[key].ci_low)


def test_limits_at_the_mean_follow_from_the_lines():
    rows = mc.bland_altman_regression(A, B)
    at = float(rows["upper"].note.removeprefix("at="))
    assert at == pytest.approx(((A + B) / 2).mean())
    bias = rows["intercept"].estimate + rows["slope"].estimate * at
    sd = rows["sd_intercept"].estimate + rows["sd_slope"].estimate * at
    assert rows["upper"].estimate == pytest.approx(bias + 1.959963984540054 * sd)
    assert rows["lower"].estimate == pytest.approx(bias - 1.959963984540054 * sd)


@pytest.mark.parametrize("name", SETS)
def test_concordance_is_that_of_epir(name):
    row = mc.lin_ccc(*SETS[name])
    is_r(row, f"{name}_ccc")
    notes = dict(note.split("=") for note in row.note.split("; "))
    assert float(notes["bias_correction"]) == r(f"method_comparison_{name}_ccc_bias")
    assert float(notes["pearson_r"]) == pytest.approx(np.corrcoef(*SETS[name])[0, 1])


def test_concordance_has_an_interval_at_zero_correlation():
    x, y = [1.0, 2, 3, 4], [1.0, -1, -1, 1]  # r is 0: epiR divides by it
    row, near = mc.lin_ccc(x, y), mc.lin_ccc(x, np.add(y, [0, 0, 0, 1e-7]))
    assert row.estimate == 0
    assert limits(row) == pytest.approx(limits(near), abs=1e-6)


@pytest.mark.parametrize("name", [name for name in SETS if name != "unrelated"])
def test_passing_bablok_is_that_of_loops_in_r(name):
    rows = mc.passing_bablok(*SETS[name])
    is_r(rows["slope"], f"{name}_passing_bablok_slope")
    at, key = rows["intercept"], f"method_comparison_{name}_passing_bablok_intercept"
    assert at.estimate == r(key)
    # with negative values the limits of the slope may give those of the intercept in either order
    ends = limits(at) if name != "signed" else (at.ci_high, at.ci_low)
    assert ends == limits_of_r(key)


def test_vertical_limit_of_passing_bablok_is_no_interval():
    key = "method_comparison_unrelated_passing_bablok_"
    rows = mc.passing_bablok(*SETS["unrelated"])
    assert r(f"{key}slope_high") == np.inf
    assert rows["slope"].estimate == r(f"{key}slope")
    assert rows["intercept"].estimate == r(f"{key}intercept")
    for row in rows.values():
        assert row.status == "too few"
        assert np.isnan(limits(row)).all()


@pytest.mark.parametrize("ratio", [1, 0.25])
@pytest.mark.parametrize("name", SETS)
def test_deming_is_that_of_loops_in_r(name, ratio):
    rows = mc.deming(*SETS[name], ratio=ratio)
    for key, row in rows.items():
        is_r(row, f"{name}_deming_{ratio}_{key}")


def test_deming_ratio_is_errors_of_x_over_errors_of_y():
    rng = np.random.default_rng(3)
    truth = rng.normal(0, 3, 20_000)
    x, y = truth + rng.normal(0, 2, truth.size), truth + rng.normal(0, 1, truth.size)
    assert mc.deming(x, y, ratio=4)["slope"].estimate == pytest.approx(1, abs=0.02)
    assert mc.deming(x, y, ratio=1)["slope"].estimate < 0.85


@pytest.mark.parametrize("name", SETS)
def test_equivalence_is_that_of_r(name):
    row = mc.tost_paired(*SETS[name], (-0.2, 0.3))
    key = f"method_comparison_{name}_tost"
    assert row.p_value == r(f"{key}_p")
    assert row.statistic == r(f"{key}_t")
    assert limits(row) == limits_of_r(key)
    inside = row.ci_low > -0.2 and row.ci_high < 0.3
    assert row.level == pytest.approx(0.9)
    assert row.note == f"margin_low=-0.2; margin_high=0.3; equivalent={int(inside)}"


def test_both_answers_of_the_equivalence_test_occur():
    x, y = SETS["zeros"]
    assert mc.tost_paired(x, y, 0.2).note.endswith("equivalent=1")
    assert mc.tost_paired(x, y, 0.1).note.endswith("equivalent=0")


@pytest.mark.parametrize("margin", [None, 0, -1, float("nan"), (1, 1), (0.2, -0.2)])
def test_equivalence_without_a_margin_is_refused(margin):
    with pytest.raises(ValueError, match="margin"):
        mc.tost_paired([1, 2, 3], [1, 2, 4], margin)


@pytest.mark.parametrize("ratio", [0, -1, float("nan"), float("inf")])
def test_deming_without_a_ratio_is_refused(ratio):
    with pytest.raises(ValueError, match="ratio"):
        mc.deming([1, 2, 3], [1, 2, 4], ratio)
