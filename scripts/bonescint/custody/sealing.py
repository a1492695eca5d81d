"""Files at rest: a folder becomes one age-encrypted tar, and comes back as it was.

The tar is that of `archive`, with modes; `bonescint archive --restore` and ``age -d | tar x`` open
it as well. The file gets its name only after it was read back and compared with the folder. Plain
files are removed after that. The file is removed only when all plain files are back on the disk.
So an interruption leaves either the folder or the file whole.
"""

import os
import re
import stat
import tarfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

from bonescint.custody.archive.contents import MANIFEST, Member
from bonescint.custody.archive.read import copied, walk_archive
from bonescint.custody.archive.stream import (
    MB,
    ChangedMeanwhile,
    Report,
    Sink,
    encrypt,
    modified_of,
    refuse_no_room,
    tar_of,
)
from bonescint.custody.destruction import own_names
from bonescint.custody.seal import SEALED_FILES, SealOutcome, stays
from bonescint.errors import InputError
from bonescint.files import from_the_disk, give_mode, in_temporary, replacing
from bonescint.filesystems import reached_by
from bonescint.made import sha256_of
from bonescint.resources import Texts

if TYPE_CHECKING:
    import pyrage

_PER_MEMBER = 4 * tarfile.BLOCKSIZE  # bytes of headers and padding in the tar
# the temporary file that a killed `replacing` leaves
_HALF = re.compile(r"(.*/)\.([^/]+)\.\d+\.tmp", re.DOTALL)


class _Sealed(NamedTuple):
    """What the sealed file says of a member."""

    kind: str
    mode: int
    size: int
    modified: int
    target: str
    digest: str


class SealedFolder:
    """A folder of the study, which is plain or sealed.

    Parameters
    ----------
    name
        ``private`` or ``results``.
    outside
        Files that stay where they are: the ledger's, its keys' and their passphrase's.
    identity
        The ledger's: the folder is sealed to its public part.
    text
        Words of the area ``seal``.
    report
        Called with the stage, the megabytes done and the total.
    """

    def __init__(
        self,
        name: str,
        outside: Collection[Path],
        identity: "pyrage.x25519.Identity",
        text: Texts,
        report: Report,
    ) -> None:
        self._name, self.file = name, Path(SEALED_FILES[name])
        self._outside = {place for file in outside for place in reached_by(file)}
        self._identity, self._text, self._report = identity, text, report

    def plain(self) -> list[Member]:
        """Return the members of the folder that are to be sealed, sorted by name, itself first.

        Raises
        ------
        InputError
            If a member cannot be read, or is a socket, pipe or device.
        """
        folder = Path(self._name)
        if not folder.is_dir():
            return []
        try:
            return sorted([_member(self._name, folder.stat(), folder), *self._below(folder)])
        except OSError as error:
            raise self._failed("unreadable", error) from None

    def _below(self, folder: Path) -> Iterator[Member]:
        real = folder.resolve()
        for path in folder.iterdir():
            name = str(path)
            if real / path.name in self._outside or stays(name):
                continue
            found = _member(name, path.lstat(), path)
            if not found.kind:
                raise InputError(self._text("special"))
            yield found
            if found.kind == "folder":
                yield from self._below(path)

    def _holds_outside(self, member: Member) -> bool:
        """Tell whether a folder holds a file that stays; private/ and results/ always stay."""
        place = Path(os.path.realpath(member.source))
        return member.name == self._name or (
            member.kind == "folder" and any(one.is_relative_to(place) for one in self._outside)
        )

    def seal(self) -> SealOutcome | None:
        """Put the plain files into the sealed file and remove them; None if there are none.

        Raises
        ------
        InputError
            If room is short, if a file cannot be read or written or keeps changing, or if a plain
            file is not in the existing sealed file as it is.
        """
        if self.file.exists():
            return self._seal_the_rest()
        members = self.plain()
        if len(members) < 2:
            return None
        size = sum(member.size for member in members)
        refuse_no_room(size + len(members) * _PER_MEMBER, Path(), self._text)
        try:
            with replacing(self.file, "wb", private=True) as stream:
                sums: list[str] = []
                tar = tar_of(
                    members,
                    sums,
                    lambda _, error: self._failed("unreadable", error),
                    lambda done: self._report("write", _megabytes(done), _megabytes(size)),
                )
                encrypt(tar, Sink(stream), self._identity)
                from_the_disk(stream)
                wanted = {m.name: _as_sealed(m, s) for m, s in zip(members, sums, strict=True)}
                if self._read(Path(stream.name), size) != wanted:
                    raise InputError(self._text("not_read_back"))
                if [one.state for one in self.plain()] != [one.state for one in members]:
                    raise ChangedMeanwhile
        except ChangedMeanwhile:
            raise InputError(self._text("changing", folder=self._name)) from None
        except OSError as error:
            raise self._failed("not_written", error) from None
        self._remove(members, wanted)
        return _outcome(wanted, resumed=False)

    def _seal_the_rest(self) -> SealOutcome | None:
        plain = self.plain()
        if all(map(self._holds_outside, plain)):
            return None
        sealed = self._read(self.file)
        plain = self._without_halves(plain, sealed)
        self._refuse_others(plain, sealed, self._text("not_sealed"), new=True)
        self._remove(plain, sealed)
        return _outcome(sealed, resumed=True)

    def unseal(self) -> SealOutcome:
        """Bring back every file that is sealed, then remove the sealed file.

        Raises
        ------
        InputError
            If the sealed file is damaged or does not open, room is short, a file cannot be
            written, or a file that differs from the sealed one exists already.
        """
        sealed = self._read(self.file)
        plain = self._without_halves(self.plain(), sealed)
        self._refuse_others(plain, sealed, self._text("not_unsealed"), new=False)
        there = {member.name for member in plain}
        missing = [one for name, one in sealed.items() if name not in there]
        folder = Path(self._name)  # may be a link to another disk
        needed = sum(one.size for one in missing) + len(missing) * _PER_MEMBER
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            refuse_no_room(needed, folder, self._text)
            self._bring_back(sealed, there)
            # the plain files must be safe from a power cut before the sealed one is removed
            os.sync()
            self.file.unlink()
        except OSError as error:
            raise self._failed("not_written", error) from None
        return _outcome(sealed, resumed=any(m.name in sealed and m.kind == "file" for m in plain))

    def _bring_back(self, sealed: dict[str, _Sealed], there: Collection[str]) -> None:
        total = _megabytes(sum(one.size for one in sealed.values()))

        def take(info: tarfile.TarInfo, content: IO[bytes] | None) -> str:
            # only members that were checked are taken: the sealed file may have been replaced since
            one = sealed.get(info.name)
            if one is None:
                return copied(content, None) if content else ""
            try:
                return _write(one, Path(info.name), content, info.name in there)
            except OSError as error:
                raise self._failed("not_written", error) from None

        found = walk_archive(
            self.file,
            self._identity,
            Texts("archive", self._text.language),
            take,
            lambda done: self._report("unseal", _megabytes(done), total),
        )
        if not found.good:
            raise InputError(self._text("damaged", file=self.file))
        # links come last, so that nothing is written through one. Folders get their dates after
        # their content
        for name, one in reversed(sealed.items()):
            if one.kind == "link" and name not in there:
                Path(name).symlink_to(one.target)
            if one.kind != "file":
                os.utime(name, ns=(one.modified, one.modified), follow_symlinks=one.kind != "link")
            if one.kind == "folder":
                give_mode(name, one.mode)

    def _read(self, file: Path, total: int | None = None) -> dict[str, _Sealed]:
        """Return what a sealed file holds, decrypted to its end and compared with its manifest."""
        members: dict[str, _Sealed] = {}

        def take(info: tarfile.TarInfo, content: IO[bytes] | None) -> str:
            digest = copied(content, None) if content else ""
            if info.name != MANIFEST:
                kind = "folder" if info.isdir() else "link" if info.issym() else "file"
                members[info.name] = _Sealed(
                    kind, info.mode, info.size, modified_of(info), info.linkname, digest
                )
            return digest

        found = walk_archive(
            file,
            self._identity,
            Texts("archive", self._text.language),
            take,
            lambda done: self._report("check", _megabytes(done), total and _megabytes(total)),
        )
        if not found.good or any(not f"{name}/".startswith(f"{self._name}/") for name in members):
            raise InputError(self._text("damaged", file=self.file))
        return members

    def _without_halves(self, plain: list[Member], sealed: Mapping[str, _Sealed]) -> list[Member]:
        """Remove the half-written file that a killed `unseal` left; return the other members."""
        kept = []
        begun = {str(Path(name).with_name(in_temporary(Path(name).name))) for name in sealed}
        for member in plain:
            half = _HALF.fullmatch(member.name)
            if half and member.name not in sealed and half[1] + half[2] in begun:
                Path(member.source).unlink()
            else:
                kept.append(member)
        return kept

    def _refuse_others(
        self, plain: list[Member], sealed: Mapping[str, _Sealed], heading: str, new: bool
    ) -> None:
        """Refuse if a file has changed since it was sealed, or (with `new`) was added."""
        others = [m for m in plain if (m.name in sealed or new) and not _is_in(m, sealed)]
        if not others:
            return
        changed = [m for m in others if m.name in sealed]
        newer = sum(m.modified > sealed[m.name].modified for m in changed)
        counts = {"newer": newer, "older": len(changed) - newer, "added": len(others)}
        # added files are named only if none has changed; they hinder `seal`, not `unseal`
        wanted = ("newer", "older") if changed else ("added",)
        said = [self._text(f"others_{key}", n=counts[key]) for key in wanted if counts[key]]
        raise InputError([heading, self._others([m.name for m in others]), *said])

    def _remove(self, members: list[Member], sealed: Mapping[str, _Sealed]) -> None:
        left: list[str] = []
        try:
            for n, member in enumerate(reversed(members), 1):
                path = Path(member.source)
                if member.kind == "folder":
                    with suppress(OSError):  # it holds a file that stays
                        path.rmdir() if member.name != self._name else None
                else:
                    now = _member(member.name, path.lstat(), path)
                    # the state of a file with two names has changed when its other name was removed
                    if now.state == member.state or _is_in(now, sealed):
                        path.unlink()
                    else:
                        left.append(member.name)
                self._report("remove", n, len(members))
        except OSError as error:
            raise self._failed("not_removed", error) from None
        if left:
            raise InputError(self._others(left))

    def _others(self, names: list[str]) -> str:
        return self._text("others", folder=self._name, n=len(names), files=own_names(names))

    def _failed(self, key: str, error: OSError) -> InputError:
        reason = os.strerror(error.errno or 0)
        return InputError(self._text(key, reason=reason, file=self.file, folder=self._name))


def _member(name: str, status: os.stat_result, path: Path) -> Member:
    """Return a file, folder or link as a member of the tar; anything else has an empty kind."""
    kinds = {stat.S_IFREG: "file", stat.S_IFDIR: "folder", stat.S_IFLNK: "link"}
    kind = kinds.get(stat.S_IFMT(status.st_mode), "")
    is_file = kind == "file"
    return Member(
        name,
        str(path),
        kind,
        status.st_size if is_file else 0,
        status.st_mtime_ns,
        status.st_ctime_ns if is_file else 0,
        str(path.readlink()) if kind == "link" else "",
        stat.S_IMODE(status.st_mode),
    )


def _megabytes(size: int) -> int:
    # rounded up, so that a small file does not count as 0
    return -(-size // MB)


def _as_sealed(member: Member, digest: str) -> _Sealed:
    mode = member.mode or 0
    return _Sealed(member.kind, mode, member.size, member.modified, member.target, digest)


def _write(one: _Sealed, path: Path, content: IO[bytes] | None, is_there: bool) -> str:
    """Bring back a file or folder and return its SHA-256; an existing file gets mode and date."""
    if one.kind == "folder":
        path.mkdir(mode=0o700, exist_ok=True)
    elif content and is_there:
        os.utime(path, ns=(one.modified, one.modified))
        give_mode(path, one.mode)
        return one.digest
    elif content:
        with replacing(path, "wb", sync=False) as stream:
            digest = copied(content, stream)
            stream.flush()
            give_mode(stream.fileno(), one.mode)
            os.utime(stream.fileno(), ns=(one.modified, one.modified))
        return digest
    return ""


def _is_in(member: Member, sealed: Mapping[str, _Sealed]) -> bool:
    """Tell whether a plain member is in the sealed file with the same content; dates may differ."""
    one = sealed.get(member.name)
    if one is None or (one.kind, one.target) != (member.kind, member.target):
        return False
    return one.kind != "file" or sha256_of(Path(member.source)) == one.digest


def _outcome(sealed: Mapping[str, _Sealed], resumed: bool) -> SealOutcome:
    files = [one for one in sealed.values() if one.kind == "file"]
    return SealOutcome(len(files), sum(one.size for one in files), resumed)
