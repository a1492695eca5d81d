"""`bonescint doctor`: whether machine, disks and custody are in order; nothing is changed."""

import argparse
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands import configuration
from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    from bonescint.doctor.finding import Finding, LookedAt

_WIDTH = 100  # columns, where no terminal tells its width
_Check = Callable[[], "Finding | Iterable[Finding]"]


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "doctor",
        help="whether machine, disks and custody are in order / "
        "パソコン、ディスク、保管の状態を確かめる",
    )
    parser.add_argument("--language", choices=("ja", "en"), help="default: the configuration's")
    configuration.add_option(parser, examine)


def examine(options: argparse.Namespace) -> int:
    """Print a line for each check and return 0, 1 if something must be mended.

    Raises
    ------
    InputError
        If the configuration is that of another folder.
    """
    from bonescint.doctor.finding import LOOK, MEND, Finding, looked_at

    config: dict[str, Any] = {}
    study, found = None, []
    if options.config[0].exists():
        configuration.refuse_elsewhere(options)
        try:
            config = configuration.merged(options.config)
        except InputError:
            found = [Finding("config", MEND, "unread", {"file": options.config[0]})]
        study = looked_at(config)
    language = options.language or configuration.language_of(config)
    text = Texts("doctor", language)
    if study is None:
        print(text("no_study"))
    found += _findings(study)
    _show(found, text, "do" if study else "outside")
    states = [one.state for one in found]
    n_mend, n_look = states.count(MEND), states.count(LOOK)
    key = "mend" if n_mend else "look" if n_look else "good"
    print(f"\n{text(f'end.{key}', mend=n_mend, look=n_look)}")
    return int(bool(n_mend))


def _checks(study: "LookedAt | None") -> Mapping[str, _Check]:
    """Return the function of each check, in the order of the screen."""
    import time

    from bonescint.doctor import custody, disks, machine, rest
    from bonescint.doctor import study as runs

    newest = runs.newest(study) if study else 0
    media = [Path.cwd(), *([study.ledger, study.key] if study else [])]
    checks: dict[str, _Check] = {
        "program": machine.program,
        "libraries": machine.libraries,
        "fonts": machine.fonts,
        "clock": lambda: machine.clock(newest, time.time()),
        "room": lambda: runs.room(study),
        "temporary": machine.temporary,
        "network": machine.network,
        "encryption": lambda: disks.encryption(media),
        "swap": disks.swap,
    }
    if study:
        checks |= {
            "cloud": lambda: custody.cloud(study),
            "access": lambda: custody.access(study),
            "modes": lambda: custody.modes(study),
            "key": lambda: custody.key(study),
            "backup": lambda: rest.backup(study),
            "sealed": lambda: rest.seal(study),
            "runs": runs.runs,
            "tables": lambda: runs.open_tables(study),
        }
    return checks


def _findings(study: "LookedAt | None") -> Iterator["Finding"]:
    from bonescint.doctor.finding import LOOK, MEND, Finding

    for name, check in _checks(study).items():
        try:
            found = check()
            yield from [found] if isinstance(found, Finding) else found
        except InputError as error:  # its sentences name no patient
            yield Finding("failed", MEND, "found", {"check": name, "why": " ".join(error.problems)})
        except Exception as error:  # the next check still runs; a message could name a patient
            yield Finding("failed", LOOK, "found", {"check": name, "why": type(error).__name__})


def _show(findings: Iterable["Finding"], text: Texts, do: str) -> None:
    from bonescint.text.width import text_width

    rows = [(text(f"state.{one.state}"), text(f"label.{one.check}"), one) for one in findings]
    first = max(text_width(state) for state, _, _ in rows)
    indent = first + 4 + max(text_width(label) for _, label, _ in rows)
    room = max(shutil.get_terminal_size((_WIDTH, 0)).columns - indent, 40)
    for state, label, finding in rows:
        begin = state + " " * (first + 2 - text_width(state)) + label
        for line in _lines(finding, text, room, do):
            print(begin + " " * (indent - text_width(begin)) + line)
            begin = ""


def _lines(finding: "Finding", text: Texts, room: int, do: str) -> Iterator[str]:
    """Yield what was found, what to do, and the command to type, which is never wrapped."""
    from bonescint.text.width import broken

    if finding.area != "doctor":
        told = Texts(finding.area, text.language)(finding.key, **finding.values)
        yield from map(str.rstrip, broken(told, room))
        return
    key = f"{finding.check}.{finding.key}"
    yield from map(str.rstrip, broken(text(key, **finding.values), room))
    # some advice differs outside a study, where nothing can be sealed
    advice = next((one for one in (f"{key}.{do}", f"{key}.do") if one in text), None)
    if advice:
        yield from map(str.rstrip, broken("→ " + text(advice, **finding.values), room))
    if f"{key}.type" in text:
        yield "  " + text(f"{key}.type", **finding.values)
