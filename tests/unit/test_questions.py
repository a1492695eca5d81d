"""Every question, as Snakemake answers it, on good, poor and empty studies."""

import importlib
import inspect

import numpy as np
import pytest

from bonescint.outputs.drawn import drawn_figures
from bonescint.questions import known, question
from bonescint.questions import question as declared
from bonescint.registered import words_in
from bonescint.resources import ROOT
from tests.scripts.study_tables import SETTINGS, Study, notes

# these read other tables and have tests of their own
OTHERS = {"hypotheses", "failures", "repeatability"}
every_question = pytest.mark.parametrize("question", [one for one in known() if one not in OTHERS])


@pytest.mark.parametrize("name", known())
def test_what_a_question_declares_is_what_it_takes_and_has_words(name):
    module = importlib.import_module(f"bonescint.questions.{name}")
    asked = question(name)
    takes = [*asked.needs, *(["settings"] if asked.settings else [])]
    for function in ("rows", *asked.also):
        assert list(inspect.signature(getattr(module, function)).parameters) == takes
    for language in ("ja", "en"):
        words = words_in("text/questions/", language)[name]
        for key in ("title", "sheet", "about", "note", *(f"table_{table}" for table in asked.also)):
            assert key in words, key
    rule = (ROOT / "rules" / "questions" / f"{name}.smk").read_text(encoding="utf-8")
    assert rule.startswith(f"use rule answer_question from asking as {name} with:")
    assert rule.count(f'"{name}"') == 3 and f'"logs/{name}.log"' in rule


def test_every_module_is_a_question_and_no_two_share_a_place():
    modules = {path.stem for path in (ROOT / "scripts/bonescint/questions").glob("*.py")}
    assert modules - {"__init__", "registry"} == set(known())
    assert set(words_in("text/questions/", "en")) == set(known())
    assert len({question(name).order for name in known()}) == len(known())


def test_every_figure_has_its_words_and_a_section_that_there_is():
    drawn = drawn_figures(of_report=False)
    modules = {path.stem for path in (ROOT / "scripts/bonescint/outputs/figures").glob("*.py")}
    assert modules - {"__init__"} == set(drawn) == set(words_in("text/figures/", "en"))
    for name, one in drawn.items():
        assert one.section in ("overview", "flow", "reference", *known()), name
        module = importlib.import_module(f"bonescint.outputs.figures.{name}")
        assert [*inspect.signature(module.draw).parameters] == [*one.needs, "labels"], name
        assert {"title", "caption"} <= set(words_in("text/figures/", "ja")[name])


@every_question
def test_a_good_study(tmp_path, question):
    study = Study(tmp_path)
    study.exposed = {"H00", "H01"}
    rows = study.answer(question)
    assert rows
    assert {row.question for row in rows} == {question}
    assert all(row.n is not None and row.measure for row in rows)
    # what the report's section shows is there
    for spec in declared(question).shown:
        measures, _, part = spec.partition(".")
        shown = [row for row in rows if row.measure in measures.split("|")]
        assert any(part in (*notes(row), "") for row in shown), spec
    for row in rows:
        if row.subject.startswith(("vsbone", "bonenavi")):
            assert notes(row)["version"] in ("2.0", "2.1", "3.0")
        if not np.isnan(row.ci_low):
            assert row.ci_low <= row.estimate <= row.ci_high
            assert row.ci_method
        assert np.isnan(row.p_value) or 0 <= row.p_value <= 1
    first = (tmp_path / f"{question}.table.csv").read_bytes()
    study.results = {key: dict(reversed(found.items())) for key, found in study.results.items()}
    study.truth = dict(reversed(study.truth.items()))
    study.answer(question)
    assert (tmp_path / f"{question}.table.csv").read_bytes() == first


def nobody(study):
    study.tracer, study.truth, study.eod, study.count = {}, {}, {}, {}
    study.results = {key: {} for key in study.results}
    study.answers = {key: {} for key in study.answers}


def no_readings(study):
    study.truth = dict.fromkeys(study.truth)
    study.eod, study.count = {}, {}
    study.answers = {key: dict.fromkeys(found) for key, found in study.answers.items()}


def no_results(study):
    study.results = {key: dict.fromkeys(found, "missing") for key, found in study.results.items()}


def one_class(study):
    study.truth = dict.fromkeys(study.truth, 1)
    study.answers = {key: dict.fromkeys(found, 1) for key, found in study.answers.items()}


def all_zero(study):
    study.results = {key: dict.fromkeys(found, (0.0, 0)) for key, found in study.results.items()}
    study.eod, study.count = (dict.fromkeys(study.truth, 0) for _ in range(2))


def identical_versions(study):
    study.results["vsbone3"] = dict(study.results["vsbone2"])


def complete_separation(study):
    study.results = {
        key: {code: (5.0 + i, 9 + i) if study.truth[code] else (0.0, 0)
              for i, code in enumerate(found)}
        for key, found in study.results.items()
    }  # fmt: skip
    study.answers = {key: dict(study.truth) for key in study.answers}


def two_women(study):
    for name in ("tracer", "truth", "eod", "count"):
        setattr(study, name, dict(list(getattr(study, name).items())[:2]))
    study.results = {
        key: {c: v for c, v in found.items() if c in study.truth}
        for key, found in study.results.items()
    }
    study.answers = {
        key: {c: v for c, v in found.items() if c in study.truth}
        for key, found in study.answers.items()
    }


def one_reader(study):
    study.answers = {"reader1": study.answers["reader1"]}


def a_missing_reader(study):
    study.answers["reader3"] = dict.fromkeys(study.answers["reader3"])


@every_question
@pytest.mark.parametrize(
    "spoil",
    [
        nobody, no_readings, no_results, one_class, all_zero, identical_versions,
        complete_separation, two_women, one_reader, a_missing_reader,
    ],
)  # fmt: skip
@pytest.mark.filterwarnings("error")
def test_poor_data_end_in_rows_with_a_status(tmp_path, question, spoil):
    study = Study(tmp_path)
    study.exposed = {"H00", "H01"}
    spoil(study)
    for row in study.answer(question):
        assert row.status
        assert np.isnan(row.ci_low) == np.isnan(row.ci_high)
        assert not np.isinf([row.estimate, row.ci_low, row.ci_high, row.statistic]).any(), row
        if row.status != "ok":
            assert np.isnan([row.ci_low, row.ci_high]).all(), row
        elif np.isnan(row.estimate):
            assert not np.isnan(row.p_value), row  # a bare test


def test_equivalence_is_held_against_the_margin(tmp_path):
    study = Study(tmp_path)
    rows = study.answer("equivalence")
    assessed = [row for row in rows if row.status != "not assessed"]
    assert {row.measure for row in assessed} == {
        "mean_difference", "auc_difference", "sensitivity_difference",
    }  # fmt: skip
    for row in assessed:
        said = notes(row)
        assert said["level"] == "0.9"  # twice the error of the study's intervals
        within = row.ci_low > -0.1 and row.ci_high < 0.1
        if row.measure == "auc_difference":
            assert said["equivalent"] == str(int(within))
            assert np.isnan(row.p_value)  # not a test of being zero
    wide = SETTINGS | {"margins": {"auc": 1.0, "sensitivity": 1.0, "specificity": 1.0, "bsi": 99}}
    said = [notes(r).get("equivalent") for r in study.answer("equivalence", settings=wide)
            if r.status == "ok"]  # fmt: skip
    assert said
    assert set(said) == {"1"}


def test_equivalence_counts_failures_as_the_primary_hypothesis_does(tmp_path):
    study = Study(tmp_path)
    study.results["vsbone2"]["H00"] = "segmentation_failed"
    wrong = SETTINGS | {"primary": {"cases": "failures_as_wrong"}}
    for settings, cases, n in ((SETTINGS, "", 11), (wrong, "failures_as_wrong", 12)):
        rows = study.answer("equivalence", settings=settings)
        judged = [row for row in rows if row.measure != "mean_difference"]
        assert {(row.cases, row.n) for row in judged} == {(cases, n)}
        # of a mean there is no wrong call
        measured = [row for row in rows if row.measure == "mean_difference"]
        assert {(row.cases, row.n) for row in measured} == {("", 11)}


def test_other_references(tmp_path):
    study = Study(tmp_path)
    rows = study.answer("reference_sensitivity")
    assert list(dict.fromkeys(row.reference for row in rows)) == [
        "reader1", "reader2", "reader3", "unanimous", "any_reader",
    ]  # fmt: skip
    votes = {c: [study.answers[r][c] for r in study.answers] for c in study.results["bonenavi"]}
    n = {row.reference: (row.n, row.n_positive) for row in rows if row.subject == "bonenavi"}
    agreed = [v for v in votes.values() if len(set(v)) == 1]
    assert n["unanimous"] == (len(agreed), sum(v[0] for v in agreed))
    assert n["any_reader"] == (len(votes), sum(any(v) for v in votes.values()))
    assert n["reader1"] == (len(votes), sum(v[0] for v in votes.values()))


def test_results_without_the_cases_that_a_version_may_know(tmp_path):
    study = Study(tmp_path)
    study.exposed = {"H00", "H01", "H02"}
    rows = study.answer("exposure")
    share = {row.subject: notes(row)["count"] for row in rows if row.measure == "exposed_share"}
    assert share == {"bonenavi": "0/12", "vsbone2": "3/12", "vsbone3": "3/12"}
    n = {(row.subject, row.comparator, notes(row)["cases"]): row.n
         for row in rows if row.measure.startswith("auc")}  # fmt: skip
    assert n == {
        (key, other, name): count
        for key, other in (("vsbone2", ""), ("vsbone3", ""), ("vsbone3", "vsbone2"))
        for name, count in (("all", 12), ("not_exposed", 9))
    }
