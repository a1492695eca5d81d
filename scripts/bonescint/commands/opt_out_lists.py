"""`bonescint opt-out confirm` and `undo`: a list that leaves out too many, or a wrong one (R12)."""

import argparse
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands import configuration
from bonescint.errors import InputError

if TYPE_CHECKING:
    from bonescint.identity.ledger import Ledger
    from bonescint.resources import Texts
    from bonescint.tables.lists import OptOutEntry

_SHORT = 12  # letters of a fingerprint that are shown
_FINGERPRINT = re.compile(r"[0-9a-f]{8,64}")


def add(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the two commands to those of `bonescint opt-out`."""
    words = "record a list that leaves out very many at once / 多数を除外する一覧を確定する"
    configuration.add_command(actions, "confirm", confirm_list, words)
    undoing = actions.add_parser(
        "undo", help="take back what a wrong list brought in / 誤った一覧の申し出を取り消す"
    )
    undoing.add_argument(
        "list", metavar="LIST", help="the file, or its fingerprint / ファイルまたは一覧の指紋"
    )
    configuration.add_option(undoing, undo_list)


def confirm_list(options: argparse.Namespace) -> int:
    """Record the configured list, which a run has put on hold or `undo` took back; return 0.

    Raises
    ------
    InputError
        If the list cannot be read, or waits for no confirmation. Nothing is recorded then.
    """
    from bonescint.config import opt_out_file
    from bonescint.identity.opt_out_lists import confirm

    config, text = configuration.with_words(options, "custody")
    file = Path(opt_out_file(config))
    ledger = configuration.opened_ledger(config)
    listed = hospital_list(config)
    of = list_fingerprint(config, ledger)
    new = confirm(ledger, (entry.as_recorded() for entry in listed.values()), of)
    if new is None:
        raise InputError(text("confirm.not_held", file=file.name))
    n = sum(ledger.code_of(subject) is not None for subject in new)
    print(text("confirm.done", file=file.name, n=len(new), codes=n, list=of[:_SHORT]))
    print(text("confirm.next"))
    return 0


def undo_list(options: argparse.Namespace) -> int:
    """Take back what one list brought in, and say who stays out all the same; return 0.

    Raises
    ------
    InputError
        If no such list is on record; then it says what can be done. Nothing is changed.
    """
    from bonescint.custody.deliveries import recorded
    from bonescint.identity.opt_out_lists import undo

    config, text = configuration.with_words(options, "custody")
    ledger = configuration.opened_ledger(config)
    of = _list_on_record(ledger, options.list, text)
    undone = undo(ledger, of)
    codes = {code for subject in undone.back if (code := ledger.code_of(subject))}
    print(text("undo.done", list=of[:_SHORT], n=len(undone.back), codes=len(codes)))
    for key in ("by_list", "by_command", "by_older"):
        if n := getattr(undone, key):
            print(text(f"undo.{key}", n=n))
    if ids := [d.id for d in recorded(ledger) if codes.intersection(d.recalled)]:
        print(text("undo.recalled", ids=", ".join(ids)))
    if of == list_fingerprint(config, ledger):
        print(text("undo.configured"))
    print(text("undo.next"))
    return 0


def _list_on_record(ledger: "Ledger", named: str, text: "Texts") -> str:
    """Return the fingerprint of a list that was taken and counts, by its file or fingerprint."""
    from bonescint.identity.opt_out_lists import (
        HELD,
        fingerprint,
        lists_on_record,
        named_by,
        standing,
    )

    known = lists_on_record(ledger)
    file = Path(named)
    if file.is_file():
        given = fingerprint(ledger, file)
        if standing(ledger, given) == HELD:
            raise InputError([text("undo.held"), text("withdraw.nothing")])
        found = [of for of in known if of == given]
    elif _FINGERPRINT.fullmatch(named):
        found = [of for of in known if of.startswith(named)]
    else:
        raise InputError([text("undo.no_file"), text("withdraw.nothing")])
    if len(found) == 1:
        return found[0]
    problems = [text("undo.unknown"), *_told(known, text)]
    older = {subject for subject, by in named_by(ledger).items() if "" in by}
    if older:
        problems.append(text("undo.older", n=len(older), of=len(older & _subjects_in(file))))
    raise InputError([*problems, text("withdraw.nothing")])


def _told(known: "Mapping[str, dict[str, Any]]", text: "Texts") -> list[str]:
    """Return a line about each list on record, without saying whom it names."""
    return [
        text("undo.on_record", list=of[:_SHORT], date=entry["recorded"], n=len(entry["subjects"]))
        for of, entry in known.items()
    ]


def _subjects_in(file: Path) -> set[str]:
    from bonescint.tables.lists import read_opt_out

    with suppress(InputError):
        return {entry.subject for entry in read_opt_out(file, "ja", ids_only=True)}
    return set()


def hospital_list(
    config: Mapping[str, Any], ledger: "Ledger | None" = None
) -> "dict[str, OptOutEntry]":
    """Return normalised patient ID -> first entry of the hospital's list; empty if there is none.

    With the ledger, a list that was taken back counts as empty.

    Raises
    ------
    InputError
        If the list cannot be read.
    """
    from bonescint.config import list_layout, opt_out_file, opt_out_settings
    from bonescint.identity.opt_out_lists import UNDONE
    from bonescint.tables.lists import read_opt_out

    path = Path(opt_out_file(config))
    if not path.exists():
        return {}  # the demonstration's list has not been made yet
    if ledger and standing_of_list(config, ledger) == UNDONE:
        return {}
    ids_only, layout = opt_out_settings(config)["ids_only"], list_layout(config, "opt_out")
    entries = read_opt_out(path, str(config["language"]), ids_only, layout)
    return {entry.subject: entry for entry in reversed(entries)}


def certain_list(config: Mapping[str, Any], ledger: "Ledger") -> "dict[str, OptOutEntry]":
    """Return the hospital's list, or an empty one if it is in doubt: no notice can be undone."""
    from bonescint.config import opt_out_settings
    from bonescint.identity.opt_out_lists import is_too_much

    listed = hospital_list(config, ledger)
    share = opt_out_settings(config)["largest_share"]
    doubtful = listed and is_too_much(ledger, listed, list_fingerprint(config, ledger), share)
    return {} if doubtful else listed


def list_fingerprint(config: Mapping[str, Any], ledger: "Ledger") -> str:
    """Return the fingerprint of the configured list, empty if there is none yet."""
    from bonescint.config import opt_out_file
    from bonescint.identity.opt_out_lists import fingerprint

    path = Path(opt_out_file(config))
    return fingerprint(ledger, path) if path.is_file() else ""


def standing_of_list(config: Mapping[str, Any], ledger: "Ledger") -> str:
    """Return what was last recorded of the configured list."""
    from bonescint.identity.opt_out_lists import standing

    return standing(ledger, list_fingerprint(config, ledger))
