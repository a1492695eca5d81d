"""`bonescint check`: the configuration and the hospital's lists, before anything runs."""

import argparse
from pathlib import Path

from bonescint.commands import configuration
from bonescint.errors import InputError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "check", help="check the configuration and the hospital's lists / 設定と一覧を確認する"
    )
    configuration.add_option(parser)
    parser.set_defaults(run=check)


def check(options: argparse.Namespace) -> int:
    """Check configuration and lists, and return 0.

    Parameters
    ----------
    options
        ``config``: the files, in order.

    Raises
    ------
    InputError
        With every fault found.
    """
    from bonescint import config as study
    from bonescint.commands.checked_lists import check_list
    from bonescint.identity.study import refuse_other_folder
    from bonescint.resources import Texts

    config = configuration.merged(options.config)
    study.check_config(config)
    refuse_other_folder(study.study_mark(config))
    language = str(config["language"])
    text = Texts("config", language)
    inputs = study.inputs(config)
    problems: list[str] = []
    print(text("config_good"))
    for key in ("participants", "opt_out", "tracer_calendar", "exam_dates"):
        path = Path(inputs.get(f"inputs.{key}", ""))
        if not path.is_file():
            continue  # the demonstration's, not made yet, or no such list
        try:
            found = check_list(path, key, config)
            problems += found.problems
            print(
                text("list_good", path=path, n=found.n), *found.struck, *found.unchecked, sep="\n"
            )
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return 0
