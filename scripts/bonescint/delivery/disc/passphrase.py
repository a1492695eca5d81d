"""The passphrase of the encrypted disc: its strength, and the file from which jobs read it.

The ZIP derives its key by 1,000 rounds of SHA-1, which a graphics card tries a million times a
second. So only a long passphrase protects the data, and one that may be on a list does not.
"""

import codecs
import os
import re
import secrets
from functools import cache
from pathlib import Path

from bonescint.errors import InputError
from bonescint.identity.passphrase import require_private, require_private_place
from bonescint.resources import both, resource_rows

SHORTEST = 20  # characters
_LONGEST = 99  # characters that 7-Zip accepts
_DIFFERENT = 8  # least number of different characters
_BESIDE = 12  # letters and digits that must remain without known phrases
# characters that are not mistaken for each other and have the same place on both usual keyboards
_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_GROUPS, _GROUP = 6, 4  # 120 bits
_CLASSES = ("[a-z]", "[A-Z]", "[0-9]", "[^a-zA-Z0-9]")


def check_strength(passphrase: str) -> list[str]:
    """Return what is wrong with a passphrase, in both languages and never quoting it."""
    if not re.fullmatch(r"[\x20-\x7e]*", passphrase):
        return [both("passphrase", "ascii")]
    wrong = []
    if passphrase != passphrase.strip():
        wrong.append("space")
    if not SHORTEST <= len(passphrase) <= _LONGEST:
        wrong.append("length")
    if sum(bool(re.search(one, passphrase)) for one in _CLASSES) < 2:
        wrong.append("classes")
    if len({*passphrase}) < _DIFFERENT or _period(passphrase) <= len(passphrase) // 2:
        wrong.append("repeated")
    elif _in_order(passphrase) or _is_known(passphrase):
        wrong.append("known")
    return [both("passphrase", key, least=SHORTEST, most=_LONGEST) for key in wrong]


def _period(text: str) -> int:
    """Return the number of characters after which a text repeats itself."""
    return next(n for n in range(1, len(text) + 1) if text[n:] == text[: len(text) - n])


def _in_order(text: str) -> bool:
    """Return whether more than half of the characters continue the one before: ``abc``, ``321``."""
    steps = [abs(ord(a) - ord(b)) for a, b in zip(text, text[1:], strict=False)]
    return sum(step <= 1 for step in steps) > len(steps) // 2


def _is_known(passphrase: str) -> bool:
    """Return whether little remains without phrases that everybody knows."""
    left = _bare(passphrase)
    if not any(phrase in left for phrase in _known()):
        return False
    for phrase in _known():
        left = left.replace(phrase, "")
    return len(left) < _BESIDE


@cache
def _known() -> list[str]:
    rows = resource_rows("known_phrases.csv")
    return sorted({_bare(row["phrase"]) for row in rows}, key=len, reverse=True)


def _bare(text: str) -> str:
    """Return only letters and digits, with digits that stand for letters replaced by them."""
    return re.sub(
        "[^a-z0-9]", "", text.lower().translate(str.maketrans("0134578@$!", "oleastbasi"))
    )


def generated_passphrase() -> str:
    """Return a new passphrase of 120 bits that a person can type: ``k7mp-3xwd-...``."""
    groups = ("".join(secrets.choice(_LETTERS) for _ in range(_GROUP)) for _ in range(_GROUPS))
    return "-".join(groups)


def write_passphrase_file(path: Path, passphrase: str) -> None:
    """Write a passphrase to a file that only its owner can read, or not at all.

    Parameters
    ----------
    path
        A new file.
    passphrase
        As `check_strength` accepts it.

    Raises
    ------
    InputError
        If the file exists or cannot be written, or the filesystem has no modes (FAT, a Windows
        drive).
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError:
        raise InputError(both("passphrase", "exists", file=path)) from None
    except OSError as error:
        raise _not_written(path, error) from None
    try:
        with os.fdopen(descriptor, "wb") as stream:
            require_private_place(stream, path)
            stream.write(passphrase.encode("ascii") + b"\n")
            stream.flush()
            os.fsync(descriptor)
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise _not_written(path, error) from None
        raise


def _not_written(path: Path, error: OSError) -> InputError:
    return InputError(
        both("passphrase", "not_written", file=path, reason=os.strerror(error.errno or 0))
    )


def disc_passphrase(file: str | Path | None) -> str:
    """Return the passphrase of the disc, which differs from that of the ledger.

    Raises
    ------
    InputError
        If there is no passphrase, others can read the file, or it is weak.
    """
    if not file:
        raise InputError(both("passphrase", "not_configured"))
    path = Path(file)
    if not path.is_file():
        raise InputError(both("passphrase", "no_file", file=path))
    require_private(path)
    try:
        # editors may add a BOM and a line end
        written = path.read_bytes().removeprefix(codecs.BOM_UTF8).rstrip(b"\r\n")
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise InputError(both("passphrase", "no_access", file=path, reason=reason)) from None
    passphrase = written.decode("ascii", "replace")
    if wrong := check_strength(passphrase):
        raise InputError([both("passphrase", "weak_file", file=path), *wrong])
    return passphrase
