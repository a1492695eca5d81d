import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.outputs.rounding import rounded, rounded_p
from bonescint.outputs.verdicts import verdict

NUMBERS = st.floats(-2, 2).map(lambda value: round(value, 7))
LIMITS = st.tuples(NUMBERS, NUMBERS).map(sorted)
MARGINS = st.none() | st.floats(0.001, 1)
MIRRORED = {
    "better": "worse", "worse": "better", "better_within": "worse_within",
    "worse_within": "better_within",
}  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "margin", "said"),
    [
        (0.01, 0.2, None, "better"),
        (-0.2, -0.01, None, "worse"),
        (-0.03, 0.11, None, "neither"),
        (0.0, 0.11, None, "neither"),
        (-0.03, 0.04, 0.05, "equivalent"),
        (-0.05, 0.04, 0.05, "neither"),
        (0.01, 0.04, 0.05, "better_within"),
        (-0.04, -0.01, 0.05, "worse_within"),
        (math.nan, math.nan, 0.05, "not_assessed"),
    ],
)
def test_a_verdict_is_read_from_the_interval(
    low: float, high: float, margin: float | None, said: str
) -> None:
    assert verdict(low, high, margin) == said


def test_a_margin_is_held_against_the_interval_of_twice_the_error() -> None:
    assert verdict(-0.06, 0.05, 0.05) == "neither"
    assert verdict(-0.06, 0.05, 0.05, within=(-0.049, 0.04)) == "equivalent"


@given(LIMITS, MARGINS)
def test_no_verdict_says_more_than_its_interval(limits: list[float], margin: float | None) -> None:
    low, high = limits
    said = verdict(low, high, margin)
    assert (low > 0) == said.startswith("better")
    assert (high < 0) == said.startswith("worse")
    within = margin is not None and -margin < low and high < margin
    assert within == (said == "equivalent" or said.endswith("_within"))


@given(LIMITS, MARGINS)
def test_a_verdict_is_symmetric(limits: list[float], margin: float | None) -> None:
    low, high = limits
    said = verdict(low, high, margin)
    assert verdict(-high, -low, margin) == MIRRORED.get(said, said)


@given(NUMBERS, MARGINS)
def test_rounding_crosses_nothing_that_it_is_held_against(
    value: float, margin: float | None
) -> None:
    against = (0.0, 1.0, *([margin, -margin] if margin else ()))
    shown = float(rounded(value, against).replace("−", "-"))
    for one in against:
        if abs(value - one) > 1e-6:
            assert (shown > one) == (value > one)
            assert (shown < one) == (value < one)
    assert abs(shown - value) <= 0.005


def test_numbers_are_as_short_as_they_can_be() -> None:
    assert rounded(0.931) == "0.93"
    assert rounded(-0.034) == "−0.03"
    assert rounded(0.004) == "0.004"
    assert rounded(-0.0004) == "−0.0004"
    assert rounded(0.9996) == "0.9996"
    assert rounded(0.0) == "0.00" == rounded(-0.0)
    assert rounded(1) == "1.00"
    assert rounded(12.345) == "12.35" or rounded(12.345) == "12.34"
    assert rounded(3e-7) == "3.0e−07"


def test_a_p_value_is_not_rounded_onto_its_level() -> None:
    assert rounded_p(0.247, 0.05) == "0.247"
    assert rounded_p(0.0498, 0.05) == "0.0498"
    assert rounded_p(0.0504, 0.05) == "0.0504"
    assert rounded_p(0.05, 0.05) == "0.050"
    assert rounded_p(0.0000004, 0.05) == "<0.001"
