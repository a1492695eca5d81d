"""`bonescint opt-out`: who declines, as the hospital hears of it (R12, R13)."""

import argparse
import sys
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.commands import configuration, opt_out_lists, requester
from bonescint.commands.opt_out_doubts import add_doubts
from bonescint.commands.opt_out_lists import hospital_list, standing_of_list
from bonescint.commands.requester import ORIGIN, normalised, read_details, typed_ids, wrong_ids
from bonescint.errors import InputError

if TYPE_CHECKING:
    from bonescint.custody.deliveries import Delivery
    from bonescint.custody.recalls import Notice
    from bonescint.identity.chain import Entry
    from bonescint.identity.ledger import Ledger, LedgerFiles
    from bonescint.names.doubts import PersonalData
    from bonescint.resources import Texts
    from bonescint.tables.lists import OptOutEntry

_CONSENTED = Path("private/consented.csv")
_LIST = ("patient_id", *ORIGIN, "source", "recorded", "state", "recalled")


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "opt-out", help="record, list or withdraw opt-outs / 不参加の申し出の登録・一覧・取り下げ"
    )
    actions = parser.add_subparsers(dest="action", required=True)
    ids = "patient IDs; - reads them from standard input, one a line / 患者 ID (- は標準入力から)"

    adding = actions.add_parser("add", help="record opt-outs / 申し出を登録する")
    adding.add_argument("ids", nargs="+", metavar="ID", help=ids)
    requester.add_origin(adding)
    configuration.add_option(adding, add_opt_outs)

    listing = actions.add_parser("list", help="everybody who declines / 申し出の一覧")
    listing.add_argument(
        "--csv",
        type=Path,
        metavar="FILE",
        help="a file instead of the screen / 画面の代わりにファイルへ",
    )
    configuration.add_option(listing, list_opt_outs)

    add_doubts(actions)

    leaving = actions.add_parser("withdraw", help="who takes part again / 申し出を取り下げる")
    leaving.add_argument("ids", nargs="+", metavar="ID", help=ids)
    configuration.add_option(leaving, withdraw_opt_outs)
    opt_out_lists.add(actions)


def add_opt_outs(options: argparse.Namespace, opened: "Ledger | None" = None) -> int:
    """Record opt-outs in the ledger, recall what was delivered, say what is incomplete; return 0.

    Details may be missing: the patient is excluded all the same (R13). `opened` is the ledger if it
    is open already, so that the passphrase is not asked for twice.

    Raises
    ------
    InputError
        If an ID or a word cannot be read. Nothing is recorded then.
    """
    from bonescint.config import patient_id_pattern
    from bonescint.custody.deliveries import recorded
    from bonescint.custody.recalls import FOLDER, recall
    from bonescint.custody.seal import sealed_files
    from bonescint.identity.opt_outs import declined, remember

    config, text = configuration.with_words(options, "custody")
    ids = typed_ids(options.ids)
    subjects = normalised(ids)
    details, odd = read_details(options, text)
    listed: dict[str, OptOutEntry] = {}
    with suppress(InputError):  # a fault of the list stops the next run, never an opt-out
        listed = hospital_list(config)
    indexed = _indexed(subjects)
    refuse = partial(_refuse, ids, odd, pattern=patient_id_pattern(config), text=text)
    ledger, is_first = _open(config["ledger"], opened, {*listed, *_named(indexed)}, refuse)
    if is_first:
        print(text("opt_out.ledger", path=ledger.path, key=ledger.key))
    before, merged, changed = _put_on_record(ledger, subjects, details)
    today = date.today()
    notices = recall(ledger, declined(ledger), FOLDER, config["study"], text.language, today)
    unknown = [s for s in subjects if not (ledger.code_of(s) or s in before or s in listed)]
    remember(ledger, indexed or ())  # the images may be gone before the next run
    deliveries, sealed = recorded(ledger), sealed_files()
    for n, subject in enumerate(subjects, 1):
        state = "added" if subject not in before else "completed" if subject in changed else "again"
        says = [text(f"opt_out.{state}"), *_whereabouts(ledger, subject, deliveries, text)]
        if subject in unknown and not sealed:
            says.append(text(f"opt_out.{_place(subject, indexed)}"))
        print(text("opt_out.nth", n=n), *says, sep=" ")
        for key in _remarks(merged[subject], today):
            print("    " + text(f"opt_out.{key}"))
    print_notices(notices, text)
    if archives := _archives(ledger, subjects):
        print(text("opt_out.archives", names=", ".join(archives)))
    _print_next("opt_out.next", text)
    return 0


def _print_next(key: str, text: "Texts") -> None:
    """Print what to do next: in a sealed study no run begins."""
    from bonescint.custody.seal import named, sealed_files
    from bonescint.resources import Texts

    if sealed := sealed_files():
        print(Texts("seal", text.language)("declined_while_sealed", file=named(sealed)))
    print(text(key))


def _place(subject: str, indexed: "list[PersonalData] | None") -> str:
    if indexed is None:
        return "not_run"
    return "images" if subject in _named(indexed) else "nobody"


def _named(indexed: "list[PersonalData] | None") -> set[str]:
    return {one.subject for one in indexed or ()}


def _open(
    settings: "LedgerFiles",
    opened: "Ledger | None",
    known: set[str],
    refuse: Callable[[set[str]], None],
) -> "tuple[Ledger, bool]":
    """Return the ledger and whether it is new; what is refused leaves no trace in it."""
    from bonescint.config import CODED_IMAGES
    from bonescint.identity.first_use import open_or_create
    from bonescint.identity.ledger import is_new, open_ledger
    from bonescint.tables.opt_out_ids import ids_of_ledger

    if not opened and is_new(**settings):
        refuse(known)
        # made here, because an opt-out may come before the first run
        return open_or_create(settings, CODED_IMAGES)
    ledger = opened or open_ledger(**settings, ask=True)
    refuse(known | ids_of_ledger(ledger))
    ledger.claim()
    return ledger, False


def _indexed(subjects: Collection[str]) -> "list[PersonalData] | None":
    """Return what images of the study's folder say of the subjects, None before any run."""
    from bonescint.identity.people import data_of

    return data_of(_CONSENTED, subjects) if _CONSENTED.exists() else None


def _refuse(
    ids: Iterable[str], odd: Iterable[str], known: set[str], pattern: str, text: "Texts"
) -> None:
    """Refuse all that is wrong in one answer: codes, names, several IDs in one, and the details."""
    problems = [*wrong_ids(ids, text, (known, pattern)), *odd]
    if problems or not ids:
        raise InputError([*problems, text("opt_out.nothing")])


def _put_on_record(
    ledger: "Ledger", subjects: "list[str]", details: "Mapping[str, str]"
) -> "tuple[dict[str, Entry], dict[str, dict[str, str]], list[str]]":
    """Record opt-outs; return who declined before, the details now, and whose have changed."""
    from bonescint.identity.opt_out_lists import named_by
    from bonescint.identity.opt_outs import in_force, record

    with ledger.exclusive():
        before = in_force(ledger)
        # what is said now replaces and completes what was said before
        merged = {
            s: {key: said or before.get(s, {}).get(key) or "" for key, said in details.items()}
            for s in subjects
        }
        changed = [
            s for s in subjects if any(merged[s][k] != before.get(s, {}).get(k) for k in ORIGIN)
        ]
        # a patient whom only a list names is now named by the command too: the list may be removed
        named = named_by(ledger)
        new = [s for s in subjects if s in changed or "command" not in named.get(s, ())]
        # called even if nothing is new: after a crash the mark of the ledger may be missing
        record(ledger, ({"subject": s, "source": "command"} | merged[s] for s in new))
    return before, merged, changed


def _whereabouts(
    ledger: "Ledger", subject: str, deliveries: "Iterable[Delivery]", text: "Texts"
) -> list[str]:
    """Say that a patient has a code, and which deliveries hold it."""
    if not (code := ledger.code_of(subject)):
        return []
    ids = [delivery.id for delivery in deliveries if code in delivery.codes]
    delivered = [text("opt_out.delivered", ids=", ".join(ids))] if ids else []
    return [text("opt_out.has_code"), *delivered]


def _archives(ledger: "Ledger", subjects: Iterable[str]) -> list[str]:
    """Return the archives that hold one of the patients, each with its day."""
    from bonescint.custody.deliveries import archives_with

    codes = filter(None, map(ledger.code_of, subjects))
    found = {archive for code in codes for archive in archives_with(ledger, code)}
    return [f"{name} ({day})" for name, day in sorted(found)]


def print_notices(notices: "Iterable[Notice]", text: "Texts") -> None:
    """Print where the notices of recalls stand."""
    for notice in notices:
        print(
            text("recall.written", path=notice.path, delivery=notice.delivery, n=len(notice.codes))
        )


def list_opt_outs(options: argparse.Namespace) -> int:
    """Print everybody who declines, or write them to a CSV file; return 0.

    Raises
    ------
    InputError
        If the list or the ledger cannot be read, or the file is not to be written.
    """
    from bonescint.commands.listing import aligned, export
    from bonescint.identity.ledger import is_new
    from bonescint.identity.opt_out_lists import HELD

    config, text = configuration.with_words(options, "custody")
    new = is_new(**config["ledger"])
    ledger = None if new else configuration.opened_ledger(config)
    listed = hospital_list(config, ledger)
    # only the screen shows the code, because no plain file may pair a code with an identity
    is_held = ledger and standing_of_list(config, ledger) == HELD
    waiting = text("list.held" if is_held else "list.next_run")
    rows = list(_rows(ledger, listed, text, waiting, codes=options.csv is None))
    header = [text(f"list.{column}") for column in _LIST]
    if options.csv:
        export(options.csv, header, rows, text.language)
        print(text("opt_out.exported", n=len(rows), path=options.csv))
    elif rows:
        print(text("opt_out.identifies"), file=sys.stderr)
        print(aligned(header, rows))
    else:
        print(text("opt_out.none"))
    return 0


def withdraw_opt_outs(options: argparse.Namespace) -> int:
    """Record that persons who had declined take part again; return 0.

    Raises
    ------
    InputError
        If an ID is not on record, or still stands in the hospital's list. Nothing is changed then.
    """
    from bonescint.config import opt_out_file
    from bonescint.custody.deliveries import recorded
    from bonescint.identity.opt_outs import in_force, withdraw

    config, text = configuration.with_words(options, "custody")
    subjects = _subjects(options.ids, text)
    ledger = configuration.opened_ledger(config)
    listed = hospital_list(config, ledger)
    with ledger.exclusive():
        before = in_force(ledger)
        problems = []
        for n, subject in enumerate(subjects, 1):
            nth = text("opt_out.nth", n=n)
            if subject in listed:
                file = Path(opt_out_file(config)).name
                row = listed[subject].row
                problems.append(f"{nth} {text('withdraw.listed', file=file, row=row)}")
            elif subject not in before:
                problems.append(f"{nth} {text('withdraw.unknown')}")
        if problems:
            raise InputError([*problems, text("withdraw.nothing")])
        withdraw(ledger, subjects)
    deliveries = recorded(ledger)
    for n, subject in enumerate(subjects, 1):
        code = ledger.code_of(subject)
        says = [text("withdraw.done"), text("withdraw.code" if code else "withdraw.no_code")]
        if ids := [d.id for d in deliveries if code in d.recalled]:
            says.append(text("withdraw.recalled", ids=", ".join(ids)))
        print(text("opt_out.nth", n=n), *says, sep=" ")
    _print_next("withdraw.next", text)
    return 0


def _subjects(typed: Iterable[str], text: "Texts") -> list[str]:
    """Return the normalised IDs, each once."""
    ids = typed_ids(typed)
    problems = list(wrong_ids(ids, text))
    if problems or not ids:
        raise InputError([*problems, text("opt_out.nothing")])
    return normalised(ids)


def _remarks(details: Mapping[str, str], today: date) -> list[str]:
    """Return what is incomplete or odd about an entry, as keys of texts; it counts anyway."""
    proxy = [name for name in ("ground", "relation") if details[name]]
    found = [f"no_{name}" for name in ("received", "by") if not details[name]]
    if details["by"] == "proxy":
        found += [f"no_{name}" for name in ("ground", "relation") if name not in proxy]
    elif proxy:
        found.append("self_with_proxy" if details["by"] else "proxy_details")
    if details["received"] > today.isoformat():
        found.append("future")
    return found


def _rows(
    ledger: "Ledger | None",
    listed: "Mapping[str, OptOutEntry]",
    text: "Texts",
    waiting: str,
    *,
    codes: bool,
) -> Iterable[list[str]]:
    from bonescint.custody.deliveries import recorded
    from bonescint.identity.opt_out_lists import named_by
    from bonescint.identity.opt_outs import in_force

    declined: dict[str, Entry] = in_force(ledger) if ledger else {}
    deliveries = recorded(ledger) if ledger else []
    sources = named_by(ledger) if ledger else {}

    def details(subject: str) -> dict[str, str]:
        on_record = declined.get(subject, {})
        row = listed.get(subject)
        typed = {k: str(getattr(row, k) or "") for k in ORIGIN} if row else {}
        return {k: on_record.get(k) or typed.get(k, "") for k in ORIGIN}

    everybody = {s: details(s) for s in {*declined, *listed}}
    for subject in sorted(everybody, key=lambda s: (everybody[s]["received"], s)):
        code = ledger.code_of(subject) if ledger else None
        source = sources.get(subject, set())
        froms, state = [], [text("state.in" if code else "state.out")]
        if subject in listed:
            froms.append(text("source.list", row=listed[subject].row))
        elif source and "command" not in source:
            froms.append(text("source.former_list"))
            state.append(text("state.gone"))
        if "command" in source:
            froms.append(text("source.command"))
        if code and codes:
            state[0] += f" ({code})"
        yield [
            subject,
            everybody[subject]["received"],
            *(text(f"word.{v}") if (v := everybody[subject][k]) else "" for k in ORIGIN[1:]),
            text("separator").join(froms),
            declined.get(subject, {}).get("recorded", waiting),
            text("separator").join(state),
            ", ".join(d.id for d in deliveries if code in d.recalled),
        ]
