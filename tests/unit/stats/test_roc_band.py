"""The limits of sensitivity along a ROC curve."""

import numpy as np
import pytest

from bonescint.stats import roc
from bonescint.stats.proportions import wilson_limits
from tests.unit.stats.oracle import r
from tests.unit.stats.roc_samples import SAMPLES


def limits_of(number, replicates, ats):
    y, a, _ = SAMPLES[number]
    found = roc.band(y, a, roc.Bootstrap(1, replicates))
    places = [found.specificity.tolist().index(at) for at in ats]
    return [(found.low[i], found.high[i]) for i in places]


@pytest.mark.parametrize("number, ats", [(18, (0.3,)), (21, (0.3, 0.5, 0.7))])
def test_limits_agree_with_those_of_replicates_by_proc(number, ats):
    for at, found in zip(ats, limits_of(number, 5000, ats), strict=True):
        expected = [r(f"band_{number}_{side}_{at}").expected for side in ("low", "high")]
        y, a, _ = SAMPLES[number]
        n1 = int(y.sum())
        (one,) = roc.matched(y, (a,), (at,), None, roc.Bootstrap(1, 60))
        low, high = wilson_limits(one.estimate * n1, n1, 1.959963984540054)
        # both draw: within what two drawings of 5000 differ by
        expected = [min(expected[0], low), max(expected[1], high)]
        assert found == pytest.approx(expected, abs=0.008)


def test_the_percentiles_of_proc_are_near():
    for at, found in zip((0.3, 0.5, 0.7), limits_of(21, 2000, (0.3, 0.5, 0.7)), strict=True):
        expected = [r(f"band_21_percentile_{side}_{at}").expected for side in ("low", "high")]
        assert found == pytest.approx(expected, abs=0.05)


@pytest.mark.parametrize("number", range(len(SAMPLES)))
def test_one_specificity_has_the_limits_of_the_matched_sensitivity_or_wilsons(number):
    y, a, _ = SAMPLES[number]
    drawn = roc.Bootstrap(1, 60)
    (one,) = roc.matched(y, (a,), (0.7,), None, drawn)
    found = roc.band(y, a, drawn)
    assert found.specificity.tolist() == list(roc.SPECIFICITIES)
    i = roc.SPECIFICITIES.index(0.7)
    assert repr(float(found.sensitivity[i])) == repr(one.estimate)
    if found.status != "ok" or np.isnan(found.low[i]):
        assert found.status == one.status or (y == 0).sum() * 0.3 < 2
        return
    n1 = int(y.sum())
    low, high = wilson_limits(one.estimate * n1, n1, 1.959963984540054)
    low, high = np.nanmin([low, one.ci_low]), np.nanmax([high, one.ci_high])
    assert (found.low[i], found.high[i]) == pytest.approx((low, high))


def test_where_no_case_is_missed_the_limit_is_wilsons():
    y, score = np.repeat([0, 1], 20), np.append(np.arange(20), np.arange(10, 30))
    found = roc.band(y, score, roc.Bootstrap(1, 60))
    low = dict(zip(found.specificity.tolist(), found.low.tolist(), strict=True))
    assert low[0.2] == pytest.approx(wilson_limits(20, 20, 1.959963984540054)[0])
    # 0.92 of 20 allows 1.6 false alarms
    assert np.isnan(low[0.92])
    assert not np.isnan(low[0.9])


@pytest.mark.parametrize(
    "y, score, status",
    [([], [], "no data"), ([1, 1], [1, 2], "one class"), ([0, 1], [1, 2], "too few")],
)
def test_too_few_cases_have_no_band(y, score, status):
    found = roc.band(y, score, roc.Bootstrap(1, 60))
    assert found.status == status
    assert np.isnan(found.low).all()
    assert found.low.size == (len(roc.SPECIFICITIES) if status == "too few" else 0)


def test_ten_thousand_cases_take_a_narrow_band():
    rng = np.random.default_rng(1)
    y = rng.random(10_000) < 0.4
    found = roc.band(y, np.round(rng.normal(size=10_000) + y, 2), roc.Bootstrap(1, 100))
    assert np.nanmax(found.high - found.low) < 0.06
