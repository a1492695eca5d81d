"""Write the archive of a study: one age-encrypted tar, read back before it gets its name (R32).

No plaintext touches the disk. The archive is encrypted to the ledger's key, so that destroying this
key makes every archive unreadable.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bonescint.custody.archive.contents import Contents, Member, shown
from bonescint.custody.archive.read import verify_archive
from bonescint.custody.archive.stream import (
    MB,
    ChangedMeanwhile,
    Report,
    Sink,
    encrypt,
    refuse_no_room,
    tar_of,
)
from bonescint.errors import InputError
from bonescint.files import from_the_disk, give_mode, replacing, to_the_disk
from bonescint.resources import Texts

if TYPE_CHECKING:
    import pyrage

_ROUNDS = 5  # how often a tree that changes is read again


@dataclass(frozen=True)
class Written:
    """What the finished archive holds."""

    files: int  # how many
    size: int  # their bytes
    archive_size: int  # of the encrypted file
    sha256: str
    links: list[str]  # symbolic links whose target is not in the archive


def write_archive(
    archive: Path,
    contents: Contents,
    identity: "pyrage.x25519.Identity",
    readme: str,
    cover: Callable[[Written], bytes],
    text: Texts,
    report: Report,
) -> Written:
    """Write the archive and its cover, or nothing.

    If something has changed since the tree was read, it is read again, so that the archive is the
    study at one moment. It is encrypted to the public part of the ledger's identity.

    Parameters
    ----------
    archive, contents
        The file, of which neither it nor its cover may exist, and what goes in.
    identity, text
        The ledger's; the words of the area ``archive``.
    readme, cover
        Content of the first member; makes the plain text that lies beside the archive.
    report
        Called with the stage, the megabytes done and the total.

    Raises
    ------
    InputError
        If a file exists already, cannot be read or keeps changing, or room is short.
    """
    _refuse(archive, contents, text)
    partial = partial_of(archive)
    changed = ""
    with _locked(partial, text) as stream:
        for _ in range(_ROUNDS):
            members = contents.members(text)
            stream.truncate(0)
            refuse_no_room(sum(one.size for one in members), partial.parent, text)
            try:
                written = _written(stream, members, contents, identity, readme, text, report)
            except ChangedMeanwhile as change:
                changed = str(change)
            else:
                break
        else:
            raise InputError(text("changing", file=shown(changed, contents.raw, text)))
        _read_back(partial, written, identity, text, report)
        if os.path.lexists(archive):
            raise InputError(text("exists", file=archive.name))
        with replacing(cover_of(archive), "wb") as file:
            file.write(cover(written))
        partial.rename(archive)
        to_the_disk(archive.parent)
    return written


def _written(
    stream: IO[bytes],
    members: list[Member],
    contents: Contents,
    identity: "pyrage.x25519.Identity",
    readme: str,
    text: Texts,
    report: Report,
) -> Written:
    size = sum(member.size for member in members)

    def failed(member: Member, error: OSError) -> InputError:
        name, reason = shown(member.name, contents.raw, text), os.strerror(error.errno or 0)
        return InputError(text("unreadable", file=name, reason=reason))

    def advance(done: int) -> None:
        report("read", done // MB, size // MB)

    sink = Sink(stream, digest := hashlib.sha256())
    encrypt(tar_of(members, [], failed, advance, readme.encode()), sink, identity)
    from_the_disk(stream)
    before = {member.name: member.state for member in members}
    now = {member.name: member.state for member in contents.members(text)}
    if changed := before.items() ^ now.items():
        raise ChangedMeanwhile(min(name for name, _ in changed))
    return Written(
        files=1 + sum(member.kind == "file" for member in members),  # and the read-me
        size=size,
        archive_size=sink.size,
        sha256=digest.hexdigest(),
        links=_dangling(members),
    )


def _read_back(
    partial: Path,
    written: Written,
    identity: "pyrage.x25519.Identity",
    text: Texts,
    report: Report,
) -> None:
    try:
        found = verify_archive(
            partial,
            identity,
            text,
            lambda done: report("check", done // MB, written.size // MB),
        )
    except InputError:
        raise InputError(text("not_read_back")) from None
    if not found.good or found.files != written.files:
        raise InputError(text("not_read_back"))


def partial_of(archive: Path) -> Path:
    """Return the temporary name of an archive that is not finished."""
    return archive.with_name(f"{archive.name}.partial")


def cover_of(archive: Path) -> Path:
    """Return the path of the plain text that lies beside an archive."""
    return archive.with_name(f"{archive.name}.README.txt")


def _refuse(archive: Path, contents: Contents, text: Texts) -> None:
    if not archive.parent.is_dir():
        raise InputError(text("no_folder"))
    # a cover without its archive belongs to another archive, unless an interrupted run left it
    taken = [archive] if partial_of(archive).exists() else [archive, cover_of(archive)]
    for file in taken:
        if os.path.lexists(file):
            raise InputError(text("exists", file=file.name))
    place = archive.parent.resolve()
    if any(place.is_relative_to(root.resolve()) for root in contents.roots.values()):
        raise InputError(text("inside"))


def _dangling(members: list[Member]) -> list[str]:
    names = {member.name for member in members}
    return [
        m.name
        for m in members
        if m.kind == "link"
        and os.path.normpath(Path(m.name).parent / m.target)
        not in names  # an absolute target stays absolute, so it is never in names
    ]


@contextmanager
def _locked(partial: Path, text: Texts) -> Iterator[IO[bytes]]:
    """Lock the unfinished file. It is deleted at the end, unless it got its final name."""
    with partial.open("ab") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(text("busy")) from None
        try:
            give_mode(stream.fileno(), 0o600)
            yield stream
        finally:
            partial.unlink(missing_ok=True)
