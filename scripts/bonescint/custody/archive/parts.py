"""The parts of an archive that is being written: kept over an interruption (R32)."""

import json
import os
import shutil
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from bonescint.custody.archive.contents import MANIFEST, README, Contents, Member, shown
from bonescint.custody.archive.stream import (
    CHUNK,
    END,
    ChangedMeanwhile,
    Sink,
    content_of,
    decrypted,
    encrypt,
    header,
    manifest_line,
    padding,
    text_member,
)
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.resources import Texts

if TYPE_CHECKING:
    import pyrage

_ROUNDS = 5  # in which files that changed are read again
_MB = 1_000_000

Report = Callable[[str, int, int | None], None]


class _Part(NamedTuple):
    number: int
    first: int  # its first member's place in the list
    sums: list[str]  # SHA-256 of each member, empty for what is no file


class Parts:
    """The parts of an unfinished archive."""

    def __init__(
        self,
        folder: Path,
        contents: Contents,
        identity: "pyrage.x25519.Identity",
        text: Texts,
        report: Report,
    ) -> None:
        self._folder = folder
        self._contents = contents
        self._identity = identity
        self._text = text
        self._report = report
        self._parts: list[_Part] = []
        self.members: list[Member] = []

    def complete(self, part_size: int) -> int:
        """Write every part that is missing; return how many files were there from before.

        The tree is walked again until nothing in it has changed since it was read: the archive is
        the study at one moment.
        """
        kept: int | None = None
        changed = ""
        for _ in range(_ROUNDS):
            self.members = self._contents.members(self._text)
            self._reuse()
            if kept is None:
                kept = sum(digest != "" for part in self._parts for digest in part.sums)
            gaps = self._gaps()
            if not gaps:
                return kept
            if changed == "":
                self._check_room(gaps)
            try:
                self._fill(gaps, part_size)
            except ChangedMeanwhile as change:
                changed = str(change)
        name = shown(changed, self._contents.raw, self._text)
        raise InputError(self._text("changing", file=name))

    def _reuse(self) -> None:
        """Keep the parts whose members are in the tree, unchanged and side by side."""
        import pyrage

        places = {member.name: place for place, member in enumerate(self.members)}
        self._parts = []
        for path in sorted(self._folder.glob("*.age")):
            part = None
            try:
                sealed = path.with_suffix(".list").read_bytes()
                rows = json.loads(pyrage.decrypt(sealed, [self._identity]))
                first = places[rows[0][0]]
                states = [Member(*row[:-1]).state for row in rows]
                if [m.state for m in self.members[first : first + len(rows)]] == states:
                    part = _Part(int(path.stem), first, [row[-1] for row in rows])
            except (OSError, pyrage.DecryptError, ValueError, KeyError):
                pass  # its list was not written, or is not of this tree
            if part is None:
                path.with_suffix(".list").unlink(missing_ok=True)
                path.unlink()
            else:
                self._parts.append(part)
        self._parts.sort(key=lambda part: part.first)

    def _gaps(self) -> list[range]:
        """Return the places of members that are in no part yet."""
        gaps, at = [], 0
        for part in self._parts:
            gaps.append(range(at, part.first))
            at = part.first + len(part.sums)
        gaps.append(range(at, len(self.members)))
        return [gap for gap in gaps if gap]

    def _check_room(self, gaps: list[range]) -> None:
        new = sum(self.members[place].size for gap in gaps for place in gap)
        needed = new + sum(member.size for member in self.members)
        free = shutil.disk_usage(self._folder).free
        if free < needed:
            sizes = {"needed": -(-needed // _MB), "free": free // _MB}
            raise InputError(self._text("no_room", **sizes))

    def _fill(self, gaps: list[range], part_size: int) -> None:
        total = sum(self.members[place].size for gap in gaps for place in gap)
        done = 0
        number = max((part.number for part in self._parts), default=0)
        for gap in gaps:
            first = gap.start
            while first in gap:
                last, size = first, 0
                while last in gap and (size == 0 or size + self.members[last].size <= part_size):
                    size += self.members[last].size
                    last += 1
                number += 1
                self._write_part(number, self.members[first:last], done, total)
                done += size
                first = last

    def _write_part(self, number: int, members: list[Member], done: int, total: int) -> None:
        import pyrage

        sums: list[str] = []

        def chunks() -> Generator[bytes, None, None]:
            read = done
            for member in members:
                yield header(member)
                for chunk in self._content(member, sums):
                    read += len(chunk)
                    self._report("read", read // _MB, total // _MB)
                    yield chunk
                yield padding(member.size)

        path = self._folder / f"{number:06}.age"
        with replacing(path, "wb") as file:
            encrypt(chunks(), Sink(file), self._identity)
        # a part without its list is no part: the list comes last
        rows = [[*member, digest] for member, digest in zip(members, sums, strict=True)]
        sealed = pyrage.encrypt(json.dumps(rows).encode(), [self._identity.to_public()])
        with replacing(path.with_suffix(".list"), "wb") as file:
            file.write(sealed)

    def _content(self, member: Member, sums: list[str]) -> Iterator[bytes]:
        try:
            yield from content_of(member, sums)
        except OSError as error:
            name = shown(member.name, self._contents.raw, self._text)
            reason = os.strerror(error.errno or 0)
            raise InputError(self._text("unreadable", file=name, reason=reason)) from None

    def joined(self, readme: str) -> Generator[bytes, None, None]:
        """Yield the whole tar: the read-me, the members in order, the manifest."""
        manifest: list[bytes] = []
        yield from text_member(README, readme.encode(), manifest)
        total = sum(member.size for member in self.members)
        done = 0
        for part in self._parts:
            path = self._folder / f"{part.number:06}.age"
            try:
                with decrypted(path, self._identity, self._text) as stream:
                    while chunk := stream.read(CHUNK):
                        done += len(chunk)
                        self._report("join", min(done, total) // _MB, total // _MB)
                        yield chunk
            except InputError:
                path.with_suffix(".list").unlink()  # so that the next run reads its files again
                raise InputError(self._text("part_damaged")) from None
            members = self.members[part.first : part.first + len(part.sums)]
            for member, digest in zip(members, part.sums, strict=True):
                if digest:
                    manifest.append(manifest_line(member.name, digest))
        yield from text_member(MANIFEST, b"".join(manifest), [])
        yield END
