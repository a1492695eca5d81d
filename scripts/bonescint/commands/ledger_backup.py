"""`bonescint ledger backup`: copies of ledger and key, on media apart from each other (R16)."""

import argparse
import re
from pathlib import Path

from bonescint.commands import configuration
from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.text.drives import wsl_path


def back_up(options: argparse.Namespace) -> int:
    """Copy ledger or key, or both, say where they are, and return 0.

    Parameters
    ----------
    options
        ``config``, ``ledger``, ``key``, ``same_disk``, ``plain``.

    Raises
    ------
    InputError
        If a place is refused, or a copy cannot be made: what was there stays.
    """
    from bonescint.custody.copying import back_up_key, back_up_ledger, check_media
    from bonescint.identity.key import is_wrapped
    from bonescint.identity.ledger import open_ledger
    from bonescint.identity.passphrase import read_passphrase

    config = configuration.load(options)
    text, settings = Texts("backup", config["language"]), config["ledger"]
    # the key's first: the ledger's then remembers it
    files = {
        kind: _new_copy(copy_named(kind, typed, config["study"]["id"]), text)
        for kind in ("key", "ledger")
        if (typed := getattr(options, kind))
    }
    if not files:
        raise InputError(text("nothing_named"))
    ledger = open_ledger(**settings, ask=True)
    media = check_media(files, ledger, text, same_disk=options.same_disk)
    for kind, file in files.items():
        if kind == "ledger":
            back_up_ledger(ledger, file, media[kind], text)
            print(text("done.ledger", file=file, n=len(ledger.entries()) - 1, patients=len(ledger)))
        else:
            passphrase = None
            if is_wrapped(ledger.key):
                given = settings.get("passphrase_file")
                passphrase = read_passphrase(given, ask=True, label=str(file))
            elif not options.plain:
                raise InputError(text("plain_key"))
            back_up_key(ledger, file, media[kind], text, passphrase)
            print(text("done.key", file=file))
        if file.stat().st_mode & 0o077:
            print(text("no_modes", file=file))
        if not media[kind].names:
            print(text("not_known_again"))
        for note in {f"note.{disk.split()[0]}" for disk in media[kind].disks} & {*text}:
            print(text(note))
    return 0


def copy_named(kind: str, typed: str, study: str) -> Path:
    """Return the copy that a person means, who may have typed a folder or a drive of Windows.

    Parameters
    ----------
    kind
        ``ledger`` or ``key``.
    typed
        As typed.
    study
        The study's ID, of which a copy in a folder has its name.
    """
    path = Path(wsl_path(typed) or typed)
    name = re.sub(r"[^\w.-]", "_", study)
    ending = {"ledger": "age", "key": "key"}[kind]
    return path / f"{name}-ledger.{ending}" if path.is_dir() else path


def _new_copy(file: Path, text: Texts) -> Path:
    # none is made: where a medium is not connected, it would lie on the disk
    if not file.parent.is_dir():
        raise InputError(text("no_folder", folder=file.parent))
    # a device or a pipe may have no end
    if file.exists() and not file.is_file():
        raise InputError(text("foreign", file=file))
    return file
