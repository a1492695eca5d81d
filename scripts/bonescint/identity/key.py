"""The ledger's key: an age X25519 identity, plain or wrapped by a passphrase (R16)."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.identity.passphrase import read_passphrase, require_private, require_private_place
from bonescint.resources import both

if TYPE_CHECKING:
    import pyrage

_AGE = b"age-encryption.org/"
_PREFIX = "AGE-SECRET-KEY-1"
_ATTEMPTS = 3
# the beginning of an age file encrypted to a key like the ledger's, and the content of a key file
_FOR_A_KEY = re.compile(rb"\Aage-encryption\.org/v1\n(?:.*\n)*?-> X25519 ")
_A_KEY = re.compile(rb"\Aage-encryption\.org/v1\n(?:.*\n)*?-> scrypt |^AGE-SECRET-KEY-1", re.M)
_HEAD = 1 << 10  # bytes
KEY_SIZE = 1 << 16  # bytes; no key file is larger


def is_wrapped(key: str | Path) -> bool:
    """Return whether a key file needs a passphrase."""
    with Path(key).open("rb") as stream:
        return stream.read(len(_AGE)) == _AGE


def file_kind(file: Path) -> str:
    """Return the kind of a given file: ``ledger`` (encrypted to a key), ``key`` or empty."""
    with file.open("rb") as stream:
        data = stream.read(_HEAD)
    return "ledger" if _FOR_A_KEY.search(data) else "key" if _A_KEY.search(data) else ""


def write_key(key: str | Path, identity: "pyrage.x25519.Identity", passphrase: str | None) -> None:
    """Write a key file in one step, mode 0600.

    Parameters
    ----------
    key
        The file. A former file is replaced only when the new one is on the disk.
    passphrase
        Wraps the key as ``age -p`` does; None leaves it plain, with its public part as a comment.
    """
    import pyrage

    data = f"# public key: {identity.to_public()}\n{identity}\n".encode("ascii")
    if passphrase is not None:
        data = pyrage.passphrase.encrypt(data, passphrase)
    # if the key file is a link to a medium that is locked away, it stays a link
    with replacing(os.path.realpath(key), "wb", private=True) as stream:
        require_private_place(stream, Path(key))
        stream.write(data)


def open_identity(
    key: str | Path, passphrase_file: str | Path | None = None, *, ask: bool = False
) -> "pyrage.x25519.Identity":
    """Return the identity in a key file.

    Parameters
    ----------
    key
        The file, as ``age-keygen`` and `write_key` make it.
    passphrase_file, ask
        Where the passphrase of a wrapped key comes from (`read_passphrase`).

    Raises
    ------
    InputError
        If the file is missing, readable by others or not a key, or the passphrase is wrong.
    """
    key = Path(key)
    if not key.exists():
        raise InputError(both("identity", "missing", file=key))
    require_private(key)
    passphrase = None
    if is_wrapped(key):
        passphrase = read_passphrase(passphrase_file, ask=ask, label=str(key))
    return identity_in(key.read_bytes(), passphrase, key)


def identity_in(data: bytes, passphrase: str | None, key: str | Path) -> "pyrage.x25519.Identity":
    """Return the identity in the content of a key file, opened by the passphrase if it is wrapped.

    Raises
    ------
    InputError
        If it is not a key, or the passphrase is wrong.
    """
    import pyrage

    if data.startswith(_AGE):
        data = _unwrapped(data, passphrase or "", Path(key))
    lines = [line for line in data.decode("ascii", "replace").split() if line.startswith(_PREFIX)]
    try:
        return pyrage.x25519.Identity.from_str(lines[0])
    except (IndexError, pyrage.IdentityError):
        raise InputError(both("identity", "bad_key", key=key)) from None


def _unwrapped(data: bytes, passphrase: str, key: Path) -> bytes:
    import pyrage

    message = "wrong_passphrase"
    # age measures how fast the machine is and refuses a key that would take too long. It is tried
    # again because the machine may be busy only for a moment
    for _ in range(_ATTEMPTS):
        try:
            return bytes(pyrage.passphrase.decrypt(data, passphrase))
        except pyrage.DecryptError as error:
            if "xcessive work" not in str(error):
                break
            message = "too_slow"
    raise InputError(both("identity", message, key=key))
