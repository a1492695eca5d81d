"""The auditor's dry-run as sentences, and that every rule has one."""

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest

from bonescint.endings.plan import PlannedJob, plan_lines
from bonescint.endings.rules import sentences
from bonescint.questions import known
from bonescint.resources import ROOT, Texts, resource_rows

RULE = re.compile(
    r"^(?:rule|checkpoint|use rule answer_question from asking as) (\w+)(?: with)?:\n"
    r' +"""(.*?)"""\n(.*?)(?=^\S|\Z)',
    re.M | re.S,
)
INPUTS = {"inputs.opt_out": "secret/list.csv", "software.vsbone2.export": "secret/v.csv"}


def rules() -> Iterator[tuple[str, str, str]]:
    """Yield name, docstring and the rest of every rule."""
    for path in [ROOT / "Snakefile", *sorted((ROOT / "rules").rglob("*.smk"))]:
        yield from RULE.findall(path.read_text(encoding="utf-8"))


def planned(rule: str, reason: str, **more: object) -> PlannedJob:
    job = PlannedJob(
        rule_name=rule, reason=reason, input=[], output=[], wildcards={}, is_checkpoint=False
    )
    return job | more  # type: ignore[return-value]


def told(*jobs: PlannedJob, language: str = "en") -> str:
    return "\n".join(plan_lines(jobs, INPUTS, language))


def test_every_rule_has_its_sentence_in_both_languages() -> None:
    written = {name: doc for name, doc, _ in rules() if name != "answer_question"}
    assert sentences("en") == written
    assert {name for name in written if name in known()} == set(known())
    assert all(said.endswith("。") for said in sentences("ja").values())
    order = list(sentences("ja"))
    assert order.index("list_misclassified") - order.index("hypotheses") == len(known())


def test_the_hospitals_inputs_are_those_that_the_rules_read() -> None:
    listed = {row["key"]: row["inputs"].split() for row in resource_rows("text/rules.csv")}
    for name, _, body in rules():
        if name in known():
            assert "path_of" not in body and "given" not in body
            continue
        keys = re.findall(r'path_of\("([\w.]+)"\)', body)
        keys += re.findall(r'"([\w.]+)"', "".join(re.findall(r"=given\(([^*)]*)\)", body)))
        for key in keys:
            assert any(fnmatchcase(key, pattern) for pattern in listed[name]), (name, key)
        if "{wildcards." in body:
            assert any("{value}" in pattern for pattern in listed[name]), name


def test_steps_in_the_order_of_the_data_with_sides_and_reasons() -> None:
    made = {"output": ["results/software/vsbone2.csv"], "wildcards": {"software": "vsbone2"}}
    import_software = planned(
        "import_software",
        "Missing output files: results/software/vsbone2.csv; Params have changed since last "
        "execution: before: 1, now: 2",
        input=["private/cohort.csv"],
        **made,
    )
    follows = "Input files updated by another job: results/software/vsbone2.csv"
    out = {"output": ["results/measurements.csv"]}
    plan = told(planned("build_measurements", follows, **out), import_software)
    assert plan.startswith("Steps that would run: 2 (jobs: 2)")
    assert "1. import_software: Bring one software's export" in plan
    assert "jobs: 1 (vsbone2)" in plan
    assert "reads (the hospital's inputs): software.vsbone2.export" in plan
    assert "secret" not in plan
    assert "reads (identified side): private/cohort.csv" in plan
    assert "writes (coded side): results/software/vsbone2.csv" in plan
    reasons = (
        "not there yet: results/software/vsbone2.csv; the configuration, the content of the "
        "hospital's inputs or the program has changed"
    )
    assert f"because: {reasons}" in plan
    assert "because: made anew by an earlier step (import_software)" in plan
    assert plan.endswith("\n\nNothing was run.")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_nothing_to_do(language: str) -> None:
    text = Texts("endings", language)
    assert told(language=language).splitlines() == [text("plan.nothing"), "", text("plan.end")]


def test_many_files_are_told_by_folder_and_a_checkpoint_leaves_some_open() -> None:
    many = [f"results/metrics/{n}.csv" for n in range(9)]
    job = planned("split_cohort", "Forced execution", input=["<TBD>", *many], is_checkpoint=True)
    plan = told(job)
    assert "reads (coded side): results/metrics/ (9)" in plan
    assert "TBD" not in plan and "what an earlier step will tell" in plan
    assert "After it the batches are known" in plan
    assert "because: it was asked for" in plan


def test_a_rule_of_somebody_elses_and_an_unknown_reason() -> None:
    plan = told(planned("foreign", "Moon is full"))
    assert "1. foreign: a step of this study's own Snakefile." in plan
    assert "because: Moon is full" in plan


def test_edited_results_are_no_part_of_what_is_up_to_date() -> None:
    assert "up to date" in told()
    said = "\n".join(plan_lines([], INPUTS, "en", ["results/study.xlsx"]))
    assert "results/study.xlsx" in said and "up to date" not in said
