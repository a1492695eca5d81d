"""Convert paths of Windows that a person types on WSL."""

import re
import unicodedata

# C:\data, c:/data; also with the signs of Japanese keyboards and in full width
_DRIVE = re.compile(r"([A-Za-z]):(?:/(.*))?", re.DOTALL)
_TO_SLASH = str.maketrans("\\\N{YEN SIGN}", "//")


def wsl_path(path: str) -> str | None:
    r"""Return WSL's form of a path with a drive letter, or None for any other path.

    ``C:\data`` is ``/mnt/c/data``.
    """
    slashed = path.strip().translate(_TO_SLASH)
    drive = _DRIVE.fullmatch(unicodedata.normalize("NFKC", slashed).translate(_TO_SLASH))
    if not drive:
        return None
    # the names of the folders must stay as typed
    names = re.split(r"[/\uff0f\uff3c\uffe5]", slashed)[1:]
    return "/".join(["/mnt", drive[1].lower(), *filter(None, names)])
