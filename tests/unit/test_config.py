"""A typo in the configuration gets its path and what is allowed, before anything runs."""

import copy
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import yaml

from bonescint.config import (
    check_config,
    inputs,
    metrics,
    opt_out_file,
    opt_out_settings,
    patient_id_pattern,
    software,
)
from bonescint.config_questions import product_pairs, questions, version_pairs
from bonescint.errors import InputError
from bonescint.questions import known
from bonescint.resources import ROOT
from bonescint.text.limits import TableLimits
from tests.unit.unreadable import closed


@pytest.fixture
def config() -> dict[str, Any]:
    Path("config.yaml").touch()  # a file that is there
    loaded: dict[str, Any] = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    loaded["language"] = "en"
    return loaded


def put(config: dict[str, Any], path: str, value: object) -> None:
    *folders, last = path.split("/")
    for folder in folders:
        config = config[folder]
    if value is KeyError:
        del config[last]
    else:
        config[last] = value


def test_default_configuration_is_good(config: dict[str, Any]) -> None:
    check_config(config)


def test_every_limit_of_a_table_can_be_raised(config: dict[str, Any]) -> None:
    put(config, "software/vsbone3/limits", asdict(TableLimits()))
    check_config(config)


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("cohrot", {}, r"top level.*'cohrot'.*Did you mean 'cohort'"),
        ("software/vsbone2/versoin", "2", r"software\.vsbone2.*'versoin'.*'version'"),
        ("cohort/sex", KeyError, r"cohort: the key 'sex' is missing"),
        ("cohort/exam_to", "2019-06-31", r"cohort\.exam_to.*'2019-06-31'"),
        ("cohort/exam_to", "2019-05-31", r"exam_from is later"),
        ("study/approval/date", "2024-13-41", r"study\.approval\.date.*no date"),
        ("software/vsbone3/version", 3.0, r"software\.vsbone3\.version.*3\.0"),
        ("software/vsbone3/version", 3.0, r"quote it where it is digits"),
        ("study/id", False, r"study\.id.*quote it.*yes or no"),
        ("study/retention_years", "１０", r"a whole number"),
        ("study/synthetic", "はい", r"true or false"),
        ("study/privacy_manager", 12, r"text .*null"),
        ("cohort", [], r"cohort.*key: value"),
        ("cohort/sex", None, r"cohort\.sex: not decided yet.*F, M, any"),
        ("study/title", "a\x07b", r"study\.title"),
        ("study/id", None, r"study\.id: not decided yet.*study ID"),
        ("software", {}, r"software: not decided yet.*at least one"),
        ("readers", {}, r"readers: not decided yet.*at least one"),
        ("ledger/key", "E:\\ledger.key", r"ledger\.key.*/mnt/e/ledger\.key"),
        ("config_version", "2", r"config_version.*a whole number"),
        ("config_version", 999, r"999 is newer.*Update the program"),
        ("inputs/participants", r"C:\表\a.csv", r"participants.*On WSL write /mnt/c/表/a\.csv"),
        ("software/vsbone3/tracer", "MDP", r"VSBONE has two tracers"),
        ("software/bonenavi/product", "VSBONE", r"VSBONE has two tracers"),
        ("software/bonenavi/product", "Other", r"bonenavi: with MDP goes BoneNAVI, not Other.*R6"),
        ("cohort/tracers", {"XMDP": ["A"]}, r"cohort\.tracers.*'XMDP'.*MDP, HMDP"),
        ("cohort/tracers", {"MDP": []}, r"cohort\.tracers\.MDP.*products"),
        ("cohort/tracers", {"HMDP": ["VSBONE"]}, r"bonenavi\.tracer.*'MDP'.*Allowed: HMDP"),
        ("cohort/tracers", {"HMDP": ["VSBONE"]}, r"targets.*no key 'MDP'.*HMDP, with"),
        ("software/vsbone3/version", "2.0", r"vsbone2 and software\.vsbone3 are the same"),
        ("software/vsbone3/columns/ann", "ANN", r"software\.vsbone3\.columns\.ann"),
        ("software/VSBONE4", {}, r"software: 'VSBONE4' is no name"),
        ("inputs/opt_out", "list.csv", r"inputs\.opt_out.*'list\.csv'"),
        ("inputs/opt_out", {"file": "list.csv"}, r"inputs\.opt_out.*'list\.csv'"),
        ("inputs/opt_out", {"file": "a", "ids_onyl": True}, r"inputs\.opt_out.*'ids_only'"),
        ("inputs/opt_out", {"file": "a", "header_row": 0}, r"inputs\.opt_out\.header_row"),
        ("inputs/participants", {"path": "a"}, r"inputs\.participants.*'path'"),
        (
            "inputs/participants",
            {"file": "a", "columns": {"bsi": "B"}},
            r"participants\.columns.*'bsi'",
        ),
        ("inputs/tracer_calendar", {"file": "a", "ids_only": True}, r"calendar.*'ids_only'"),
        ("readers/reader1/key", KeyError, r"readers\.reader1: .*'key'.*\(patient_id \| code;"),
        ("inputs/opt_out", {"ids_only": True}, r"inputs\.opt_out: the key 'file' is missing"),
        ("inputs/opt_out", {"file": "demo/a", "largest_share": 20}, r"opt_out\.largest_share.*20"),
        ("study/synthetic", False, r"study\.synthetic must be true"),
        ("ledger/path", "results/ledger.age", r"ledger\.path.*R16"),
        ("metrics/cutoffs", [{"metric": "bsl", "value": 1}], r"metrics\.cutoffs\.0\.metric.*bsi"),
        ("language", "fr", r"language.*ja, en"),
        ("software/bonenavi/second_export", "demo/exports/bonenavi.csv", r"first.*own file"),
        (
            "readers/reader1/second_report",
            "typed.xlsx",
            r"readers\.reader1\.second_report.*no file",
        ),
        ("readers/bonenavi", {"report": "demo/x.csv", "key": "code"}, r"both have 'bonenavi'"),
        ("metrics/protocol", {"document": "Plan 1.2"}, r"metrics\.protocol: the key 'date'"),
        ("metrics/protocol", {"document": " ", "date": "2024-01-31"}, r"protocol\.document"),
        ("metrics/protocol", {"document": "P", "date": "2024-01-32"}, r"protocol\.date.*no date"),
        ("metrics/protocol", {"document": "P", "date": "9999-01-31"}, r"protocol\.date.*today"),
        ("metrics/questions", ["acuracy", "accuracy"], r"metrics\.questions\.0.*'acuracy'"),
        ("metrics/questions", ["accuracy", "cutoffs"], r"figures need 'version_measurement'"),
        ("metrics/primary/subject", "vsbone5", r"metrics\.primary\.subject.*'vsbone5'"),
        ("metrics/primary/measure", "auc_diference", r"primary\.measure.*Did you mean 'auc_diff"),
        ("metrics/families/a", {"cutoffs": ["youdn"]}, r"families\.a.*no measure 'youdn'.*youden"),
        ("software/vsbone2/columns/bsi", "Hotspots", r"vsbone2\.columns.*the same header"),
        ("readers/reader1/columns", {"metastasis": None}, r"columns\.metastasis.*None"),
        ("metrics/primary/question", "roc", r"metrics\.primary\.question.*'roc'"),
        ("metrics/values", {"bsi": {"knd": "percent"}}, r"values\.bsi.*'knd'.*'kind'"),
        ("metrics/values", {"BSI": {}}, r"metrics\.values: 'BSI' is no name"),
        ("metrics/values/status", {"software": ["x"]}, r"metrics\.values\.status.*another column"),
        ("metrics/values/bsi/bounds", [5, 5], r"values\.bsi\.bounds: 5 is not below 5"),
        ("metrics/values/x", {"positive": "low", "software": ["A"]}, r"x\.positive.*below 0"),
        ("metrics/values/ann/software", [], r"vsbone2\.columns: the key 'ann' is missing"),
        ("metrics/values/volume", {"unit": "ml"}, r"vsbone2\.columns: the key 'volume'"),
        ("metrics/values", {"hotspots": {}}, r"cutoffs\.0\.metric.*'bsi'.*Allowed: hotspots"),
        ("metrics/margins/volume", 5, r"metrics\.margins.*'volume'.*bsi, hotspots, ann, auc"),
        ("metrics/margins/bsi", -1, r"metrics\.margins\.bsi.*null = not assessed"),
        ("metrics/families/a", {"nri": ["nri"]}, r"metrics\.families\.a.*'nri'.*version_diagnosis"),
        ("metrics/families/a", {"case_mix": ["power"]}, r"families\.a.*'case_mix'.*not tested"),
        (
            "metrics/primary/question",
            "software_comparison",
            r"metrics\.primary: .*'software_comparison'.*not tested",
        ),
        ("metrics/families/a", {"reader_counts": ["icc_a1"]}, r"families\.a: 'icc_a1'.*not tested"),
        ("metrics/primary/measure", "nri", r"metrics\.primary\.measure: 'nri'.*not tested"),
        ("metrics/matched_specificity", [1], r"metrics\.matched_specificity\.0.*between 0 and 1"),
        ("metrics/families/a", {"subgroups": ["auc_difference"]}, r"'subgroups' is not tested"),
        ("metrics/partial_auc", {"specificity": [1, 0.8]}, r"auc\.specificity: 1 is not below 0"),
        ("metrics/partial_auc", {"specificity": [math.nan, 1]}, r"specificity\.0.*\(a number"),
        ("metrics/values/bsi/offsets", [math.inf], r"values\.bsi\.offsets\.0.*\(a number"),
        ("metrics/values/bsi/offsets", [0], r"values\.bsi\.offsets\.0.*above 0"),
        ("metrics/margins/interchangeability", 2, r"margins\.interch.*between 0 and 1"),
        ("metrics/partial_auc", {}, r"metrics\.partial_auc: the key 'specificity'"),
        ("metrics/optimism/replicates", 10, r"metrics\.optimism\.replicates"),
        ("software/vsbone3/limits", {"row": 10}, r"software\.vsbone3\.limits.*'row'.*'rows'"),
        ("readers/reader1/limits", {"rows": 0}, r"readers\.reader1\.limits\.rows"),
    ],
)
def test_mistakes_are_named(config: dict[str, Any], path: str, value: object, said: str) -> None:
    put(config, path, value)
    with pytest.raises(InputError, match=said):
        check_config(config)


def test_the_opt_out_list_is_a_path_or_a_path_with_settings(config: dict[str, Any]) -> None:
    assert opt_out_file(config) == "demo/opt_out.csv"
    assert opt_out_settings(config) == {"ids_only": False, "largest_share": 0.2}
    config["inputs"]["opt_out"] = {"file": "demo/opt_out.csv", "ids_only": True}
    check_config(config)
    assert opt_out_file(config) == inputs(config)["inputs.opt_out"] == "demo/opt_out.csv"
    assert opt_out_settings(config) == {"ids_only": True, "largest_share": 0.2}


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        ("some", r"cohort.selection: .*'some'.* or \{random: SEED\}"),
        ({}, "one of random, list and all"),
        ({"again": "x"}, "one of random, list and all"),
        ({"random": 7, "list": "config.yaml"}, "one of random, list and all"),
        ({"random": "7"}, "cohort.selection.random"),
        ({"random": -1}, "a seed"),
        ({"sede": 7}, "no key 'sede'"),
        ({"list": {"key": "code"}}, "cohort.selection.list: .*'file'"),
        ({"list": "no.csv"}, "cohort.selection.list: .*no.csv"),
    ],
)
def test_the_choice_of_cases_has_one_rule(
    config: dict[str, Any], selection: Any, message: str
) -> None:
    for good in ("all", {"random": 7}, {"list": "config.yaml"}, {"all": True, "again": "x"}):
        config["cohort"]["selection"] = good
        check_config(config)
    assert "cohort.selection.list" not in inputs(config)
    config["cohort"]["selection"] = selection
    with pytest.raises(InputError, match=message):
        check_config(config)


def test_stored_values_are_another_table_than_todays(config: dict[str, Any]) -> None:
    entry = config["software"]["vsbone2"]
    entry["repeat_export"] = {"file": entry["export"], "key": "code"}
    with pytest.raises(InputError, match="vsbone2.repeat_export: the same file"):
        check_config(config)
    entry["repeat_export"] = {"file": "config.yaml", "columns": {"key": "a", "bsi": "b"}}
    with pytest.raises(InputError, match=r"repeat_export\.columns.*'hotspots'"):
        check_config(config)
    entry["repeat_export"]["columns"]["hotspots"] = "c"
    check_config(config)
    assert inputs(config)["software.vsbone2.repeat_export"] == "config.yaml"


def test_a_second_operator_and_a_second_reading_are_tables_of_their_own(
    config: dict[str, Any],
) -> None:
    entry, reader = config["software"]["vsbone2"], config["readers"]["reader1"]
    entry["second_operator"], reader["repeat_report"] = entry["export"], reader["report"]
    with pytest.raises(InputError, match="vsbone2.second_operator: the same file") as mistake:
        check_config(config)
    assert len(mistake.value.problems) == 2
    entry["second_operator"] = None
    reader["repeat_report"] = {"file": "config.yaml", "columns": {"eod": None}}
    check_config(config)
    assert inputs(config)["readers.reader1.repeat_report"] == "config.yaml"
    assert "software.vsbone2.second_operator" not in inputs(config)
    assert "repeatability" in questions(config)


def test_what_a_patient_id_is_must_be_a_regular_expression(config: dict[str, Any]) -> None:
    assert patient_id_pattern(config) == "[0-9A-Z]+"
    put(config, "inputs/patient_id_pattern", r"\d{1,8}")
    check_config(config)
    assert patient_id_pattern(config) == r"\d{1,8}"
    assert "inputs.patient_id_pattern" not in inputs(config)
    put(config, "inputs/patient_id_pattern", "[0-9")
    with pytest.raises(InputError, match="inputs.patient_id_pattern: this is no regular"):
        check_config(config)


def test_all_mistakes_at_once(config: dict[str, Any]) -> None:
    put(config, "cohrot", {})
    put(config, "cohort/sex", "female")
    put(config, "readers/reader1/key", "name")
    with pytest.raises(InputError) as caught:
        check_config(config)
    assert len(caught.value.problems) == 3


def test_a_new_version_is_paired_with_each_older_one(config: dict[str, Any]) -> None:
    config["software"]["vsbone10"] = copy.deepcopy(config["software"]["vsbone3"]) | {
        "version": "10.0"
    }
    assert version_pairs(config) == [
        ["vsbone2", "vsbone3"],
        ["vsbone2", "vsbone10"],
        ["vsbone3", "vsbone10"],
    ]
    assert product_pairs(config) == [
        [p, v] for p in ["bonenavi"] for v in ["vsbone2", "vsbone3", "vsbone10"]
    ]


def test_labels_of_simulated_data_say_so(config: dict[str, Any]) -> None:
    assert software(config)["bonenavi"]["label"] == "BoneNAVI 2.1 (simulated)"
    config["study"]["synthetic"] = False
    assert software(config)["bonenavi"]["label"] == "BoneNAVI 2.1"


def test_the_statistics_need_but_a_level_and_cutoffs(config: dict[str, Any]) -> None:
    config["metrics"] = {"confidence": 0.95, "cutoffs": []}
    check_config(config)
    # the ones about stored values and about subgroups need some
    assert questions(config) == [q for q in known() if q not in ("repeatability", "subgroups")]
    config["metrics"]["subgroups"] = [{"by": "eod"}]
    config["software"]["vsbone2"]["repeat_export"] = "config.yaml"
    check_config(config)
    assert questions(config) == known()
    assert metrics(config)["primary"] is None


def test_only_the_questions_asked_for(config: dict[str, Any]) -> None:
    asked = ["version_measurement", "accuracy", "cutoffs"]
    config["metrics"]["questions"] = asked
    with pytest.raises(InputError, match=r"primary\.question.*'version_diagnosis'") as mistake:
        check_config(config)
    assert len(mistake.value.problems) == 3  # two families ask for others too
    config["metrics"] |= {"primary": None, "families": {}}
    check_config(config)
    assert questions(config) == ["hypotheses", "accuracy", "cutoffs", "version_measurement"]


def test_a_decision_that_cannot_be_carried_out_is_told_first(config: dict[str, Any]) -> None:
    entry = {"creator": "ACME", "group": "0012", "element": "10", "vr": "DS"}
    entry |= {"decided_by": "technologist", "date": "2026-01-15", "reason": "scale"}
    config["deidentification"]["keep_private"] = [entry]
    with pytest.raises(InputError, match="keep_private"):
        check_config(config)
    entry["group"] = "0011"
    check_config(config)
    del config["deidentification"]["keep_private"], config["deidentification"]["lossy"]
    check_config(config)


def test_a_line_of_the_vocabulary_that_cannot_be_applied_is_told_first(
    config: dict[str, Any], tmp_path: Path
) -> None:
    table = tmp_path / "vocabulary.csv"
    config["deidentification"]["vocabulary"] = str(table)
    with pytest.raises(InputError, match=r"deidentification\.vocabulary"):
        check_config(config)
    header = "keyword,match,term,decided_by,date,reason\n"
    table.write_text(f"{header}ProtocolName,12345678,,technologist,2026-01-15,seen\n")
    with pytest.raises(InputError, match=r"vocabulary\.csv, row 2"):
        check_config(config)
    table.write_text(f"{header}ProtocolName,Knochen DPD,,technologist,2026-01-15,seen\n")
    check_config(config)
    assert inputs(config)["deidentification.vocabulary"] == str(table)


def test_an_input_that_may_not_be_read_is_named_by_its_key(
    config: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config["inputs"]["dicom"] = str(tmp_path)
    config["delivery"]["staff_names"] = str(tmp_path / "file" / "below")
    (tmp_path / "file").touch()
    closed(monkeypatch, tmp_path)
    with pytest.raises(InputError) as mistake:
        check_config(config)
    dicom, staff = mistake.value.problems
    assert dicom.startswith("inputs.dicom: ")
    assert "cannot be read (Permission denied)" in dicom
    assert staff.startswith("delivery.staff_names: ")
    assert "(Not a directory)" in staff
