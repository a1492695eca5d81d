"""Readers and a program against the majority of the other readers."""

import csv
import math
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.resources import ROOT
from bonescint.stats.leave_one_out import compare_with_readers, leave_one_out
from bonescint.stats.paired_calls import compare_accuracy
from tests.unit.stats.oracle import limits_of_r, r
from tests.unit.stats.rows import limits, notes

with (ROOT / "tests/reference/leave_one_out_cases.csv").open(encoding="utf-8") as stream:
    CASES = np.array(
        [[float(value or "nan") for value in row] for row in list(csv.reader(stream))[1:]]
    )


class Ratings:
    """What `leave_one_out` asks of the readers' tables."""

    def __init__(self, values: Any) -> None:
        self.values = np.asarray(values, dtype=float)
        self.codes = [f"c{i}" for i in range(self.values.shape[0])]
        self.readers = [f"reader{j + 1}" for j in range(self.values.shape[1])]


def panels(values):
    return leave_one_out(Ratings(values))


def truth_of(values):
    """Return what each reader's panel says, cases x readers."""
    found = panels(values)
    return np.array([[p.truth.get(f"c{i}", np.nan) for p in found] for i in range(len(values))])


def test_each_reader_is_held_against_the_majority_of_the_others():
    nan = np.nan
    one, two, three = panels(
        [[1, 0, 0], [1, 1, 1], [0, 1, 1], [1, 1, 0], [nan, 1, 0], [nan, nan, 1], [0, nan, 1]]
    )
    assert one.truth == {"c0": 0, "c1": 1, "c2": 1, "c6": 1}
    assert one.calls == {"c0": 1, "c1": 1, "c2": 0, "c6": 0}
    # whom the others contradict each other about has no truth there
    assert one.tied == {"c3"}
    assert one.unread == {"c4", "c5"}
    # of two who read it the one left decides
    assert two.truth == {"c1": 1, "c4": 0}
    assert two.tied == {"c0", "c2", "c3"}
    assert three.truth == {"c1": 1, "c3": 1, "c4": 1, "c6": 0}
    assert three.unread == {"c5"}


def test_two_readers_are_each_others_truth():
    one, two = panels([[1, 0], [0, 0]])
    assert one.truth == two.calls
    assert not one.tied


def test_three_of_five_decide():
    first = panels([[0, 1, 1, 1, 0], [0, 1, 1, 0, 0]])[0]
    assert (first.truth, first.tied) == ({"c0": 1}, {"c1"})


@pytest.mark.parametrize("k", [2, 3, 5])
def test_rates_and_limits_are_those_of_r(k):
    program, readers = CASES[:, 0] == 1, CASES[:, 1 : k + 1]
    truth = truth_of(readers)
    for row in compare_with_readers(truth, program, readers):
        key = f"leave_one_out_{k}_{row.measure.removesuffix('_difference')}"
        assert row.status == "ok"
        assert row.estimate == r(f"{key}_difference")
        assert limits(row) == limits_of_r(key)
        said = notes(row)
        assert float(said["mean_subject"]) == r(f"{key}_program")
        assert float(said["mean_comparator"]) == r(f"{key}_reader")
        assert said["readers"] == str(k)
    for j in range(k):
        judged = ~np.isnan(truth[:, j])
        calls = truth[judged, j] == 1, program[judged], readers[judged, j] == 1
        for row in compare_accuracy(*calls)[::2]:
            key = f"leave_one_out_{k}_{row.measure.removesuffix('_difference')}_{j + 1}"
            among = calls[0] if row.measure.startswith("sens") else ~calls[0]
            assert among.sum() == r(f"{key}_n")
            assert row.estimate == pytest.approx(r(f"{key}_program").expected
                                                 - r(f"{key}_reader").expected)  # fmt: skip
            assert limits(row) == limits_of_r(key)


def test_degenerate_panels_have_a_status():
    nothing = np.full((3, 2), np.nan)
    assert [row.status for row in compare_with_readers(nothing, np.ones(3, bool), nothing)] == [
        "no data", "no data",
    ]  # fmt: skip
    empty = compare_with_readers(np.empty((0, 3)), np.empty(0, bool), np.empty((0, 3)))
    assert [row.status for row in empty] == ["no data", "no data"]
    # one reader's panel alone has cases
    alone = np.array([[1, np.nan], [1, np.nan]])
    sensitivity, specificity = compare_with_readers(alone, np.array([True, False]), alone)
    assert (sensitivity.status, specificity.status) == ("too few raters", "no data")
    # program and readers say the same in every case
    truth = np.array([[1, 1], [1, 1], [0, 0]])
    for row in compare_with_readers(truth, np.array([True, True, False]), truth):
        assert (row.status, row.estimate) == ("no discordant pairs", 0)
        assert math.isnan(row.ci_low)
    # a panel with a single case
    few = np.array([[1, 1], [1, np.nan]])
    row = compare_with_readers(few, np.array([True, False]), few)[0]
    assert (row.status, row.estimate) == ("too few", -0.25)


def test_limits_of_every_small_study_are_wide_enough():
    """Two readers, each case one of four patterns of who is right, up to seven cases."""
    patterns = np.array(list(product((0, 1), repeat=3)))
    for counts in product(range(3), repeat=8):
        if not 2 <= sum(counts) <= 6:
            continue
        calls = np.repeat(patterns, counts, axis=0)
        truth = np.ones((len(calls), 2))
        row = compare_with_readers(truth, calls[:, 0] == 1, calls[:, 1:])[0]
        if row.status == "ok":
            assert row.ci_low <= row.estimate <= row.ci_high
            assert row.ci_high - row.ci_low > 0.1, counts
            assert row.ci_low >= -1
            assert row.ci_high <= 1
        else:
            assert row.status == "no discordant pairs"


@given(
    st.lists(
        st.tuples(*[st.integers(0, 1)] * 4, st.booleans()), min_size=4, max_size=20
    ),
    st.randoms(use_true_random=False),
)  # fmt: skip
def test_the_order_of_cases_and_readers_counts_for_nothing(drawn, shuffle):
    cases = np.array([[*case[:3], case[3]] for case in drawn], dtype=float)
    order, readers = list(range(len(cases))), [0, 1, 2]
    shuffle.shuffle(order)
    shuffle.shuffle(readers)
    moved = cases[order][:, [*readers, 3]]
    for one, other in zip(*(
        compare_with_readers(truth_of(some[:, :3]), some[:, 3] == 1, some[:, :3])
        for some in (cases, moved)
    ), strict=True):  # fmt: skip
        assert (one.status, one.estimate, one.n, one.n_positive) == (
            other.status, other.estimate, other.n, other.n_positive,
        )  # fmt: skip
        assert one.ci_low == pytest.approx(other.ci_low, nan_ok=True)
    # yes and no are alike: what is sensitivity of the one is specificity of the other
    turned = 1 - cases
    first, second = (
        compare_with_readers(truth_of(some[:, :3]), some[:, 3] == 1, some[:, :3])
        for some in (cases, turned)
    )
    assert (first[0].estimate, first[0].status) == (
        pytest.approx(second[1].estimate, nan_ok=True), second[1].status,
    )  # fmt: skip


def test_a_failure_may_be_wrong_in_whichever_panel():
    truth = np.array([[1, 0], [1, 1], [0, 0], [0, 1]])
    calls = np.array([[1, 1], [0, 1], [0, 0], [0, 0]])
    wrong = np.array([[0, 1], [1, 1], [0, 0], [0, 0]]) == 1
    sensitivity, specificity = compare_with_readers(truth, wrong, calls)
    # panel 1: program 1 of 2, reader 1 of 2; panel 2: 1 of 2 and 1 of 2
    assert sensitivity.note.startswith("mean_subject=0.5; mean_comparator=0.5")
    assert specificity.note.startswith("mean_subject=0.75; mean_comparator=0.75")
