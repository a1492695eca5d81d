"""`bonescint ledger restore`: ledger or key back from a copy, and what is lost by it (R16)."""

import argparse
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands import configuration
from bonescint.commands.ledger_backup import copy_named
from bonescint.commands.ledger_destroy import typed
from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    import pyrage

    from bonescint.custody.restoring import Restorable
    from bonescint.identity.ledger import LedgerFiles


def restore_ledger(options: argparse.Namespace) -> int:
    """Bring key or ledger back, or both, say what is lost, and return 0.

    Raises
    ------
    InputError
        If a copy is not this study's or does not open, the present file is as good, or the person
        does not accept what is lost. Nothing was changed then.
    """
    from bonescint.identity.key import file_kind
    from bonescint.runlock import alone

    config, text = configuration.with_words(options, "backup")
    files = {
        kind: copy_named(kind, given, config["study"]["id"])
        for kind in ("key", "ledger")
        if (given := getattr(options, kind))
    }
    if not files:
        raise InputError(text("restore.nothing_named"))
    for kind, file in files.items():
        if not file.is_file():
            raise InputError(text("restore.no_file", file=file))
        # before a passphrase is asked for, because a file of another kind has another one
        if (found := file_kind(file)) not in (kind, ""):
            raise InputError(text(f"restore.is_{found}", file=file))
    if any(Path(".snakemake/locks").glob("*")):
        raise InputError(text("restore.running"))
    with alone(Path(".snakemake"), Texts("incidents", text.language)):
        return _restored(files, config, text)


def _restored(files: Mapping[str, Path], config: Mapping[str, Any], text: Texts) -> int:
    from bonescint.custody.restoring import put_back, restorable
    from bonescint.custody.seal import sealed_file
    from bonescint.identity.key import open_identity

    settings, ledger = config["ledger"], files.get("ledger")
    if "key" in files:
        identity = _key_back(files["key"], ledger, settings, text)
    else:
        identity = open_identity(settings["key"], settings.get("passphrase_file"), ask=True)
    if not ledger:
        return 0
    found = restorable(ledger, settings, identity, text)
    _tell(found, text)
    study = config["study"]["id"]
    if (found.missing != 0 or found.lost) and typed(text("restore.type", id=study)) != study:
        raise InputError(text("restore.not_typed"))
    aside = put_back(found, settings)
    print(text("restore.done", file=settings["path"]))
    if aside:
        print(text("restore.aside", file=aside))
    if found.lost and sealed_file():
        print(text("restore.sealed"))
    print(text("restore.next"))
    return 0


def _tell(found: "Restorable", text: Texts) -> None:
    """Say how far the copy reaches, and what must be entered again."""
    entries = len(found.copy.entries())
    print(text("restore.about", n=entries, patients=len(found.copy), date=found.last))
    if found.missing == 0:
        print(text("restore.whole"))
    else:
        key = "restore.unknown" if found.missing is None else "restore.missing"
        print(text(key, n=found.missing, date=found.last))
        print(text("restore.again", date=found.last))
    if found.lost:
        print(text("restore.lost", n=len(found.lost)))


def _key_back(
    copy: Path, ledger: Path | None, settings: "LedgerFiles", text: Texts
) -> "pyrage.x25519.Identity":
    """Restore the key if it opens the ledger, or the copy of the ledger restored with it."""
    from bonescint.files import replacing
    from bonescint.identity.key import identity_in, is_wrapped
    from bonescint.identity.ledger import Ledger
    from bonescint.identity.lock import not_written
    from bonescint.identity.passphrase import read_passphrase, require_private_place

    key, passphrase = Path(settings["key"]), None
    if os.path.lexists(key):
        raise InputError(text("restore.key_there", file=key))
    if is_wrapped(copy):
        passphrase = read_passphrase(settings.get("passphrase_file"), ask=True, label=str(copy))
    data = copy.read_bytes()
    identity = identity_in(data, passphrase, copy)
    against = ledger or Path(settings["path"])
    if against.exists():
        # refuse the key of another study, which does not open this ledger
        Ledger(against, copy, identity, None, settings["study"]).read()
    key.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        with replacing(key, "wb", private=True) as stream:
            require_private_place(stream, key)
            stream.write(data)
    except OSError as error:
        raise not_written(key, error) from None
    print(text("restore.key_done", file=key))
    return identity
