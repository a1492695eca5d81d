"""The rule's forms: the ones of the command, replaced whenever the volumes are."""

from pathlib import Path
from typing import Any

import pytest
from scripts.delivery.write_forms import write_forms

from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import write_rows
from tests.unit.papers.samples import code, provision
from tests.unit.study_config import shipped


@pytest.fixture
def config() -> dict[str, Any]:
    return shipped()


def build(folder: Path, n: int) -> dict[str, Path]:
    rows = [volume | {"file": "x"} for volume in map(dict, provision().volumes)]
    cases = [{"volume": "1", "code": code(i), "images": "2", "replaces": ""} for i in range(n)]
    write_rows(folder / "volumes.csv", columns("volumes"), rows)
    write_rows(folder / "contents.csv", columns("contents"), [c | {"sha256": ""} for c in cases])
    return {name: folder / f"{name}.csv" for name in ("volumes", "contents")}


def test_forms_follow_the_volumes(config: dict[str, Any], tmp_path: Path) -> None:
    folder = tmp_path / "forms"
    write_forms(**build(tmp_path, 3), config=config, folder=folder)
    assert len(list(folder.iterdir())) == 8
    assert code(2).encode() in (folder / "codes.pdf").read_bytes()
    write_forms(**build(tmp_path, 2), config=config, folder=folder)
    assert code(2).encode() not in (folder / "codes.pdf").read_bytes()


def test_what_the_configuration_lacks_is_blank(config: dict[str, Any], tmp_path: Path) -> None:
    config["delivery"] = {}
    write_forms(**build(tmp_path, 1), config=config | {"papers": None}, folder=tmp_path / "f")
    assert (tmp_path / "f" / "record.pdf").exists()


def test_no_volume_no_form(config: dict[str, Any], tmp_path: Path) -> None:
    write_rows(tmp_path / "volumes.csv", columns("volumes"), [])
    write_rows(tmp_path / "contents.csv", columns("contents"), [])
    with pytest.raises(InputError):
        write_forms(tmp_path / "volumes.csv", tmp_path / "contents.csv", config, tmp_path / "f")
    assert not (tmp_path / "f").exists()
