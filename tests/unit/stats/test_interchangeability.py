"""The individual equivalence index and the score limits of a mean, and known ones."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.stats.interchangeability import equivalence_index, score_limits
from bonescint.stats.proportions import difference_paired, wilson
from tests.unit.stats.agreement_samples import PANEL, PROGRAM
from tests.unit.stats.oracle import limits_of_r, r
from tests.unit.stats.rows import limits

SETTINGS = {"confidence": 0.95, "seed": 1}


def of(added, lowest, highest, confidence=0.95):
    """Return the score limits of counts, number -> how often."""
    seen = {value: count for value, count in added.items() if count}
    return score_limits(np.array([*seen]), np.array([*seen.values()]), lowest, highest, confidence)


def test_the_index_over_all_readers_and_instead_of_each():
    scored, resampled = equivalence_index(PROGRAM, PANEL, **SETTINGS)
    assert scored.estimate == r("versus_index") == resampled.estimate
    each = [equivalence_index(PROGRAM, PANEL, **SETTINGS, instead_of=j)[0] for j in range(3)]
    assert [one.estimate for one in each] == [r(f"versus_instead_{j}") for j in (1, 2, 3)]
    assert np.mean([one.estimate for one in each]) == pytest.approx(scored.estimate)
    two = equivalence_index(PROGRAM, PANEL[:, :2], **SETTINGS)[0]
    assert two.estimate == r("versus_index_two")
    assert "program_differs=0.2222222222; readers_differ=0.1555555556" in scored.note


def test_its_limits():
    scored, resampled = equivalence_index(PROGRAM, PANEL, **SETTINGS)
    assert scored.ci_method == "score_mean"
    assert limits(scored) == limits_of_r("versus_score", rel=1e-6)
    # other draws than R's: as near as two runs of R are
    assert resampled.ci_low == pytest.approx(r("versus_boot_low").expected, abs=0.02)
    assert resampled.ci_high == pytest.approx(r("versus_boot_high").expected, abs=0.02)
    assert resampled == equivalence_index(PROGRAM, PANEL, **SETTINGS)[1]
    assert resampled.ci_low != equivalence_index(PROGRAM, PANEL, 0.9, 1)[1].ci_low


def test_score_limits_where_a_bound_or_all_but_one_number_does_not_occur():
    # in sixths, as three readers have them: the bounds are -2 and 6
    unused = of({-2: 4, 0: 26}, -2, 6)
    assert np.array(unused) / 6 == pytest.approx(
        [r(f"versus_score_unused_{end}").expected for end in ("low", "high")], rel=1e-6
    )
    equal = of({0: 30}, -2, 6)
    assert np.array(equal) / 6 == pytest.approx(
        [r(f"versus_score_equal_{end}").expected for end in ("low", "high")], rel=1e-6
    )


counted = st.integers(0, 40)


@given(counted, counted, st.sampled_from([0.8, 0.95]))
def test_of_yes_and_no_they_are_wilsons(yes, no, confidence):
    if yes + no:
        known = wilson(yes, yes + no, confidence)
        assert of({0: no, 1: yes}, 0, 1, confidence) == pytest.approx(limits(known), abs=1e-9)


@given(counted, counted, counted)
def test_of_a_paired_difference_they_are_tangos(first, second, both):
    if first + second + both:
        known = difference_paired(both, first, second, 0, "tango")
        assert of({-1: second, 0: both, 1: first}, -1, 1) == pytest.approx(limits(known), abs=1e-9)


calls = st.lists(st.tuples(*[st.integers(0, 1)] * 4), min_size=1, max_size=30).map(np.array)


@given(calls)
def test_neither_names_nor_places_of_answers_matter(said):
    # yes for no, other cases first, other readers first: the same rows to the last digit
    rows = equivalence_index(said[:, 0], said[:, 1:], **SETTINGS)
    assert rows[0].ci_low <= rows[0].estimate <= rows[0].ci_high
    assert rows[0].ci_low >= -1 / 3 - 1e-9 and rows[0].ci_high <= 1 + 1e-9
    for other in (1 - said, said[::-1], said[:, [0, 3, 1, 2]]):
        assert repr(equivalence_index(other[:, 0], other[:, 1:], **SETTINGS)) == repr(rows)


@pytest.mark.parametrize(
    ("program", "readers", "statuses"),
    [
        (np.zeros(0), np.zeros((0, 3)), ["no data"] * 2),
        (np.ones(4), np.ones((4, 1)), ["too few raters"] * 2),
        (np.ones(4), np.ones((4, 3)), ["ok", "constant"]),  # nobody ever differs
    ],
)
def test_poor_data(program, readers, statuses):
    assert [row.status for row in equivalence_index(program, readers, **SETTINGS)] == statuses
