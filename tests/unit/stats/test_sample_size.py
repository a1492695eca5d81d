"""Planned power, precision and sample size: against R, and what no plan may do."""

import csv
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import bdtr

from bonescint.resources import ROOT
from bonescint.stats import ranks
from bonescint.stats.paired_power import (
    Correlations,
    Sizes,
    auc_error,
    binormal_error,
    both_above,
    critical_counts,
    discordant,
    equivalence_power,
    mcnemar_power,
    obuchowski_mcclish_power,
    power_of,
)
from bonescint.stats.sample_size import (
    MEASURES,
    cases_needed,
    detectable_difference,
    expected_half_width,
    latent_correlation,
    next_study,
    paired_error,
    paired_power,
)
from tests.unit.stats.oracle import r

with (ROOT / "tests/reference/sample_size.csv").open(encoding="utf-8") as stream:
    KEYS = [row["key"].split("_") for row in csv.DictReader(stream)]
DESIGNS = sorted({tuple(key[-6:]) for key in KEYS if key[1] == "error"})
ALIKE = Correlations(0.8, 0.8)
measures = st.sampled_from(MEASURES)
correlations = st.builds(Correlations, st.floats(-0.5, 0.99), st.floats(-0.5, 0.99))


@pytest.mark.parametrize("design", DESIGNS)
def test_what_r_says(design):
    first, second, positive, negative = map(float, design[:4])
    both, sizes = Correlations(positive, negative), Sizes(int(design[4]), int(design[5]))
    error = binormal_error(first, second, both, sizes)
    calls = discordant(first, second, positive)
    found = {
        "error": error,
        "auc_error": auc_error(first, sizes),
        "power": power_of(error, first - second, 0.95),
        "equivalence": equivalence_power(error, 0.05, 0.15, 0.95),
        "needed": next_study("auc", first, first - second, None, both, 1, 0.8, 0.95).positive,
        "obuchowski": obuchowski_mcclish_power(first, second, both, sizes, 0.95),
        "only_first": calls[0],
        "mcnemar": mcnemar_power(sizes.positive, *calls, 0.95),
    }
    for name, value in found.items():
        assert value == r("_".join(["size", name, *design])), name
    detectable = detectable_difference("auc", first, both, sizes, 0.8, 0.95)
    assert detectable == r("_".join(["size", "detectable", *design]), rel=1e-6)


@pytest.mark.parametrize("key", ["25_0.85", "7_0.6"])
def test_the_expected_width_of_wilsons_interval(key):
    n, value = key.split("_")
    assert expected_half_width("sensitivity", float(value), Sizes(int(n), 4), 0.95) == r(
        f"size_wilson_{key}"
    )
    assert expected_half_width("specificity", float(value), Sizes(4, int(n)), 0.95) == r(
        f"size_wilson_{key}"
    )


def test_two_scores_that_are_one():
    assert both_above(1.2, 0.3, 1.0) == pytest.approx(both_above(1.2, 0.3, 1 - 1e-9), abs=1e-6)
    assert binormal_error(0.9, 0.9, Correlations(1.0, 1.0), Sizes(25, 25)) == pytest.approx(0)
    assert power_of(0.0, 0.1, 0.95) == 1 and power_of(0.0, 0.0, 0.95) == 0
    assert equivalence_power(0.0, 0.0, 0.1, 0.95) == 1
    assert equivalence_power(0.5, 0.0, 0.1, 0.95) == 0  # the interval alone is wider
    assert mcnemar_power(25, 0.0, 0.0, 0.95) == 0
    assert mcnemar_power(10, 0.9, 0.2, 0.95) <= 1


@pytest.mark.parametrize("tail", [0.1, 0.05, 0.025, 0.005, 0.0005])
def test_no_larger_cell_rejects_than_the_critical_one(tail):
    m = np.arange(3000)
    most = critical_counts(m, tail)
    assert np.all(most >= -1) and most[0] == -1 and most[-1] > 1000
    rejects = most >= 0
    assert np.all(bdtr(most[rejects], m[rejects], 0.5) <= tail)
    assert np.all(bdtr(most + 1, m, 0.5) > tail)


def test_a_difference_of_none_is_found_as_often_as_the_level_says():
    assert paired_power("auc", 0.9, 0, ALIKE, Sizes(25, 25), 0.95) == pytest.approx(0.05)
    # an exact test keeps below it
    assert paired_power("sensitivity", 0.9, 0, ALIKE, Sizes(100, 4), 0.95) < 0.05


@settings(deadline=None, max_examples=60)
@given(measures, correlations, st.integers(4, 200), st.floats(0.02, 0.3), st.floats(0.6, 0.97))
def test_more_cases_and_a_larger_difference_have_more_power(measure, both, n, difference, value):
    def power(n, difference):
        return paired_power(measure, value, difference, both, Sizes(n, n), 0.95)

    least = power(n, difference)
    assert power(n + 20, difference) >= least - 1e-9
    assert power(n, min(difference + 0.1, value - 0.01)) >= least - 1e-9
    errors = [paired_error(measure, value, difference, both, Sizes(k, k)) for k in (n, n + 1)]
    assert errors[1] <= errors[0] + 1e-12
    narrower = [expected_half_width(measure, value, Sizes(k, k), 0.95) for k in (n, n + 20)]
    assert narrower[1] < narrower[0]


@settings(deadline=None, max_examples=25)
@given(measures, correlations, st.floats(0.05, 0.3), st.floats(0.6, 0.95), st.floats(0.5, 3))
def test_the_number_found_is_the_smallest(measure, both, difference, value, ratio):
    sizes = next_study(measure, value, difference, None, both, ratio, 0.8, 0.95)

    def power(positive, negative):
        about = (measure, value, difference, both, Sizes(positive, negative), 0.95)
        return paired_power(*about)

    assert power(*sizes) >= 0.8
    own = sizes.negative if measure == "specificity" else sizes.positive
    if own > 2:
        fewer = (
            (math.ceil((own - 1) / ratio), own - 1)
            if measure == "specificity"
            else (own - 1, math.ceil((own - 1) * ratio))
        )
        assert power(*(max(n, 2) for n in fewer)) < 0.8


def test_equivalence_needs_fewer_cases_the_wider_its_margin_and_more_off_the_middle():
    def needed(margin, difference=0.0):
        return next_study("auc", 0.9, difference, margin, ALIKE, 1, 0.8, 0.95).positive

    assert needed(0.1) < needed(0.05) < needed(0.05, 0.02)
    error = paired_error("auc", 0.9, 0, ALIKE, Sizes(needed(0.05), needed(0.05)))
    # the formula in print: (z of the level + z of half the missed) / margin
    assert error == pytest.approx(0.05 / (1.6449 + 1.2816), rel=0.02)


def test_a_power_that_is_never_reached():
    assert cases_needed(lambda n: 0.5, 0.8) is None
    assert next_study("auc", 0.9, 0.2, 0.1, ALIKE, 1, 0.8, 0.95) is None
    assert np.isnan(detectable_difference("auc", 0.6, ALIKE, Sizes(4, 4), 0.999999, 0.95))


def test_a_dip_of_the_power_is_passed():
    dips = {5: 0.9, 6: 0.7}
    assert cases_needed(lambda n: dips.get(n, 0.85 if n > 6 else 0.1), 0.8) == 7


@given(st.integers(0, 2**32 - 1), st.floats(0.1, 0.95))
def test_the_correlation_depends_on_the_order_alone(seed, correlation):
    rng = np.random.default_rng(seed)
    x, noise = rng.normal(size=(2, 30))
    y = correlation * x + math.sqrt(1 - correlation**2) * noise
    found = latent_correlation(x, y)
    again = latent_correlation(np.exp(x), 3 * y + 7)
    assert (found.estimate, found.ci_low, found.ci_high) == (
        again.estimate, again.ci_low, again.ci_high,
    )  # fmt: skip
    assert found.ci_low < found.estimate < found.ci_high
    tau = ranks.kendall(x, y).estimate
    assert found.estimate == pytest.approx(math.sin(math.pi * tau / 2))


def test_zeros_in_half_of_the_cases_take_little_off_the_correlation():
    rng = np.random.default_rng(5)
    x, noise = rng.normal(size=(2, 20_00))
    y = 0.8 * x + 0.6 * noise
    whole = latent_correlation(x, y).estimate
    assert latent_correlation(np.maximum(x, 0), np.maximum(y, 0)).estimate == pytest.approx(
        whole, abs=0.02
    )


@pytest.mark.parametrize(
    ("x", "status"), [([], "no data"), ([1, 2], "too few"), ([1] * 9, "constant")]
)
def test_no_correlation_without_spread(x, status):
    found = latent_correlation(x, range(len(x)))
    assert found.status == status and np.isnan([found.estimate, found.ci_low]).all()
    assert latent_correlation(range(9), range(9)).status == "monotone"
