"""`bonescint deidentify`: a folder coded without the workflow and without the ledger."""

import argparse
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.errors import InputError
from bonescint.filesystems import keeps_modes
from bonescint.identity.passphrase import no_modes
from bonescint.resources import RESOURCES, Texts

if TYPE_CHECKING:
    from bonescint.deid.decisions import Decision
    from bonescint.deid.folder import Account
    from bonescint.deid.instance import Settings

INTERRUPTED = 130  # as a shell reports Ctrl-C
SHORTEST_SECRET = 16  # bytes
_AGREE = "persons who must agree on a decision / 判断の一致を求める人数"
MOST_PLACES = 10  # shown on the screen for one doubt


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to the parser's sub-commands."""
    parser = commands.add_parser(
        "deidentify", help="code a folder of DICOM files / フォルダの DICOM を符号化する"
    )
    parser.add_argument("source", type=Path, metavar="SOURCE", help="raw DICOM / 生 DICOM")
    parser.add_argument("destination", type=Path, metavar="DEST", help="new or empty / 新しい")
    parser.add_argument(
        "--policy",
        type=Path,
        default=RESOURCES / "tag_table.csv",
        help="the hospital's tag table / 病院のタグ処理表 (default: resources/tag_table.csv)",
    )
    parser.add_argument(
        "--codes", type=Path, help="table of patient IDs and codes / 患者 ID と患者符号の表"
    )
    parser.add_argument(
        "--secret-file",
        type=Path,
        help="at least 16 bytes; the same gives the same UIDs / 16 バイト以上、同じなら同じ UID",
    )
    parser.add_argument("--decisions", type=Path, help="of persons / 見合わせた画像についての判断")
    parser.add_argument("--reviewers", type=int, choices=(1, 2), default=1, help=_AGREE)
    parser.add_argument("--vocabulary", type=Path, help="the hospital's own terms / 病院の用語表")
    parser.add_argument("--opt-out", type=Path, help="who declined / 不参加の申し出の一覧 (R12)")
    parser.add_argument(
        "--ids-only",
        action="store_true",
        help="the list holds patient IDs alone / 患者 ID だけの一覧である",
    )
    parser.add_argument(
        "--lossy",
        choices=("refuse", "keep"),
        default="keep",
        help="images compressed with loss / 非可逆圧縮された画像",
    )
    parser.add_argument(
        "--jobs", type=_positive, default=os.cpu_count() or 1, help="processes / プロセス数"
    )
    parser.add_argument(
        "--secondary-capture",
        choices=("refuse", "keep"),
        default="refuse",
        help="Secondary Capture of Modality NM / NM のセカンダリキャプチャ",
    )
    parser.add_argument(
        "--patient-id-pattern",
        type=_pattern,
        metavar="REGEX",
        help="what a patient ID is, without leading zeros / 先頭の 0 を除いた患者 ID の形",
    )
    _add_limit(parser)
    parser.add_argument("--study-description", type=_description, default="BONE SCINTIGRAPHY")
    parser.add_argument("--series-description", type=_description, default="WHOLE BODY")
    parser.add_argument("--language", choices=("ja", "en"), default="ja")
    parser.set_defaults(run=code_folder)


def _add_limit(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--limit",
        type=_limit,
        action="append",
        default=[],
        metavar="NAME=NUMBER",
        help="raise a limit of config.yaml / 上限を上げる (config.yaml の limits の項目)",
    )


def _positive(typed: str) -> int:
    number = int(typed)
    if number < 1:
        raise argparse.ArgumentTypeError("1 or more / 1 以上の整数")
    return number


def _limit(typed: str) -> tuple[str, int]:
    from bonescint.dicom.limits import Limits

    name, _, number = typed.partition("=")
    if name not in Limits.__slots__ or not number.isdecimal() or not int(number):
        names = ", ".join(Limits.__slots__)
        raise argparse.ArgumentTypeError(f"NAME=NUMBER; {names}")
    return name, int(number)


def _pattern(typed: str) -> str:
    try:
        re.compile(typed)
    except re.error:
        raise argparse.ArgumentTypeError("a regular expression / 正規表現") from None
    return typed


def _description(typed: str) -> str:
    # as config.yaml accepts it, but without a backslash, which would split the value in two
    if not re.fullmatch(r"[ -\[\]-~]{1,50}", typed):
        raise argparse.ArgumentTypeError("1-50 ASCII characters, no \\ / 半角 1〜50 字")
    return typed


def code_folder(options: argparse.Namespace) -> int:
    """Code the folder, print the summary and return 0: every file is accounted for.

    Raises
    ------
    InputError
        For a mistake in the options, the tables or the folders.
    """
    from bonescint.commands.progress import progress
    from bonescint.deid.decisions import other_persons
    from bonescint.deid.folder import deidentify_folder

    text = Texts("commands", options.language)
    codes, declined = _codes(options), _declined(options)
    decisions = _decisions(options, text)
    settings = _settings(options, decisions, text)
    try:
        with progress(text) as report:
            account = deidentify_folder(
                source=options.source,
                destination=options.destination,
                settings=settings,
                codes=codes,
                declined=declined,
                jobs=options.jobs,
                language=options.language,
                progress=report,
                settled=other_persons(decisions),
            )
    except KeyboardInterrupt:
        print(text("interrupted"), file=sys.stderr)
        return INTERRUPTED
    except OSError as error:
        raise InputError(text("destination.failed", reason=error.strerror)) from None
    _summarise(account, text)
    if account.stations:
        _say_stations(account, text)
    if account.held_back:
        _say_held_back(account.held_back, text)
    if options.opt_out is None:
        print(text("opt_out.none"))
    if codes is None:
        print(text("codes.random"))
    if options.secret_file is None:
        print(text("secret.random"))
    print(text("summary.stays"))
    return 0


def _codes(options: argparse.Namespace) -> dict[str, str] | None:
    if not options.codes:
        return None
    # what reads tables is loaded only for a table
    from bonescint.commands.codes import read_codes

    return read_codes(options.codes, options.language)


def _declined(options: argparse.Namespace) -> frozenset[str]:
    if not options.opt_out:
        return frozenset()
    from bonescint.tables.lists import read_opt_out

    entries = read_opt_out(options.opt_out, options.language, options.ids_only)
    return frozenset(entry.subject for entry in entries)


def _decisions(options: argparse.Namespace, text: Texts) -> "list[Decision]":
    from bonescint.deid.decisions import read_decisions

    if not options.decisions:
        return []
    with _reading("--decisions", text):
        return read_decisions(options.decisions, options.reviewers)


def _settings(options: argparse.Namespace, decisions: "list[Decision]", text: Texts) -> "Settings":
    from bonescint.deid.decisions import redactions, released_images, released_stations
    from bonescint.deid.instance import Settings
    from bonescint.deid.own_vocabulary import read_terms
    from bonescint.deid.policy import load_policies
    from bonescint.deid.uids import UidReplacer
    from bonescint.dicom.limits import Limits
    from bonescint.names.ids import ANY_ID

    own = read_terms(options.vocabulary) if options.vocabulary else None
    descriptions = options.study_description, options.series_description
    policies = load_policies(options.policy, *descriptions, own=own)
    return Settings(
        policies=policies,
        uids=UidReplacer(_secret(options.secret_file, text)),
        keep_secondary_capture=options.secondary_capture == "keep",
        keep_lossy=options.lossy == "keep",
        releases=released_images(decisions),
        stations=released_stations(decisions),
        id_pattern=options.patient_id_pattern or ANY_ID,
        limits=Limits(**dict(options.limit)),
        redactions=redactions(decisions),
    )


@contextmanager
def _reading(option: str, text: Texts) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(text("file.unreadable", option=option, reason=error.strerror)) from None


def _secret(file: Path | None, text: Texts) -> bytes:
    if file is None:
        return secrets.token_bytes(32)
    with _reading("--secret-file", text):
        secret = file.read_bytes()
        mode = file.stat().st_mode
    if mode & 0o077:
        known = keeps_modes(file)
        print(text("secret.mode") if known else no_modes(file, text.language), file=sys.stderr)
    if len(secret) < SHORTEST_SECRET:
        raise InputError(text("secret.short", n=len(secret), least=SHORTEST_SECRET))
    return secret


def _summarise(account: "Account", text: Texts) -> None:
    reasons = Texts("deid", text.language)
    print(text("summary.files", n=sum(account.counts.values())))
    for status in ("written", "duplicate", "refused"):
        found = {reason: n for (of, reason), n in account.counts.items() if of == status}
        print(text(f"summary.{status}", n=sum(found.values())))
        if status == "refused":
            for reason, n in sorted(found.items(), key=lambda item: (-item[1], item[0])):
                print(f"    {n:>8}  {reasons(f'reason.{reason}')} [{reason}]")
    if account.unlisted:
        print(text("unlisted.why"))
        for keyword, n in sorted(account.unlisted.items(), key=lambda item: (-item[1], item[0])):
            print(f"    {n:>8}  {keyword}")
    if account.unmatched:
        print(text("opt_out.unmatched", n=account.unmatched))
    for doubt in account.doubts:
        places = doubt["where"].split(", ")
        more = len(places) - MOST_PLACES
        where = ", ".join(places[:MOST_PLACES]) + (text("doubts.more", n=more) if more > 0 else "")
        print(f"{where}: {doubt['message']}")


def _say_stations(account: "Account", text: Texts) -> None:
    """Print once which Station Names wait for a decision, and the lines that decide."""
    from bonescint.deid.decisions import STATION, decision_line

    print(text("stations.why"))
    for digest, n in sorted(account.stations.items(), key=lambda item: (-item[1], item[0])):
        print(f"    {n:>8}  {decision_line(digest, STATION)}")
    print(text("stations.how"))


def _say_held_back(held_back: list[tuple[int, int, str]], text: Texts) -> None:
    """Print which patients may be somebody who declined, and the lines that decide it."""
    from bonescint.deid.decisions import decision_line

    print(text("held_back.why"))
    for row, declined, digest in held_back:
        # a patient who declined and has no file has no row in report.csv
        rows = "held_back.rows" if declined else "held_back.row"
        print("  " + text(rows, row=row, declined=declined))
        print("    " + decision_line(digest))
    print(text("held_back.how"))
