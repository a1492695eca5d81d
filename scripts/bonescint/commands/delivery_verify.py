"""`bonescint delivery verify`: checks a disc, at the hospital or at the receiver (R29)."""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands import configuration
from bonescint.errors import InputError

if TYPE_CHECKING:
    from bonescint.delivery.disc.known import StudyRecords
    from bonescint.delivery.disc.verdict import DiscVerdict
    from bonescint.resources import Texts

_SHOWN = 50  # faults on the screen
_SHA256 = "[0-9a-f]{64}"


def add_verify(actions: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the action to those of `bonescint delivery`."""
    parser = actions.add_parser("verify", help="check a disc or image / ディスクを確認する")
    parser.add_argument(
        "paths",
        nargs="+",
        type=Path,
        metavar="PATH",
        help="image (.ISO), folder or drive / イメージ、フォルダ、ドライブ",
    )
    parser.add_argument(
        "--sha256",
        action="append",
        default=[],
        metavar="HASH",
        help="as on the paper: of the image; for a folder of MANIFEST.sha256 / 用紙の SHA-256",
    )
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="mode 0600 / パスフレーズのファイル"
    )
    parser.add_argument("--language", choices=("ja", "en"), help="default: the configuration's")
    configuration.add_option(parser, verify_delivery)


def verify_delivery(options: argparse.Namespace) -> int:
    """Check volumes, print what was checked and every fault; return 1 if there is any.

    Raises
    ------
    InputError
        If a path is no volume, or an option is wrong.
    """
    import re

    from bonescint.commands.progress import progress
    from bonescint.delivery.disc.verify import DiscCheck
    from bonescint.resources import Texts

    config = _configuration(options)
    language = options.language or str((config or {}).get("language", "ja"))
    text = Texts("verify", language)
    hashes = [re.sub(r"\s", "", typed).lower() for typed in options.sha256]
    if not all(re.fullmatch(_SHA256, one) for one in hashes):
        raise InputError(text("bad_hash"))
    known = _records(config, text)
    file = options.passphrase_file
    if file is None and config:
        named = (config["delivery"].get("disc") or {}).get("passphrase_file")
        file = Path(named) if named and Path(named).is_file() else None
    passphrase = _asked_once(file, text)
    good = True
    for path in options.paths:
        with progress(text) as report:
            verdict = DiscCheck(known, language, passphrase, hashes, report).verify(path)
        _print(path, verdict, known, text)
        good = good and verdict.good
    return 0 if good else 1


def _configuration(options: argparse.Namespace) -> dict[str, Any] | None:
    """Return the study's configuration; None where there is no study, as at the receiver's."""
    if options.config == [Path("config.yaml")] and not options.config[0].exists():
        return None
    return configuration.load(options)


def _records(config: dict[str, Any] | None, text: "Texts") -> "StudyRecords":
    """Return what the study knows. If the ledger does not open, the check goes on without it."""
    from bonescint.custody.deliveries import recorded
    from bonescint.custody.known_people import everybody_known
    from bonescint.custody.traces.terms import Terms
    from bonescint.delivery.disc.known import StudyRecords, add_delivered, records_here
    from bonescint.identity.ledger import open_ledger

    if config is None:
        return StudyRecords()
    found = records_here()
    settings = config["ledger"]
    if not Path(settings["path"]).exists():
        print(text("no_ledger"), file=sys.stderr)
        return found
    try:
        ledger = open_ledger(**settings, ask=True)
        people = everybody_known(ledger)
    except InputError as error:
        print(*error.problems, text("no_ledger"), sep="\n", file=sys.stderr)
        return found
    add_delivered(found, recorded(ledger))
    found.terms, found.people = Terms(people), len(people)
    return found


def _asked_once(file: Path | None, text: "Texts") -> "Callable[[], str | None]":
    """Return a function that gives the passphrase of the file, or asks the person once."""
    import codecs
    from functools import cache

    from bonescint.identity.passphrase import ask_passphrase, require_private

    @cache
    def passphrase() -> str | None:
        # not the one in the environment, which is the passphrase of the ledger
        if file is None:
            return ask_passphrase(text("archive_label")) if sys.stdin.isatty() else None
        if not file.is_file():
            raise InputError(text("no_passphrase_file", file=file))
        require_private(file)
        written = file.read_bytes().removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
        return written.decode("utf-8", "replace")

    return passphrase


def _print(path: Path, verdict: "DiscVerdict", known: "StudyRecords", text: "Texts") -> None:
    from bonescint.commands.listing import aligned

    header = [text("head.check"), text("head.counted"), text("head.result")]
    print(f"{path}\n{aligned(header, verdict.rows(text))}")
    print(*verdict.digests(text), *verdict.notes(text), sep="\n")
    # `aligned` removes control characters: text of a hostile disc must not steer the terminal
    faults = verdict.faults(text, known.hidden)
    if faults:
        print(
            "\n" + aligned([text("head.faults", n=verdict.total)], [[f] for f in faults[:_SHOWN]])
        )
        if len(faults) > _SHOWN:
            print(text("more", n=len(faults) - _SHOWN))
    print(text("all_good") if verdict.good else text("not_good"))
