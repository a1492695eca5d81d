"""`bonescint delivery`: what left the hospital, on record and to be recalled (R31, R36)."""

import argparse
import re
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.commands import configuration
from bonescint.errors import InputError

if TYPE_CHECKING:
    from bonescint.custody.deliveries import DeliveryContents
    from bonescint.resources import Texts

_DEFAULT = (Path("results/dicom"), Path("results/delivery"))
_LIST = ("delivery", "date", "medium", "partner", "cases", "files", "recalled")
_NAMED = 5  # files in a message
_SHOWN = ("date", "medium", "partner", "responsible", "items", "obtained", "means")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser("delivery", help="record and list deliveries / 提供の記録と一覧")
    actions = parser.add_subparsers(dest="action", required=True)

    recording = actions.add_parser("record", help="record a delivery / 提供を記録する")
    recording.add_argument(
        "paths",
        nargs="*",
        type=Path,
        metavar="PATH",
        help="what was delivered (default: results/dicom results/delivery) / 提供したもの",
    )
    recording.add_argument("--medium", required=True, metavar="TEXT", help="such as CD-R 1 / 媒体")
    recording.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="date / 提供日")
    recording.add_argument(
        "--partner", metavar="TEXT", help="default: delivery.partner in config.yaml / 提供先"
    )
    recording.add_argument(
        "--responsible",
        metavar="ROLE",
        help="role on the partner's side, no name / 提供先の責任者 (職名)",
    )
    recording.add_argument("--items", metavar="TEXT", help="what data / 提供した項目")
    recording.add_argument(
        "--obtained", metavar="TEXT", help="how the hospital got them / 取得の経緯"
    )
    recording.add_argument("--means", metavar="TEXT", help="how handed over / 提供の方法")
    recording.add_argument(
        "--despite",
        metavar="REASON",
        default="",
        help="record although the content is not what was verified / 内容が異なっても記録する理由",
    )
    configuration.add_option(recording)
    recording.set_defaults(run=record_delivery)

    listing = actions.add_parser("list", help="all deliveries / 提供の一覧")
    listing.add_argument("--codes", action="store_true", help="with the codes / 患者符号も表示")
    listing.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="a file instead of the screen / 画面の代わりにファイルへ",
    )
    configuration.add_option(listing)
    listing.set_defaults(run=list_deliveries)

    showing = actions.add_parser("show", help="one delivery with its files / 1 回の提供の内容")
    showing.add_argument("id", metavar="ID", help="D-001")
    configuration.add_option(showing)
    showing.set_defaults(run=show_delivery)


def record_delivery(options: argparse.Namespace) -> int:
    """Record a delivery in the ledger, recall whoever of it has declined, and return 0.

    Parameters
    ----------
    options
        ``config``, ``paths`` and the record's details.

    Raises
    ------
    InputError
        If the record would be wrong; nothing is recorded then.
    """
    from bonescint.commands.opt_out import print_notices
    from bonescint.commands.opt_out_lists import certain_list
    from bonescint.custody.deliveries import delivery_contents, put_on_record
    from bonescint.custody.recalls import FOLDER, recall
    from bonescint.delivery.gate import reason_after_end, refusals
    from bonescint.delivery.incomplete import left_out
    from bonescint.identity.ledger import open_ledger
    from bonescint.identity.opt_outs import in_force
    from bonescint.resources import Texts
    from bonescint.text.dates import table_date

    config = configuration.load(options)
    language = str(config["language"])
    text = Texts("custody", language)
    day = table_date(options.date)
    if not day:
        raise InputError(text("delivery.bad_date"))
    ledger = open_ledger(**config["ledger"], ask=True)
    listed = certain_list(config, ledger)
    found = delivery_contents(options.paths or [p for p in _DEFAULT if p.exists()], language)
    left = left_out() & (found.imaged | found.tabled)
    if left and not options.paths:
        # whether they were handed over cannot be told from the study's folder
        codes = ", ".join(sorted(left))
        raise InputError(text("delivery.left_out", n=len(left), codes=codes))
    details = _details(options, found, str(config["delivery"]["partner"] or ""), text)
    today = date.today()
    study, settings = config["study"], config["delivery"]
    faults = _faults(found, None if options.paths else left, language)
    if faults and not study["synthetic"] and not options.despite.strip():
        raise InputError([*faults, text("delivery.differs")])
    notes = {
        "after_period_end": reason_after_end(study, settings, day),
        "despite": options.despite if faults else "",
    }
    details |= {"date": str(day)}
    delivery = put_on_record(ledger, found, details, language, today, notes=notes)
    declined = {*in_force(ledger), *listed}
    notices = recall(ledger, declined, FOLDER, config["study"], language, today)

    n_files, n_codes = len(delivery.files), len(delivery.codes)
    print(text("delivery.recorded", delivery=delivery.id, codes=n_codes, files=n_files))
    _print_doubts(found, left, text)
    for reason in (*faults, *refusals(study, settings, day, language)):
        print(text("delivery.gate", reason=reason))
    print_notices(notices, text)
    return 0


def _details(
    options: argparse.Namespace, found: "DeliveryContents", partner: str, text: "Texts"
) -> dict[str, str]:
    """Return the record's fields, those that nobody gave with what is usual."""
    from bonescint.custody.deliveries import DETAILS

    kinds = [k for k, codes in (("images", found.imaged), ("sheet", found.tabled)) if codes]
    defaults = {
        "partner": partner,
        "responsible": text("delivery.responsible"),
        "items": text("separator").join(text(f"delivery.{kind}") for kind in kinds),
        "obtained": text("delivery.obtained"),
        "means": text("delivery.means"),
    }
    return {name: getattr(options, name) or defaults.get(name, "") for name in DETAILS}


def _faults(found: "DeliveryContents", left: set[str] | None, language: str) -> list[str]:
    """Return how a delivery differs from what was verified; of the whole study without `left`."""
    from bonescint.delivery.contents import codes_wanted, content_faults, reports_of

    reports = reports_of()
    codes = None if left is None else codes_wanted(reports, left)
    return list(content_faults(found, reports, codes, language))


def _print_doubts(found: "DeliveryContents", left: set[str], text: "Texts") -> None:
    """Say in which files no code could be looked for, and which cases are not as they should be."""
    if left:
        print(text("delivery.left_out_given", n=len(left), codes=", ".join(sorted(left))))
    if found.closed:
        print(text("delivery.closed", n=len(found.closed), files=", ".join(found.closed[:_NAMED])))


def list_deliveries(options: argparse.Namespace) -> int:
    """Print the deliveries, or write them to a CSV file; return 0.

    Parameters
    ----------
    options
        ``config``, ``codes``, ``csv``.
    """
    from bonescint.commands.listing import aligned, export
    from bonescint.custody.deliveries import recorded
    from bonescint.identity.ledger import open_ledger
    from bonescint.resources import Texts

    config = configuration.load(options)
    text = Texts("custody", str(config["language"]))
    deliveries = recorded(open_ledger(**config["ledger"], ask=True))
    header = [text(f"list.{column}") for column in _LIST]
    rows = [
        [d.id, d.date, d.medium, d.partner, *(str(len(x)) for x in (d.codes, d.files, d.recalled))]
        for d in deliveries
    ]
    if options.codes:
        header.append(text("list.codes"))
        rows = [[*row, " ".join(d.codes)] for row, d in zip(rows, deliveries, strict=True)]
    if options.csv:
        export(options.csv, header, rows, text.language)
        print(text("delivery.exported", n=len(rows), path=options.csv))
    else:
        print(aligned(header, rows) if rows else text("delivery.none"))
    return 0


def show_delivery(options: argparse.Namespace) -> int:
    """Print one delivery: its details, codes, recalls and files; return 0.

    Parameters
    ----------
    options
        ``config``, ``id``.

    Raises
    ------
    InputError
        If there is no such delivery.
    """
    from bonescint.commands.listing import aligned
    from bonescint.custody.deliveries import NOTES, recorded
    from bonescint.identity.ledger import open_ledger
    from bonescint.resources import Texts
    from bonescint.text.folding import half_width

    config = configuration.load(options)
    text = Texts("custody", str(config["language"]))
    number = re.fullmatch(r"(?:D-?)?0*(\d+)", half_width(options.id).upper())
    wanted = f"D-{int(number[1]):03d}" if number else ""
    for delivery in recorded(open_ledger(**config["ledger"], ask=True)):
        if delivery.id == wanted:
            break
    else:
        raise InputError(text("delivery.no_such"))
    shown = [*_SHOWN, *(name for name in NOTES if getattr(delivery, name))]
    details = [[text(f"list.{name}"), getattr(delivery, name)] for name in shown]
    print(aligned([text("list.delivery"), delivery.id], details))
    recalled = [[code, delivery.recalled.get(code, "")] for code in delivery.codes]
    print("\n" + aligned([text("list.code"), text("list.recalled_on")], recalled))
    print("\n" + aligned(["sha256", text("list.file")], [f[::-1] for f in delivery.files]))
    return 0
