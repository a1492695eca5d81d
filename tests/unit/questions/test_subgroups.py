"""Configured subgroups: who is in which, and what is said of few."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bonescint.outputs.labels import Labels
from bonescint.resources import Texts
from bonescint.stats.estimate import Estimate
from bonescint.stats.subgroups import groups_by_grade, groups_by_number
from tests.scripts.study_tables import SETTINGS, SOFTWARE_PARAM, Study, notes


def answer(made: Study, *asked: dict[str, Any]) -> list[Estimate]:
    return made.answer("subgroups", settings=SETTINGS | {"subgroups": list(asked)})


@pytest.mark.parametrize(
    ("by", "at", "names"),
    [
        ("age", [65], ["age=<65", "age=>=65"]),
        ("age", [50, 65, 75], ["age=<50", "age=50-64", "age=65-74", "age=>=75"]),
        # a height is no whole number
        ("height_cm", [150, 160], ["height_cm=<150", "height_cm=150-<160", "height_cm=>=160"]),
    ],
)
def test_groups_are_named_by_their_limits(by: str, at: Sequence[float], names: list[str]) -> None:
    assert list(groups_by_number(by, at, {}).groups) == names


def test_a_case_at_a_cut_point_is_above_it_and_one_without_a_value_in_no_group() -> None:
    found = groups_by_number("age", [65, 75], {"a": 64, "b": 65, "c": 74, "d": 75, "e": None})
    assert list(found.groups.values()) == [{"a"}, {"b", "c"}, {"d"}]
    assert found.unknown == {"e"}


def test_grades_are_of_positive_cases_that_do_not_contradict_their_grade() -> None:
    grades = {"a": 2.0, "b": 1.0, "c": 0.0, "n": 0.0}
    found = groups_by_grade(grades, ["a", "b", "c", "d"], {"c"})
    assert found.groups == {"eod=1": {"b"}, "eod=2": {"a"}}
    assert found.unknown == {"c", "d"}


def test_each_group_is_analysed_as_all_cases_are(tmp_path: Path) -> None:
    made = Study(tmp_path, per_tracer=24)
    rows = answer(made, {"by": "age", "at": [86]})
    young, old = rows[: len(rows) // 2], rows[len(rows) // 2 :]
    assert {row.cases for row in young} == {"age=<86"}
    assert {row.cases for row in old} == {"age=>=86"}
    # ages ascend with the codes from 50: of HMDP's cases twelve are younger
    (auc,) = [r for r in young if (r.subject, r.measure, r.metric) == ("vsbone3", "auc", "bsi")]
    assert (auc.n, auc.n_positive, auc.status) == (12, 6, "ok")
    alone = Study(tmp_path)
    alone.results = {k: {c: v for c, v in found.items() if not c.startswith("H") or int(c[1:]) < 12}
                     for k, found in made.results.items()}  # fmt: skip
    (same,) = [r for r in alone.answer("accuracy")
               if (r.subject, r.measure, r.metric, r.cases, r.ci_method)
               == ("vsbone3", "auc", "bsi", "", "delong_logit")]  # fmt: skip
    assert (auc.estimate, auc.ci_low, auc.ci_high) == (same.estimate, same.ci_low, same.ci_high)
    pairs = [row for row in young if row.comparator]
    assert {row.measure for row in pairs} == {
        "auc_difference", "sensitivity_difference", "specificity_difference",
    }  # fmt: skip
    assert {row.n for row in pairs} == {12}


def test_nothing_is_tested_and_everything_is_exploratory(tmp_path: Path) -> None:
    for row in answer(Study(tmp_path), {"by": "age", "at": [60]}, {"by": "eod"}):
        assert np.isnan([row.p_value, row.statistic]).all()
        assert not row.test
        assert "exploratory" in notes(row)


def test_of_fewer_than_five_of_a_class_no_number_is_given(tmp_path: Path) -> None:
    rows = answer(Study(tmp_path), {"by": "age", "at": [58]})
    of = {(r.cases, r.measure): r for r in rows if (r.subject, r.metric) == ("bonenavi", "bsi")}
    for measure, count in (("auc", None), ("sensitivity", "/4"), ("specificity", "/4")):
        row = of["age=<58", measure]  # four and four of the twelve
        assert (row.n, row.n_positive, row.status) == (8, 4, "too few")
        assert np.isnan([row.estimate, row.ci_low]).all()
        assert count is None or notes(row)["count"].endswith(count)
    made = Study(tmp_path)
    made.truth = {code: int(i % 4 > 0) for i, code in enumerate(made.tracer)}
    rows = answer(made, {"by": "age", "at": [58]})
    of = {(r.cases, r.measure): r for r in rows if (r.subject, r.metric) == ("bonenavi", "bsi")}
    assert of["age=<58", "sensitivity"].status == "ok"  # six positive
    assert of["age=<58", "specificity"].status == of["age=<58", "auc"].status == "too few"


def test_by_grade_there_is_sensitivity_alone(tmp_path: Path) -> None:
    made = Study(tmp_path, per_tracer=40)
    del made.eod["H01"]
    rows = answer(made, {"by": "eod"})
    assert {row.measure for row in rows} == {"sensitivity", "sensitivity_difference"}
    assert {row.cases for row in rows} == {"eod=1", "eod=2", "eod=3"}
    for row in rows:
        assert row.n == row.n_positive
        unknown = "1" if row.subject.startswith("vsbone") else None
        assert notes(row).get("left_out_no_group") == unknown
    # the grades divide the positive cases
    n = sum(row.n or 0 for row in rows if (row.subject, row.metric) == ("bonenavi", "bsi"))
    assert n == 20


def test_a_case_without_an_age_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = Study(tmp_path)
    made.write()
    cases = tmp_path / "cases.csv"
    cases.write_text(cases.read_text("utf-8").replace("M03,MDP,53", "M03,MDP,"), "utf-8")
    monkeypatch.setattr(made, "write", lambda: None)
    row = answer(made, {"by": "age", "at": [57]})[0]
    assert notes(row)["left_out_no_group"] == "1"
    assert (row.n, row.n_positive) == (6, 2)


@pytest.mark.parametrize(("lacking", "word"), [("eod", "EOD"), ("versions", "versions")])
def test_nothing_is_said_of_grades_or_versions_that_are_not_there(lacking: str, word: str) -> None:
    there = {"readers", "eod", "versions"} - {lacking}
    said = {
        name: Labels(Texts("report", "en"), SOFTWARE_PARAM, True, there=has)
        for name, has in (("whole", None), ("without", there))
    }
    texts = {
        name: labels.question("note", "subgroups") + labels.question("caution", "subgroups")
        for name, labels in said.items()
    }
    assert word in texts["whole"]
    assert word not in texts["without"]
