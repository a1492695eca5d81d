"""A software in a reader's place, held against the margin if there is one."""

import numpy as np
import pytest

from tests.scripts.study_tables import SETTINGS, Study, notes


def of(rows, subject="vsbone3", metric="bsi"):
    return [row for row in rows if (row.subject, row.metric) == (subject, metric)]


def test_all_readers_then_each_readers_place(tmp_path):
    study = Study(tmp_path)
    found = of(study.answer("interchangeability"))
    assert [(row.comparator, row.measure, row.status) for row in found] == [
        ("all_readers", "equivalence_index", "ok"),
        ("all_readers", "equivalence_index", "ok"),
        ("all_readers", "interchangeability", "not assessed"),
        *[(f"reader{j}", "equivalence_index", "ok") for j in (1, 2, 3) for _ in range(2)],
    ]
    said = {code: [answers[code] for answers in study.answers.values()] for code in study.truth}
    calls = {code: int(result[0] >= 1) for code, result in study.results["vsbone3"].items()}
    program = np.mean([call != one for code, call in calls.items() for one in said[code]])
    readers = np.mean(
        [said[code][i] != said[code][j] for code in calls for i, j in ((0, 1), (0, 2), (1, 2))]
    )
    assert found[0].estimate == pytest.approx(program - readers)
    assert (found[0].n, found[0].cutoff) == (12, 1.0)


@pytest.mark.parametrize(("margin", "note"), [(0.9, "below_margin"), (0.001, "not_below_margin")])
def test_only_a_margin_lets_one_say_so(tmp_path, margin, note):
    settings = SETTINGS | {"margins": {"interchangeability": margin}}
    index, _, held, *_ = of(Study(tmp_path).answer("interchangeability", settings=settings))
    assert held.measure == "interchangeability"
    assert note in notes(held) and notes(held)["margin_high"] == str(margin)
    assert held.level == pytest.approx(0.9)  # twice the error: the statement is one-sided
    assert index.ci_low < held.ci_low < held.estimate < held.ci_high < index.ci_high


def test_cases_that_somebody_did_not_read_are_counted(tmp_path):
    study = Study(tmp_path)
    first, second = list(study.results["vsbone3"])[:2]
    study.answers["reader1"][first] = None
    study.results["vsbone3"][second] = "segmentation_failed"
    for row in of(study.answer("interchangeability")):
        assert row.n == 10
        assert notes(row)["left_out_not_read_by_all"] == "1"
        assert notes(row)["left_out_segmentation_failed"] == "1"


def test_fewer_than_two_who_read(tmp_path):
    study = Study(tmp_path)
    for reader in ("reader2", "reader3"):
        study.answers[reader] = dict.fromkeys(study.answers[reader])
    settings = SETTINGS | {"margins": {"interchangeability": 0.1}}
    rows = study.answer("interchangeability", settings=settings)
    assert {row.status for row in rows} == {"too few raters"}
    assert not any("below_margin" in row.note for row in rows)


def test_a_study_without_cutoffs_is_told(tmp_path):
    table = Study(tmp_path).answer("interchangeability", settings=SETTINGS | {"cutoffs": []})
    about = [(row.subject, row.metric, row.measure, row.status) for row in table]
    assert ("vsbone3", "bsi", "equivalence_index", "no cutoff") in about
