"""Every setting that decides results stands in words in the record that the outputs show."""

import re

import pytest

from bonescint.outputs.labels import Labels
from bonescint.outputs.recorded import record_in_words
from bonescint.resources import Texts
from tests.scripts.outputs.contract import SOFTWARE
from tests.unit.test_config_keys import full

# names, and what the configuration of the walk calls itself
_NAMES = (
    r"AUC|BSI|Hotspots?|ANN|EOD|SPECT|HMAC|SHA-256|Hodges-Lehmann|MDP|HMDP|VSBONE|BoneNAVI|"
    r"simulated|numpy|accuracy\.csv|\bd\b|why"
)


def shown(language: str) -> dict[str, str]:
    config = full(language)
    analysis = {key: config[key] for key in ("cohort", "reference", "metrics")}
    analysis["cohort"] |= {"selection": {"rule": "random", "seed": 3}}
    analysis["metrics"] |= {"families": {"versions": config["metrics"]["families"]["versions"]}}
    record = {
        "study": "A-1",
        "synthetic": True,
        "versions": {"numpy": "2.0"},
        "config_sha256_16": "ab",
        "analysis": analysis,
        "software": SOFTWARE,
        "inputs": [
            {"input": name, "files": "2", "hmac": "12"}
            for name in ("inputs.opt_out", "readers.reader1.second_report", "cohort.selection.list")
        ],
        "tables_sha256": {"accuracy.csv": "12"},
    }
    labels = Labels(
        Texts("report", language),
        SOFTWARE,
        True,
        study={"reader.reader1": "読影者 1" if language == "ja" else "Reader 1"},
        families=config["metrics"]["families"],
    )
    return {row["key"]: row["value"] for row in record_in_words(record, labels)}


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_raw_key_of_a_setting_is_shown(language: str) -> None:
    for key, value in shown(language).items():
        said = re.sub(_NAMES, "", f"{key} {value}")
        assert not re.search(r"\w_|_\w|\breader\d|\*", said), (key, value)
        if language == "ja":
            assert not re.search("[A-Za-z]{3}", said), (key, value)
        else:
            assert not re.search("[ぁ-んァ-ヶ一-龥]", said), (key, value)


def test_lists_readers_and_cutoffs_are_said_in_one_row() -> None:
    said = shown("en")
    assert said["Input: Reader 1: report, typed twice"] == "Files: 2, HMAC 12"
    assert said["Statistics: cut-offs"].startswith("BSI ≥ 1 %")
    assert said["Statistics: margin: AUC"] == "none" and said["Simulated data"] == "yes"
    family = "Statistics: family of tests: ANN value: Old version against new: diagnosis"
    assert said[family].startswith("Difference in AUC")
