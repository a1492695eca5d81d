"""`bonescint delivery list` and `show`: what is on record, on the screen or for an auditor."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.commands import configuration
from bonescint.errors import InputError

if TYPE_CHECKING:
    from bonescint.custody.deliveries import Delivery
    from bonescint.custody.preceding import PrecedingDelivery
    from bonescint.identity.ledger import Ledger
    from bonescint.resources import Texts

_LIST = ("delivery", "date", "medium", "partner", "cases", "files", "recalled")


def add_showing(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the actions to the parser of `bonescint delivery`."""
    listing = actions.add_parser("list", help="all deliveries / 提供の一覧")
    listing.add_argument("--codes", action="store_true", help="with the codes / 患者符号も表示")
    listing.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="a file instead of the screen / 画面の代わりにファイルへ",
    )
    configuration.add_option(listing, list_deliveries)

    showing = actions.add_parser("show", help="one delivery with its files / 1 回の提供の内容")
    showing.add_argument("id", metavar="ID", help="D-001; P-001 = preceding study / 先行研究")
    showing.add_argument(
        "--html", type=Path, metavar="FILE", help="one page for an auditor / 監査用の 1 ページ"
    )
    showing.add_argument(
        "--audit",
        type=Path,
        metavar="FILE",
        help="an audit record, JSON with the fields of DICOM PS3.15 A.5 / 監査記録 (JSON)",
    )
    configuration.add_option(showing, show_delivery)


def named_delivery(ledger: "Ledger", typed: str, text: "Texts") -> "Delivery | PrecedingDelivery":
    """Return the delivery that somebody typed in any width and case: D-001, d1, 1, P-001.

    Raises
    ------
    InputError
        If there is no such delivery.
    """
    from bonescint.custody.deliveries import recorded
    from bonescint.custody.preceding import preceding_deliveries
    from bonescint.text.folding import half_width

    number = re.fullmatch(r"([DP]?)-?0*(\d{1,6})", half_width(typed).strip().upper())
    wanted = f"{number[1] or 'D'}-{int(number[2]):03d}" if number else ""
    known: list[Delivery | PrecedingDelivery] = [*recorded(ledger), *preceding_deliveries(ledger)]
    for delivery in known:
        if delivery.id == wanted:
            return delivery
    # a word that is no delivery's number is not repeated, because it may be a patient ID
    raise InputError(text("no_such", typed=wanted) if wanted else text("no_number"))


def list_deliveries(options: argparse.Namespace) -> int:
    """Print the deliveries, or write them to a CSV file; return 0."""
    from bonescint.commands.listing import aligned, export
    from bonescint.resources import Texts

    config, text = configuration.with_words(options, "custody")
    words = Texts("receipts", text.language)
    header = [text(f"list.{column}") for column in _LIST]
    header += [words("list.receipt"), words("list.open_recalls")]
    header += [text("list.codes")] * options.codes
    found = _rows(configuration.opened_ledger(config))
    rows = [[*row, *[" ".join(codes)] * options.codes] for row, codes in found]
    if options.csv:
        export(options.csv, header, rows, text.language)
        print(text("delivery.exported", n=len(rows), path=options.csv))
    else:
        print(aligned(header, rows) if rows else text("delivery.none"))
    return 0


def _rows(ledger: "Ledger") -> "Iterator[tuple[list[str], list[str]]]":
    """Yield a row and the codes of each delivery, those under the preceding study last."""
    from bonescint.custody.deliveries import recorded
    from bonescint.custody.preceding import preceding_deliveries
    from bonescint.custody.receipts import confirmed_recalls, receipts_of

    receipts, confirmed = receipts_of(ledger), confirmed_recalls(ledger)
    for d in recorded(ledger):
        unconfirmed = set(d.recalled).difference(confirmed.get(d.id, ()))
        counts = [str(len(found)) for found in (d.codes, d.files, d.recalled)]
        received = receipts[d.id][-1]["date"] if d.id in receipts else "-"
        row = [d.id, d.date, d.medium, d.partner, *counts, received, str(len(unconfirmed))]
        yield row, list(d.codes)
    for p in preceding_deliveries(ledger):
        row = [p.id, p.date, p.medium, p.partner, str(len(p.subjects)), "", "", "", ""]
        yield row, p.codes(ledger)


def show_delivery(options: argparse.Namespace) -> int:
    """Print one delivery: its details, codes, recalls and files, or write them; return 0.

    Raises
    ------
    InputError
        If there is no such delivery, or a file cannot be written.
    """
    from bonescint.custody.preceding import PrecedingDelivery

    config, words = configuration.with_words(options, "receipts")
    ledger = configuration.opened_ledger(config)
    delivery = named_delivery(ledger, options.id, words)
    if isinstance(delivery, PrecedingDelivery):
        if options.html or options.audit:
            raise InputError(words("page.no_preceding", delivery=delivery.id))
        _print_preceding(ledger, delivery, words)
    elif options.html or options.audit:
        _write_files(options, ledger, delivery, config["study"], words)
    else:
        _print_delivery(ledger, delivery, words)
    return 0


def _print_delivery(ledger: "Ledger", delivery: "Delivery", words: "Texts") -> None:
    from bonescint.commands.listing import aligned
    from bonescint.custody.deliveries import DETAILS, NOTES
    from bonescint.custody.receipts import confirmed_recalls, receipts_of
    from bonescint.resources import Texts

    text = Texts("custody", words.language)

    def title(name: str) -> str:
        return words(f"list.{name}") if f"list.{name}" in words else text(f"list.{name}")

    shown = [*DETAILS, *(name for name in NOTES if getattr(delivery, name))]
    details = [[title(name), getattr(delivery, name)] for name in shown]
    print(aligned([text("list.delivery"), delivery.id], details))
    if receipts := receipts_of(ledger).get(delivery.id):
        header = [words(f"list.{name}") for name in ("receipt", "by", "recorded")]
        print("\n" + aligned(header, [[r["date"], r["by"], r["recorded"]] for r in receipts]))
    confirmed = confirmed_recalls(ledger).get(delivery.id, {})
    recalled = [
        [code, delivery.recalled.get(code, ""), confirmed.get(code, "")] for code in delivery.codes
    ]
    header = [text("list.code"), text("list.recalled_on"), words("list.confirmed_on")]
    print("\n" + aligned(header, recalled))
    print("\n" + aligned(["sha256", text("list.file")], [f[::-1] for f in delivery.files]))


def _print_preceding(ledger: "Ledger", delivery: "PrecedingDelivery", words: "Texts") -> None:
    from bonescint.commands.listing import aligned
    from bonescint.resources import Texts

    text = Texts("custody", words.language)
    known = sum(ledger.code_of(subject) is not None for subject in delivery.subjects)
    rows = [
        [words("list.study"), words("under_preceding")],
        [text("list.date"), delivery.date],
        [text("list.medium"), delivery.medium],
        [text("list.partner"), delivery.partner],
        [words("list.patients"), str(len(delivery.subjects))],
        [words("list.known"), str(known)],
    ]
    print(aligned([text("list.delivery"), delivery.id], rows))


def _write_files(
    options: argparse.Namespace,
    ledger: "Ledger",
    delivery: "Delivery",
    study: dict[str, object],
    words: "Texts",
) -> None:
    """Write the page and the audit record: both or none."""
    from bonescint import __version__
    from bonescint.commands.listing import refuse_places, write_new
    from bonescint.delivery.audit import audit_json, audit_message
    from bonescint.delivery.record_page import delivery_entry, record_page

    wanted = [path for path in (options.html, options.audit) if path]
    refuse_places(wanted, words.language)
    made: dict[Path, bytes] = {}
    if options.html:
        made[options.html] = record_page(ledger, delivery, study, words.language).encode()
    if options.audit:
        entry = delivery_entry(ledger, delivery)
        made[options.audit] = audit_json(
            audit_message(delivery, entry, study, __version__)
        ).encode()
    write_new(made, words.language)
    for kind, path in (("page", options.html), ("audit", options.audit)):
        if path:
            print(words(f"{kind}.written", path=path, delivery=delivery.id))
