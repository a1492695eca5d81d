"""The passphrase of the ledger's key: from the environment, a guarded file or a prompt.

It is never a parameter, because other users can see command lines, and Snakemake stores its params.
"""

import os
import sys
from pathlib import Path
from typing import IO, Any

from bonescint.errors import InputError
from bonescint.filesystems import filesystem_of, keeps_modes
from bonescint.resources import Texts, both

VARIABLE = "BONESCINT_PASSPHRASE"
FILE_VARIABLE = "BONESCINT_PASSPHRASE_FILE"
SHORTEST = (
    12  # characters of a new one; scrypt slows down guessing, so less will do than for a disc
)


def given_passphrase(file: str | Path | None = None) -> str | None:
    """Return the passphrase from the environment or a file, None if there is neither.

    Parameters
    ----------
    file
        As configured. The environment variable BONESCINT_PASSPHRASE takes precedence over it.
        BONESCINT_PASSPHRASE_FILE is used if it is None.

    Raises
    ------
    InputError
        If the file is missing, empty or can be read by others.
    """
    if passphrase := os.environ.get(VARIABLE):
        return passphrase
    if not (file := file or os.environ.get(FILE_VARIABLE)):
        return None
    path = Path(file)
    if not path.is_file():
        raise InputError(both("identity", "no_passphrase_file", file=path))
    require_private(path)
    # `echo` and editors add a line end, and some editors a BOM
    passphrase = path.read_text(encoding="utf-8-sig").rstrip("\r\n")
    if not passphrase:
        raise InputError(both("identity", "empty_passphrase", file=path))
    return passphrase


def read_passphrase(file: str | Path | None = None, *, ask: bool, label: str) -> str:
    """Return the passphrase from the environment, the file or, if allowed, the terminal.

    Parameters
    ----------
    file
        As configured, or None.
    ask
        Whether the person at the terminal may be asked. A job must never ask.
    label
        What the passphrase opens, for the prompt and the message.

    Raises
    ------
    InputError
        If there is no passphrase.
    """
    if passphrase := given_passphrase(file):
        return passphrase
    if ask and sys.stdin.isatty():
        return ask_passphrase(label)
    raise InputError(both("identity", "passphrase", key=label))


def ask_passphrase(label: str, confirm: bool = False, least: int = SHORTEST) -> str:
    """Ask at the terminal without showing what is typed; again if a new passphrase is too short.

    Parameters
    ----------
    label
        What the passphrase opens.
    confirm
        Whether it is a new passphrase, which must be typed twice.
    least
        How many characters a new one must have.

    Raises
    ------
    InputError
        If it is empty or the two differ.
    """
    from getpass import getpass

    if not sys.stdin.isatty():
        raise InputError(both("identity", "no_terminal", label=label))
    prompt = both("identity", "prompt_new" if confirm else "prompt", label=label) + ": "
    passphrase = getpass(prompt)
    while confirm and 0 < len(passphrase) < least:
        print(both("identity", "short", least=least), file=sys.stderr)
        passphrase = getpass(prompt)
    if not passphrase:
        raise InputError(both("identity", "empty_prompt"))
    if confirm and getpass(both("identity", "prompt_again", label=label) + ": ") != passphrase:
        raise InputError(both("identity", "prompts_differ"))
    return passphrase


def require_length(passphrase: str | None) -> None:
    """Refuse a passphrase for a new key that is too short, from a file or the environment."""
    if passphrase and len(passphrase) < SHORTEST:
        raise InputError(both("identity", "short_given", least=SHORTEST))


def require_private(path: Path) -> None:
    """Refuse a secret file that other users can read (R16)."""
    if path.stat().st_mode & 0o077:
        if keeps_modes(path):
            raise InputError(both("identity", "mode", file=path))
        raise InputError(_no_place(path, "unchanged"))


def require_private_place(stream: IO[Any], path: Path) -> None:
    """Refuse a place where a new, empty secret file does not get the mode that was asked for.

    Raises
    ------
    InputError
        If the filesystem has no modes: drives of Windows, FAT.
    """
    if os.fstat(stream.fileno()).st_mode & 0o077:
        raise InputError(_no_place(path, "nothing_left"))


def no_modes(path: Path, language: str) -> str:
    """Return the message that a file at this place cannot be private, why, and where to put it."""
    fstype, _ = filesystem_of(path)
    kind = {"drvfs": "drvfs", "vfat": "fat", "msdos": "fat", "exfat": "fat"}.get(fstype, "other")
    return Texts("drives", language)(f"no_modes.{kind}", file=path, fstype=fstype or "?")


def _no_place(path: Path, after: str) -> str:
    return " / ".join(
        f"{no_modes(path, language)}{Texts('drives', language)(after)}" for language in ("ja", "en")
    )
