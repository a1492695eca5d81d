"""The configuration as every command reads it: one file or more, merged in order, checked."""

import argparse
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.errors import InputError
from bonescint.resources import Texts, both

if TYPE_CHECKING:
    from bonescint.identity.ledger import Ledger


def add_option(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    """Add ``--config`` to a command's parser, and set the function that runs the command."""
    parser.add_argument(
        "--config",
        nargs="+",
        type=Path,
        default=[Path("config.yaml")],
        help="configuration and overlays, in order (default: config.yaml)",
    )
    parser.set_defaults(run=run)


def add_command(
    parsers: "argparse._SubParsersAction[argparse.ArgumentParser]",
    name: str,
    run: Callable[[argparse.Namespace], int],
    words: str,
) -> argparse.ArgumentParser:
    """Add a command whose first option is ``--config``, and return its parser."""
    parser = parsers.add_parser(name, help=words)
    add_option(parser, run)
    return parser


def language_of(config: Mapping[str, Any]) -> str:
    """Return the language of a configuration that need not have been checked."""
    return "en" if config.get("language") == "en" else "ja"


def merged(files: Sequence[Path]) -> dict[str, Any]:
    """Return the configuration of the files, later ones over earlier ones.

    Raises
    ------
    InputError
        If one is missing or not YAML; line and column are told.
    """
    from bonescint.text.yamlfile import read_yaml

    config: dict[str, Any] = {}
    for file in files:
        _merge(config, read_yaml(file))
    return config


def load(options: argparse.Namespace, is_renamed: bool = False) -> dict[str, Any]:
    """Return the checked configuration of this folder's study; its input files need not exist.

    ``config["ledger"]`` holds the arguments of `bonescint.identity.ledger.open_ledger`. With
    `is_renamed` the study may have had another ID so far.

    Raises
    ------
    InputError
        With every fault found, or if folder or ledger belong to another study.
    """
    from bonescint.config import check_config, ledger_settings, study_mark
    from bonescint.identity.study import refuse_other_folder

    config = merged(options.config)
    check_config(config, files=False)
    refuse_elsewhere(options)
    if not is_renamed:
        refuse_other_folder(study_mark(config))
    return config | {"ledger": ledger_settings(config)}


def with_words(options: argparse.Namespace, area: str) -> tuple[dict[str, Any], Texts]:
    """Return the configuration of `load`, and the words of an area in its language."""
    config = load(options)
    return config, Texts(area, str(config["language"]))


def opened_ledger(config: Mapping[str, Any]) -> "Ledger":
    """Return the opened ledger of a configuration; a person is asked for the passphrase."""
    from bonescint.identity.ledger import open_ledger

    return open_ledger(**config["ledger"], ask=True)


def refuse_elsewhere(options: argparse.Namespace) -> None:
    """Refuse a configuration of another folder: its paths and records belong to that folder."""
    if options.config[0].resolve().parent != Path.cwd():
        raise InputError(both("config", "other_folder", file=options.config[0]))


def _merge(config: dict[str, Any], overlay: dict[str, Any]) -> None:
    for key, value in overlay.items():
        old = config.get(key)
        if isinstance(old, dict) and isinstance(value, dict):
            _merge(old, value)
        else:
            config[key] = value
