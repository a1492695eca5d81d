"""`bonescint diff`: before and after of two DICOM files, one line a change."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.errors import InputError
from bonescint.text.width import without_controls

if TYPE_CHECKING:
    from bonescint.deid.compare import Change, Size
    from bonescint.resources import Texts

EQUAL, DIFFERENT, TROUBLE = 0, 1, 2  # exit codes of diff(1)
_MARKS = {"added": "+", "removed": "-", "unchanged": " "}
_ARROW = " → "
_LEAST = 8  # columns that a value gets at least, however narrow the terminal is
_STYLES = {"removed": "red", "emptied": "red", "unchanged": "dim"}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "diff", help="what differs between two DICOM files / 2 つの DICOM ファイルの違いを表示する"
    )
    parser.add_argument("before", type=Path, metavar="FILE", help="before / 前")
    parser.add_argument("after", type=Path, metavar="FILE", help="after / 後")
    parser.add_argument("--all", action="store_true", help="equal elements too / 同じ要素も表示")
    parser.add_argument("--language", choices=("ja", "en"), default="ja")
    parser.add_argument("--no-color", action="store_true", help="no colours / 色なし")
    parser.set_defaults(run=diff, trouble=TROUBLE)


def diff(options: argparse.Namespace) -> int:
    """Print the changes and return 0 if there is none, 1 if there are any.

    Raises
    ------
    InputError
        If a file cannot be read as DICOM; the caller returns 2.
    """
    from rich.console import Console
    from rich.text import Text

    from bonescint.deid.compare import changes
    from bonescint.deid.refusal import Refused
    from bonescint.resources import Texts

    text = Texts("commands", options.language)
    found = []
    try:
        found = list(changes(options.before, options.after))
    except Refused as refusal:
        reason = Texts("deid", options.language)(f"reason.{refusal.reason}")
        raise InputError(text("diff.refused", reason=reason)) from None
    except OSError as error:
        raise InputError(text("diff.unreadable", reason=error.strerror)) from None
    print(text("diff.identifies"), file=sys.stderr)
    console = Console(no_color=options.no_color, highlight=False)
    room = console.width if console.is_terminal else None
    for change in found:
        if change.kind != "unchanged" or options.all:
            line = Text(_line(change, text, room), _STYLES.get(change.kind, "green"))
            if room:
                line.truncate(room, overflow="ellipsis")
            console.print(line, soft_wrap=True)
    return DIFFERENT if any(change.kind != "unchanged" for change in found) else EQUAL


def _line(change: "Change", text: "Texts", room: int | None) -> str:
    from rich.cells import cell_len, set_cell_size

    sides = [_shown(side, text) for side in (change.before, change.after) if side is not None]
    if change.kind in ("emptied", "unchanged"):
        sides = sides[:1]
    name = text("diff.private") if change.private else change.keyword
    head = f"{_MARKS.get(change.kind, '~')} {change.path} {name}  {text(f'diff.{change.kind}')}  "
    if room:
        # both sides must be visible, however long the first is
        share = max(_LEAST, (room - cell_len(head)) // len(sides) - len(_ARROW))
        sides = [s if cell_len(s) <= share else set_cell_size(s, share - 1) + "…" for s in sides]
    return (head + _ARROW.join(sides)).rstrip()


def _shown(side: "str | Size", text: "Texts") -> str:
    if not isinstance(side, str):
        return text(f"diff.{side.unit}", n=side.n)
    return without_controls(side)
