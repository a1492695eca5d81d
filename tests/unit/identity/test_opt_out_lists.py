"""A wrong table as the list of opt-outs: held, confirmed, undone; other opt-outs stay."""

from pathlib import Path

import pytest

from bonescint.identity.ledger import Ledger, create_ledger
from bonescint.identity.opt_out_lists import (
    HELD,
    TAKEN,
    UNDONE,
    Taken,
    confirm,
    is_too_much,
    lists_on_record,
    named_by,
    standing,
    take_list,
    undo,
)
from bonescint.identity.opt_outs import in_force, links, record, withdraw

COHORT = [f"10{n:02d}" for n in range(20)]
DETAILS = {"received": "", "by": "", "ground": "", "relation": ""}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """Return the ledger of a study that has run once, with an empty list."""
    made = create_ledger(tmp_path / "ledger.age", tmp_path / "ledger.key")
    take(made, "first")
    made.assign(COHORT)
    return made


def take(ledger: Ledger, of: str, *subjects: str, share: float = 0.2, **more: set) -> Taken:
    entries = [{"subject": s, "source": "list"} | DETAILS for s in subjects]
    found = {"pairs": set(), "here": set(COHORT)} | more
    return take_list(ledger, entries, of, share, found["pairs"], found["here"])


def command(ledger: Ledger, *subjects: str) -> None:
    record(ledger, ({"subject": s, "source": "command"} | DETAILS for s in subjects), None)


def accept(ledger: Ledger, of: str, *subjects: str) -> list[str] | None:
    return confirm(ledger, [{"subject": s, "source": "list"} | DETAILS for s in subjects], of, None)


def test_a_list_of_half_the_cohort_excludes_and_is_not_on_record(ledger):
    wrong = COHORT[:10]
    for _ in range(2):  # in every run
        taken = take(ledger, "wrong", *wrong, "9999")
        assert taken.gone == taken.in_force.keys() == taken.held == {*wrong, "9999"}
        assert len(taken.held_gone & set(COHORT)) == 10
        assert in_force(ledger) == {}
        assert standing(ledger, "wrong") == HELD
    assert len(ledger.entries(HELD)) == 1
    # mended: nothing is left of it
    taken = take(ledger, "right", COHORT[0])
    assert taken.gone == {COHORT[0]} == set(in_force(ledger))
    assert not taken.held


def test_a_patient_bound_by_another_id_counts_but_not_for_ever(ledger):
    pairs = {(COHORT[n], f"77{n}") for n in range(6)}
    taken = take(ledger, "wrong", *(other for _, other in pairs), pairs=pairs)
    assert len(taken.held_gone & set(COHORT)) == 6
    assert links(ledger) == set()


def test_a_held_list_stays_held_when_the_cohort_grows(ledger):
    take(ledger, "wrong", *COHORT[:10])
    here = set(COHORT) | {f"5{n:03d}" for n in range(500)}
    ledger.assign(sorted(here))
    assert take(ledger, "wrong", *COHORT[:10], here=here).held == set(COHORT[:10])


def test_one_measure_is_the_cohort_the_other_all_images(ledger):
    # a hospital's folder holds many more than the study's patients
    crowd = {f"5{n:03d}" for n in range(500)}
    assert take(ledger, "cohort", *COHORT[:10], here=crowd | set(COHORT)).held
    assert take(ledger, "crowd", *sorted(crowd)[:200], here=crowd).held
    assert not take(ledger, "few", *sorted(crowd)[:20], here=crowd).held


@pytest.mark.parametrize(("n", "share", "held"), [(4, 0.2, 0), (5, 0.2, 5), (5, 1, 0)])
def test_the_share_is_configured(ledger, n, share, held):
    assert len(take(ledger, "list", *COHORT[:n], share=share).held) == held


def test_everybody_declines_one_by_one(ledger):
    for n in range(1, len(COHORT) + 1):
        assert not take(ledger, f"list{n}", *COHORT[:n]).held
    assert set(in_force(ledger)) == set(COHORT)


def test_the_first_run_has_nothing_to_compare_with(tmp_path):
    ledger = create_ledger(tmp_path / "ledger.age", tmp_path / "ledger.key")
    command(ledger, "1")
    assert not take(ledger, "list", *COHORT).held
    assert len(in_force(ledger)) == 21


def test_confirmed_it_is_on_record_and_not_asked_again(ledger):
    wrong = COHORT[:10]
    assert accept(ledger, "list", *wrong) is None  # nothing waits
    take(ledger, "list", *wrong)
    assert accept(ledger, "list", *wrong) == wrong
    assert set(in_force(ledger)) == set(wrong)
    assert not take(ledger, "list", *wrong).held
    assert not is_too_much(ledger, wrong, "list", 0.2)
    assert accept(ledger, "list", *wrong) is None


def test_undo_takes_back_what_one_list_brought_in(ledger):
    take(ledger, "right", COHORT[0])
    command(ledger, COHORT[1])
    taken = take(ledger, "wrong", *COHORT[:4], share=1)
    assert len(taken.gone) == 4
    take(ledger, "later", COHORT[0], COHORT[2], share=1)
    command(ledger, COHORT[3])
    undone = undo(ledger, "wrong", None)
    assert undone.back == []
    assert (undone.by_list, undone.by_command, undone.by_older) == (2, 2, 0)

    take(ledger, "wrong2", *COHORT[:8], share=1)
    undone = undo(ledger, "wrong2", None)
    assert undone.back == COHORT[4:8]
    assert set(in_force(ledger)) == set(COHORT[:4])
    # the same list brings no patient back, another list does
    taken = take(ledger, "wrong2", *COHORT[:8])
    assert taken.is_undone
    assert taken.gone == set(COHORT[:4])
    assert COHORT[4] in take(ledger, "other", COHORT[4]).gone
    assert "wrong2" not in lists_on_record(ledger)


def test_a_longer_wrong_list_names_those_of_the_shorter_one(ledger):
    take(ledger, "wrong", *COHORT[:2])
    take(ledger, "longer", *COHORT[:3])
    assert undo(ledger, "wrong", None).back == []
    assert undo(ledger, "longer", None).back == COHORT[:3]


def test_an_undone_list_can_be_confirmed(ledger):
    take(ledger, "list", COHORT[0])
    undo(ledger, "list", None)
    assert standing(ledger, "list") == UNDONE
    assert accept(ledger, "list", COHORT[0]) == COHORT[:1]
    assert standing(ledger, "list") == TAKEN
    assert take(ledger, "list", COHORT[0]).gone == {COHORT[0]}


def test_an_older_list_put_back_names_the_patients_of_a_wrong_one(ledger):
    take(ledger, "right", COHORT[0])
    withdraw(ledger, [COHORT[0]], None)
    take(ledger, "wrong", COHORT[0])
    take(ledger, "right", COHORT[0])
    assert named_by(ledger)[COHORT[0]] == {"wrong", "right"}
    assert undo(ledger, "wrong", None).back == []


def test_an_entry_without_fingerprint_stays(ledger):
    record(ledger, [{"subject": COHORT[0], "source": "list"} | DETAILS], None)
    take(ledger, "list", *COHORT[:2])
    undone = undo(ledger, "list", None)
    assert undone.back == [COHORT[1]]
    assert undone.by_older == 1
