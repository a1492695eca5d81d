"""The profile for a cluster knows every rule, and forgets nothing of the default one."""

import re
from typing import Any

import yaml

from bonescint.resources import ROOT

RULE = re.compile(
    r"^ *(?:rule|checkpoint|use rule answer_question from asking as) (\w+)(?: with)?:", re.M
)
# minutes or hours each in a study
ALONE = {"make_demo_cohort", "index_dicom", "anonymize_batch", "analyse_batch"}
# without a script, or not meant for a node
LOCAL = {"all", "deliver", "review", "tables", "paper", "figures"}


def profile(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "profiles" / name / "profile.yaml").read_text())
    return found


def rules() -> set[str]:
    files = [ROOT / "Snakefile", *(ROOT / "rules").rglob("*.smk")]
    return {name for file in files for name in RULE.findall(file.read_text())} - {"answer_question"}


def test_what_holds_for_every_run_holds_on_a_cluster() -> None:
    slurm = profile("slurm")
    for key, value in profile("default").items():
        assert slurm[key] == value


def test_every_rule_has_its_stage() -> None:
    grouped = dict(entry.split("=") for entry in profile("slurm")["groups"])
    assert set(grouped) == rules() - ALONE - LOCAL
    one_job = dict(entry.split("=") for entry in profile("slurm")["group-components"])
    assert set(one_job) == set(grouped.values())
    assert set(profile("slurm")["set-resources"]) <= rules()
