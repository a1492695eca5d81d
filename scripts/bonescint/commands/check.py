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
    from bonescint.resources import Texts
    from bonescint.tables.lists import read_opt_out, read_participants, read_tracer_calendar
    from bonescint.warning_words import warning_texts

    config = configuration.merged(options.config)
    study.check_config(config)
    language = str(config["language"])
    text = Texts("config", language)
    inputs = study.inputs(config)
    ids_only = study.opt_out_settings(config)["ids_only"]
    problems: list[str] = []
    print(text("config_good"))
    for key in ("participants", "opt_out", "tracer_calendar"):
        path = Path(inputs.get(f"inputs.{key}", ""))
        if not path.is_file():
            continue  # the demonstration's, not made yet, or no calendar
        try:
            match key:
                case "participants":
                    study_number = config["study"]["preceding_study"]
                    n = len(read_participants(path, study_number, language))
                case "opt_out":
                    entries = read_opt_out(path, language, ids_only)
                    n = len(entries)
                    problems += [
                        f"{path.name} {e.row}: {problem.in_words(*warning_texts(language))}"
                        for e in entries
                        for problem in e.problems
                    ]
                case _:
                    n = len(read_tracer_calendar(path, language))
            print(text("list_good", path=path, n=n))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return 0
