import numpy as np
import pytest

from bonescint.errors import InputError
from bonescint.questions import hypotheses
from bonescint.stats.estimate import Estimate, write_estimates
from bonescint.stats.multiplicity import holm
from tests.scripts.study_tables import answered, notes

PRIMARY = {
    "question": "version_diagnosis",
    "subject": "vsbone3",
    "comparator": "vsbone2",
    "measure": "auc_difference",
    "metric": "bsi",
}
FAMILIES = {
    "versions": {"version_diagnosis": ["auc_difference", "sensitivity_difference"]},
    "failures": {"failures": ["failure_difference"]},
}


def test(question, measure, p, *noted, **fields):
    defaults = {"subject": "vsbone3", "comparator": "vsbone2"}
    row = Estimate(
        question=question, measure=measure, metric="bsi", p_value=p, **(defaults | fields)
    )
    return row.noting(*noted)


test.__test__ = False
ROWS = [
    test("version_diagnosis", "auc_difference", 0.04),
    test("version_diagnosis", "sensitivity_difference", 0.02, cutoff=1, test="mcnemar_exact"),
    test("version_diagnosis", "sensitivity_difference", 0.01, cutoff=1, test="mcnemar_midp"),
    test("version_diagnosis", "sensitivity_difference", 0.03, cutoff=2, test="mcnemar_exact"),
    test("version_measurement", "agreement_slope", 0.001),
    test("version_diagnosis", "auc_difference", np.nan, comparator="vsbone1", status="one class"),
    test("failures", "failure_difference", 0.5),
]


def written(tmp_path, rows):
    tables = []
    for question in dict.fromkeys(row.question for row in rows):
        tables.append(tmp_path / f"{question}.csv")
        write_estimates(tables[-1], [row for row in rows if row.question == question])
    return tables


def run(tmp_path, rows=ROWS, primary=PRIMARY, families=FAMILIES):
    tables = written(tmp_path, rows)
    params = {"language": "en", "settings": {"primary": primary, "families": families}}
    return answered(tmp_path, "hypotheses", {"questions": [str(path) for path in tables]}, params)


def role(row):
    return next(
        n for n in row.note.split("; ") if n.split("=")[0] in ("primary", "family", "exploratory")
    )


def test_primary_families_and_the_rest(tmp_path):
    rows = run(tmp_path)
    assert [(role(row), row.p_value, row.p_adjusted) for row in rows] == [
        ("primary", 0.04, 0.04),
        ("family=versions", 0.02, 0.04),
        ("family=versions", 0.03, 0.04),
        ("family=failures", 0.5, 0.5),
        ("exploratory", 0.01, pytest.approx(np.nan, nan_ok=True)),
        ("exploratory", 0.001, pytest.approx(np.nan, nan_ok=True)),
    ]


def test_without_a_primary_it_is_one_of_its_family(tmp_path):
    rows = run(tmp_path, primary=None)
    family = [row for row in rows if role(row) == "family=versions"]
    assert [row.p_adjusted for row in family] == pytest.approx(holm([0.04, 0.02, 0.03]))


def test_without_families_everything_else_is_exploratory(tmp_path):
    assert [role(row) for row in run(tmp_path, families={})] == ["primary"] + ["exploratory"] * 5


@pytest.mark.parametrize(
    "changed", [{"subject": "vsbone4"}, {"metric": "hotspots"}, {"cutoff": 1}, {"comparator": None}]
)
def test_a_primary_hypothesis_that_was_not_tested_says_so(tmp_path, changed):
    first = run(tmp_path, primary=PRIMARY | changed)[0]
    assert first.status == "not assessed"
    assert np.isnan(first.p_value)
    assert role(first) == "primary"
    assert (first.question, first.measure) == ("version_diagnosis", "auc_difference")


def test_a_primary_hypothesis_at_a_cutoff(tmp_path):
    primary = PRIMARY | {"measure": "sensitivity_difference", "cutoff": 2.0}
    first = run(tmp_path, primary=primary)[0]
    assert (first.p_value, notes(first)["cutoff"]) == (0.03, "2")


def test_a_primary_hypothesis_that_could_be_two_is_refused(tmp_path):
    primary = PRIMARY | {"measure": "sensitivity_difference"}
    with pytest.raises(InputError, match="fits 2 hypotheses.*cutoff: 1; metric: bsi, cutoff: 2"):
        list(hypotheses.rows(written(tmp_path, ROWS), "en", {"primary": primary, "families": {}}))


def test_a_group_of_the_cases_is_no_other_primary_hypothesis(tmp_path):
    of_all = test("accuracy", "auc", 0.2, comparator="")
    rows = [test("accuracy", "auc", np.nan, comparator="", cases="eod=2"), of_all]
    primary = PRIMARY | {"question": "accuracy", "measure": "auc", "comparator": None}
    first = run(tmp_path, rows=rows, primary=primary)[0]
    assert (first.p_value, first.cases) == (0.2, "")
    # it is not said which of the two groups is meant
    groups = [test("exposure", "auc", 0.1, cases=cases) for cases in ("all", "not_exposed")]
    primary = PRIMARY | {"question": "exposure", "measure": "auc"}
    with pytest.raises(InputError, match="cases: all; metric: bsi, cases: not_exposed"):
        list(hypotheses.rows(written(tmp_path, groups), "en", {"primary": primary, "families": {}}))


WITH_FAILURES = [
    *ROWS,
    test("version_diagnosis", "auc_difference", 0.03, cases="failures_as_wrong"),
    test("version_diagnosis", "sensitivity_difference", 0.005, cutoff=1,
         cases="failures_as_wrong"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("cases", "first", "family"),
    [
        (None, 0.04, [0.02, 0.03]),
        ("complete", 0.04, [0.02, 0.03]),
        # at the second cut-off there is no other test: that one stays in the family
        ("failures_as_wrong", 0.03, [0.03, 0.005]),
    ],
)
def test_the_primary_and_its_family_count_failures_alike(tmp_path, cases, first, family):
    primary = PRIMARY | ({"cases": cases} if cases else {})
    rows = run(tmp_path, rows=WITH_FAILURES, primary=primary)
    assert rows[0].p_value == first
    assert [row.p_value for row in rows if role(row) == "family=versions"] == family
    assert len(rows) == len(WITH_FAILURES) - 1  # the others are exploratory, none is lost


def test_where_nothing_failed_there_is_one_analysis(tmp_path):
    (first, *_) = run(tmp_path, primary=PRIMARY | {"cases": "failures_as_wrong"})
    assert (first.p_value, first.cases) == (0.04, "")


def test_a_primary_hypothesis_without_a_p_keeps_its_row(tmp_path):
    first = run(tmp_path, primary=PRIMARY | {"comparator": "vsbone1"})[0]
    assert (first.status, first.comparator, role(first)) == ("one class", "vsbone1", "primary")


def test_no_test_at_all(tmp_path):
    assert run(tmp_path, rows=[], primary=None) == []
