"""Whether the study is sealed: its files at rest are one encrypted file (`sealing` makes it).

The study is sealed as long as this file exists under its name, even if an interruption left plain
files beside it. `bonescint seal` and `bonescint unseal` both go on from there.
"""

import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import NamedTuple

from bonescint.errors import InputError
from bonescint.identity.study import STUDY_FILE
from bonescint.resources import Texts

SEALED = "private.age"
SEALED_FILES = {"private": SEALED, "results": "results.age"}  # folder -> what it is sealed in
# files of private/ that stay: the salt of the inputs' stamps, the study of this folder, the days of
# the backups. Marks, which change while the study is sealed, and locks stay too. None of these
# files reveals anything
_STAYS = frozenset({"private/salt", str(STUDY_FILE), "private/backups.json"})
_STAYING_KINDS = re.compile(r"private/[^/]+\.(mark|lock)")


class SealOutcome(NamedTuple):
    """The outcome of sealing or unsealing a folder."""

    files: int  # how many are in the sealed file
    size: int  # their bytes
    resumed: bool  # whether it was begun before and interrupted


def stays(name: str) -> bool:
    """Tell whether a file, named from the study's folder, stays as it is in a sealed study."""
    return name in _STAYS or _STAYING_KINDS.fullmatch(name) is not None


def sealed_file() -> Path | None:
    """Return the file in which a study is sealed, None if it is not."""
    return next(iter(sealed_files()), None)


def sealed_files() -> list[Path]:
    """Return every file in which a part of a study is sealed."""
    return [file for name in SEALED_FILES.values() if (file := Path(name)).exists()]


def named(files: Iterable[Path]) -> str:
    """Return files as a sentence names them."""
    return ", ".join(map(str, files))


def sealed_on(file: Path) -> str:
    """Return the day on which a study was sealed, ISO."""
    return date.fromtimestamp(file.stat().st_mtime).isoformat()


def refuse_sealed(language: str) -> None:
    """Refuse to go on in the folder of a sealed study; say the day, and what to do."""
    if files := sealed_files():
        said = {"file": named(files), "date": sealed_on(files[0])}
        raise InputError(Texts("seal", language)("is_sealed", **said))


def clear_unfinished() -> None:
    """Remove what a killed `bonescint seal` left: it may hold a patient who declines later."""
    for name in SEALED_FILES.values():
        for unfinished in Path().glob(f".{name}.*.tmp"):
            unfinished.unlink()
