"""`bonescint request`: what patients ask for, decided and on record (R36, R38)."""

import argparse
import sys
from collections.abc import Iterable
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands import configuration, requester
from bonescint.commands.requester import ORIGIN, patient_of, typed_details
from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    from bonescint.custody.requests import Request
    from bonescint.identity.ledger import Ledger

_KINDS = ("disclosure", "correction", "stop-use", "stop-provision")
_LIST = ("number", "kind", "code", "received", "by", "state", "decided", "withdrawn")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "request", help="disclosure, correction, stop of use or provision / 開示・訂正・停止の請求"
    )
    actions = parser.add_subparsers(dest="action", required=True)
    action = partial(configuration.add_command, actions)
    sub = action("add", add_request, "record a request / 請求を登録する")
    sub.add_argument("--kind", required=True, choices=_KINDS, help="what is asked / 請求の種類")
    whom = sub.add_mutually_exclusive_group()
    whom.add_argument("--code", help="patient code / 患者符号")
    whom.add_argument(
        "--id", help="patient ID; asked for if neither is given / 患者 ID (省略すると尋ねます)"
    )
    requester.add_origin(sub)
    sub.add_argument(
        "--what",
        default="",
        metavar="TEXT",
        help="what is to be corrected, or a remark; - reads standard input / 訂正の内容など",
    )
    sub = action("decide", decide_typed, "record the decision / 決定を登録する")
    sub.add_argument("number", type=_number, metavar="N")
    sub.add_argument("--decision", required=True, choices=("granted", "refused"), help="決定")
    sub.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="date / 決定日")
    sub.add_argument("--by", required=True, metavar="ROLE", help="role, no name / 決定者の職名")
    sub.add_argument("--reason", default="", help="why it is refused / 応じない理由")
    sub.add_argument(
        "--recall", action="store_true", help="write the notices of recall / 回収のお願いも作る"
    )
    sub = action("withdraw", withdraw_typed, "a request is taken back / 請求の取り下げ")
    sub.add_argument("number", type=_number, metavar="N")
    sub.add_argument("--date", required=True, metavar="YYYY-MM-DD", help="date / 取り下げの日")
    sub = action("recall", recall_stopped, "recall what was delivered / 提供したものの回収")
    sub.add_argument("number", type=_number, metavar="N")
    action("list", list_requests, "all requests / 請求の一覧")
    sub = action("extract", extract, "what is held of a patient, as a PDF / 開示用の抄本 (PDF)")
    sub.add_argument("patient", nargs="?", metavar="CODE-or-ID", help="asked for if not given")
    sub.add_argument("--pdf", type=Path, required=True, metavar="FILE")


def _number(typed: str) -> int:
    """Return a request's number; another word is not repeated, because it may be a patient ID."""
    from bonescint.text.folding import half_width

    digits = half_width(typed).strip()
    if not (digits.isascii() and digits.isdecimal()):
        raise argparse.ArgumentTypeError("no number of a request / 請求の番号ではありません")
    return int(digits)


def _day(typed: str) -> str:
    from bonescint.text.dates import table_date

    day = table_date(typed)
    return day.isoformat() if day else ""


def add_request(options: argparse.Namespace) -> int:
    """Record a request, say what follows from it, and return 0.

    The patient's ID is asked for if neither ``code`` nor ``id`` is given.

    Raises
    ------
    InputError
        If a detail is not valid. Nothing is recorded then.
    """
    from bonescint.config import CODED_IMAGES
    from bonescint.custody.requests import STOPS, put_request
    from bonescint.identity.first_use import open_or_create

    config, text = configuration.with_words(options, "requests")
    custody = Texts("custody", text.language)
    details = typed_details(options, custody)
    if not details["by"]:
        raise InputError([text("no_by"), text("nothing")])
    # a request may come before the first run
    ledger, is_first = open_or_create(config["ledger"], CODED_IMAGES, ask=True)
    if is_first:
        print(custody("opt_out.ledger", path=ledger.path, key=ledger.key))
    subject = patient_of(options.code, options.id, ledger, text)
    what = sys.stdin.read() if options.what == "-" else options.what
    details["what"] = " ".join(what.split())
    request = put_request(ledger, options.kind, subject, details, text.language, date.today())
    print(text("added", n=request.number, kind=text(f"kind.{request.right}"),
               code=_code(ledger, subject, text)))  # fmt: skip
    if not ledger.code_of(subject):
        print(text("nobody"))
    if request.right in STOPS:
        print(text("held_back"))
        for name in _missing(details):
            print(text(f"incomplete_{name}"))
    print(text(f"next.{request.right}", n=request.number))
    return 0


def _missing(details: dict[str, str]) -> list[str]:
    return [n for n in ("ground", "relation") if details["by"] == "proxy" and not details[n]]


def _code(ledger: "Ledger", subject: str, text: Texts) -> str:
    return ledger.code_of(subject) or text("no_code")


def decide_typed(options: argparse.Namespace) -> int:
    """Record a decision and do what follows from it: an opt-out, a recall; return 0.

    Raises
    ------
    InputError
        If a detail is not valid. Nothing is recorded then.
    """
    from bonescint.commands.opt_out import add_opt_outs
    from bonescint.custody.requests import checked_decision, decide_request

    config, text = configuration.with_words(options, "requests")
    ledger = configuration.opened_ledger(config)
    said = {
        "decision": options.decision,
        "date": _day(options.date),
        "by": " ".join(options.by.split()),
        "reason": " ".join(options.reason.split()),
    }
    today = date.today()
    request = checked_decision(ledger, options.number, said, text.language, today)
    if options.recall and (request.right, options.decision) != ("stop-provision", "granted"):
        raise InputError([text("no_recall"), text("nothing")])
    is_opt_out = (request.right, options.decision) == ("stop-use", "granted")
    if is_opt_out:
        # first: if anything fails after it, the patient is out and the decision can be made again
        details = {name: getattr(request, name) for name in ORIGIN}
        patient = argparse.Namespace(config=options.config, ids=[request.subject], **details)
        add_opt_outs(patient, ledger)
    request = decide_request(ledger, options.number, said, text.language, today)
    kind, state = text(f"kind.{request.right}"), text(f"state.{request.state}")
    print(text("decided", n=request.number, kind=kind, decision=state))
    print(text(f"then.{request.right}.{request.state}"))
    if request.right == "stop-provision" and request.state == "granted":
        _offer_recall(request, ledger, config, text, now=options.recall)
    return 0


def _offer_recall(
    request: "Request", ledger: "Ledger", config: dict[str, Any], text: Texts, *, now: bool
) -> None:
    """Write the notices that are due, or say which deliveries hold the patient and what to do."""
    from bonescint.commands.opt_out import print_notices
    from bonescint.custody.deliveries import recorded
    from bonescint.custody.recalls import FOLDER, recall
    from bonescint.custody.requests import MARK, codes_of_person, persons
    from bonescint.identity.mark import touch

    codes = codes_of_person(ledger, request.subject)
    due = [d.id for d in recorded(ledger) if codes.intersection(d.codes).difference(d.recalled)]
    if not due:
        print(text("nothing_to_recall"))
    elif not now:
        print(text("offer_recall", ids=", ".join(due), n=request.number))
    else:
        asked = persons(ledger, [request.subject])
        notices = recall(ledger, asked, FOLDER, config["study"], text.language, date.today())
        touch(MARK)  # the next run lists again what has not come back
        print_notices(notices, Texts("custody", text.language))


def recall_stopped(options: argparse.Namespace) -> int:
    """Write the notices of recall for a patient whose stop of provision was granted; return 0.

    Raises
    ------
    InputError
        If there is no such request, or it is not in force.
    """
    from bonescint.custody.requests import numbered

    config, text = configuration.with_words(options, "requests")
    ledger = configuration.opened_ledger(config)
    request = numbered(ledger, options.number, text)
    if (request.right, request.state) != ("stop-provision", "granted"):
        raise InputError([text("no_recall"), text("nothing")])
    _offer_recall(request, ledger, config, text, now=True)
    return 0


def withdraw_typed(options: argparse.Namespace) -> int:
    """Record that a request was taken back, and return 0.

    Raises
    ------
    InputError
        If there is nothing to take back; nothing is recorded then.
    """
    from bonescint.custody.requests import STOPS, withdraw_request

    config, text = configuration.with_words(options, "requests")
    ledger = configuration.opened_ledger(config)
    day = _day(options.date)
    request = withdraw_request(ledger, options.number, day, text.language, date.today())
    print(text("withdrawn", n=request.number, kind=text(f"kind.{request.right}")))
    if request.right in STOPS:
        _tell_what_holds(request, ledger, text)
    return 0


def _tell_what_holds(request: "Request", ledger: "Ledger", text: Texts) -> None:
    """Say whether something else keeps the patient out, and what the partner was asked."""
    from bonescint.custody.deliveries import recorded
    from bonescint.custody.requests import codes_of_person, persons, stopped_persons
    from bonescint.identity.opt_outs import declined

    asked = persons(ledger, [request.subject])
    if asked & declined(ledger):
        print(text("still_declined"))
    else:
        print(text("still_held" if asked & stopped_persons(ledger) else "held_no_more"))
    codes = codes_of_person(ledger, request.subject)
    if ids := [d.id for d in recorded(ledger) if codes.intersection(d.recalled)]:
        print(text("was_recalled", ids=", ".join(ids)))


def list_requests(options: argparse.Namespace) -> int:
    """Print all requests, the patients by code, without any free text; return 0."""
    from bonescint.commands.listing import aligned
    from bonescint.custody.requests import requests_on_record

    config, text = configuration.with_words(options, "requests")
    ledger = configuration.opened_ledger(config)
    found = requests_on_record(ledger)
    if not found:
        print(text("none"))
        return 0
    print(aligned([text(f"list.{column}") for column in _LIST], _rows(found, ledger, text)))
    if undecided := sum(request.state == "open" for request in found):
        print(text("undecided", n=undecided))
    return 0


def _rows(found: "Iterable[Request]", ledger: "Ledger", text: Texts) -> Iterable[list[str]]:
    for request in found:
        yield [
            str(request.number),
            text(f"kind.{request.right}"),
            _code(ledger, request.subject, text),
            request.received,
            text(f"by.{request.by}"),
            text(f"state.{request.state}"),
            request.decided,
            request.withdrawn,
        ]


def extract(options: argparse.Namespace) -> int:
    """Write what is held of a patient as a PDF (mode 0600), and return 0.

    The patient, a code or an ID, is asked for if not given.

    Raises
    ------
    InputError
        If there is no such patient, or the file may not lie there.
    """
    from bonescint.commands.listing import refuse_places, write_new
    from bonescint.custody.extract import extract_of
    from bonescint.papers.pdf import pdf_of

    config, text = configuration.with_words(options, "requests")
    refuse_places([options.pdf], text.language)
    ledger = configuration.opened_ledger(config)
    subject = patient_of(None, options.patient, ledger, text)
    if not (code := ledger.code_of(subject)):
        raise InputError(text("nobody"))
    paper = extract_of(ledger, subject, config, date.today())
    write_new({options.pdf: pdf_of(paper)}, text.language)
    print(text("extracted", code=code, path=options.pdf))
    return 0
