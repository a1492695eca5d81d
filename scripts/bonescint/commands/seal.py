"""`bonescint seal` and `unseal`: the study's files as one encrypted file while nobody works."""

import argparse
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands import configuration
from bonescint.errors import InputError

if TYPE_CHECKING:
    from bonescint.custody.archive.stream import Report
    from bonescint.custody.seal import SealOutcome
    from bonescint.custody.sealing import SealedFolder
    from bonescint.identity.ledger import Ledger
    from bonescint.resources import Texts

_MB = 1_000_000
# commands that need only the ledger, or nothing of the study: a patient may call at any time.
# `archive` is here because archives may be read; the command itself refuses to write one
_WHILE_SEALED = frozenset(
    {"archive", "delivery list", "deidentify", "diff", "doctor", "ledger", "new", "opt-out add",
     "opt-out list", "opt-out withdraw", "passphrase", "private", "request add", "request list",
     "retention", "seal", "unseal", "upgrade"}
)  # fmt: skip


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands to the parser's sub-commands."""
    parser = commands.add_parser(
        "seal",
        help="private/ as one encrypted file while nobody works on the study / "
        "作業をしない間、private/ を 1 つの暗号化ファイルにする",
    )
    parser.add_argument("--results", action="store_true", help="results/ too / results/ も")
    configuration.add_option(parser, seal_study)
    words = "bring back what was sealed / 封印したフォルダを元に戻す"
    configuration.add_command(commands, "unseal", unseal_study, words)


def refuse_while_sealed(options: argparse.Namespace) -> None:
    """Refuse a command that would read what is sealed, if the study in this folder is sealed."""
    from bonescint.custody.seal import refuse_sealed, sealed_file

    action = f"{options.command} {getattr(options, 'action', None)}"
    if not sealed_file() or not _WHILE_SEALED.isdisjoint({options.command, action}):
        return
    try:
        config = configuration.merged(getattr(options, "config", []))
    except InputError:
        config = {}
    refuse_sealed(configuration.language_of(config))


def seal_study(options: argparse.Namespace) -> int:
    """Seal private/, and results/ if wanted; return 0.

    Raises
    ------
    InputError
        If a key without a passphrase lies in the study's folder, a run is under way, or a folder
        cannot be sealed: its files are all there then.
    """
    from bonescint.custody.destruction import copies_of_key
    from bonescint.custody.known_people import await_removal
    from bonescint.custody.seal import SEALED_FILES, clear_unfinished
    from bonescint.resources import Texts
    from bonescint.runlock import alone

    config, text = configuration.with_words(options, "seal")
    with alone(Path(".snakemake"), Texts("incidents", text.language)):
        # checked before a passphrase is asked for
        _refuse_exposed([Path(config["ledger"]["key"])], config["ledger"], text)
        ledger = configuration.opened_ledger(config)
        _refuse_exposed(copies_of_key(ledger, *_folders_of_study()), config["ledger"], text)
        clear_unfinished()
        plain, has_declined = _plain_inputs(config), await_removal()
        with _interruption_told(text):
            for name, file in SEALED_FILES.items():
                if name == "private" or options.results or Path(file).exists():
                    _seal_folder(name, config, ledger, text)
    if plain:
        print(text("plain_inputs", keys=", ".join(plain)))
    if has_declined:
        print(text("declined_before"))
    print(text("then", key=config["ledger"]["key"]))
    return 0


def unseal_study(options: argparse.Namespace) -> int:
    """Bring back what is sealed and return 0.

    Raises
    ------
    InputError
        If nothing is sealed, a run is under way, or something cannot be brought back: the sealed
        file stays then.
    """
    from bonescint.commands.progress import progress
    from bonescint.custody.known_people import await_removal
    from bonescint.custody.seal import SEALED_FILES, clear_unfinished, sealed_file
    from bonescint.resources import Texts
    from bonescint.runlock import alone

    config, text = configuration.with_words(options, "seal")
    with alone(Path(".snakemake"), Texts("incidents", text.language)):
        if not sealed_file():
            raise InputError(text("not_at_all"))
        clear_unfinished()
        ledger = configuration.opened_ledger(config)
        for name, file in SEALED_FILES.items():
            if Path(file).exists():
                with _interruption_told(text), progress(text) as report:
                    outcome = _folder(name, config, ledger, text, report).unseal()
                # said at once, because the second of two folders may fail
                if outcome.resumed:
                    print(text("finished_unsealing", file=file))
                print(text("unsealed", file=file, **_counts(outcome)))
        # judged by what the last run knew: the study may have been sealed again without a run
        if is_due := await_removal():
            _remember_declined(ledger)
    print(text("declined_since" if is_due else "as_before"))
    return 0


@contextmanager
def _interruption_told(text: "Texts") -> Iterator[None]:
    """Say what follows from Ctrl-C in the block."""
    try:
        yield
    except KeyboardInterrupt:
        print(text("interrupted"), file=sys.stderr)
        raise


def _seal_folder(name: str, config: Mapping[str, Any], ledger: "Ledger", text: "Texts") -> None:
    """Seal a folder and say at once what came of it: the second of two folders may fail."""
    from bonescint.commands.progress import progress

    links = _links_out(name)
    with progress(text) as report:
        folder = _folder(name, config, ledger, text, report)
        outcome = folder.seal()
    if outcome is None:
        print(text("already" if folder.file.exists() else "nothing", file=folder.file))
        return
    if outcome.resumed:
        print(text("finished_sealing", file=folder.file))
    print(text("sealed", file=folder.file, **_counts(outcome)))
    # links on the way to the ledger or the key are kept, so they are not counted
    if n := sum(not link.is_symlink() for link in links):
        print(text("links_out", n=n, folder=name))


def _links_out(name: str) -> list[Path]:
    """Return the links that lead out of a folder to something that exists and is not sealed."""
    top = os.path.realpath(name)
    return [
        path
        for path in Path(name).rglob("*")
        if path.is_symlink()
        and os.path.exists(real := os.path.realpath(path))  # noqa: PTH110 no error on a loop
        and not Path(real).is_relative_to(top)
    ]


def _counts(outcome: "SealOutcome") -> dict[str, int]:
    # rounded up, so that less than a megabyte is not shown as 0
    return {"files": outcome.files, "size": -(-outcome.size // _MB)}


def _folder(
    name: str, config: Mapping[str, Any], ledger: "Ledger", text: "Texts", report: "Report"
) -> "SealedFolder":
    from bonescint.custody.sealing import SealedFolder
    from bonescint.identity.lock import lock_of

    outside = [Path(path) for path in config["ledger"].values() if isinstance(path, str)]
    outside.append(lock_of(ledger.path))
    return SealedFolder(name, outside, ledger.identity, text, report)


def _folders_of_study() -> Iterator[Path]:
    """Yield the study's folders. Folders that begin with a dot belong to programs; skip them."""
    for at, folders, _ in os.walk("."):
        folders[:] = [folder for folder in folders if not folder.startswith(".")]
        yield Path(at)


def _refuse_exposed(keys: Iterable[Path], settings: Mapping[str, Any], text: "Texts") -> None:
    """Refuse to seal while a key that can be used as it is lies in the study's folder."""
    from bonescint.identity.key import is_wrapped
    from bonescint.identity.passphrase import FILE_VARIABLE

    study = Path.cwd()
    passphrase = settings.get("passphrase_file") or os.environ.get(FILE_VARIABLE)
    is_open = passphrase and Path(passphrase).resolve().is_relative_to(study)
    exposed = [
        text("key_beside", key=key)
        for key in keys
        if key.exists() and key.resolve().is_relative_to(study) and (is_open or not is_wrapped(key))
    ]
    if exposed:
        raise InputError([*exposed, text("key_to_do")])


def _plain_inputs(config: Mapping[str, Any]) -> list[str]:
    """Return the keys of the inputs that stay readable."""
    from bonescint.config import inputs

    private = Path("private").resolve()
    return [
        key
        for key, path in inputs(config).items()
        if Path(path).exists() and not Path(path).resolve().is_relative_to(private)
    ]


def _remember_declined(ledger: "Ledger") -> None:
    """Record name and birth date of who declined: the images may be removed before the next run."""
    from bonescint.custody.known_people import CONSENTED
    from bonescint.identity.opt_outs import in_force, remember
    from bonescint.identity.people import data_of

    if CONSENTED.exists():
        remember(ledger, data_of(CONSENTED, in_force(ledger).keys()))
