"""Read an archive back: check it against its manifest, and unpack it (R32)."""

import fcntl
import hashlib
import io
import os
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bonescint.custody.archive.contents import MANIFEST, shown
from bonescint.custody.archive.stream import CHUNK, decrypted, modified_of, read_manifest
from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    import pyrage

Take = Callable[[tarfile.TarInfo, IO[bytes] | None], str]
Advance = Callable[[int], None]


@dataclass
class Findings:
    """How an archive compares with its manifest."""

    files: int = 0  # that agree
    size: int = 0  # their bytes
    # names of files that do not agree, as the next two
    missing: list[str] = field(default_factory=list)
    extra: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    lines: dict[str, int] = field(default_factory=dict)  # the lines of these files in the manifest
    # names of symbolic links that were not restored: they lead out of the archive
    links: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether the archive holds exactly the files of the manifest, unchanged."""
        return not (self.missing or self.extra or self.changed)


def verify_archive(
    archive: Path, identity: "pyrage.x25519.Identity", text: Texts, advance: Advance
) -> Findings:
    """Compare every file of an archive with its manifest, in one stream.

    `advance` is called with the number of bytes read so far.

    Raises
    ------
    InputError
        If it cannot be read to its end, or is not an archive of this program.
    """

    def take(member: tarfile.TarInfo, content: IO[bytes] | None) -> str:
        return copied(content, None) if content else ""

    return walk_archive(archive, identity, text, take, advance)


def restore(
    archive: Path,
    destination: Path,
    identity: "pyrage.x25519.Identity",
    raw: str | None,
    text: Texts,
    advance: Advance,
) -> Findings:
    """Unpack an archive into a new or empty folder, whole or not at all. Its parent must be there.

    Raises
    ------
    InputError
        If the folder is in use, the archive is damaged or differs from its manifest.
    """
    destination = destination.resolve()
    if destination.exists() and not (destination.is_dir() and not any(destination.iterdir())):
        raise InputError(text("destination_full"))
    if not destination.parent.is_dir():
        raise InputError(text("no_folder"))
    partial = destination.with_name(f".{destination.name}.restoring")
    partial.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(partial, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise InputError(text("busy")) from None
        try:
            _empty(partial)  # what a killed run left
            tree = _Tree(partial)
            found = walk_archive(archive, identity, text, tree.take, advance)
            if not found.good:
                raise InputError([text("not_restored"), *manifest_differences(found, raw, text)])
            found.links = tree.finish()
            partial.rename(destination)
        except BaseException:
            shutil.rmtree(partial)
            raise
    finally:
        os.close(handle)
    return found


def manifest_differences(found: Findings, raw: str | None, text: Texts) -> list[str]:
    """Return a line for every file that does not agree with the manifest."""
    return [
        text(kind, file=shown(name, raw, text), line=found.lines.get(name))
        for kind in ("missing", "extra", "changed")
        for name in getattr(found, kind)
    ]


class _Tree:
    """The folder that an archive is unpacked into; no member may be written outside of it."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._folders: list[tuple[Path, int]] = []
        self._links: list[tuple[str, Path, str]] = []

    def take(self, member: tarfile.TarInfo, content: IO[bytes] | None) -> str:
        path = self._root / member.name
        modified = modified_of(member)
        if content is None:
            if member.isdir():
                path.mkdir(mode=0o700)
                self._folders.append((path, modified))
            else:
                self._links.append((member.name, path, member.linkname))
            return ""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        with os.fdopen(os.open(path, flags, 0o600), "wb") as stream:
            digest = copied(content, stream)
        os.utime(path, ns=(modified, modified))
        return digest

    def finish(self) -> list[str]:
        """Make the links, after all files so that none goes through one; return those left out."""
        for _, path, target in self._links:
            path.symlink_to(target)
        out = []
        root = os.path.realpath(self._root)
        for name, path, target in self._links:
            inside = Path(os.path.realpath(path)).is_relative_to(root)
            if Path(target).is_absolute() or not inside:
                path.unlink()
                out.append(name)
        for path, modified in reversed(self._folders):
            os.utime(path, ns=(modified, modified))
        return out


def walk_archive(
    archive: Path,
    identity: "pyrage.x25519.Identity",
    text: Texts,
    take: Take,
    advance: Advance,
) -> Findings:
    """Hand every member to `take`, which returns the SHA-256 of a file; compare with the manifest.

    Raises
    ------
    InputError
        As `verify_archive` does.
    """
    sums: dict[str, str] = {}
    wanted: dict[str, str] | None = None
    found = Findings()
    try:
        with (
            decrypted(archive, identity, text) as stream,
            tarfile.open(
                fileobj=stream,
                mode="r|",
                bufsize=CHUNK,
                encoding="utf-8",
                errors="surrogateescape",
            ) as tar,
        ):
            while member := tar.next():
                tar.members.clear()  # type: ignore[attr-defined]  # memory stays flat
                parts = member.name.split("/")
                plain = member.isreg() or member.isdir() or member.issym()
                if not plain or any(part in ("", ".", "..") for part in parts):
                    raise InputError(text("foreign", file=archive.name))
                content: IO[bytes] | None = tar.extractfile(member) if member.isreg() else None
                if content and member.name == MANIFEST:
                    data = content.read()
                    wanted = dict(read_manifest(data))
                    content = io.BytesIO(data)
                digest = take(member, content)
                if content and member.name != MANIFEST:
                    if member.name in sums:
                        found.extra.append(member.name)
                    sums[member.name] = digest
                found.size += member.size
                advance(found.size)
    except (tarfile.TarError, ArithmeticError, ValueError, FileExistsError, FileNotFoundError):
        raise InputError(text("foreign", file=archive.name)) from None
    if wanted is None:
        raise InputError(text("foreign", file=archive.name))
    _compare(found, sums, wanted)
    return found


def _compare(found: Findings, sums: dict[str, str], wanted: dict[str, str]) -> None:
    found.missing = sorted(wanted.keys() - sums.keys())
    found.extra += sorted(sums.keys() - wanted.keys())
    found.changed = sorted(n for n in sums.keys() & wanted.keys() if sums[n] != wanted[n])
    odd = {*found.missing, *found.changed}
    found.lines = {name: line for line, name in enumerate(wanted, 1) if name in odd}
    found.files = len(sums) - len(found.changed) - len(sums.keys() - wanted.keys())


def copied(content: IO[bytes], sink: IO[bytes] | None) -> str:
    """Return the SHA-256 of a stream, and copy the stream if there is a sink."""
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
        if sink:
            sink.write(chunk)
    return digest.hexdigest()


def _empty(folder: Path) -> None:
    for entry in folder.iterdir():
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()
