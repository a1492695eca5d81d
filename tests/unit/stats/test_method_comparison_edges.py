import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.stats import nct

from bonescint.stats import method_comparison as mc
from tests.unit.stats.rows import limits, with_limits

ALL = {
    "bland_altman": mc.bland_altman,
    "bland_altman_log": mc.bland_altman_log,
    "bland_altman_regression": mc.bland_altman_regression,
    "lin_ccc": lambda x, y: {"ccc": mc.lin_ccc(x, y)},
    "passing_bablok": mc.passing_bablok,
    "deming": mc.deming,
    "tost_paired": lambda x, y: {"tost": mc.tost_paired(x, y, 0.5)},
}


DEGENERATE = {
    # pairs, then the status of each function in the order of ALL
    "nothing": ([], [], *["no data"] * 7),
    "no pair": ([1, np.nan], [np.nan, 2], *["no data"] * 7),
    "one": ([1], [2], *["too few"] * 7),
    "two": ([1, 2], [3, 6], "ok", "ok", "too few", "too few", "too few", "too few", "ok"),
    "identical": ([1, 2, 4], [1, 2, 4], *["identical"] * 7),
    "shifted": ([0.5, 0.4, 0.3], [0.4, 0.3, 0.2], "constant", "ok", "constant", "ok")
    + ("exact line", "exact line", "constant"),
    "all zero": ([0, 0, 0, 0], [0, 0, 0, 0], *["identical"] * 4, "constant", "constant")
    + ("identical",),
    "one varies": ([1, 2, 3, 5], [2, 2, 2, 2], "ok", "ok", "exact line", "constant", "constant")
    + ("constant", "ok"),
    "proportional": ([1, 2, 3, 5], [2, 4, 6, 10], "ok", "ok", "exact line", "ok")
    + ("exact line", "exact line", "ok"),
    "opposed": ([1, 2, 3], [3, 2, 1], "ok", "ok", "constant", "exact line")
    + ("exact line", "exact line", "ok"),
    "one case decides": ([0, 0, 0, 5], [0, 0, 0, 4], "ok", "ok", "exact line", "ok")
    + ("exact line", "exact line", "ok"),
    "leverage": ([0.1, 0.1, 0.1, 0.1, 0.1, 0.7], [0, 0.2, 0.1, 0.1, 0.3, 0.6], *["ok"] * 4)
    + ("no slope", "too few", "ok"),
    "cross": ([1, -1, 0, 0], [0, 0, 1, -1], "ok", "not positive", "exact line", "ok")
    + ("too few", "no slope", "ok"),
    "upright": ([0, 0, 0, 0, 1], [0, 1, 2, 3, 1], *["ok"] * 4, "no slope", "too few", "ok"),
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("function", ALL)
@pytest.mark.parametrize("case", DEGENERATE)
def test_degenerate_pairs(case, function):
    x, y, *expected = DEGENERATE[case]
    rows = ALL[function](x, y)
    status = expected[list(ALL).index(function)]
    found = {row.status for row in rows.values()}
    assert status in found, found
    for row in rows.values():
        assert not np.isinf(with_limits(row)).any()
        if row.status != "ok":
            assert np.isnan(limits(row)).all()
            assert np.isnan(row.p_value) or row.p_value == 1


def test_a_constant_difference_keeps_its_size():
    assert mc.bland_altman([0.5, 0.4, 0.3], [0.4, 0.3, 0.2])["bias"].estimate == pytest.approx(0.1)
    ratio = mc.bland_altman_log([2, 4, 6], [1, 2, 3], offset=0)["bias"]
    assert (ratio.estimate, ratio.status) == (pytest.approx(2), "constant")
    assert mc.tost_paired([2, 3, 4], [1, 2, 3], 2).estimate == 1


def test_identical_pairs_lie_on_the_line_of_identity():
    for fit in (mc.passing_bablok, mc.deming):
        rows = fit([1, 2, 4, 4], [1, 2, 4, 4])
        assert rows["slope"].estimate == pytest.approx(1)
        assert rows["intercept"].estimate == pytest.approx(0)
    assert mc.lin_ccc([1, 2, 4], [1, 2, 4]).estimate == pytest.approx(1)
    slope = mc.bland_altman_regression([1, 2, 4], [1, 2, 4])["slope"]
    assert (slope.p_value, slope.status) == (1, "identical")
    # equivalence cannot be tested without variance: not claimed, not denied
    assert np.isnan(mc.tost_paired([1, 2, 4], [1, 2, 4], 0.5).p_value)
    assert "equivalent" not in mc.tost_paired([1, 2, 4], [1, 2, 4], 0.5).note


def test_ratio_of_values_with_zeros_needs_an_offset():
    x, y = [0, 1, 2, 5], [1, 1, 2, 4]
    rows = mc.bland_altman_log(x, y, offset=0)
    assert {(row.status, row.n) for row in rows.values()} == {("not positive", 4)}
    assert np.isnan([row.estimate for row in rows.values()]).all()
    assert {row.status for row in mc.bland_altman_log(x, y).values()} == {"ok"}


@pytest.mark.parametrize("n", [3, 25, 1000])
def test_noncentral_t_is_that_of_scipy_stats(n):
    x = np.random.default_rng(1).normal(size=n)
    upper = mc.bland_altman(x, np.zeros(n))["upper"]
    expected = nct.ppf(0.975, n - 1, 1.959963984540054 * np.sqrt(n)) * x.std(ddof=1) / np.sqrt(n)
    assert upper.ci_high - x.mean() == pytest.approx(expected, rel=1e-9)


class Series:
    """A column of a data frame: numpy may ask for its values, and nobody for anything else."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return np.array(self.values, dtype=dtype)


@pytest.mark.parametrize("function", ALL)
def test_a_case_without_both_values_is_left_out(function):
    x = [1, 2, 3.5, np.nan, 5, 6, 9]
    y = [1.5, 2, 3, 4, np.nan, 7, 8]
    whole = ALL[function]([1, 2, 3.5, 6, 9], [1.5, 2, 3, 7, 8])
    assert ALL[function](x, y) == whole
    assert ALL[function](Series(x), Series(y)) == whole
    assert {row.n for row in whole.values()} == {5}


@pytest.mark.parametrize("function", ALL)
def test_unequal_lengths_are_refused(function):
    with pytest.raises(ValueError, match="same length"):
        ALL[function]([1, 2], [1, 2, 3])


def test_two_thousand_cases_with_zeros():
    rng = np.random.default_rng(5)
    x = np.round(rng.exponential(1, 2000) * (rng.random(2000) < 0.4), 2)
    y = np.round(x * rng.lognormal(0, 0.2, 2000), 2)
    slope = mc.passing_bablok(x, y)["slope"]
    # most slopes are exactly 1: both limits would be, and an interval of no width says nothing
    assert (slope.estimate, slope.status, slope.n) == (1, "tied", 2000)
    assert np.isnan(limits(slope)).all()
    finer = mc.passing_bablok(x, y * 1.1)["slope"]
    assert finer.estimate == pytest.approx(1.1)


hundredths = st.integers(-300, 300).map(lambda value: value / 100)
pairs = st.lists(st.tuples(hundredths, hundredths), max_size=12)


@settings(max_examples=60, deadline=None)
@given(pairs)
@example([(0.0, 0.0)] * 5 + [(0.0, 0.3)])
def test_any_pairs_end_in_rows(data):
    x, y = np.array(data).reshape(-1, 2).T
    for function in ALL.values():
        for row in function(x, y).values():
            limits = np.array([row.ci_low, row.ci_high])
            assert not np.isinf(limits).any()
            assert np.isnan(limits).all() or row.status == "ok"
            negative = row.measure == "passing_bablok_intercept" and (x < 0).any()
            if row.status == "ok" and row.ci_method and not negative:
                assert limits[0] <= row.estimate + 1e-9
                assert row.estimate <= limits[1] + 1e-9
            assert np.isnan(row.p_value) or 0 <= row.p_value <= 1


def line(rows):
    slope, at = rows["slope"], rows["intercept"]
    assert slope.status == at.status
    return [getattr(row, key) for row in (slope, at) for key in ("estimate", "ci_low", "ci_high")]


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 15), st.sampled_from([0.1, 1 / 3, 7, 1000]))
@example(2535, 4, 0.1)  # without the last case the line is vertical, but for rounding
def test_units_and_shifts_move_the_results_with_them(seed, n, unit):
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(20, 2, n), 1)
    y = np.round(x + rng.normal(0, 1, n), 1)
    assume(len(set(x)) > 2 and len(set(y)) > 2)
    near = {"rel": 1e-7, "abs": 1e-7, "nan_ok": True}
    for fit in (mc.passing_bablok, mc.deming):
        slope, low, high, at, at_low, at_high = line(fit(x, y))
        assert line(fit(unit * x, unit * y)) == pytest.approx(
            [slope, low, high, unit * at, unit * at_low, unit * at_high], **near
        )
        assert line(fit(x, y + 5)) == pytest.approx(
            [slope, low, high, at + 5, at_low + 5, at_high + 5], **near
        )
    for function in ("bland_altman", "bland_altman_log", "lin_ccc", "tost_paired"):
        for name, row in ALL[function](x, y).items():
            turned = ALL[function](y, x)[name]
            if function == "lin_ccc":
                expected = with_limits(row)
            elif function == "tost_paired":
                expected = [-row.estimate, -row.ci_high, -row.ci_low]
                assert turned.p_value == pytest.approx(row.p_value, abs=1e-9, nan_ok=True)
            else:
                other = ALL[function](x, y)[{"lower": "upper", "upper": "lower"}.get(name, name)]
                expected = [-other.estimate, -other.ci_high, -other.ci_low]
                if function == "bland_altman_log":
                    expected = [1 / other.estimate, 1 / other.ci_high, 1 / other.ci_low]
            assert with_limits(turned) == pytest.approx(expected, **near)
        assert ALL[function](x, y) != ALL[function](x, y + 0.5)
    scaled = mc.lin_ccc(unit * x + 3, unit * y + 3)
    assert scaled.estimate == pytest.approx(mc.lin_ccc(x, y).estimate, **near)


UNITS = [0.1, 1 / 3, 7, 1000, np.pi]
LINES = {
    "deming": mc.deming,
    "deming_ratio": lambda x, y: mc.deming(x, y, ratio=3),
    "passing_bablok": mc.passing_bablok,
}


@pytest.mark.parametrize("function", [*ALL, "deming_ratio"])
@pytest.mark.parametrize("case", DEGENERATE)
def test_degenerate_pairs_are_so_in_any_unit(case, function):
    x, y = (np.array(values, dtype=float) for values in DEGENERATE[case][:2])
    for unit in UNITS:
        # the offset has the unit of the values
        offset = {"offset": unit} if function == "bland_altman_log" else {}
        others = (ALL | LINES)[function](unit * x, unit * y, **offset)
        for name, row in (ALL | LINES)[function](x, y).items():
            other = others[name]
            assert other.status == row.status
            for key in ("estimate", "ci_low", "p_value"):
                assert np.isnan(getattr(other, key)) == np.isnan(getattr(row, key))


def test_limits_that_only_rounding_tells_apart_are_none():
    # Passing-Bablok: most slopes are 3, as far as a product of decimals is
    x = np.repeat([0.07, 0.11, 0.3, 0.7, 1.3, 2.9], 3)
    y = np.round(3 * x, 2)
    y[::6] += [0.1, 0.2, -0.1]
    for unit in (1, *UNITS):
        slope = mc.passing_bablok(unit * x, unit * y)["slope"]
        assert (slope.status, np.isnan(slope.ci_low)) == ("tied", True)
        assert slope.estimate == pytest.approx(3)
    # Deming: a rhomb, whoever is left out; Lin: a line that turns around the means
    rhomb = np.array([1, 1, 0, 0, 1, 0]), np.array([0, 0, 1, 1, 1, 0])
    turned = np.array([1, 2, 4, 5]), np.array([2, 2.5, 3.5, 4])
    for unit in (1, *UNITS):
        rows = mc.deming(*(unit * values + 20 * unit for values in rhomb))
        assert {(row.status, np.isnan(row.ci_low)) for row in rows.values()} == {("tied", True)}
        ccc = mc.lin_ccc(*(unit * values for values in turned))
        assert (ccc.status, ccc.estimate) == ("exact line", pytest.approx(0.8))


tenths = st.tuples(st.integers(0, 3), st.integers(-4, 4))


@pytest.mark.parametrize("function", LINES)
@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from([0, 5, 20, 200]),
    st.lists(tenths, min_size=3, max_size=7),
    st.sampled_from(UNITS),
)
@example(5, [(5, 3), (0, -3), (0, 0), (0, 0), (0, -3), (0, 3), (5, -3)], 0.1)
@example(20, [(0, 2), (1, -2), (2, 0), (3, 3), (1, 3)], 1000)
def test_no_line_is_made_of_rounding(function, base, cells, unit):
    x, y = (base + np.array(column) / 10 for column in zip(*cells, strict=True))
    one, other = (LINES[function](scale * x, scale * y) for scale in (1, unit))
    for name, row in one.items():
        assert row.status == other[name].status
        if name == "slope" and not np.isnan(row.estimate):
            assert abs(row.estimate) < 1e6
            if row.status == "ok":
                assert 1e-9 < row.ci_high - row.ci_low < 1e9


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000), st.integers(4, 15))
def test_exchanging_the_methods_inverts_the_slope(seed, n):
    rng = np.random.default_rng(seed)
    x = np.round(rng.normal(20, 3, n), 1)
    y = np.round(x + rng.normal(0, 1, n), 1)
    one, other = mc.passing_bablok(x, y)["slope"], mc.passing_bablok(y, x)["slope"]
    assume({one.status, other.status} == {"ok"} and one.ci_low > 0)
    expected = [1 / one.estimate, 1 / one.ci_high, 1 / one.ci_low]
    assert with_limits(other) == pytest.approx(expected, rel=1e-9)
    deming = mc.deming(x, y, ratio=3)["slope"], mc.deming(y, x, ratio=1 / 3)["slope"]
    assert deming[1].estimate == pytest.approx(1 / deming[0].estimate, rel=1e-9)
