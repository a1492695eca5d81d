"""The configuration as every command reads it: one file or more, merged in order, checked."""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bonescint.errors import InputError
from bonescint.resources import both


def add_option(parser: argparse.ArgumentParser) -> None:
    """Add ``--config`` to a command's parser."""
    parser.add_argument(
        "--config",
        nargs="+",
        type=Path,
        default=[Path("config.yaml")],
        help="configuration and overlays, in order (default: config.yaml)",
    )


def merged(files: Sequence[Path]) -> dict[str, Any]:
    """Return the configuration of the files, later ones over earlier ones.

    Raises
    ------
    InputError
        If one is missing or not YAML.
    """
    import yaml

    config: dict[str, Any] = {}
    for file in files:
        try:
            _merge(config, yaml.safe_load(file.read_text(encoding="utf-8")) or {})
        except FileNotFoundError:
            raise InputError(f"{file}: ファイルがありません。 / no such file.") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            line = f" {mark.line + 1}" if mark else ""
            raise InputError(
                f"{file}: YAML の書き方に誤りがあります (行{line}) / not valid YAML (line{line})."
            ) from None
    return config


def load(options: argparse.Namespace) -> dict[str, Any]:
    """Return the checked configuration; its input files need not exist.

    ``config["ledger"]`` holds the arguments of `bonescint.identity.ledger.open_ledger`.

    Raises
    ------
    InputError
        With every fault found.
    """
    from bonescint.config import check_config, ledger_settings

    config = merged(options.config)
    check_config(config, files=False)
    if options.config[0].resolve().parent != Path.cwd():
        # its paths are those of its folder, and so are the records that belong to the ledger
        raise InputError(both("config", "other_folder", file=options.config[0]))
    return config | {"ledger": ledger_settings(config)}


def _merge(config: dict[str, Any], overlay: dict[str, Any]) -> None:
    for key, value in overlay.items():
        old = config.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            _merge(old, value)
        else:
            config[key] = value
