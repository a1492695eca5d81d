"""`bonescint check`: everything that a run would read, checked before anything runs."""

import argparse
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bonescint.commands import configuration
from bonescint.commands.input_tables import LISTS
from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    from bonescint.commands.checked_inputs import CheckedInput

# warnings shown of one input; `bonescint table check` shows them all
_TOLD = 10


class CheckFailed(InputError):
    """The errors of a check. They are shown above its table; the last line is what to do next."""

    def __init__(self, errors: Iterable[str], next_step: str) -> None:
        super().__init__(errors)
        self.problems = [next_step]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    configuration.add_command(
        commands,
        "check",
        check,
        "check all that a run would look at: configuration, images, lists, tables / "
        "設定・画像・一覧・表をすべて確認する",
    )


def check(options: argparse.Namespace) -> int:
    """Check the configuration and every input, show a table, write nothing, and return 0.

    Raises
    ------
    InputError
        With every fault found.
    """
    from bonescint.commands.checked_tables import COHORT
    from bonescint.config import ledger_settings

    config = configuration.merged(options.config)
    found, readable = _configuration(config, options)
    text = Texts("check", configuration.language_of(config))
    if not readable:
        # only these errors are shown, because no input could be checked
        print(text("form_first"), flush=True)
        raise InputError(found.errors)
    inputs = [found, *_inputs({**config, "ledger": ledger_settings(config)}, text)]
    # the check of the configuration reads some inputs too: show their errors only once
    told = {error for one in inputs[1:] for error in one.errors}
    found.errors = [error for error in found.errors if error not in told]
    if not found.errors:
        print(Texts("config", text.language)("config_good"), flush=True)
    _tell(inputs, text)
    _gates(config, text)
    if not COHORT.is_file():
        print(text("no_cohort"))
    print(f"\n{_table(inputs, text)}\n", flush=True)
    faulty = [one for one in inputs if one.errors]
    if faulty:
        errors = [error for one in faulty for error in one.errors]
        raise CheckFailed(errors, _first(faulty[0], text))
    n = sum(len(one.warnings) for one in inputs)
    key = "warnings" if n else "nothing" if COHORT.is_file() else "first"
    print(text(f"next.{key}", n=n))
    return 0


def _first(faulty: "CheckedInput", text: Texts) -> str:
    """Return what to do first; for a table that could not be matched, how to see its headers."""
    said = text("next.errors", where=faulty.where, n=len(faulty.errors))
    area, _, name = faulty.where.partition(".")
    is_list = faulty.where in {f"inputs.{one}" for one in LISTS}
    if faulty.rows is not None and (is_list or area in ("software", "readers")):
        said += text("next.map", name=name.partition(".")[0])
    return said


def _configuration(
    config: Mapping[str, Any], options: argparse.Namespace
) -> tuple["CheckedInput", bool]:
    """Return what is wrong with the configuration, and whether its form lets inputs be read."""
    from bonescint.commands.checked_inputs import CheckedInput
    from bonescint.config import check_config, study_mark
    from bonescint.config_form import CONFIG_VERSION, config_version, faults_of_form
    from bonescint.identity.study import refuse_other_folder

    found = CheckedInput(", ".join(map(str, options.config)))
    try:
        check_config(config)
    except InputError as error:
        found.errors = error.problems
    words = Texts("config", configuration.language_of(config))
    if (version := config_version(config)) < CONFIG_VERSION:
        found.notes.append(words("older_version", version=version, known=CONFIG_VERSION))
    if "batches" in (config.get("deidentification") or {}):
        found.notes.append(words("unused_batches"))
    readable = version <= CONFIG_VERSION and not any(faults_of_form(config, words))
    if readable:
        configuration.refuse_elsewhere(options)
        try:
            refuse_other_folder(study_mark(config))
        except InputError as error:
            found.errors += error.problems
    return found, readable


def _inputs(config: Mapping[str, Any], text: Texts) -> list["CheckedInput"]:
    from bonescint.commands.checked_inputs import StudyInputs
    from bonescint.commands.progress import progress

    found: list[CheckedInput] = []
    study = StudyInputs(config)
    # a passphrase is asked for before the progress bar appears
    study.ledger.open()
    with progress(text) as report:
        steps = study.steps(report)
        for n, step in enumerate(steps):
            report("inputs", n, len(steps))
            found += step()
    return found


def _tell(inputs: Sequence["CheckedInput"], text: Texts) -> None:
    """Show errors and warnings on stderr, and what else to know on stdout, by input."""
    for key in ("errors", "warnings", "notes"):
        stream = sys.stdout if key == "notes" else sys.stderr
        if not any(getattr(one, key) for one in inputs):
            continue
        print(text(f"title.{key}"), file=stream)
        for one in inputs:
            said = getattr(one, key)
            if said:
                print(f"  {one.where}", file=stream)
            shown = said if key == "errors" else said[:_TOLD]
            print(*(f"    {sentence}\n" for sentence in shown), sep="", end="", file=stream)
            if len(said) > len(shown):
                name = ".".join(one.where.split(".")[:2])
                more = text("more", n=len(said) - len(shown), name=name)
                print(f"    {more}", file=stream)
        stream.flush()


def _gates(config: Mapping[str, Any], text: Texts) -> None:
    """Show what a delivery would still wait for. None of it stops a run."""
    from datetime import date

    from bonescint.delivery.gate import disc_refusals, refusals

    study, delivery = config["study"], config["delivery"]
    unmet = [*refusals(study, delivery, date.today(), text.language), *disc_refusals(delivery)]
    if unmet:
        print(text("title.gates", n=len(unmet)))
        print(*(f"    {sentence}" for sentence in unmet), sep="\n")


def _table(inputs: Sequence["CheckedInput"], text: Texts) -> str:
    from bonescint.commands.listing import aligned

    names = ("input", "rows", "matched", "errors", "warnings")
    return aligned(
        [text(f"column.{name}") for name in names],
        [
            [
                one.where,
                "-" if one.rows is None else str(one.rows),
                "-" if one.matched is None else "{} / {}".format(*one.matched),
                str(len(one.errors)),
                str(len(one.warnings)),
            ]
            for one in inputs
        ],
    )
