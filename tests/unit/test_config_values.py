"""Metrics, cut-offs and names that contradict each other are told before anything runs."""

from collections.abc import Callable
from typing import Any

import pytest
import yaml

from bonescint.config import check_config, settings_of_questions
from bonescint.config_values import entries_of
from bonescint.errors import InputError
from bonescint.resources import ROOT

Edit = Callable[[dict[str, Any]], object]
AUC = {
    "question": "version_diagnosis",
    "subject": "vsbone3",
    "comparator": "vsbone2",
    "measure": "auc_difference",
}


def value(name: Any, **said: Any) -> Edit:
    return lambda c: c["metrics"]["values"].update({name: {"software": ["BoneNAVI"]} | said})


def cutoff(metric: str, at: float) -> Edit:
    return lambda c: c["metrics"]["cutoffs"].append({"metric": metric, "value": at})


def primary(**said: Any) -> Edit:
    return lambda c: c["metrics"].update(primary=AUC | said)


def renamed(area: str, key: str, name: str) -> Edit:
    return lambda c: c[area].update({name: c[area].pop(key)})


def checked(*edits: Edit) -> None:
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    config["language"] = "en"
    config["metrics"]["primary"] = None
    for edit in edits:
        edit(config)
    check_config(config)


@pytest.mark.parametrize("name", ["age", "z", "count", "bias", "n", "level", "auc", "missing"])
def test_a_metric_is_called_as_nothing_else_in_the_results(name: str) -> None:
    with pytest.raises(InputError, match=rf"values\.{name}: '{name}' is another column.*word"):
        checked(value(name))


@pytest.mark.parametrize(
    ("area", "key", "name"),
    [
        ("software", "vsbone2", "bsi"),
        ("software", "vsbone2", "stored"),
        ("readers", "reader1", "hotspots"),
        ("readers", "reader1", "unanimous"),
    ],
)
def test_software_and_readers_are_called_as_no_metric_and_no_reference(
    area: str, key: str, name: str
) -> None:
    with pytest.raises(InputError, match=rf"{area}\.{name}: '{name}' is a metric, or a word"):
        checked(renamed(area, key, name))


@pytest.mark.parametrize("name", [True, 1])
def test_a_name_that_yaml_takes_for_something_else_is_told(name: object) -> None:
    with pytest.raises(InputError, match=rf"metrics\.values: {name} is no name"):
        checked(value(name))


def test_two_metrics_have_two_labels() -> None:
    label = {"ja": "強度", "en": "Intensity"}
    with pytest.raises(InputError, match=r"the label 'Intensity' \(en\)"):
        checked(value("suv", label=label), value("peak", label=label))


def test_a_software_without_any_metric_is_no_list_of_cases_not_analysed() -> None:
    def ann_alone(config: dict[str, Any]) -> None:
        del config["software"]["reference"]
        config["metrics"] |= {"values": {"ann": {}}, "cutoffs": [], "families": {}, "margins": {}}
        for entry in entries_of(config, "software").values():
            entry["columns"] = {"key": "ID", "ann": entry["columns"].get("ann")}

    with pytest.raises(InputError, match=r"vsbone2: this software has no metric.*\(ann\)") as said:
        checked(ann_alone)
    assert len(said.value.problems) == 2  # BoneNAVI has it


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ([cutoff("ann", 50)], r"cutoffs\.2: the cut-off 50 lies outside.*ann \[0, 1\]"),
        ([cutoff("hotspots", -1)], r"cutoffs\.2: the cut-off -1.*hotspots \[0, null\]"),
        ([cutoff("bsi", 1)], r"cutoffs\.2: the cut-off 1 of bsi is there twice"),
        ([primary(metric="ann")], r"primary\.subject: vsbone3 has no metric ann"),
        ([primary(metric="bsi", cutoff=7)], r"primary\.cutoff: the value 7.*Allowed: 1\."),
    ],
)
def test_what_no_case_or_row_can_meet_is_told(edits: list[Edit], said: str) -> None:
    with pytest.raises(InputError, match=said):
        checked(*edits)


def test_a_value_below_zero_may_be_a_cutoff_where_its_metric_has_some() -> None:
    checked(value("zscore", bounds=[-5, 5]), cutoff("zscore", -2), cutoff("ann", 0.5))
    checked(primary(metric="bsi", cutoff=1, measure="sensitivity_difference"))


def test_failures_count_only_where_their_rows_are() -> None:
    other = {"question": "version_measurement", "measure": "hodges_lehmann"}
    checked(primary(cases="failures_as_wrong"), primary(cases="complete", **other))
    for said in ({"measure": "nri"}, other):
        with pytest.raises(InputError, match=r"primary\.cases.*'failures_as_wrong'.*: complete"):
            checked(primary(cases="failures_as_wrong", **said))


def test_a_planned_difference_is_less_than_the_value_that_it_is_taken_from() -> None:
    def plan(auc: float | None) -> Edit:
        said = {"positive": 25, "negative": 25, "auc": auc, "auc_difference": 0.6}
        return lambda c: c["metrics"].update(plan=said)

    with pytest.raises(InputError, match=r"^metrics\.plan\.auc_difference: .* metrics\.plan\.auc,"):
        checked(plan(0.6))
    checked(plan(0.9))
    checked(plan(None))  # is not assessed


def test_another_offset_changes_nothing_but_what_its_question_reads() -> None:
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    before = settings_of_questions(config)
    config["metrics"]["values"]["bsi"]["offsets"] = [0.2]
    after = settings_of_questions(config)
    assert after.pop("offsets")["bsi"] == [0.2] != before.pop("offsets")["bsi"]
    assert before == after


def test_what_a_family_is_called_changes_nothing_that_a_question_reads() -> None:
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    before = settings_of_questions(config)
    config["metrics"]["families"]["versions"]["label"] = {"ja": "版", "en": "Versions"}
    assert settings_of_questions(config) == before
