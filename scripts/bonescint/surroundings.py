"""What Snakemake needs around a study: a cache, room for temporary files, a path without blanks.

Without them Snakemake ends in a traceback before it reads the workflow. So `make` checks them first
(``python -m bonescint.surroundings``, even before anything is installed), and each command reports
them.
"""

import errno
import os
import re
import sys
import tempfile
from pathlib import Path

from bonescint.resources import both

_ROOM = 1 << 20  # bytes that a temporary file may need
_OF_THE_SHELL = re.compile(r"""[\s'"$&();<>|*?\\`]""")


def shortcomings(python: str = sys.executable) -> list[str]:
    """Return what would end in a library's traceback under this Python, with its remedy."""
    return [both("surroundings", key, **values) for key, values in lacking(python)]


def lacking(python: str = sys.executable) -> list[tuple[str, dict[str, object]]]:
    """Return the same as keys of resources/text/surroundings.csv, with their values."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111
    cache = Path(home) / "snakemake"
    found: list[tuple[str, dict[str, object]]] = []
    if why := _refusal(cache, 0):
        found.append(("cache", {"folder": cache, "why": os.strerror(why)}))
    # libraries skip a place that does not exist or may not be written to
    named = [Path(os.environ.get(key) or "/tmp") for key in ("TMPDIR", "TMP", "TEMP")]  # noqa: S108
    for folder in dict.fromkeys(named):
        if folder.is_dir() and (why := _refusal(folder, _ROOM)) in (errno.ENOSPC, errno.EDQUOT):
            found.append(("room", {"folder": folder, "why": os.strerror(why)}))
    # Snakemake writes this path unquoted into a shell command, so each job would fail
    if _OF_THE_SHELL.search(python):
        found.append(("path", {"python": python}))
    return found


def _refusal(folder: Path, size: int) -> int:
    """Return the error number that stops a file of this size in a folder, 0 if there is none."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as stream:
            stream.write(bytes(size))
    except OSError as error:
        return error.errno or errno.EIO
    return 0


if __name__ == "__main__":
    print(*(said := shortcomings()), sep="\n", end="\n" if said else "", file=sys.stderr)
    sys.exit(bool(said))
