"""What the operating system's errors mean to a person, in both languages."""

import errno
import os

from bonescint.resources import both

# errors for a file that another program holds open: on Windows no one can replace or delete it
HELD = frozenset({errno.EACCES, errno.EPERM, errno.EBUSY, errno.ETXTBSY})
# what a person can do, in both languages, because a job knows no language
_REMEDIES = {
    errno.ENOSPC: "disk",
    errno.EDQUOT: "quota",
    errno.EACCES: "access",
    errno.EPERM: "access",
    errno.EBUSY: "access",
    errno.ETXTBSY: "access",
    errno.EROFS: "read_only",
}


def system_error(error: OSError) -> str:
    """Return what an `OSError` says and what to do about it, in both languages.

    The error's own text is never used, because it names the file and so perhaps a patient. The only
    name shown is that of a file that a finished one should have replaced, because that file is
    ours.
    """
    if error.filename2 and error.errno in HELD:
        return both("drives", "in_use", file=error.filename2)
    number = error.errno or errno.EIO
    key = _REMEDIES.get(number)
    said = os.strerror(number)
    return f"{said} / {both('incidents', key)}" if key else said


def reason_of(error: OSError) -> str:
    """Return why a file cannot be written, for a sentence that names it."""
    said = os.strerror(error.errno or errno.EIO)
    return f"{said}: {both('drives', 'perhaps_open')}" if error.errno in HELD else said
