import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.stats import roc
from bonescint.stats.reclassification import Moves, nri, table
from tests.unit.stats.oracle import r
from tests.unit.stats.rows import columns, notes

calls = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=4, max_size=40
).filter(lambda rows: 2 <= sum(row[0] for row in rows) <= len(rows) - 2)


def halves(row):
    """Return the gain of the cases with metastasis and of the others, from the note."""
    note = notes(row)
    return float(note["nri_events"]), float(note["nri_nonevents"])


@pytest.mark.parametrize(
    "counts",
    [
        (5, 1, 19, 2, 6, 17),
        (0, 3, 22, 1, 1, 23),
        (7, 0, 3, 0, 0, 9),
        (12, 9, 4, 8, 11, 30),
    ],
)
def test_net_reclassification_is_that_of_hmisc_and_is_not_tested(counts):
    def R(name):
        return r(f"reclassification_{'_'.join(map(str, counts))}_{name}")

    # three categories: up from the first, down from the last, unchanged in the middle
    old, new = np.repeat([1, 3, 2] * 2, counts), np.repeat([3, 1, 2] * 2, counts)
    y = np.repeat([1, 0], (sum(counts[:3]), sum(counts[3:])))
    row = nri(y, old, new)
    assert row.estimate == R("nri")
    assert halves(row) == (R("events"), R("nonevents"))
    assert np.isnan([row.ci_low, row.ci_high, row.statistic, row.p_value]).all()
    assert row.test == row.ci_method == ""


@given(calls)
def test_with_two_categories_it_is_the_gain_of_sensitivity_and_specificity(rows):
    y, old, new = columns(rows)
    row = nri(y, old, new)
    before, after = (roc.at_cutoff(y, call, 1) for call in (old, new))
    gains = [
        getattr(after, rate).estimate - getattr(before, rate).estimate
        for rate in ("sensitivity", "specificity")
    ]
    assert halves(row) == pytest.approx(gains, abs=1e-9)
    assert row.estimate == pytest.approx(sum(gains), abs=1e-12)


@given(calls)
def test_the_table_counts_every_case_once_and_makes_the_index(rows):
    y, old, new = columns(rows)
    events, nonevents = table(y, old, new)
    assert (sum(events), sum(nonevents)) == (y.sum(), (~y).sum())
    assert events.up + events.both == (y & new).sum()
    assert nonevents.down + nonevents.both == (~y & old).sum()
    gained = (events.up - events.down) / y.sum(), (nonevents.down - nonevents.up) / (~y).sum()
    assert halves(nri(y, old, new)) == pytest.approx(gained, abs=1e-9)


@given(calls)
def test_swapping_old_and_new_changes_the_sign_only(rows):
    y, old, new = columns(rows)
    there, back = nri(y, old, new), nri(y, new, old)
    assert back.estimate == -there.estimate
    assert back.status == there.status


def test_missing_calls_are_left_out():
    y, old, new = [1, 1, 1, 0, 0, np.nan], [0, 1, np.nan, 0, 1, 0], [1, 1, 1, 0, 0, 1]
    found = table(y, old, new)
    assert found.events == Moves(up=1, down=0, both=1, neither=0)
    assert found.nonevents == Moves(up=0, down=1, both=0, neither=1)
    assert (nri(y, old, new).n, nri(y, old, new).n_positive) == (4, 2)


@pytest.mark.parametrize(
    ("y", "old", "new", "status", "estimate"),
    [
        ([], [], [], "no data", np.nan),
        ([1, 1], [0, 1], [1, 0], "one class", np.nan),
        ([0, 0, 1, 1], [0, 1, 0, 1], [0, 1, 0, 1], "identical", 0),
        ([0, 1, 1], [1, 0, 0], [0, 1, 0], "ok", 1.5),
        ([0, 0, 1, 1], [1, 1, 0, 0], [0, 0, 1, 1], "ok", 2),
    ],
)
def test_degenerate_net_reclassification(y, old, new, status, estimate):
    row = nri(y, old, new)
    assert row.status == status
    assert row.estimate == pytest.approx(estimate, nan_ok=True)
    assert np.isnan([row.ci_low, row.ci_high, row.p_value]).all()


def test_an_empty_table_has_no_cases():
    assert table([], [], []) == ((0, 0, 0, 0), (0, 0, 0, 0))


def test_a_table_is_of_yes_and_no():
    with pytest.raises(ValueError, match="0 or 1"):
        table([0, 1], [0, 2], [0, 1])
