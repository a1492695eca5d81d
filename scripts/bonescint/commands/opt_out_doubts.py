"""`bonescint opt-out doubts`: who is held back because they may be somebody who declined (R12)."""

import argparse
import sys
from typing import TYPE_CHECKING

from bonescint.commands import configuration
from bonescint.text.width import without_controls

if TYPE_CHECKING:
    from bonescint.resources import Texts


def add_doubts(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the action to the parser of `bonescint opt-out`."""
    configuration.add_command(
        actions,
        "doubts",
        show_doubts,
        "who is held back: name and birth date of somebody who declined / "
        "不参加の方と氏名・生年月日が同じため保留中の方",
    )


def show_doubts(options: argparse.Namespace) -> int:
    """Print who is held back next to who declined, and the line that decides it; return 0.

    Raises
    ------
    InputError
        If the ledger or what is sealed to it cannot be opened.
    """
    from bonescint.custody.declined import OPT_OUT_DOUBTS, unseal_doubts
    from bonescint.deid.decisions import COLUMNS, decision_line

    config, text = configuration.with_words(options, "custody")
    if not OPT_OUT_DOUBTS.exists():
        print(text("doubts.not_run"))
        return 0
    doubts = unseal_doubts(OPT_OUT_DOUBTS, configuration.opened_ledger(config))["doubts"]
    if not doubts:
        print(text("doubts.none"))
        return 0
    print(text("opt_out.identifies"), file=sys.stderr)
    print(text("doubts.heading", n=len(doubts)))
    for n, doubt in enumerate(doubts, 1):
        print("\n" + text("doubts.nth", n=n) + " " + text(f"doubts.birth_{doubt['birth']}"))
        for who in ("held_back", "declined"):
            print(f"  {text(f'doubts.{who}')}: {_shown(doubt[who], text)}")
        print(f"  {text('doubts.line')}:\n    {decision_line(doubt['digest'])}")
    print("\n" + text("doubts.how", columns=", ".join(COLUMNS)))
    return 0


def _shown(person: dict[str, list[str]], text: "Texts") -> str:
    fields = (" / ".join(person[key]) or text("doubts.unknown") for key in person)
    return "  ".join(without_controls(field, "?") for field in fields)
