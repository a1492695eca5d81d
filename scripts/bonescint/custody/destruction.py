"""Make the study unreadable: without its key no copy of the ledger can be opened (R32)."""

import hashlib
import os
import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bonescint.catalogue import catalogue
from bonescint.config import inputs
from bonescint.custody.backups import TOLD, Backup, key_copies, key_digests
from bonescint.custody.seal import SEALED_FILES
from bonescint.errors import InputError
from bonescint.files import to_the_disk
from bonescint.folders import files_below
from bonescint.identity.key import KEY_SIZE
from bonescint.identity.ledger import Ledger, open_ledger
from bonescint.identity.opt_outs import in_force
from bonescint.identity.study import STUDY_FILE
from bonescint.made import EDITED, MADE
from bonescint.resources import Texts

PRIVATE = Path("private")
_SHOWN = 5  # names in a message
TRACES = (Path("logs"), Path(".snakemake"))
# what the workflow itself writes in private/: tables and other files. Any other file there may be
# named after a patient, so the certificate only counts it
TABLES = frozenset(
    {Path(table.path).parts[1] for table in catalogue() if table.side == PRIVATE.name}
    | {"codes.json", "faults", "indexed.json", "review", "salt"}
    | {EDITED.name, MADE.name, STUDY_FILE.name, TOLD.name}
)
_TELLS_NOTHING = frozenset({".age", ".lock", ".mark"})
_SECRET = b"AGE-SECRET-KEY-1"


@dataclass(frozen=True)
class Loss:
    """What becomes unreadable with the key: numbers in the ledger, and files."""

    patients: int
    opt_outs: int  # in force
    deliveries: int
    preceding: int
    recalls: int
    requests: int
    incidental: int
    entries: int
    # the key file and its copies in the folders of the key and the ledger and in private/
    keys: tuple[Path, ...]
    sealed: tuple[Path, ...]  # files of this study that are encrypted to the key, the ledger aside
    copies: tuple[Backup, ...]  # of the key, on record; those within reach are among the keys
    ledger_sha256: str
    recipient_sha256: str  # of the key's public part


@dataclass(frozen=True)
class Leftovers:
    """Plain files of the identified side that the key does not protect."""

    tables: tuple[str, ...]  # the workflow's own files and folders in private/
    others: int  # number of further files in private/, inputs and ledger aside
    traces: int  # number of files in logs/ and .snakemake/


def loss(ledger: Ledger) -> Loss:
    """Return what the destruction of a ledger's key would make unreadable."""
    keys = tuple(copies_of_key(ledger))
    sealed = [*PRIVATE.rglob("*.age"), *Path().glob("*.age")]
    own = {os.path.realpath(file) for file in (ledger.path, *keys)}
    return Loss(
        patients=len(ledger),
        opt_outs=len(in_force(ledger)),
        deliveries=len(ledger.entries("delivery")),
        preceding=len(ledger.entries("preceding_delivery")),
        recalls=len(ledger.entries("recall")),
        requests=len(ledger.entries("request")),
        incidental=len({entry["code"] for entry in ledger.entries("incidental")}),
        entries=len(ledger.entries()),
        keys=keys,
        sealed=tuple(file for file in sealed if os.path.realpath(file) not in own),
        copies=tuple(key_copies(ledger)),
        ledger_sha256=hashlib.sha256(ledger.path.read_bytes()).hexdigest(),
        recipient_sha256=hashlib.sha256(ledger.recipient.encode()).hexdigest(),
    )


def copies_of_key(ledger: Ledger, *more: Path) -> Iterator[Path]:
    """Yield the key file, then its copies at the likely places and at the places on record.

    The folders of the ledger and the key and private/ are looked into, and those of `more`.
    """
    import pyrage

    yield ledger.key
    seen = {os.path.realpath(ledger.key)}
    content = ledger.key.read_bytes()
    folders = [ledger.key.parent, ledger.key.resolve().parent, ledger.path.parent, *more]
    near = [file for folder in folders for file in sorted(folder.iterdir())]
    made, known = key_copies(ledger), key_digests(ledger)
    for file in [*near, *sorted(PRIVATE.rglob("*")), *(Path(one.where) for one in made)]:
        if (real := os.path.realpath(file)) in seen:
            continue
        seen.add(real)
        # a copy on another user's medium cannot be reached: the person is asked to destroy it
        with suppress(OSError, IndexError, UnicodeError, pyrage.IdentityError):
            if not file.is_file() or file.stat().st_size > KEY_SIZE:
                continue
            data = file.read_bytes()
            if data == content or hashlib.sha256(data).hexdigest() in known:
                yield file
                continue
            # a plain copy made before the key was wrapped, or the other way round
            line = next((w for w in data.split() if w.startswith(_SECRET)), b"").decode("ascii")
            if line and str(pyrage.x25519.Identity.from_str(line).to_public()) == ledger.recipient:
                yield file


def is_own(name: str) -> bool:
    """Tell whether a file below private/ or results/ is the workflow's own.

    Any other may be named after a patient.
    """
    return not name.startswith("private/") or name.split("/")[1] in TABLES


def own_names(names: Collection[str]) -> str:
    """Return a few of the names (below private/ or results/) that are the workflow's own."""
    own = [name for name in names if is_own(name)][:_SHOWN]
    return ", ".join([*own, *["…"] * (len(names) > len(own))])


def leftovers(config: Mapping[str, Any]) -> Leftovers:
    """Return what stays readable without the key until somebody deletes it."""
    plain = list(_plain(config))
    tables = sorted({file.relative_to(PRIVATE).parts[0] for file in plain} & TABLES)
    others = sum(file.relative_to(PRIVATE).parts[0] not in TABLES for file in plain)
    return Leftovers(
        tuple(tables), others, sum(1 for f in TRACES if f.is_dir() for _ in files_below(f))
    )


def _plain(config: Mapping[str, Any]) -> Iterator[Path]:
    """Yield the files of private/ that reveal something, without inputs and the ledger's files."""
    kept = [os.path.realpath(path) for path in inputs(config).values()]
    kept += [os.path.realpath(path) for path in config["ledger"].values() if isinstance(path, str)]
    for found in files_below(PRIVATE) if PRIVATE.is_dir() else ():
        file = PRIVATE / found.path
        if file.suffix not in _TELLS_NOTHING and not any(
            Path(os.path.realpath(file)).is_relative_to(path) for path in kept
        ):
            yield file


def destroy(ledger: Ledger, lost: Loss, settings: Mapping[str, Any], text: Texts) -> None:
    """Overwrite and delete the key and its copies, and prove that the ledger no longer opens.

    `lost` is what the person was told of, `settings` what the proof tries to open. The ledger stays
    locked until the key is gone.

    Raises
    ------
    InputError
        If the ledger has changed since, a file cannot be destroyed, or the ledger still opens.
    """
    with ledger.exclusive():
        if len(ledger.entries()) != lost.entries:
            raise InputError(text("destroy.changed"))
        # nothing is touched unless all files can be written. The key that opens the ledger goes
        # last, so that an interrupted destruction can begin again
        for act in (_try, _shred):
            for key in reversed(lost.keys):
                try:
                    act(key)
                except OSError as error:
                    reason = os.strerror(error.errno or 0)
                    raise InputError(text("destroy.failed", file=key, reason=reason)) from None
    if not any(os.path.lexists(key) for key in lost.keys):
        try:
            open_ledger(**settings)
        except InputError:
            # without the key nobody can read the sealed files, so they go too
            for name in SEALED_FILES.values():
                with suppress(OSError):  # the certificate must be written even if this fails
                    Path(name).unlink(missing_ok=True)
            return
    raise InputError(text("destroy.opens_still"))


def _try(file: Path) -> None:
    with file.resolve().open("r+b"):
        pass


def _shred(file: Path) -> None:
    """Overwrite a file in place, then delete it. Of a link, the target is deleted as well."""
    real = file.resolve()
    with real.open("r+b") as stream:
        # in place, so that hard links to the file lose their content too
        stream.write(secrets.token_bytes(real.stat().st_size))
        stream.flush()
        os.fsync(stream.fileno())
    for path in dict.fromkeys((real, file)):
        path.unlink(missing_ok=True)
        to_the_disk(path.parent)


def delete_plain(config: Mapping[str, Any]) -> int:
    """Delete the plain files of private/, logs/ and .snakemake/; return how many are left.

    Inputs and the encrypted ledger stay.
    """
    for file in list(_plain(config)):
        with suppress(OSError):
            file.unlink()
    for folder in sorted((f for f in PRIVATE.rglob("*") if f.is_dir()), reverse=True):
        with suppress(OSError):  # it holds an input
            folder.rmdir()
    for folder in TRACES:
        shutil.rmtree(folder, ignore_errors=True)
    left = leftovers(config)
    return len(list(_plain(config))) + left.traces
