"""`bonescint delivery record --preceding`: what left under the preceding study (R31)."""

import argparse
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.commands import configuration
from bonescint.errors import InputError

if TYPE_CHECKING:
    from bonescint.resources import Texts

# options that only a record of this study has
_OTHERS = ("responsible", "items", "obtained", "means", "handed_over", "despite")


def add_preceding(recording: argparse.ArgumentParser) -> None:
    """Add the options to the parser of `bonescint delivery record`."""
    recording.add_argument(
        "--preceding",
        action="store_true",
        help="a delivery under the preceding study, with --ids / 先行研究での提供 (--ids を使う)",
    )
    recording.add_argument(
        "--ids", type=Path, metavar="FILE", help="its patient IDs, a list / その患者 ID の一覧"
    )
    recording.add_argument("--sheet", metavar="NAME", help="the list's sheet / 一覧のシート")


def record_preceding(options: argparse.Namespace) -> int:
    """Record a delivery by patient IDs, in the ledger alone, and return 0; counts are printed.

    Raises
    ------
    InputError
        If the list or the date cannot be read, an entry is no patient ID, or the same is on
        record. Nothing is recorded then.
    """
    from bonescint.commands.delivery_receipt import day_typed
    from bonescint.config import patient_id_pattern
    from bonescint.custody.preceding import put_preceding_on_record
    from bonescint.identity.opt_outs import declined
    from bonescint.tables.list_rows import read_patient_ids

    config, text = configuration.with_words(options, "receipts")
    if problems := list(_misused(options, text)):
        raise InputError([*problems, text("nothing")])
    day = day_typed(options.date, text)
    ledger = configuration.opened_ledger(config)
    layout = {"sheet": options.sheet} if options.sheet else None
    try:
        rows = read_patient_ids(options.ids, text.language, layout)
    except InputError as error:
        # a message about a table may point to config.yaml, which has no entry for this list
        raise InputError([*error.problems, text("preceding.list"), text("nothing")]) from None
    details = {
        "date": str(day),
        "partner": options.partner or str(config["delivery"]["partner"] or ""),
        "medium": options.medium or "",
    }
    pattern = patient_id_pattern(config)
    made = put_preceding_on_record(ledger, rows, details, text.language, date.today(), pattern)
    n, known = len(made.subjects), sum(ledger.code_of(s) is not None for s in made.subjects)
    said = {"delivery": made.id, "n": n, "rows": len(rows), "known": known, "unknown": n - known}
    print(text("preceding.recorded", **said))
    if gone := len(made.subjects & declined(ledger)):
        print(text("preceding.declined", n=gone))
    print(text("preceding.later"))
    print(text("preceding.next"))
    return 0


def _misused(options: argparse.Namespace, text: "Texts") -> Iterator[str]:
    """Yield what is wrong with the options themselves."""
    for name in _OTHERS:
        if getattr(options, name):
            yield text("preceding.unused", option=name.replace("_", "-"))
    if not options.preceding:
        yield text("preceding.no_ids_without")
    elif options.paths or not options.ids:
        yield text("preceding.needs_ids")
    elif not options.ids.is_file():
        yield text("preceding.no_file", file=options.ids.name)
