"""Within-subject SD and repeatability coefficient: published values, bounds, degenerate data."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from bonescint.stats.method_comparison import within_subject

# peak expiratory flow, Wright meter, two measurements of 17 subjects (Bland & Altman 1986, table 2)
FIRST = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
SECOND = [490, 397, 512, 401, 470, 611, 415, 431, 638, 429, 420, 633, 275, 492, 165, 372, 421]


def test_peak_flow() -> None:
    found = within_subject(FIRST, SECOND)
    # the paper: the coefficient of repeatability is twice the SD of the differences, 43.2 l/min
    d = np.subtract(FIRST, SECOND)
    assert 2 * math.sqrt(float((d**2).mean())) == pytest.approx(43.2, abs=0.1)
    sd, coefficient = found["sd"], found["coefficient"]
    assert sd.estimate == pytest.approx(15.3, abs=0.05)  # Bland & Altman 1996, BMJ 313:744
    assert coefficient.estimate == pytest.approx(1.959964 * math.sqrt(2) * sd.estimate)
    low, high = stats.chi2.ppf([0.025, 0.975], 17)
    assert sd.ci_low == pytest.approx(sd.estimate * math.sqrt(17 / high))
    assert sd.ci_high == pytest.approx(sd.estimate * math.sqrt(17 / low))
    assert (sd.n, sd.status, sd.ci_method) == (17, "ok", "chi_squared")


def test_another_unit_and_a_case_without_both() -> None:
    found = within_subject([*FIRST, 1], [*SECOND, math.nan])
    tenth = within_subject(np.array(FIRST) / 10, np.array(SECOND) / 10)
    for key in found:
        assert tenth[key].estimate == pytest.approx(found[key].estimate / 10)
        assert tenth[key].ci_high == pytest.approx(found[key].ci_high / 10)


@pytest.mark.parametrize(
    ("x", "y", "status", "value"),
    [
        ([], [], "no data", math.nan),
        ([1.0], [1.2], "too few", math.sqrt(0.02)),
        ([1.0, 0.3], [1.0, 0.3], "identical", 0.0),
        ([0.5, 0.3], [0.4, 0.2], "constant", math.sqrt(0.005)),
    ],
)
def test_what_has_no_interval(x: list[float], y: list[float], status: str, value: float) -> None:
    for row in within_subject(x, y).values():
        assert row.status == status and math.isnan(row.ci_low)
    assert within_subject(x, y)["sd"].estimate == pytest.approx(value, nan_ok=True)


@given(st.lists(st.tuples(*[st.floats(0, 20).map(lambda v: round(v, 2))] * 2), max_size=30))
def test_order_and_side_do_not_count(pairs: list[tuple[float, float]]) -> None:
    x, y = ([pair[i] for pair in pairs] for i in (0, 1))
    one, other = within_subject(x, y), within_subject(y[::-1], x[::-1])
    for key in one:
        assert one[key].status == other[key].status
        assert one[key].estimate == pytest.approx(other[key].estimate, nan_ok=True)
        if one[key].status == "ok":
            assert one[key].ci_low < one[key].estimate < one[key].ci_high
