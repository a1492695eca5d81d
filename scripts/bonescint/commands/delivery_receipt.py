"""`bonescint delivery receipt` and `returned`: what came back from the partner (R29, R31)."""

import argparse
from collections.abc import Iterable
from datetime import date
from typing import TYPE_CHECKING

from bonescint.commands import configuration
from bonescint.errors import InputError

if TYPE_CHECKING:
    from bonescint.custody.deliveries import Delivery
    from bonescint.identity.ledger import Ledger
    from bonescint.resources import Texts


def add_receiving(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the actions to the parser of `bonescint delivery`."""
    receiving = actions.add_parser(
        "receipt", help="the partner's receipt came back / 受領書が届いた"
    )
    receiving.add_argument("id", metavar="ID", help="D-001")
    receiving.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="its date / 受領日")
    receiving.add_argument("--by", default="", metavar="ROLE", help="who signed, a role / 職名")
    configuration.add_option(receiving, receive)
    returning = actions.add_parser(
        "returned", help="the partner confirmed a recall / 回収 (消去・返却) が確認された"
    )
    returning.add_argument(
        "words",
        nargs="*",
        metavar="ID CODE",
        help="D-001, and codes (default: all that are recalled) / 提供番号と患者符号",
    )
    # argparse takes positional arguments in one block only: codes after the date come with the date
    returning.add_argument(
        "--date",
        required=True,
        nargs="+",
        metavar=("YYYY-MM-DD", "CODE"),
        help="date of the confirmation / 確認日",
    )
    configuration.add_option(returning, confirm_returned)


def receive(options: argparse.Namespace) -> int:
    """Record a receipt and return 0; the same again changes nothing, another one corrects.

    Raises
    ------
    InputError
        If the delivery is unknown or the date is not possible. Nothing is recorded then.
    """
    from bonescint.custody.receipts import receipts_of, record_receipt

    text, ledger, delivery, day = _asked(options, options.id, options.date)
    before = delivery.id in receipts_of(ledger)
    new = record_receipt(ledger, delivery, day, options.by, text.language, date.today())
    if not new:
        print(text("receipt.again", delivery=delivery.id))
        return 0
    last = receipts_of(ledger)[delivery.id][-1]
    key = "receipt.corrected" if before else "receipt.recorded"
    print(text(key, delivery=delivery.id, date=last["date"], by=last["by"]))
    return 0


def confirm_returned(options: argparse.Namespace) -> int:
    """Record that recalled codes were deleted or given back and return 0.

    ``words`` are the delivery, then codes; ``date`` the day, then more codes.

    Raises
    ------
    InputError
        If the delivery is unknown, a code was not recalled from it, or the date is not possible.
        Nothing is recorded then.
    """
    from bonescint.custody.receipts import confirm_recalls, confirmed_recalls

    typed, *more = options.date
    named, *codes = [*options.words, *more] or [""]
    text, ledger, delivery, day = _asked(options, named, typed)
    codes = list(_typed_codes(codes, text))
    new = confirm_recalls(ledger, delivery, codes, day, text.language, date.today())
    left = set(delivery.recalled).difference(confirmed_recalls(ledger).get(delivery.id, ()))
    said = {"delivery": delivery.id, "n": len(new), "date": day, "left": len(left)}
    print(text("returned.recorded" if new else "returned.again", **said))
    return 0


def _asked(
    options: argparse.Namespace, named: str, typed: str
) -> "tuple[Texts, Ledger, Delivery, date]":
    """Return words, ledger, delivery and day that a command is about."""
    from bonescint.commands.delivery_show import named_delivery
    from bonescint.custody.preceding import PrecedingDelivery

    config, text = configuration.with_words(options, "receipts")
    day = day_typed(typed, text)
    ledger = configuration.opened_ledger(config)
    delivery = named_delivery(ledger, named, text)
    if isinstance(delivery, PrecedingDelivery):
        raise InputError([text("preceding_has_none", delivery=delivery.id), text("nothing")])
    return text, ledger, delivery, day


def day_typed(typed: str, text: "Texts") -> date:
    """Return the day that somebody typed after ``--date``, or raise if it is none."""
    from bonescint.text.dates import table_date

    if not (day := table_date(typed)):
        raise InputError([text("bad_date"), text("nothing")])
    return day


def _typed_codes(typed: Iterable[str], text: "Texts") -> Iterable[str]:
    """Return the codes. Another word is named by its place, because it may be a patient ID."""
    from bonescint.identity.codes import typed_code

    found = [typed_code(one) for one in typed]
    problems = [text("not_code", n=n) for n, code in enumerate(found, 1) if not code]
    if problems:
        raise InputError([*problems, text("nothing")])
    return filter(None, found)
