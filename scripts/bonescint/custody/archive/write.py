"""Writing the archive of a study: one age-encrypted tar, resumable until it is whole (R30, R32).

An age stream cannot be continued, so the tar is first written in parts, each an age file of its
own with a sealed list of what it holds. A later run keeps every part whose files are unchanged.
When all are there they are decrypted and encrypted again into the one file, in one stream.
No plaintext touches the disk. The recipient is the ledger's own: destroying its key destroys every
archive.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.custody.archive.contents import Contents, Member
from bonescint.custody.archive.parts import Parts, Report
from bonescint.custody.archive.stream import Sink, encrypt
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.resources import Texts

if TYPE_CHECKING:
    import pyrage

PART_SIZE = 256_000_000  # bytes of files in a part


@dataclass(frozen=True)
class Written:
    """What stands in the finished archive.

    Parameters
    ----------
    files, size
        Number of files and their bytes.
    kept
        Files taken from an interrupted run.
    archive_size, sha256
        Of the encrypted file.
    links
        Symbolic links whose target is not in the archive.
    """

    files: int
    size: int
    kept: int
    archive_size: int
    sha256: str
    links: list[str]


def write_archive(
    archive: Path,
    contents: Contents,
    identity: "pyrage.x25519.Identity",
    readme: str,
    cover: Callable[[Written], bytes],
    text: Texts,
    report: Report,
    part_size: int = PART_SIZE,
) -> Written:
    """Write the archive and its cover, or leave parts that the next call continues with.

    Parameters
    ----------
    archive
        The file; neither it nor its cover may exist.
    contents
        What goes in.
    identity
        The ledger's; the archive is encrypted to its public part.
    readme
        Content of the first member.
    cover
        Makes the plain text that lies beside the archive.
    text
        The area ``archive``.
    report
        Told the stage, the megabytes done and all of them.
    part_size
        Bytes of files in a part.

    Raises
    ------
    InputError
        If a file exists already, cannot be read or keeps changing, or room is short.
    """
    partial = partial_of(archive)
    _refuse(archive, contents, text)
    with _locked(partial, text):
        parts = Parts(partial, contents, identity, text, report)
        kept = parts.complete(part_size)
        archive_size, sha256 = _encrypt_whole(partial / "whole", parts.joined(readme), identity)
        written = Written(
            files=1 + sum(member.kind == "file" for member in parts.members),  # and the read-me
            size=sum(member.size for member in parts.members),
            kept=kept,
            archive_size=archive_size,
            sha256=sha256,
            links=_dangling(parts.members),
        )
        with replacing(cover_of(archive), "wb") as file:
            file.write(cover(written))
        if os.path.lexists(archive):
            raise InputError(text("exists", file=archive.name))
        (partial / "whole").rename(archive)
        _drop(partial)
    return written


def _encrypt_whole(
    path: Path, plain: Generator[bytes], identity: "pyrage.x25519.Identity"
) -> tuple[int, str]:
    """Write the one encrypted file; its size and SHA-256."""
    with replacing(path, "wb", private=True) as file:
        digest = hashlib.sha256()
        sink = Sink(file, digest)
        encrypt(plain, sink, identity)
    return sink.size, digest.hexdigest()


def discard(archive: Path, text: Texts) -> bool:
    """Drop what an interrupted run left of an archive; whether there was anything.

    Parameters
    ----------
    archive, text
        As for `write_archive`.
    """
    partial = partial_of(archive)
    if not partial.is_dir():
        return False
    with _locked(partial, text):
        _drop(partial)
    return True


def partial_of(archive: Path) -> Path:
    """Return the folder of an archive's parts."""
    return archive.with_name(f"{archive.name}.partial")


def cover_of(archive: Path) -> Path:
    """Return the plain text that lies beside an archive."""
    return archive.with_name(f"{archive.name}.README.txt")


def _refuse(archive: Path, contents: Contents, text: Texts) -> None:
    if not archive.parent.is_dir():
        raise InputError(text("no_folder"))
    # a cover without its archive is another archive's, unless an interrupted run left it
    taken = [archive] if partial_of(archive).is_dir() else [archive, cover_of(archive)]
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
        not in names  # an absolute one stays so
    ]


@contextmanager
def _locked(partial: Path, text: Texts) -> Iterator[None]:
    """Hold the folder of parts; it goes when no part is left in it."""
    partial.mkdir(mode=0o700, exist_ok=True)
    with (partial / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(text("busy")) from None
        for stale in partial.glob(".*.tmp"):
            stale.unlink()
        try:
            yield
        finally:
            if not any(partial.glob("*.age")):
                shutil.rmtree(partial)


def _drop(partial: Path) -> None:
    for path in partial.glob("*.age"):
        path.unlink()
