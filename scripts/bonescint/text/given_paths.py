"""Check typed paths: folder or file, and a hint if nothing is at the path."""

import os
import re
import stat
import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import Path

from bonescint.resources import Texts

# the one key that names a folder
_FOLDER = "inputs.dicom"
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
# Excel and LibreOffice put these files beside a table that is open
_LOCKS = ("~${}", ".~lock.{}#")


def wrong_kinds(paths: Mapping[str, str | None], language: str) -> Iterator[str]:
    """Yield a sentence for each folder in the place of a file, or the reverse.

    `paths` maps the path of a key in config.yaml to its value. Missing files are not told.
    """
    text = Texts("paths", language)
    for where, path in paths.items():
        mode = _mode(path) if path else 0
        if where == _FOLDER and stat.S_ISREG(mode):
            yield text("no_folder", where=where, path=path)
        elif where != _FOLDER and stat.S_ISDIR(mode):
            yield text("no_file", where=where, path=path)


def path_hint(path: str, language: str) -> str:
    """Return a hint to the path that a person may have meant, or nothing."""
    text = Texts("paths", language)
    if _CONTROL.search(path):
        return text("hint.escape")
    if meant := _as_spelled(path):
        return text("hint.spelled", path=meant)
    if path.startswith(("\\\\", "//")):
        return text("hint.share")
    if path.startswith("~"):
        return text("hint.home")
    if "\\" in path and ":" not in path[:2]:
        return text("hint.backslash", path=path.replace("\\", "/"))
    if path != path.strip():
        return text("hint.blank")
    return ""


def open_elsewhere(path: str | Path) -> bool:
    """Tell whether a table is open in Excel or LibreOffice. Unsaved changes would not be read."""
    path = Path(path)
    return any(_mode(path.with_name(lock.format(path.name))) for lock in _LOCKS)


def _as_spelled(path: str) -> str:
    """Return an existing path in another spelling, empty if there is none.

    Width, case, composition (か + ゛ on a Mac) and blanks may differ between typed and true names.
    """
    found = Path("/") if path.startswith("/") else Path()
    for part in Path(path).parts:
        if part == "/":
            continue
        if not os.path.lexists(found / part):
            try:
                names = sorted(one.name for one in found.iterdir())
            except OSError:
                return ""
            part = next((name for name in names if _folded(name) == _folded(part)), "")
            if not part:
                return ""
        found /= part
    return "" if str(found) == str(Path(path)) else str(found)


def _mode(path: str | Path) -> int:
    """Return the mode of the file at a path, or 0 if it cannot be read."""
    try:
        return Path(path).stat().st_mode
    except (OSError, ValueError):
        return 0


def _folded(name: str) -> str:
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
