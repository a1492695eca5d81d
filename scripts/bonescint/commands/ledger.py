"""`bonescint ledger`: the correspondence of codes and patients, by hand (R16, R32)."""

import argparse
import re
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.commands import configuration
from bonescint.commands.ledger_backup import back_up
from bonescint.commands.ledger_destroy import YES, add_options, destroy_study, typed
from bonescint.commands.ledger_restore import restore_ledger
from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    from bonescint.identity.ledger import Ledger


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "ledger", help="the correspondence of codes and patients / 患者符号の対応表"
    )
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    verb = partial(configuration.add_command, verbs)
    sub = verb("init", init, "make an empty ledger and its key / 対応表と鍵を作る")
    sub.add_argument("--wrap", action="store_true", help="key with a passphrase / パスフレーズ付き")
    verb("status", status, "what it holds, in numbers / 件数と置き場所")
    sub = verb("lookup", lookup, "code -> patient ID and back / 患者符号と患者 ID の照会")
    sub.add_argument("terms", nargs="+", metavar="CODE-or-ID", help="- asks for it / - は尋ねる")
    verb("verify", verify_ledger, "check every entry / すべての記録を検査する")
    sub = verb("rewrap", rewrap, "change the key's passphrase / 鍵のパスフレーズを変える")
    sub.add_argument("--plain", action="store_true", help="without one / パスフレーズなしにする")
    sub = verb("export", export_ledger, "an encrypted PDF to print / 印刷用の暗号化 PDF")
    sub.add_argument("file", type=Path, metavar="FILE.pdf")
    sub.add_argument(
        "--passphrase-file", type=Path, help="opens the PDF, mode 0600 / PDF を開くパスフレーズ"
    )
    sub = verb("rename-study", rename_study, "the study has a new ID / 研究番号の変更を記録する")
    sub.add_argument("former", metavar="FORMER-ID", help="its ID so far / これまでの研究番号")
    sub = verb("backup", back_up, "copy ledger or key to another medium / 控えを作る")
    sub.add_argument("--ledger", metavar="PATH", help="where its copy goes / 対応表の控えの場所")
    sub.add_argument("--key", metavar="PATH", help="where its copy goes / 鍵の控えの場所")
    sub.add_argument("--same-disk", action="store_true", help="as the original / 元と同じディスク")
    sub.add_argument("--plain", action="store_true", help="unwrapped, too / パスフレーズのない鍵も")
    sub = verb("restore", restore_ledger, "bring ledger or key back from a copy / 控えから戻す")
    sub.add_argument("--ledger", metavar="FILE", help="its copy / 対応表の控え")
    sub.add_argument("--key", metavar="FILE", help="its copy / 鍵の控え")
    add_options(verb("destroy", destroy_study, "make the study unreadable for ever / 鍵の廃棄"))


def init(options: argparse.Namespace) -> int:
    """Make an empty ledger and its key, say what to do with them, and return 0.

    Raises
    ------
    InputError
        If there is a ledger already.
    """
    from bonescint.identity.key import is_wrapped
    from bonescint.identity.ledger import create_ledger, is_new
    from bonescint.identity.passphrase import ask_passphrase, given_passphrase
    from bonescint.resources import both

    config, text = configuration.with_words(options, "ledger")
    settings = config["ledger"]
    if not is_new(**settings):
        # checked before a passphrase is asked for. If both are lost, no new codes may be made
        there = any(Path(settings[name]).exists() for name in ("path", "key"))
        said = {"path": settings["path"], "key": settings["key"], "file": settings["path"]}
        raise InputError(both("identity", "exists" if there else "missing", **said))
    passphrase = given_passphrase(settings.get("passphrase_file"))
    if options.wrap and passphrase is None:
        passphrase = ask_passphrase(settings["key"], confirm=True)
    ledger = create_ledger(**settings, passphrase=passphrase)
    print(text("init.done", path=ledger.path, key=ledger.key))
    if is_wrapped(ledger.key):
        print(text("init.wrapped"))
    _advise(ledger, text)
    return 0


def status(options: argparse.Namespace) -> int:
    """Print what the ledger holds, in numbers, and where it lies; return 0."""
    from bonescint.commands.listing import aligned
    from bonescint.identity.key import is_wrapped
    from bonescint.identity.opt_outs import in_force

    config, text = configuration.with_words(options, "ledger")
    ledger = configuration.opened_ledger(config)
    wrapped = text("status.wrapped" if is_wrapped(ledger.key) else "status.plain")
    entries = ledger.entries()
    lines = {
        "ledger": f"{ledger.path}  ({_mode(ledger.path)})",
        "key": f"{ledger.key}  ({_mode(ledger.key)}, {wrapped})",
        "patients": len(ledger),
        "opt_outs": len(in_force(ledger)),
        "deliveries": len(ledger.entries("delivery")),
        "recalls": len(ledger.entries("recall")),
        "entries": len(entries),
        "last": entries[-1].get("recorded", ""),
        "backup_ledger": _backup_told(ledger, "ledger", text),
        "backup_key": _backup_told(ledger, "key", text),
    }
    first, *others = ([text(f"status.{key}"), str(value)] for key, value in lines.items())
    print(aligned(first, others))
    _advise(ledger, text)
    return 0


def _backup_told(ledger: "Ledger", kind: str, text: Texts) -> str:
    from bonescint.custody.backups import last_backup

    last = last_backup(ledger, kind)
    return f"{last.at}  {last.where}" if last else text("status.no_backup")


def _mode(file: Path) -> str:
    return f"{file.stat().st_mode & 0o777:04o}"


def _advise(ledger: "Ledger", text: Texts) -> None:
    if ledger.key.resolve().parent == ledger.path.resolve().parent:
        print(text("status.same_folder"))


def lookup(options: argparse.Namespace) -> int:
    """Print code, tab, patient ID of each code or ID typed; return 1 if one of them is unknown."""
    from bonescint.commands.requester import asked_id
    from bonescint.identity.codes import typed_code
    from bonescint.identity.opt_outs import in_force
    from bonescint.names.ids import normalise

    config, text = configuration.with_words(options, "ledger")
    ledger = configuration.opened_ledger(config)
    declined = in_force(ledger)
    unknown = 0
    for named in options.terms:
        term = asked_id(text.language) if named == "-" else named
        code = typed_code(term)
        # an ID may look like a code: then both answers are printed
        subjects = [ledger.subject_of(code) if code else None, normalise(term)]
        known = [(c, s) for s in dict.fromkeys(subjects) if s for c in ledger.codes_of(s)]
        for given, subject in known:
            former = ledger.retired().get(given)
            print(given, ledger.patient_id(former or subject), sep="\t")
            if former:
                used = ledger.code_of(subject)
                print(text("lookup.retired", code=given, used=used), file=sys.stderr)
            if subject in declined:
                print(text("lookup.declined", code=given), file=sys.stderr)
        if not known:
            unknown += 1
            print(text("lookup.unknown", term=named), file=sys.stderr)
    return 1 if unknown else 0


def verify_ledger(options: argparse.Namespace) -> int:
    """Check every entry, say how many there are, and return 0.

    Raises
    ------
    InputError
        If the chain is broken, a code or patient occurs twice, a code is not valid, or the secret
        for UIDs is missing.
    """
    from collections import Counter

    from bonescint.identity.codes import CODE_PATTERN

    config, text = configuration.with_words(options, "ledger")
    ledger = configuration.opened_ledger(config)  # the chain is checked at each opening
    entries = ledger.entries()
    patients = [entry for entry in entries if entry["kind"] == "patient"]
    problems = []
    retired = ledger.retired()
    in_use = [entry for entry in patients if entry["code"] not in retired]
    for field, among in (("code", patients), ("subject", in_use)):
        first: dict[str, int] = {}
        for entry in among:
            if (n := first.setdefault(entry[field], entry["n"])) != entry["n"]:
                problems.append(text(f"verify.twice_{field}", n=entry["n"], first=n))
    wrong = [e["n"] for e in patients if not re.fullmatch(CODE_PATTERN, e["code"])]
    problems += [text("verify.no_code", n=n) for n in wrong]
    if not re.fullmatch(r"[0-9a-f]{64}", str(entries[0].get("uid_secret"))):
        problems.append(text("verify.no_secret"))
    known = {entry["code"] for entry in patients}
    for entry in entries:
        if entry["kind"] in ("delivery", "recall", "recall_confirmed") and not known.issuperset(
            entry["codes"]
        ):
            problems.append(text("verify.unknown_code", n=entry["n"]))
    if problems:
        raise InputError(problems)
    print(text("verify.good", n=len(entries)))
    for kind, n in Counter(entry["kind"] for entry in entries).items():
        print(f"  {text(f'kind.{kind}') if f'kind.{kind}' in text else kind}: {n}")
    return 0


def rewrap(options: argparse.Namespace) -> int:
    """Give the key a new passphrase, or none, and return 0.

    Raises
    ------
    InputError
        If the key does not open, the new passphrases differ or nobody agrees: nothing changed.
    """
    from bonescint.identity.key import is_wrapped, open_identity, write_key
    from bonescint.identity.passphrase import ask_passphrase

    config, text = configuration.with_words(options, "ledger")
    settings = config["ledger"]
    key = Path(settings["key"])
    identity = open_identity(key, settings.get("passphrase_file"), ask=True)
    passphrase, was_plain = None, not is_wrapped(key)
    if not options.plain:
        passphrase = ask_passphrase(str(key), confirm=True)
    elif was_plain:
        print(text("rewrap.is_plain", key=key))
        return 0
    elif typed(text("rewrap.sure")).lower() not in YES:
        raise InputError(text("unchanged"))
    try:
        write_key(key, identity, passphrase)
    except OSError as error:
        raise InputError(text("not_written", file=key, reason=error.strerror)) from None
    print(text("rewrap.done" if passphrase else "rewrap.unwrapped", key=key))
    if passphrase:
        print(text("init.wrapped" if was_plain else "rewrap.where"))
    print(text("rewrap.copies"))
    return 0


def export_ledger(options: argparse.Namespace) -> int:
    """Write the ledger as an encrypted PDF to print and return 0."""
    from datetime import date

    from bonescint.custody.export import check_passphrase, check_target, export_pdf
    from bonescint.identity.opt_outs import in_force
    from bonescint.identity.passphrase import ask_passphrase, require_private

    config, text = configuration.with_words(options, "ledger")
    language = config["language"]
    check_target(options.file, language)
    ledger = configuration.opened_ledger(config)
    if file := options.passphrase_file:
        if not file.is_file():
            raise InputError(text("export.no_file", file=file))
        require_private(file)
        passphrase = file.read_text(encoding="utf-8-sig", errors="replace").rstrip("\r\n")
    else:
        passphrase = ask_passphrase(str(options.file), confirm=True)
    check_passphrase(passphrase, language)
    pages = export_pdf(
        path=options.file,
        codes={ledger.patient_id(former): code for code, former in ledger.retired().items()}
        | {ledger.patient_id(s): code for s, code in ledger.codes().items()},
        declined={ledger.patient_id(subject) for subject in in_force(ledger)},
        study=config["study"],
        passphrase=passphrase,
        language=language,
        today=date.today(),
    )
    print(text("export.done", file=options.file, n=len(ledger), pages=pages))
    print(text("export.keep"))
    return 0


def rename_study(options: argparse.Namespace) -> int:
    """Write the new ID of the configuration into ledger and folder, and return 0.

    The former ID is typed, so that nobody takes another study's ledger by mistake. It stays in the
    ledger, and on all that was delivered under it.

    Raises
    ------
    InputError
        If the ledger is not the former study's, or its data are of the other kind.
    """
    from bonescint.identity.ledger import open_ledger
    from bonescint.identity.study import mark_folder, refuse_other, study_of_folder

    config = configuration.load(options, is_renamed=True)
    text = Texts("ledger", config["language"])
    settings = dict(config["ledger"])
    study = settings.pop("study")
    ledger = open_ledger(**settings, ask=True)
    known = next(reversed(ledger.entries("study")), None) or study_of_folder()
    if known is None:
        raise InputError(text("rename.unknown"))
    # simulated data must not become patients' data
    refuse_other({**known, "id": study["id"]}, study, ledger.path)
    if known["id"] != study["id"]:
        if known["id"] != options.former:
            raise InputError(text("rename.other", known=known["id"], former=options.former))
        ledger.append([{"kind": "study", **study, "former": known["id"]}])
    mark_folder(study)
    print(text("rename.done", id=study["id"], former=options.former))
    return 0
