"""`bonescint upgrade`: a study's config.yaml brought to the form that this program writes."""

import argparse
import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.errors import InputError
from bonescint.incidents import reason_of
from bonescint.resources import Texts

if TYPE_CHECKING:
    from bonescint.commands.upgrade_steps import UpgradeStep

_CONFIG = Path("config.yaml")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "upgrade",
        help="bring the config.yaml of this folder up to date / 設定ファイルを新しい形にする",
    )
    parser.set_defaults(run=upgrade)


def upgrade(_options: argparse.Namespace) -> int:
    """Rewrite config.yaml in the current folder, keep a copy, say what changed, and return 0.

    Raises
    ------
    InputError
        If the file cannot be read or written, is newer than the program, or is written so that it
        cannot be edited; then nothing has changed.
    """
    from bonescint.commands.upgrade_steps import STEPS
    from bonescint.config_form import CONFIG_VERSION, config_version
    from bonescint.resources import ROOT
    from bonescint.runlock import alone
    from bonescint.text.yamlfile import read_yaml

    config = read_yaml(_CONFIG)
    language = config["language"] if config.get("language") in ("ja", "en") else "ja"
    text = Texts("upgrade", language)
    version = config_version(config)
    if version > CONFIG_VERSION:
        said = Texts("config", language)("newer_version", version=version, known=CONFIG_VERSION)
        raise InputError(said)
    if version == CONFIG_VERSION:
        print(text("current", version=version))
        return 0
    steps = [step for step in STEPS if step.version > version]
    file = _CONFIG.resolve()
    running = Path(".snakemake")
    try:
        with alone(running, Texts("incidents", language)) if running.is_dir() else nullcontext():
            copy = _rewrite(file, version, config, steps, text)
    except OSError as error:
        reason = reason_of(error)
        raise InputError(text("not_written", file=file, reason=reason)) from None
    print(text("done", old=version, new=CONFIG_VERSION, copy=copy.name))
    for step in steps:
        print(text(f"step.{step.version}"))
    if file.parent == ROOT:
        print(text("in_program"))
    print(text("next"))
    return 0


def _rewrite(
    file: Path,
    version: int,
    config: Mapping[str, Any],
    steps: "Sequence[UpgradeStep]",
    text: Texts,
) -> Path:
    """Put the new text in the file's place, and return where the old one is kept."""
    from bonescint.files import give_mode, replacing

    status = file.stat()
    if not status.st_mode & stat.S_IWUSR or not os.access(file, os.W_OK):
        raise InputError(text("read_only", file=file))
    old = file.read_bytes()
    new = upgraded(old.decode("utf-8"), config, steps, text)
    copy = _free_name(file, version, old)
    # the copy is there before anything changes
    for path, content in ((copy, old), (file, new.encode())):
        with replacing(path, "wb") as stream:
            give_mode(stream.fileno(), stat.S_IMODE(status.st_mode))
            stream.write(content)
    return copy


def upgraded(
    content: str, config: Mapping[str, Any], steps: "Sequence[UpgradeStep]", text: Texts
) -> str:
    """Return the new text of a configuration that holds `config`.

    Raises
    ------
    InputError
        If the edited text does not hold what it should.
    """
    import yaml

    from bonescint.commands.upgrade_steps import with_version

    wanted = dict(config)
    for step in steps:
        content = with_version(step.text(content), step.version)
        wanted = step.values(wanted) | {"config_version": step.version}
    try:
        is_meant = yaml.safe_load(content) == wanted
    except yaml.YAMLError:
        is_meant = False
    if not is_meant:
        raise InputError(text("by_hand", version=steps[-1].version))
    return content


def _free_name(file: Path, version: int, content: bytes) -> Path:
    """Return a name for the copy that no other content has."""
    name = f"{file.name}.v{version}"
    number = 1
    copy = file.with_name(name)
    while copy.exists() and copy.read_bytes() != content:
        number += 1
        copy = file.with_name(f"{name}.{number}")
    return copy
