"""Limits of agreement by quantiles, whether the spread depends on the size, and ratios."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bonescint.stats import method_comparison as mc
from tests.unit.stats.oracle import _R, limits_of_r, r
from tests.unit.stats.rows import with_limits
from tests.unit.stats.test_method_comparison import SETS

EVERY = SETS | {"all": np.hstack(list(SETS.values()))}
WIDE = np.random.default_rng(5).normal(size=(2, 200))


def noted(row):
    return dict(part.partition("=")[::2] for part in row.note.split("; ") if part)


def test_quantiles_and_their_inner_limits_are_those_of_r():
    rows = mc.quantile_limits(*SETS["skewed"])
    for end, row in rows.items():
        assert row.estimate == r(f"measured_skewed_quantile_{end}")
        assert (row.status, math.isnan(row.ci_low)) == ("no outer limit", True)
        assert float(noted(row)["inner_limit"]) == r(f"measured_skewed_inner_{end}")
        assert noted(row)["interval_needs"] == "146"


def test_exact_limits_of_the_quantiles_are_those_of_r():
    for end, row in mc.quantile_limits(*EVERY["all"]).items():
        assert row.estimate == r(f"measured_all_quantile_{end}")
        limits = [r(f"measured_all_quantile_{end}_{side}") for side in ("low", "high")]
        assert [row.ci_low, row.ci_high] == limits
        assert (row.status, row.note) == ("ok", "")


@pytest.mark.parametrize(
    ("n", "status"),
    [(38, "too few"), (39, "no outer limit"), (145, "no outer limit"), (146, "ok")],
)
def test_how_many_cases_the_limits_take(n, status):
    rows = mc.quantile_limits(*WIDE[:, :n])
    assert {row.status for row in rows.values()} == {status}
    if n == 38:
        assert {row.note for row in rows.values()} == {"limit_needs=39"}
        assert all(math.isnan(row.estimate) for row in rows.values())
    if n == 39:  # (n + 1) p is 1: the smallest and the largest difference
        d = WIDE[0, :39] - WIDE[1, :39]
        assert [rows[k].estimate for k in rows] == pytest.approx([d.min(), d.max()], rel=1e-9)


@pytest.mark.parametrize(
    ("x", "y", "status"),
    [
        ([], [], "no data"),
        ([1], [2], "too few"),
        ([1, 2, 3], [1, 2, 3], "identical"),
        ([0.5, 0.4, 0.3], [0.4, 0.3, 0.2], "constant"),
        ([0] * 100 + [1] * 100, [0] * 200, "tied"),  # every limit is one number
    ],
)
def test_poor_differences(x, y, status):
    rows = mc.quantile_limits(x, y)
    assert status in {row.status for row in rows.values()}
    for row in rows.values():
        assert math.isnan(row.ci_low) == (row.status != "ok")
    assert mc.limits_of_agreement(x, y)


@pytest.mark.parametrize("name", [n for n in EVERY if f"measured_{n}_spread" in _R])
def test_the_spread_is_held_against_the_size_as_r_does(name):
    row = mc.spread(*EVERY[name])
    assert row.estimate == r(f"measured_{name}_spread")
    assert row.p_value == r(f"measured_{name}_spread_p")


@pytest.mark.parametrize("name", SETS)
def test_ratios_are_those_of_r(name):
    x, y = SETS[name]
    both = (x > 0) & (y > 0)
    ways = {"positive": mc.bland_altman_log(x[both], y[both], 0)}
    ways["offset"] = mc.bland_altman_log(x, y, 0.1)
    for way, rows in ways.items():
        if f"measured_{name}_{way}_bias" not in _R:
            continue
        for key, row in rows.items():
            place = f"measured_{name}_{way}_{key}"
            assert with_limits(row) == (r(place), *limits_of_r(place))
            assert row.measure.startswith("ratio_" if way == "positive" else "offset_ratio_")
            assert row.note == ("" if way == "positive" else "offset=0.1")


def measures(rows):
    return [row.measure for row in rows]


def test_limits_whose_premises_hold_stand_first():
    size = np.repeat([0.0, 0.1, 0.3, 1, 3, 9], 10)
    steady = np.tile([0.1, -0.1, 0.2, -0.2, 0.0], 12)
    rows = mc.limits_of_agreement(size + steady, size)
    assert measures(rows)[:3] == ["bias", "limit_low", "limit_high"]
    assert not any("spread" in row.note for row in rows)
    grown = mc.limits_of_agreement(size + size * steady, size)
    assert measures(grown)[:2] == ["quantile_low", "quantile_high"]
    said = {row.measure for row in grown if "spread_grows" in row.note}
    assert said == {"limit_low", "limit_high"}
    shrunk = mc.limits_of_agreement(size + (9 - size) * steady, size)
    assert measures(shrunk)[0] == "quantile_low"
    assert "spread_shrinks" in {row.note for row in shrunk}
    assert sorted(measures(rows)) == sorted(measures(grown))


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=39, max_size=160),
    st.sampled_from([0.01, 0.1, 1, 7]),
)
def test_quantile_limits_follow_unit_shift_and_order(pairs, unit):
    x, y = np.array(pairs, dtype=float).T
    assume(np.ptp(x - y))
    rows = mc.quantile_limits(x, y)
    near = {"rel": 1e-9, "abs": 1e-9, "nan_ok": True}
    scaled = mc.quantile_limits(unit * x + 3 * unit, unit * y)
    turned = mc.quantile_limits(y, x)
    mirror = {"lower": "upper", "upper": "lower"}
    for key, row in rows.items():
        moved = [unit * (v + 3) for v in with_limits(row)]
        assert with_limits(scaled[key]) == pytest.approx(moved, **near)
        other = turned[mirror[key]]
        assert (-other.estimate, -other.ci_high, -other.ci_low) == pytest.approx(
            with_limits(row), **near
        )
        assert (scaled[key].status, other.status) == (row.status, row.status)
    tau = mc.spread(x, y)
    assert mc.spread(unit * x, unit * y).p_value == pytest.approx(tau.p_value, **near)
    assert mc.spread(y, x).p_value == pytest.approx(tau.p_value, **near)
