"""Files that share one SOP Instance UID: which of them are out, and why."""

from collections import defaultdict
from collections.abc import Iterable, Set
from pathlib import Path
from typing import NamedTuple

from bonescint.made import sha256_of

DUPLICATE, CONFLICT, UNREADABLE = "duplicate", "conflict", "unreadable"


class Clash(NamedTuple):
    """Why a file is out, and the hash of its content. A person can release the file by this hash.

    Parameters
    ----------
    reason
        `DUPLICATE`: an earlier file has the same content. `CONFLICT`: the content differs from that
        of another file. `UNREADABLE`: the file can no longer be read since it was indexed.
    sha256
        Empty if the file cannot be read.
    """

    reason: str
    sha256: str


def clashes(
    files: Iterable[tuple[str, str]],
    dicom: Path,
    released: Set[str],
    beside: Iterable[tuple[str, str]] = (),
    contested: Set[str] = frozenset(),
) -> dict[str, Clash]:
    """Return path -> clash for the files that are out because others have their SOP Instance UID.

    Of copies the first in the order of paths stays. Of different contents none stays, because
    nobody can say which one is the true image or whose it is, unless a person has released exactly
    one of them. Only files that share a UID are read. A file without a UID shares none.

    Parameters
    ----------
    files
        Path and SOP Instance UID of everything that could be coded.
    dicom
        The raw folder, to which the paths are relative.
    released
        Hashes of the contents that a person released.
    beside
        Path and UID of files that are out for another reason, such as files of another patient.
        Their content may still be in conflict.
    contested
        UIDs of files that may not be read, because their patient declined.
    """
    first: dict[str, str] = {}
    sharing: dict[str, list[str]] = {}
    for path, uid in files:
        if uid and first.setdefault(uid, path) != path:
            sharing.setdefault(uid, [first[uid]]).append(path)
    for path, uid in beside:
        if uid in first:
            sharing.setdefault(uid, [first[uid]]).append(path)
    for uid in contested & first.keys():
        sharing.setdefault(uid, [first[uid]])
    found: dict[str, Clash] = {}
    for uid, paths in sharing.items():
        found |= _of_one_uid(paths, dicom, released, uid in contested)
    return found


def _of_one_uid(
    paths: Iterable[str], dicom: Path, released: Set[str], is_contested: bool
) -> dict[str, Clash]:
    contents: dict[str, list[str]] = defaultdict(list)
    for path in sorted(paths):
        contents[content_digest(dicom / path)].append(path)
    chosen = contents.keys() & released
    found: dict[str, Clash] = {}
    for digest, copies in contents.items():
        if not digest:
            # their content is unknown, so for the other files it counts as different
            found |= dict.fromkeys(copies, Clash(UNREADABLE, ""))
        elif (len(contents) == 1 and not is_contested) or chosen == {digest}:
            found |= dict.fromkeys(copies[1:], Clash(DUPLICATE, digest))
        else:
            found |= dict.fromkeys(copies, Clash(CONFLICT, digest))
    return found


def content_digest(path: Path) -> str:
    """Return the hash by which a decision refers to a file; empty if it cannot be read."""
    try:
        return sha256_of(path)
    except OSError:
        return ""
