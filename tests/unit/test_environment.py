"""Conda environment, lock and project file stay in step; the lock names no registry."""

import re

import yaml

from bonescint.resources import ROOT

LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def test_conda_environment_pins_versions_of_the_lock() -> None:
    wanted = yaml.safe_load((ROOT / "envs" / "python.yaml").read_text())["dependencies"]
    pins = [p for p in wanted if isinstance(p, str) and "==" in p] + wanted[-1]["pip"]
    assert len(pins) > 10
    for pin in pins:
        name, version = re.split(r"\s*==\s*", pin)
        assert re.search(rf"^{re.escape(name)}=={re.escape(version)}[ \\]", LOCK, re.M), pin


def test_every_direct_dependency_is_locked_with_hashes() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    direct = project["dependencies"] + project["optional-dependencies"]["dev"]
    for requirement in direct:
        name = re.match(r"[\w-]+", requirement).group()  # type: ignore[union-attr]
        assert re.search(rf"^{re.escape(name)}==\S+.*\\\n    --hash=sha256:", LOCK, re.M), name


def test_lock_names_no_registry() -> None:
    assert "://" not in LOCK
    assert "index-url" not in LOCK
