"""The shipped configuration and a study's `config.yaml`, changed for a test."""

from pathlib import Path
from typing import Any

import yaml

from bonescint.resources import ROOT


def shipped(**changes: Any) -> dict[str, Any]:
    """Return the shipped configuration; a mapping that is given is laid over the area's keys."""
    return _changed(ROOT / "config.yaml", changes)


def configure(**changes: Any) -> dict[str, Any]:
    """Make the shipped configuration, changed, that of the current folder; return it."""
    return write(shipped(**changes))


def reconfigure(**changes: Any) -> dict[str, Any]:
    """Change the configuration of the current folder; return it."""
    return write(_changed(Path("config.yaml"), changes))


def write(config: dict[str, Any]) -> dict[str, Any]:
    """Make a configuration that of the current folder."""
    text = yaml.safe_dump(config, allow_unicode=True)
    Path("config.yaml").write_text(text, encoding="utf-8")
    return config


def _changed(path: Path, changes: dict[str, Any]) -> dict[str, Any]:
    config: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    for key, value in changes.items():
        config[key] = (config.get(key) or {}) | value if isinstance(value, dict) else value
    return config
