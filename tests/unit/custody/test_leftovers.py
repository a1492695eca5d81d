"""A certificate names the workflow's own files in private/ and counts all others."""

import re
from pathlib import Path

import pytest

from bonescint.catalogue import catalogue
from bonescint.custody.destruction import TABLES, Leftovers, leftovers
from bonescint.resources import ROOT


def test_the_workflows_own_are_what_is_declared_and_what_rules_name() -> None:
    declared = {t.path.split("/")[1] for t in catalogue() if t.side == "private"}
    rules = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "rules").rglob("*.smk"))
    named = set(re.findall(r'"private/([^"/{]+)', rules))
    assert {"batches", "excluded.csv", "indexed.json", "review"} <= named
    # what is written at the side of the rules: the key of the stamps, whose folder it is, results
    # made again, when backups were made
    others = {"salt", "study.json", "made", "edited", "backups.json"}
    sealed = {"declined.age", "index.age"}
    assert (declared | named) - sealed | others == TABLES


def test_files_named_after_a_patient_are_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("indexed.json", "batches/00.csv", "4711234.csv", "4711234/index.csv", "x.age"):
        path = Path("private", name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("4711234", encoding="utf-8")
    areas = ("inputs", "ledger", "delivery", "deidentification", "software", "readers")
    config: dict[str, dict[str, str]] = {area: {} for area in areas}
    config["inputs"]["opt_out"] = ""
    assert leftovers(config) == Leftovers(("batches", "indexed.json"), others=2, traces=0)
