"""`bonescint incidental`: what became of the cases that software alone calls positive (R34)."""

import argparse
from datetime import date

from bonescint.commands import configuration
from bonescint.errors import InputError

_LIST = ("code", "found", "consulted", "decision", "wish", "disclosed")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "incidental", help="record of incidental findings / 偶発的所見についての記録"
    )
    actions = parser.add_subparsers(dest="action", required=True)

    words = "the cases and what was decided / 症例と決定の一覧"
    configuration.add_command(actions, "list", list_incidental, words)
    sub = actions.add_parser("record", help="consultation, wish, disclosure / 協議と開示の記録")
    sub.add_argument("code", metavar="CODE", help="patient code / 患者符号")
    sub.add_argument("--consulted", required=True, metavar="YYYY-MM-DD", help="協議の日")
    sub.add_argument(
        "--decision", required=True, choices=("disclose", "not-disclose"), help="開示するかどうか"
    )
    sub.add_argument(
        "--wish",
        default="not-asked",
        choices=("yes", "no", "not-asked"),
        help="whether the patient wishes to know / 本人の開示の希望",
    )
    sub.add_argument("--disclosed", default="", metavar="YYYY-MM-DD", help="開示した日")
    sub.add_argument(
        "--despite",
        default="",
        metavar="REASON",
        help="record a case that is not on the list / 一覧にない症例を記録する理由",
    )
    configuration.add_option(sub, record_incidental)


def record_incidental(options: argparse.Namespace) -> int:
    """Record what was decided about a case, and return 0.

    Raises
    ------
    InputError
        If a detail is not valid. Nothing is recorded then.
    """
    from bonescint.custody.incidental import candidates, put_incidental
    from bonescint.identity.codes import typed_code
    from bonescint.text.dates import table_date

    config, text = configuration.with_words(options, "incidental")
    ledger = configuration.opened_ledger(config)
    if not (code := typed_code(options.code)):
        raise InputError([text("not_a_code"), text("nothing")])
    days = {name: table_date(getattr(options, name)) for name in ("consulted", "disclosed")}
    if options.disclosed and not days["disclosed"]:
        raise InputError([text("bad_day", option="disclosed"), text("nothing")])
    said = {name: day.isoformat() if day else "" for name, day in days.items()}
    listed, code = candidates(), ledger.code_in_use(code)
    said |= {"decision": options.decision, "wish": options.wish}
    said["despite"] = "" if code in listed else " ".join(options.despite.split())
    put_incidental(ledger, code, said, text.language, date.today(), listed=listed)
    print(text("recorded", code=code, decision=text(f"decision.{options.decision}")))
    if options.decision == "disclose" and not said["disclosed"]:
        print(text(f"next.{options.wish}"))
    print(text("then"))
    return 0


def list_incidental(options: argparse.Namespace) -> int:
    """Print the cases on the list and those on record, by code; return 0."""
    from bonescint.commands.listing import aligned
    from bonescint.custody.incidental import LIST, candidates, incidental_on_record

    config, text = configuration.with_words(options, "incidental")
    ledger = configuration.opened_ledger(config)
    listed, records = candidates(), incidental_on_record(ledger)
    if not LIST.exists():
        print(text("not_run", path=LIST))
    rows = []
    for code in sorted({*listed, *records}):
        record = records.get(code, {})
        rows.append(
            [
                code,
                listed.get(code, text("no_more")),
                record.get("consulted") or text("not_yet"),
                text(f"decision.{record['decision']}") if record else "",
                text(f"wish.{record['wish']}") if record else "",
                record.get("disclosed", ""),
            ]
        )
    print(aligned([text(f"list.{name}") for name in _LIST], rows) if rows else text("none"))
    return 0
