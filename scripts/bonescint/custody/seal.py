"""Whether the study is sealed: its files at rest are one encrypted file (`sealing` makes it).

As long as the file has its name the study is sealed, whatever an interruption left beside it:
`bonescint seal` and `bonescint unseal` both go on from there.
"""

import re
from datetime import date
from pathlib import Path

from bonescint.errors import InputError
from bonescint.identity.study import STUDY_FILE
from bonescint.resources import Texts

SEALED = "private.age"
SEALED_FILES = {"private": SEALED, "results": "results.age"}  # folder -> what it is sealed in
# in private/: the salt under which inputs are stamped, whose folder it is, when ledger and key were
# copied; with marks, which change while the study is sealed, and locks, these tell nothing
_STAYS = frozenset({"private/salt", str(STUDY_FILE), "private/backups.json"})
_STAYING_KINDS = re.compile(r"private/[^/]+\.(mark|lock)")


def stays(name: str) -> bool:
    """Tell whether a file, named from the study's folder, stays as it is in a sealed study."""
    return name in _STAYS or _STAYING_KINDS.fullmatch(name) is not None


def sealed_file(folder: Path = Path()) -> Path | None:
    """Return the file in which a study is sealed, None if it is not.

    Parameters
    ----------
    folder
        The study's.
    """
    return next((file for name in SEALED_FILES.values() if (file := folder / name).exists()), None)


def sealed_on(file: Path) -> str:
    """Return the day on which a study was sealed, ISO.

    Parameters
    ----------
    file
        What `sealed_file` returned.
    """
    return date.fromtimestamp(file.stat().st_mtime).isoformat()


def refuse_sealed(language: str) -> None:
    """Refuse to go on in the folder of a sealed study.

    Parameters
    ----------
    language
        Of the message.

    Raises
    ------
    InputError
        With the day, and what to do.
    """
    if file := sealed_file():
        raise InputError(Texts("seal", language)("is_sealed", file=file, date=sealed_on(file)))


def clear_unfinished() -> None:
    """Remove what a killed `bonescint seal` left: whoever declines later may be in it."""
    for name in SEALED_FILES.values():
        for unfinished in Path().glob(f".{name}.*.tmp"):
            unfinished.unlink()
