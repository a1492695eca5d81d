"""What the operating system's errors mean to a person, in both languages."""

import errno
import os

from bonescint.resources import both

# what a person can do about it; a job knows no language
_REMEDIES = {
    errno.ENOSPC: "disk",
    errno.EDQUOT: "quota",
    errno.EACCES: "access",
    errno.EPERM: "access",
    errno.EROFS: "read_only",
}


def system_error(number: int) -> str:
    """Return what an `OSError` says and what to do about it, in both languages.

    Never its own text, which names the file, hence perhaps a patient.

    Parameters
    ----------
    number
        Its errno.
    """
    key = _REMEDIES.get(number)
    said = os.strerror(number)
    return f"{said} / {both('incidents', key)}" if key else said
