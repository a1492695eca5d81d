"""The files of a volume in an image, in a folder or in an encrypted archive."""

import hashlib
import io
import re
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Protocol

from pyzipper import AESZipFile, BadZipFile  # type: ignore[import-untyped]

from bonescint.delivery.disc.iso_reader import joliet_name
from bonescint.delivery.disc.iso_records import Extent
from bonescint.delivery.disc.layout import CHUNK, MANIFEST, MANIFEST_IN_JOLIET, SECTOR
from bonescint.delivery.disc.verdict import DiscVerdict
from bonescint.folders import files_below

# errors of an archive (damage, a wrong passphrase) and of a disc (an unreadable sector)
UNREADABLE = (
    OSError, BadZipFile, zlib.error, RuntimeError, EOFError, NotImplementedError, ValueError,
)  # fmt: skip
KEPT = 1 << 26  # bytes; a file up to this size is held in memory, a larger one is opened again
_MOST_MEMBERS = 100_000
_LARGEST = 1 << 32  # bytes; ISO 9660 level 1 cannot hold a larger file
_MOST_INFLATED = 1 << 34  # bytes of all members
_AES_256 = 3
_SAFE = re.compile(r"(?!/)(?:(?!\.{1,2}(?:/|\Z))[^/\\]+(?:/(?!\Z)|\Z))+")


class VolumeContents(Protocol):
    """Files by the names that Windows shows."""

    @property
    def sizes(self) -> Mapping[str, int]:
        """Name -> bytes."""

    def open(self, name: str) -> IO[bytes]:
        """Return a file, readable and seekable."""


class _InImage(io.RawIOBase):
    """A range of bytes of an image as a file."""

    def __init__(self, stream: IO[bytes], place: Extent) -> None:
        self._stream, self._at = stream, 0
        self._start, self._size = place.start * SECTOR, place.size

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        self._at = max(offset + (0, self._at, self._size)[whence], 0)
        return self._at

    def readinto(self, buffer: Any) -> int:
        self._stream.seek(self._start + self._at)
        data = self._stream.read(max(min(len(buffer), self._size - self._at), 0))
        buffer[: len(data)] = data
        self._at += len(data)
        return len(data)


class ImageContents:
    """The files (name -> extent) of one tree of an image."""

    def __init__(self, stream: IO[bytes], files: Mapping[str, Extent]) -> None:
        self._stream = stream
        self._files = {name: place for name, place in files.items() if place.size >= 0}
        self.sizes = {name: place.size for name, place in self._files.items()}

    def open(self, name: str) -> IO[bytes]:
        """Return a file."""
        return io.BufferedReader(_InImage(self._stream, self._files[name]), CHUNK)


class FolderContents:
    """The files below a folder: a mounted or copied disc, or an unpacked archive.

    A system without Joliet shows the names of ISO 9660. What is no plain file is a fault.
    """

    def __init__(self, folder: Path, verdict: DiscVerdict) -> None:
        found = {}
        for file in files_below(folder):
            if file.refusal:
                verdict.fault("layout", "no_plain_file", file=file.path, reason=file.refusal)
            else:
                found[file.path] = file.size
        self._folder = folder
        has_own_names = MANIFEST in found and MANIFEST_IN_JOLIET not in found
        self._paths = {joliet_name(path) if has_own_names else path: path for path in found}
        self.sizes = {name: found[path] for name, path in self._paths.items()}

    def open(self, name: str) -> IO[bytes]:
        """Return a file."""
        return (self._folder / self._paths[name]).open("rb")


class ArchiveContents:
    """The files of an encrypted archive. Nothing is unpacked onto a disk.

    Parameters
    ----------
    stream
        DELIVERY.ZIP.
    passphrase
        As it was handed over.
    verdict
        Gets a fault for each member that is not encrypted, occurs twice or has a bad name.
    """

    def __init__(self, stream: IO[bytes], passphrase: str, verdict: DiscVerdict) -> None:
        members = sum(piece.count(b"PK\1\2") for piece in iter(lambda: stream.read(CHUNK), b""))
        if members > _MOST_MEMBERS:
            raise ValueError("too many members")
        stream.seek(0)
        self._archive = AESZipFile(stream)
        self._archive.setpassword(passphrase.encode("utf-8"))
        self._members: dict[str, Any] = {}
        for member in self._archive.infolist():
            name = member.filename
            key = ""
            if name in self._members:
                key = "twice_in_archive"
            elif not _SAFE.fullmatch(name) or not name.isprintable():
                key = "bad_member"
            elif not member.flag_bits & 1 or member.wz_aes_strength != _AES_256:
                key = "not_encrypted"
            elif member.file_size >= _LARGEST:
                key = "bad_member"
            if key:
                verdict.fault("archive", key, file=name)
            if key in ("", "not_encrypted"):
                self._members[name] = member
        self.sizes = {name: member.file_size for name, member in self._members.items()}
        if sum(self.sizes.values()) > _MOST_INFLATED:
            raise ValueError("too large")
        verdict.checked("archive", n=len(self._members))

    def open(self, name: str) -> IO[bytes]:
        """Return a member.

        Raises
        ------
        RuntimeError
            If the passphrase is wrong.
        """
        opened: IO[bytes] = self._archive.open(self._members[name])
        return opened

    def opens(self) -> bool:
        """Tell whether the passphrase opens the first encrypted member."""
        for name, member in self._members.items():
            if member.flag_bits & 1:
                try:
                    self.open(name).close()
                except RuntimeError:
                    return False
                return True
        return True


class FileRead:
    """One file that was read to its end."""

    def __init__(self, contents: VolumeContents, name: str) -> None:
        self._contents, self.name = contents, name
        digest, kept, self.size = hashlib.sha256(), io.BytesIO(), 0
        with contents.open(name) as stream:
            while data := stream.read(CHUNK):
                digest.update(data)
                self.size += len(data)
                if self.size <= KEPT:
                    kept.write(data)
                if self.size > contents.sizes[name]:
                    break  # it inflates to more than its stated size
        self.sha256 = digest.hexdigest()
        self._kept = kept if self.size <= KEPT else None

    @contextmanager
    def opened(self) -> Iterator[IO[bytes]]:
        """Yield the file from its start; it is not read again if it is in memory."""
        if self._kept is not None:
            self._kept.seek(0)
            yield self._kept
            return
        with self._contents.open(self.name) as stream:
            yield stream
