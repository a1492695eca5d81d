"""The patient, date, origin and ground of a request: the same options for all requests (R13)."""

import argparse
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from bonescint.errors import InputError

if TYPE_CHECKING:
    from bonescint.identity.ledger import Ledger
    from bonescint.resources import Texts

ORIGIN = ("received", "by", "ground", "relation")


def add_origin(parser: argparse.ArgumentParser) -> None:
    """Add the four options to a command's parser."""
    parser.add_argument("--by", default="", help="self | proxy / 申出者: 本人 | 代諾者")
    parser.add_argument("--received", default="", metavar="YYYY-MM-DD", help="date / 申出日")
    parser.add_argument(
        "--ground",
        default="",
        help="why a proxy asks / 代諾の理由: 1 deceased 亡くなっている, 2 lacks judgement "
        "判断力がない, 3 emergency 意識がない・緊急, 4 disease name 病名への配慮, 5 minor 未成年者",
    )
    parser.add_argument(
        "--relation", default="", help="of the proxy, such as child / 続柄 (子 など)"
    )


def typed_details(options: argparse.Namespace, text: "Texts") -> dict[str, str]:
    """Return date, origin, ground and relation as they are recorded, empty where nothing is said.

    Raises
    ------
    InputError
        If the date or a word cannot be read.
    """
    details, problems = read_details(options, text)
    if problems:
        raise InputError([*problems, text("opt_out.nothing")])
    return details


def read_details(options: argparse.Namespace, text: "Texts") -> tuple[dict[str, str], list[str]]:
    """Return the details, and what cannot be read of them.

    Parameters
    ----------
    options, text
        As for `typed_details`.
    """
    from bonescint.tables.columns import load_columns
    from bonescint.text.dates import table_date
    from bonescint.text.folding import fold_header

    problems = []
    day = table_date(options.received)
    if options.received and not day:
        problems.append(text("opt_out.bad_date"))
    details = {"received": day.isoformat() if day else ""}
    columns = load_columns("opt_out")
    for name in ORIGIN[1:]:
        typed = getattr(options, name)
        details[name] = columns[name].words.get(fold_header(typed), "")
        if typed and not details[name]:
            numbers = {m: w for w, m in columns[name].words.items() if w.isdecimal()}
            meanings = dict.fromkeys(columns[name].words.values())
            accepted = ", ".join(
                " ".join(filter(None, (numbers.get(m), text(f"word.{m}")))) for m in meanings
            )
            problems.append(text("opt_out.bad_word", option=name, accepted=accepted))
    return details, problems


def typed_ids(typed: Iterable[str]) -> list[str]:
    """Return the IDs of a command line; ``-`` stands for those of standard input, one a line.

    Parameters
    ----------
    typed
        The command's arguments.
    """
    ids: list[str] = []
    for one in typed:
        # a command line stays in the shell's history, standard input does not
        ids += [one] if one != "-" else filter(str.strip, sys.stdin.read().splitlines())
    return ids


def normalised(ids: Iterable[str]) -> list[str]:
    """Return the normalised IDs, each once.

    Parameters
    ----------
    ids
        As they were typed.
    """
    from bonescint.names.ids import normalise

    return list(dict.fromkeys(filter(None, map(normalise, ids))))


def wrong_ids(
    ids: Iterable[str], text: "Texts", known: "tuple[set[str], str] | None" = None
) -> Iterator[str]:
    """Yield what is wrong with an ID; a message names its place, never the ID.

    Parameters
    ----------
    ids
        As they were typed.
    text
        Words of the area ``custody``.
    known
        Normalised IDs of images and ledger and the form of an ID: what cannot be one ID, such as a
        name, is told as in the hospital's list.
    """
    from bonescint.identity.codes import typed_code
    from bonescint.identity.opt_outs import is_no_id
    from bonescint.names.ids import normalise
    from bonescint.tables.values import damaged_id

    for n, one in enumerate(ids, 1):
        if typed_code(one):
            wrong = "is_code"
        elif damaged_id(one) or not normalise(one):
            wrong = "bad_id"
        elif known and is_no_id(normalise(one), *known):
            wrong = "no_id"
        else:
            continue
        yield f"{text('opt_out.nth', n=n)} {text(f'opt_out.{wrong}')}"


def asked_id(language: str) -> str:
    """Ask for a patient ID, unseen on a terminal: a command line stays in the shell's history."""
    from getpass import getpass

    from bonescint.resources import Texts

    asked = Texts("requests", language)("ask_id") + " "
    return getpass(asked) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")


def patient_of(code: str | None, typed: str | None, ledger: "Ledger", text: "Texts") -> str:
    """Return the normalised ID of the patient who is named by a code or an ID.

    Parameters
    ----------
    code
        As typed; None if an ID is given.
    typed
        An ID, or a code that was given; None asks for it (`asked_id`).
    ledger, text
        The opened ledger, and the words of the area ``requests``.

    Raises
    ------
    InputError
        If the code was never given, or the ID cannot be read. The message holds no ID.
    """
    from bonescint.identity.codes import typed_code
    from bonescint.names.ids import normalise
    from bonescint.tables.values import damaged_id

    if code is not None:
        given = typed_code(code)
        if given is None:
            raise InputError([text("not_a_code"), text("nothing")])
        if (subject := ledger.subject_of(given)) is None:
            raise InputError([text("unknown_code", code=given), text("nothing")])
        return subject
    if typed is None:
        typed = asked_id(text.language)
    subject = normalise(typed)
    if (given := typed_code(typed)) and subject not in ledger.codes():
        return patient_of(typed, None, ledger, text)
    if damaged_id(typed) or not subject:
        raise InputError([text("bad_id"), text("nothing")])
    return subject
