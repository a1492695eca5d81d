"""What results were made of: the same for the same run, and nothing of the machine (R35, R37)."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from scripts.outputs.write_provenance import write_provenance

from bonescint.files import write_rows
from bonescint.resources import ROOT

SOFTWARE = {"vsbone2": {"label": "VSBONE 2.0 (simulated)", "version": "2.0"}}


@pytest.fixture
def config() -> dict[str, Any]:
    """Return the demonstration's configuration."""
    return yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def written(folder: Path, config: dict[str, Any]) -> dict[str, Any]:
    write_rows(folder / "inputs.csv", ["key", "hmac"], [{"key": "inputs.dicom", "hmac": "ab"}])
    path = folder / "provenance.json"
    write_provenance(folder / "inputs.csv", config, SOFTWARE, {"bonescint": "0.1"}, path)
    return json.loads(path.read_text(encoding="utf-8"))


def test_what_stands_in_it(tmp_path: Path, config: dict[str, Any]) -> None:
    record = written(tmp_path, config)
    assert record["study"] == config["study"]["id"]
    assert record["synthetic"] is True
    assert record["analysis"]["metrics"] == config["metrics"]
    assert record["software"] == SOFTWARE
    assert record["inputs"] == [{"key": "inputs.dicom", "hmac": "ab"}]


def test_it_is_the_same_wherever_it_is_made(tmp_path: Path, config: dict[str, Any]) -> None:
    written(tmp_path, config)
    once = (tmp_path / "provenance.json").read_bytes()
    (tmp_path / "elsewhere").mkdir()
    written(tmp_path / "elsewhere", config)
    assert (tmp_path / "elsewhere/provenance.json").read_bytes() == once
    assert str(tmp_path).encode() not in once


def test_the_analysis_has_a_digest_of_its_own(tmp_path: Path, config: dict[str, Any]) -> None:
    before = written(tmp_path, config)
    changed = copy.deepcopy(config)
    changed["delivery"]["partner"] = "another partner"
    after = written(tmp_path, changed)
    assert after["config_sha256_16"] != before["config_sha256_16"]
    assert after["analysis_sha256_16"] == before["analysis_sha256_16"]
    changed["metrics"]["confidence"] = 0.9
    assert written(tmp_path, changed)["analysis_sha256_16"] != before["analysis_sha256_16"]
