"""What a study has decides which questions it is asked."""

from typing import Any

import pytest
import yaml

from bonescint.config import check_config
from bonescint.config_questions import product_pairs, questions, study_has, unanswered
from bonescint.config_words import reader_names, study_words
from bonescint.declared import declaration
from bonescint.errors import InputError
from bonescint.questions import TESTS, known, why_unanswered
from bonescint.resources import ROOT
from bonescint.stats.subgroups import GRADES

EVERYTHING = {
    "readers", "two_readers", "eod", "two_eod", "versions", "products", "tracers", "counts",
    "shares",
    "plan",
    "subgroups",
    "builtin",
}  # fmt: skip


@pytest.fixture
def config() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    return loaded


def faults(config: dict[str, Any]) -> list[str]:
    with pytest.raises(InputError) as error:
        check_config(config | {"language": "en"}, files=False)
    return list(error.value.problems)


def test_the_default_study_lacks_nothing(config: dict[str, Any]) -> None:
    assert study_has(config) == EVERYTHING
    assert unanswered(config) == {}
    assert set(questions(config)) == set(known()) - {"repeatability"}


def test_a_study_without_readers_is_asked_about_its_software_alone(config: dict[str, Any]) -> None:
    config["readers"] = "none"
    config["metrics"] |= {"primary": None, "families": {}}
    check_config(config, files=False)
    assert questions(config) == [
        TESTS, "failures", "baseline", "version_measurement", "equivalence", "bridge", "case_mix",
        "exposure",
    ]  # fmt: skip
    assert unanswered(config)["accuracy"] == ["readers"]
    assert why_unanswered(["readers", "versions"], "en") == (
        "there is no reader and no product is there in two versions"
    )


def test_readers_who_grade_nothing(config: dict[str, Any]) -> None:
    for reader in config["readers"].values():
        reader["columns"] = {"eod": None}
    assert unanswered(config) == {"reader_eod": ["two_eod"], "bsi_eod": ["eod"]}
    config["readers"]["reader1"]["columns"] = {"eod": "EOD"}
    assert unanswered(config) == {"reader_eod": ["two_eod"]}


def test_one_version_and_one_tracer(config: dict[str, Any]) -> None:
    config["software"] = {"vsbone3": config["software"]["vsbone3"]}
    config["cohort"]["tracers"] = {"HMDP": ["VSBONE"]}
    assert study_has(config) == EVERYTHING - {"versions", "products", "tracers", "builtin"}


def test_products_of_one_tracer_have_the_same_patients(config: dict[str, Any]) -> None:
    config["software"]["bonenavi"]["tracer"] = "HMDP"
    assert product_pairs(config) == []


def test_a_hypothesis_that_cannot_be_tested_is_told_with_the_reason(config: dict[str, Any]) -> None:
    config["readers"] = "none"
    config["metrics"]["families"] = {}
    assert faults(config) == [
        "metrics.primary.question: the question 'version_diagnosis' cannot be answered (there is "
        "no reader). Take it out here."
    ]


def test_who_follows_no_study_has_no_list_of_its_participants(config: dict[str, Any]) -> None:
    config["study"]["preceding_study"] = "none"
    assert "inputs.participants: study.preceding_study is none" in faults(config)[0]
    del config["inputs"]["participants"]
    check_config(config, files=False)
    assert study_words(config)["preceding"] == ""
    config["study"]["preceding_study"] = "HS2022-005"
    assert "participants" in faults(config)[0]


def test_a_reader_is_called_by_label_or_number(config: dict[str, Any]) -> None:
    entry = config["readers"]["reader1"]
    own = entry | {"label": {"ja": "上級者", "en": "Senior"}}
    readers = {"reader1": entry, "tokyo": entry, "b": own}
    names = reader_names(config | {"language": "en", "readers": readers})
    assert names == {"reader.reader1": "Reader 1", "reader.tokyo": "tokyo", "reader.b": "Senior"}
    assert reader_names(config)["reader.reader3"] == "読影者 3"
    assert reader_names(config | {"readers": "none"}) == {}


def test_the_words_of_a_study(config: dict[str, Any]) -> None:
    assert study_words(config) == {
        "exam": "骨シンチグラフィ", "patients": "女性", "preceding": "HS2022-005",
    }  # fmt: skip
    config["study"]["exam"] = {"ja": "肝シンチグラフィ", "en": "liver scan"}
    config["cohort"]["sex"], config["language"] = "any", "en"
    assert study_words(config) | {"preceding": ""} == {
        "exam": "liver scan", "patients": "patients", "preceding": "",
    }  # fmt: skip
    del config["study"]["exam"]
    assert study_words(config)["exam"] == "bone scan"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([{"by": "age"}], "metrics.subgroups.0: name the values at which age is cut, such as"),
        ([{"by": "age", "at": [75, 65]}], "metrics.subgroups.0.at: the cut points must ascend"),
        ([{"by": "age", "at": [65, 65]}], "metrics.subgroups.0.at: the cut points must ascend"),
        ([{"by": "eod", "at": [2]}], "metrics.subgroups.0: by: eod is a group for each grade."),
        ([{"by": "eod"}, {"by": "eod"}], "metrics.subgroups.1: subgroups by eod are there twice"),
        ([{"by": "tracer"}], "Allowed: age, height_cm, weight_kg, eod"),
    ],
)
def test_subgroups_that_cannot_be_made_are_told(
    config: dict[str, Any], asked: list[Any], said: str
) -> None:
    config["metrics"]["subgroups"] = asked
    (found,) = faults(config)
    assert said in found


def test_groups_by_grade_need_a_reader_who_grades(config: dict[str, Any]) -> None:
    for reader in config["readers"].values():
        reader["columns"] = {"eod": None}
    assert faults(config) == [
        "metrics.subgroups.1: no reader gives an EOD, so there are no groups by eod. Delete it."
    ]
    # without the question no grades are needed
    drawn = ["accuracy", "cutoffs", "version_measurement"]
    asked = {"questions": drawn, "primary": None, "families": {}}
    check_config(config | {"metrics": config["metrics"] | asked}, files=False)
    # without any reader neither
    config["readers"] = "none"
    config["metrics"] |= {"primary": None, "families": {}}
    check_config(config, files=False)
    assert unanswered(config)["subgroups"] == ["readers"]


def test_unnamed_subgroups_are_not_reported_as_a_missing_question(config: dict[str, Any]) -> None:
    for none in (None, []):
        config["metrics"]["subgroups"] = none
        check_config(config, files=False)
        assert "subgroups" not in questions(config)
        assert unanswered(config) == {}
    del config["metrics"]["subgroups"]
    assert "subgroups" not in questions(config)


def test_groups_are_cut_by_the_numbers_of_a_case() -> None:
    schema = yaml.safe_load((ROOT / "schemas/config.schema.yaml").read_text(encoding="utf-8"))
    subgroups = schema["properties"]["metrics"]["properties"]["subgroups"]
    numbers = [one.column for one in declaration("cases") if one.kind == "measure"]
    assert subgroups["items"]["properties"]["by"]["enum"] == [*numbers, GRADES]
