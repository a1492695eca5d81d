"""`bonescint report`: what the hospital tells the committee, in numbers (R37, R38)."""

import argparse
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.commands import configuration
from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    from bonescint.custody.committee import Period


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser("report", help="reports to others / 報告")
    actions = parser.add_subparsers(dest="action", required=True)
    sub = actions.add_parser(
        "committee", help="page for the periodic report / 委員会への定期報告のページ"
    )
    sub.add_argument("--from", dest="first", metavar="YYYY-MM-DD", help="default: the beginning")
    sub.add_argument("--to", dest="last", metavar="YYYY-MM-DD", help="default: today / 既定は今日")
    sub.add_argument("--html", type=Path, metavar="FILE")
    sub.add_argument("--pdf", type=Path, metavar="FILE")
    configuration.add_option(sub, report_to_committee)


def report_to_committee(options: argparse.Namespace) -> int:
    """Write the page for the periodic report as HTML, PDF or both, and return 0.

    Raises
    ------
    InputError
        If a day is not possible, or a file may not lie there. Nothing is written then.
    """
    from bonescint.commands.listing import refuse_places, write_new
    from bonescint.custody.committee import committee_form
    from bonescint.custody.page import page_of
    from bonescint.papers.pdf import pdf_of

    config, text = configuration.with_words(options, "committee")
    today = date.today()
    period = _period(options, today, text)
    wanted = [path for path in (options.html, options.pdf) if path]
    if not wanted:
        raise InputError(text("no_file"))
    refuse_places(wanted, text.language)
    ledger = configuration.opened_ledger(config)
    form = committee_form(ledger, config, period, today)
    contents = {options.html: page_of(form).encode(), options.pdf: pdf_of(form)}
    write_new({path: contents[path] for path in wanted}, text.language)
    print(text("written", paths=text("separator").join(map(str, wanted))))
    return 0


def _period(options: argparse.Namespace, today: date, text: Texts) -> "Period":
    from bonescint.custody.committee import Period
    from bonescint.text.dates import table_date

    days = {"from": "", "to": today.isoformat()}
    problems = []
    for option, typed in (("from", options.first), ("to", options.last)):
        if typed is None:
            continue
        day = table_date(typed)
        if not day:
            problems.append(text("bad_day", option=option))
        elif day > today:
            problems.append(text("future", option=option, date=day))
        else:
            days[option] = day.isoformat()
    if not problems and days["from"] > days["to"]:
        problems.append(text("reversed", first=days["from"], last=days["to"]))
    if problems:
        raise InputError(problems)
    return Period(days["from"], days["to"])
