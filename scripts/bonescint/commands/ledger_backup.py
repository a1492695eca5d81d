"""`bonescint ledger backup`: copies of ledger and key, on media apart from each other (R16)."""

import argparse
import re
import sys
from pathlib import Path

from bonescint.commands import configuration
from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.text.drives import wsl_path

_ENDINGS = {"ledger": ".age", "key": ".key"}


def back_up(options: argparse.Namespace) -> int:
    """Copy ledger or key, or both, say where they are, and return 0.

    Raises
    ------
    InputError
        If a place is refused, or a copy cannot be made: what was there stays.
    """
    from bonescint.custody.copying import back_up_key, back_up_ledger, check_media, what_stands
    from bonescint.identity.key import is_wrapped
    from bonescint.identity.passphrase import read_passphrase

    config, text = configuration.with_words(options, "backup")
    # the key first: the copy of the ledger then has the key's copy on record
    files = {
        kind: _new_copy(kind, copy_named(kind, typed, config["study"]["id"]), text)
        for kind in ("key", "ledger")
        if (typed := getattr(options, kind))
    }
    if not files:
        raise InputError(text("nothing_named"))
    ledger = configuration.opened_ledger(config)
    media = check_media(files, ledger, text, same_disk=options.same_disk)
    for kind, file in files.items():
        if kind == "ledger":
            back_up_ledger(ledger, file, media[kind], text)
            print(text("done.ledger", file=file, n=len(ledger.entries()) - 1, patients=len(ledger)))
        else:
            passphrase = None
            if is_wrapped(ledger.key):
                given = config["ledger"].get("passphrase_file")
                passphrase = read_passphrase(given, ask=True, label=str(file))
            elif not options.plain:
                raise InputError(text("plain_key"))
            try:
                back_up_key(ledger, file, media[kind], text, passphrase)
            except KeyboardInterrupt:
                print(text(f"stands.{what_stands(file, ledger)}", file=file), file=sys.stderr)
                raise
            print(text("done.key", file=file))
        if file.stat().st_mode & 0o077:
            print(text("no_modes", file=file))
        if not media[kind].names:
            print(text("not_known_again"))
        for note in {f"note.{disk.split()[0]}" for disk in media[kind].disks} & {*text}:
            print(text(note))
    return 0


def copy_named(kind: str, typed: str, study: str) -> Path:
    """Return the path of the copy; a person may type a folder or a Windows drive.

    A copy in a folder is named after the study's ID and its kind, ``ledger`` or ``key``.
    """
    path = Path(wsl_path(typed) or typed)
    name = re.sub(r"[^\w.-]", "_", study)
    return path / f"{name}-ledger{_ENDINGS[kind]}" if path.is_dir() else path


def _new_copy(kind: str, file: Path, text: Texts) -> Path:
    # reading a device or a pipe may never end
    if file.exists() and not file.is_file():
        raise InputError(text("foreign", file=file))
    # no folder is made: if the medium is not connected, the copy would land on this disk. A file
    # with the name of the medium's folder is not made either
    folder = file.parent if file.suffix == (ending := _ENDINGS[kind]) else file
    if not folder.is_dir():
        raise InputError(text("no_folder", folder=folder, ending=ending))
    return file
